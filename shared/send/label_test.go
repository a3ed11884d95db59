package send_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// labels counts the labels that the ledger keeps of transfers with that ID. Others can
// be in the same set.
func (f *fixture) labels(t testing.TB, id string) int {
	t.Helper()
	rs, err := f.ledger.List(t.Context(), send.LabelSets+id[:2], "", 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range rs {
		if strings.HasPrefix(r.Key.ID, id+"-") {
			n++
		}
	}
	return n
}

// label returns the label that is served.
func (f *fixture) label(t testing.TB, id string) string {
	t.Helper()
	tr, err := f.Info(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	label, err := f.Label(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return string(label)
}

// A label is served while something can come of the transfer, and forgotten with
// its bytes.
func TestLabelsLiveWithTheBytes(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	labelled := send.NewTransfer{Label: []byte("sealed"), MaxDownloads: 1, AutoDelete: true}

	id := f.uploaded(t, labelled, noise(100))
	if got := f.label(t, id); got != "" {
		t.Errorf("a pending transfer shows %q", got)
	}
	f.complete(t, id)
	if got := f.label(t, id); got != "sealed" {
		t.Fatalf("the label is %q", got)
	}
	if _, err := f.Claim(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	if got := f.label(t, id); got != "sealed" {
		t.Errorf("while the last download can be resumed, the label is %q", got)
	}
	f.clock.Advance(time.Hour + time.Second)
	if got := f.label(t, id); got != "" {
		t.Errorf("after the last download, the label is %q", got)
	}
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.labels(t, id); n != 0 {
		t.Errorf("%d labels outlive the bytes", n)
	}

	expired := f.completed(t, labelled, noise(100))
	abandoned := f.created(t, labelled)
	deleted := f.completed(t, send.NewTransfer{Label: []byte("sealed"), DeleteAuthHash: hash("secret")}, noise(100))
	if _, err := f.Delete(t.Context(), deleted, "secret"); err != nil {
		t.Fatal(err)
	}
	if n := f.labels(t, deleted); n != 0 || f.label(t, deleted) != "" {
		t.Errorf("%d labels outlive the deletion", n)
	}
	f.clock.Advance(24*time.Hour + time.Second)
	if got := f.label(t, expired); got != "" {
		t.Errorf("after its time, the label is %q", got)
	}
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.labels(t, expired) + f.labels(t, abandoned); n != 0 {
		t.Errorf("%d labels outlive the sweep", n)
	}
}

// Whoever asks for an ID that is taken changes nothing of who has it.
func TestATakenIDKeepsItsLabel(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const id = "0123456789ab"
	f.completed(t, send.NewTransfer{ID: id, Label: []byte("mine")}, noise(100))
	for range 2 { // at the same moment, and later
		_, err := f.Create(t.Context(), f.sender(t), send.NewTransfer{ID: id, Label: []byte("other")})
		want(t, err, send.Conflict, "exists")
		f.clock.Advance(time.Second)
	}
	if got, n := f.label(t, id), f.labels(t, id); got != "mine" || n != 1 {
		t.Errorf("the label is %q, of %d that are kept", got, n)
	}
}

// A label that outlives its transfer, by a fault, stands in nobody's way.
func TestALabelLeftBehindIsNobodysElse(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const id = "0123456789ab"
	ends := f.clock.Now().Add(48 * time.Hour).Format(time.RFC3339)
	f.created(t, send.NewTransfer{ID: id, Label: []byte("lost"), ExpiresAt: ends})
	f.clock.Advance(24*time.Hour + time.Second)
	f.Ledger = keepsLabels{f.ledger}
	if _, err := f.Sweep(t.Context()); err == nil {
		t.Fatal("the fault is not told")
	}
	f.Ledger = f.ledger
	f.completed(t, send.NewTransfer{ID: id, Label: []byte("mine")}, noise(100))
	if got, n := f.label(t, id), f.labels(t, id); got != "mine" || n != 2 {
		t.Errorf("the label is %q, of %d that are kept", got, n)
	}
	f.clock.Advance(24*time.Hour + 2*time.Second)
	if _, err := f.ledger.Sweep(t.Context(), f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n := f.labels(t, id); n != 0 {
		t.Errorf("%d labels outlive their time", n)
	}
}

// Counting a download writes no label.
func TestLabelsAreNotInTheTransfersRecord(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	label := noise(8192)
	id := f.completed(t, send.NewTransfer{Label: label}, noise(100))
	r, err := f.ledger.Get(t.Context(), send.Key{Set: send.TransferSets + id[:2], ID: id})
	if err != nil || len(r.Data) > 1024 || bytes.Contains(r.Data, label) {
		t.Errorf("the record has %d bytes, %v", len(r.Data), err)
	}
}

// keepsLabels is a ledger that fails to forget labels.
type keepsLabels struct{ send.Ledger }

func (l keepsLabels) Delete(ctx context.Context, key send.Key, version int64) error {
	if strings.HasPrefix(key.Set, send.LabelSets) {
		return errors.New("away")
	}
	return l.Ledger.Delete(ctx, key, version)
}
