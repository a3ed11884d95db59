//go:build unix

package command_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/child"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/cutline"
	"sgraph.ai/send/shared/test/nightly"
)

// A file goes from one to another over a line that is cut again and again, by processes
// that are killed again and again: two hundred cuts and forty kills at night. It arrives
// as it was, by one transfer, and one download is counted.
func TestLineIsCutAndClientsAreKilled(t *testing.T) {
	t.Parallel()
	heard()
	size := nightly.Or[int64](48<<20, 1<<30)
	cuts, kills := nightly.Or(6, 100), nightly.Or(2, 20)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))

	data := t.TempDir()
	serve := exec.Command("sgsend", "serve")
	serve.Env = append(os.Environ(), "SEND__DISK_PATH="+data, "SEND__USER_ADDR=127.0.0.1:0",
		"SEND__ADMIN_ADDR=127.0.0.1:0", "SEND__RATE_LIMITS=off")
	service := child.Start(t, serve)
	direct := service.Told(t, "Send and receive")
	token, err := os.ReadFile(filepath.Join(data, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	line := cutline.Start(t, direct)
	s := &site.Site{URL: line.URL, Token: strings.TrimSpace(string(token))}

	path, want := cutline.File(t, "a.bin", size, seed)
	state, caches, dir := t.TempDir(), t.TempDir(), t.TempDir()
	until := func(first int64, args ...string) string {
		t.Helper()
		running, gaveUp := make(chan *running, 1), 0
		line.Plan(chance, first, size*9/10-first, cuts, func() {
			select {
			case p := <-running:
				_ = p.Process.Kill()
			case <-t.Context().Done():
			}
		}, kills)
		killed := 0
		for {
			p := start(t, s, setFolders(dir, state, caches), args...)
			running <- p
			code := p.end(t)
			select {
			case <-running: // it was not killed
			default:
			}
			switch {
			case code == 0:
				left, made := line.Left()
				t.Logf("%s: %d cuts, %d kills, gave up %d times", args[0], made, killed, gaveUp)
				if left > 0 || killed != kills {
					t.Errorf("%s came to its end after %d kills and before %d more things happened", args[0], killed, left)
				}
				return strings.TrimSpace(p.out.String())
			case code == -1:
				killed++
			case gaveUp == cuts:
				t.Fatalf("%s gave up again and again: exit code %d: %s", args[0], code, &p.err)
			default:
				gaveUp++
				t.Logf("%s: exit code %d: %s", args[0], code, &p.err)
			}
		}
	}
	const begun = 1 << 20 // bytes, after which the sender has kept what it goes on by
	link := until(begun, "send", "--downloads", "1", path)
	until(0, "receive", "-o", "b.bin", link)

	if got := cutline.SumOf(t, filepath.Join(dir, "b.bin")); got != want {
		t.Error("other bytes arrived")
	}
	parsed, err := envelope.ParseLink(link)
	if err != nil {
		t.Fatal(err)
	}
	info, err := (&client.Client{Server: direct}).Info(t.Context(), parsed.ID)
	if err != nil || info.DownloadCount != 1 {
		t.Errorf("%d downloads were counted: %v", info.DownloadCount, err)
	}
	if names := left(t, dir); len(names) != 1 {
		t.Errorf("beside what arrived is left: %v", names)
	}
	for _, folder := range []string{filepath.Join(state, "sgsend"), filepath.Join(caches, "sgsend")} {
		if names := left(t, folder); len(names) > 0 {
			t.Errorf("left in %s: %v", folder, names)
		}
	}
	if n := strings.Count(service.Log.String(), `"route":"/api/transfers/create"`); n != 1 {
		t.Errorf("%d transfers were begun, not one that was gone on with", n)
	}
}

// setFolders says where a process works, and keeps what outlives it.
func setFolders(dir, state, caches string) func(*running) {
	return func(p *running) {
		p.Dir = dir
		p.Env = append(p.Env, "XDG_STATE_HOME="+state, "XDG_CACHE_HOME="+caches)
	}
}
