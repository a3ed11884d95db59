package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

// writerOf, when set, makes the test binary the process that is killed.
const writerOf = "BOLT_TEST_WRITER_OF"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerOf); path != "" {
		writeForEver(path)
	}
	os.Exit(m.Run())
}

// writeForEver says on standard output what was acknowledged to it.
func writeForEver(path string) {
	l, err := bolt.Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				err := l.Create(context.Background(), send.Record{Key: key("s", id), Data: content(id)})
				mu.Lock()
				fmt.Println(id, err)
				mu.Unlock()
			}
		}()
	}
	select {}
}

func content(id string) []byte { return []byte(strings.Repeat(id+" ", 100)) }

func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	acked := map[string]bool{}
	for range nightly.Or(4, 40) {
		for _, id := range runAndKill(t, path, len(acked)) {
			acked[id] = true
		}
		l, err := bolt.Open(path)
		want(t, "", err)
		for id := range acked {
			r, err := l.Get(t.Context(), key("s", id))
			if err != nil || string(r.Data) != string(content(id)) {
				t.Fatalf("%s was acknowledged before the kill: %d bytes, %v", id, len(r.Data), err)
			}
		}
		rs, err := l.List(t.Context(), "s", "", 1_000_000)
		want(t, "", err)
		for _, r := range rs {
			if r.Version != 1 || string(r.Data) != string(content(r.Key.ID)) {
				t.Fatalf("a record is half there: %+v", r)
			}
		}
		want(t, "", l.Close())
	}
}

// runAndKill returns what the writer acknowledged before it was killed.
func runAndKill(t *testing.T, path string, before int) (acked []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerOf+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	want(t, "", err)
	want(t, "", cmd.Start())
	kill := time.AfterFunc(5*time.Minute, func() { cmd.Process.Kill() })
	defer kill.Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, outcome, _ := strings.Cut(lines.Text(), " ")
		switch {
		case outcome == "<nil>":
			acked = append(acked, id)
		case !strings.Contains(outcome, "there already"): // made before an earlier kill
			t.Fatalf("the writer: %s", lines.Text())
		}
		if len(acked) == 100 {
			cmd.Process.Kill() // what it wrote until it died is read on
		}
	}
	cmd.Wait()
	if len(acked) < 100 {
		t.Fatalf("the writer wrote %d records after %d and ended", len(acked), before)
	}
	return acked
}
