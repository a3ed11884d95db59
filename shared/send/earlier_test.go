package send_test

import (
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// What earlier versions wrote into a ledger means what it meant: a token is
// accepted, and what was begun with it is its owner's.
func TestALedgerOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const (
		name = "community-garden"
		hash = "69491020e20972c713580f54ec065f71521fe51ffaaecaad67e5d025762d3d43" // sha256sum of it
	)
	now := f.clock.Now().UTC().Format(time.RFC3339)
	pending := func(id string) send.Record {
		return send.Record{
			Key: send.Key{Set: "transfer/aa", ID: id}, State: "pending", Expires: f.clock.Now().Add(time.Hour),
			Data: []byte(`{"created_at":"` + now + `","owner":"` + hash + `"}`),
		}
	}
	for _, r := range []send.Record{
		{
			Key: send.Key{Set: "token", ID: hash}, State: "active", Limit: 2, Count: 1,
			Data: []byte(`{"sealed_name":"","created_by":"admin","created_at":"` + now + `"}`),
		},
		pending("aabbccddeeff"), pending("aabbccddee00"),
	} {
		if err := f.ledger.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	from := f.admitted(t, name)
	if from.ID != hash || from.Remaining != 1 {
		t.Errorf("admitted as %+v", from.Admission)
	}
	if _, err := f.Upload(t.Context(), f.sender(t), "aabbccddeeff", strings.NewReader("bytes"), 5); err == nil {
		t.Error("another token uploads to what was begun")
	}
	if _, err := f.Upload(t.Context(), from, "aabbccddeeff", strings.NewReader("bytes"), 5); err != nil {
		t.Error(err)
	}
	for range 2 { // its last use, and again since the answer was lost
		if _, _, err := f.Complete(t.Context(), name, "aabbccddeeff"); err != nil {
			t.Error(err)
		}
	}
	f.clock.Advance(time.Minute)
	if err := f.tokens.PurgePending(t.Context(), name); err != nil {
		t.Error(err)
	}
	if n, err := f.Sweep(t.Context()); n.Abandoned != 1 || err != nil {
		t.Errorf("of what is pending with the token %d are removed, %v", n.Abandoned, err)
	}
}
