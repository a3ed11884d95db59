package disk_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

// writerOf, when set, makes the test binary the process that is killed.
const writerOf = "DISK_TEST_WRITER_OF"

func TestMain(m *testing.M) {
	if root := os.Getenv(writerOf); root != "" {
		writeForEver(root)
	}
	os.Exit(m.Run())
}

// writeForEver says on standard output what was acknowledged to it: objects that
// were put, and others made of parts.
func writeForEver(root string) {
	s, err := disk.Open(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("k/%d-%d-%d", os.Getpid(), w, i)
				write := putWhole
				if w%2 == 1 {
					write = putParts
				}
				err := write(s, key)
				mu.Lock()
				fmt.Println(key, err)
				mu.Unlock()
			}
		}()
	}
	select {}
}

const lines = 20_000

func content(key string) io.Reader { return strings.NewReader(strings.Repeat(key+"\n", lines)) }

func size(key string) int64 { return int64(len(key)+1) * lines }

func putWhole(s *disk.Store, key string) error {
	_, err := s.Put(context.Background(), key, content(key), size(key))
	return err
}

func putParts(s *disk.Store, key string) error {
	ctx := context.Background()
	id, err := s.Begin(ctx, key)
	if err != nil {
		return err
	}
	body := content(key)
	parts := make([]send.Part, 4)
	for i := range parts {
		n := size(key) / 4
		etag, err := s.PutPart(ctx, key, id, i+1, io.LimitReader(body, n), n)
		if err != nil {
			return err
		}
		parts[i] = send.Part{Number: i + 1, ETag: etag}
	}
	_, err = s.Assemble(ctx, key, id, parts)
	return err
}

func TestKilled(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var acked []string
	for range nightly.Or(4, 40) {
		acked = append(acked, runAndKill(t, root)...)
	}
	s := open(t, root)
	if left, err := os.ReadDir(filepath.Join(root, "temporary")); err != nil || len(left) != 0 {
		t.Fatalf("left of killed processes: %v, %v", left, err)
	}
	for _, key := range acked {
		if _, err := s.Stat(t.Context(), key); err != nil {
			t.Fatalf("%s was acknowledged before the kill: %v", key, err)
		}
	}
	all, err := s.List(t.Context(), "", "", 1_000_000)
	want(t, "", err)
	if len(all) < len(acked) {
		t.Fatalf("%d objects are listed of %d", len(all), len(acked))
	}
	for _, e := range all {
		r, _, err := s.Open(t.Context(), e.Key, send.Whole)
		want(t, "", err)
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil || string(b) != strings.Repeat(e.Key+"\n", lines) {
			t.Fatalf("%s is not whole: %d bytes, %v", e.Key, len(b), err)
		}
	}
}

// runAndKill returns what the writer acknowledged before it was killed.
func runAndKill(t *testing.T, root string) (acked []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerOf+"="+root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	want(t, "", err)
	want(t, "", cmd.Start())
	patience := time.AfterFunc(5*time.Minute, func() { cmd.Process.Kill() })
	defer patience.Stop()
	said := bufio.NewScanner(out)
	for said.Scan() {
		key, outcome, _ := strings.Cut(said.Text(), " ")
		if outcome != "<nil>" {
			t.Errorf("the writer: %s", said.Text())
		}
		if acked = append(acked, key); len(acked) == 1 {
			inUse(t, root)
		}
		if len(acked) == 60 {
			cmd.Process.Kill() // what it wrote until it died is read on
		}
	}
	cmd.Wait()
	if len(acked) < 60 {
		t.Fatalf("the writer wrote %d objects and ended", len(acked))
	}
	return acked
}

// inUse checks that a folder another process writes to cannot be opened.
func inUse(t *testing.T, root string) {
	t.Helper()
	_, err := disk.Open(root)
	want(t, send.Unavailable, err)
	if !strings.Contains(err.Error(), root) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened beside another process: %v", err)
	}
}
