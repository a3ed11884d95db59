package command

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A file that is replaced leaves its access control list, without which its
// mode would say more, and its attributes to the new one.
func TestSaveKeepsAttributes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// acl(5): the owner rw-, user 4242 r--, the group ---, the mask r--, others ---.
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, entry := range []struct {
		tag, perm uint16
		id        uint32
	}{{1, 6, ^uint32(0)}, {2, 4, 4242}, {4, 0, ^uint32(0)}, {16, 4, ^uint32(0)}, {32, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, entry.tag)
		list = binary.LittleEndian.AppendUint16(list, entry.perm)
		list = binary.LittleEndian.AppendUint32(list, entry.id)
	}
	want := map[string][]byte{accessList: list, "user.origin": []byte("here")}
	for name, value := range want {
		if err := unix.Setxattr(path, name, value, 0); err != nil {
			t.Skipf("SKIPPED, nothing was tested: this file system has no %s: %v", name, err)
		}
	}
	if _, err := (target{dir: filepath.Dir(path), force: true}).save("a.txt", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for name, value := range want {
		got := make([]byte, 1000)
		n, err := unix.Getxattr(path, name, got)
		if err != nil || !bytes.Equal(got[:n], value) {
			t.Errorf("%s: %q, %v", name, got[:max(n, 0)], err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 1 || info.Mode() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
}
