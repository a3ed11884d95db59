package disk_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sgraph.ai/send/shared/send"
)

func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: a small disk to fill can be mounted by root only")
	}
	root := t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: no disk to fill could be mounted: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(root, syscall.MNT_DETACH) })
	s := open(t, root)
	ctx := t.Context()
	const mib = 1 << 20
	body := func(n int) *bytes.Reader { return bytes.NewReader(make([]byte, n)) }

	_, err := s.Put(ctx, "k/big", body(9*mib), 9*mib)
	want(t, send.Full, err)
	put(t, s, "k/old", "old")
	_, err = s.Put(ctx, "k/old", body(9*mib), -1)
	want(t, send.Full, err)
	if o, err := s.Stat(ctx, "k/old"); o.Size != 3 || err != nil {
		t.Fatalf("what was there: %+v, %v", o, err)
	}

	// An upload whose parts have to be copied, since they are not alike, and that
	// finds no room for it, is still there when room was made.
	id, err := s.Begin(ctx, "k/parts")
	want(t, "", err)
	parts := make([]send.Part, 5)
	for i := range parts {
		parts[i].Number = i + 1
		parts[i].ETag, err = s.PutPart(ctx, "k/parts", id, i+1, body(mib-i), int64(mib-i))
		want(t, "", err)
	}
	_, err = s.PutPart(ctx, "k/parts", id, 6, body(4*mib), 4*mib)
	want(t, send.Full, err)
	_, err = s.Assemble(ctx, "k/parts", id, parts)
	want(t, send.Full, err)
	if left, err := os.ReadDir(filepath.Join(root, "temporary")); err != nil || len(left) != 0 {
		t.Fatalf("left half written: %v, %v", left, err)
	}
	want(t, "", syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, "size=16m"))
	o, err := s.Assemble(ctx, "k/parts", id, parts)
	want(t, "", err)
	if got := fmt.Sprint(files(t, root)); o.Size != 5*mib-10 || got != "[objects/k,ol/k,old objects/k,pa/k,parts]" {
		t.Fatalf("%+v; files: %s", o, got)
	}
}

// What is spared is left to others, whichever way bytes come.
func TestASpareIsLeft(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: a small disk to fill can be mounted by root only")
	}
	root := t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=32m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: no disk to fill could be mounted: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(root, syscall.MNT_DETACH) })
	s := open(t, root)
	s.Spare = 1 << 30 // of which a sixteenth of the disk is left: 2 MiB
	ctx := t.Context()
	const mib = 1 << 20
	body := func(n int) *bytes.Reader { return bytes.NewReader(make([]byte, n)) }
	refused := func(err error) {
		t.Helper()
		want(t, send.Full, err)
		var stat syscall.Statfs_t
		if err := syscall.Statfs(root, &stat); err != nil || int64(stat.Bavail)*stat.Bsize < 2*mib {
			t.Fatalf("%d bytes are left, %v", int64(stat.Bavail)*stat.Bsize, err)
		}
		if left, err := os.ReadDir(filepath.Join(root, "temporary")); err != nil || len(left) != 0 {
			t.Fatalf("left half written: %v, %v", left, err)
		}
	}
	id, err := s.Begin(ctx, "k/parts")
	want(t, "", err)
	parts := make([]send.Part, 4)
	for i := range parts {
		parts[i].Number = i + 1
		parts[i].ETag, err = s.PutPart(ctx, "k/parts", id, i+1, body(4*mib-i), int64(4*mib-i))
		want(t, "", err)
	}
	_, err = s.Assemble(ctx, "k/parts", id, parts)
	refused(err)
	_, err = s.Put(ctx, "k/known", body(15*mib), 15*mib)
	refused(err)
	_, err = s.Put(ctx, "k/unknown", body(15*mib), -1)
	refused(err)
	_, err = s.PutPart(ctx, "k/parts", id, 5, body(15*mib), -1)
	refused(err)
	_, err = s.Put(ctx, "k/fits", body(13*mib), 13*mib)
	want(t, "", err)
	_, err = s.Put(ctx, "k/small", body(2*mib), 2*mib)
	refused(err)
	s.Spare = 0
	_, err = s.Put(ctx, "k/small", body(2*mib), 2*mib)
	want(t, "", err)
}
