package send_test

import (
	"testing"

	"sgraph.ai/send/shared/send"
)

func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const secret = "the delete secret"
	want := func(transfers int, more bool, looks int) {
		t.Helper()
		got, err := f.Stored(t.Context(), looks)
		if err != nil {
			t.Fatal(err)
		}
		if got.Transfers != transfers || got.Bytes != int64(transfers)*100 || got.More != more {
			t.Errorf("got %+v, want %d transfers, more %v", got, transfers, more)
		}
	}
	want(0, false, 100)
	deletable := f.completed(t, send.NewTransfer{DeleteAuthHash: hash(secret)}, noise(100))
	takenDown := f.completed(t, send.NewTransfer{}, noise(100))
	f.completed(t, send.NewTransfer{}, noise(100))
	want(3, false, 100)
	want(3, false, 3)
	want(2, true, 2)
	if _, err := f.Delete(t.Context(), deletable, secret); err != nil {
		t.Fatal(err)
	}
	want(2, false, 100)
	tr, _, err := f.TakeDown(t.Context(), takenDown)
	if err != nil {
		t.Fatal(err)
	}
	want(2, false, 100) // until its bytes are gone
	if _, err := f.Retract(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	want(1, false, 100)
}
