package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: a small disk to fill can be mounted by root only")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: no disk to fill could be mounted: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })

	l := open(t, filepath.Join(disk, "ledger"))
	want(t, "", l.Room())
	ctx := t.Context()
	want(t, "", l.Create(ctx, send.Record{Key: key("s", "first"), Limit: 2}))
	acked := 0
	var err error
	for ; acked < 1000 && err == nil; acked++ {
		err = l.Create(ctx, send.Record{Key: key("s", fmt.Sprint(acked)), Data: make([]byte, 32<<10)})
	}
	acked--
	want(t, send.Full, err)
	want(t, send.Full, l.Room())
	if acked < 3 {
		t.Fatalf("full after %d records", acked)
	}

	// Everything acknowledged is there, what failed is not, and with room
	// made the ledger goes on.
	for i := range acked {
		_, err := l.Get(ctx, key("s", fmt.Sprint(i)))
		want(t, "", err)
	}
	_, err = l.Get(ctx, key("s", fmt.Sprint(acked)))
	want(t, send.NotFound, err)
	want(t, "", syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=16m"))
	want(t, "", l.Room())
	r, err := l.Spend(ctx, key("s", "first"), send.Spend{Now: time.Now()})
	want(t, "", err)
	if r.Count != 1 {
		t.Fatalf("%+v", r)
	}
	want(t, "", l.Create(ctx, send.Record{Key: key("s", "last"), Data: make([]byte, 32<<10)}))
}
