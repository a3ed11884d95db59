package migrate_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/cli/internal/machine"
	"sgraph.ai/send/cli/internal/running"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
)

func TestMain(m *testing.M) { running.Main(m) }

// passage is the way to the simulated AWS, which kills who goes it at a request.
type passage struct {
	url  string
	left atomic.Int64
	kill atomic.Pointer[os.Process]
}

func newPassage(t *testing.T) *passage {
	t.Helper()
	to, err := url.Parse(moto.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	p := &passage{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.left.Add(-1) == 0 {
			if process := p.kill.Load(); process != nil {
				process.Kill()
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

// Killed wherever it is, and begun again, in the end every record and every byte is on
// AWS, and the service goes on there: what was sent can be received, deleted with its
// secret, and more be sent with the token of before.
func TestKilledOnTheWayToAWS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := running.Serve(t, running.On(dir))
	l := s.Load(t)
	l.Acknowledged(t, 30)
	l.Stop()
	sent := l.Acknowledged(t, 30)
	s.Stop(t)
	key, err := os.ReadFile(filepath.Join(dir, "api-key"))
	if err != nil {
		t.Fatal(err)
	}

	way, table, bucket, cache := newPassage(t), moto.Table(t), moto.Bucket(t), moto.Bucket(t)
	target := []string{
		"SEND__STORAGE_MODE=s3", "SEND__LEDGER_TABLE=" + table, "SEND__S3_BUCKET=" + bucket,
		"CACHE__SERVICE__BUCKET_NAME=" + cache, "SEND__S3_ENDPOINT=" + way.url, "SEND__LEDGER_ENDPOINT=" + way.url,
		"AWS_REGION=" + moto.Region,
	}
	file := filepath.Join(t.TempDir(), "aws.env")
	if err := os.WriteFile(file, []byte(strings.Join(target, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	source := append(running.On(dir), "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing", "HOME="+t.TempDir())
	seed := rand.Uint64()
	t.Logf("the seed is %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for n := range nightly.Or(4, 30) {
		c := running.Command(source, "migrate", "--to", file)
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		way.left.Store(int64(1 + n*80 + chance.IntN(80)))
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		way.kill.Store(c.Process)
		err := c.Wait()
		way.kill.Store(nil)
		if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == -1 {
			killed++
		} else if err != nil {
			t.Fatalf("%v: %s", err, &said)
		}
	}
	if killed < 2 {
		t.Errorf("it was killed %d times", killed)
	}
	said := running.Run(t, source, "migrate", "--to", file)
	if again := running.Run(t, source, "migrate", "--to", file); !strings.Contains(again, "both are the same") {
		t.Errorf("said is\n%s\nand then\n%s", said, again)
	}
	compare(t, dir, table, bucket, cache)

	env := append(source, target...)
	env = append(env, "FAST_API__AUTH__API_KEY__VALUE="+strings.TrimSpace(string(key)))
	there := running.Serve(t, env)
	received := 0
	for _, x := range sent {
		status, body := there.Ask("GET", wire.DownloadTransfer.To(x.ID), nil)
		switch {
		case !x.Deleting.IsZero():
			if !x.Deleted.IsZero() && status == 200 {
				t.Errorf("%s was deleted: %d", x.ID, status)
			}
		case status != 200 || !bytes.Equal(body, x.Body):
			t.Errorf("%s: %d, %d bytes", x.ID, status, len(body))
		default:
			if received++; received > 3 {
				continue
			}
			if !there.Delete(x.ID) {
				t.Errorf("%s cannot be deleted", x.ID)
			}
		}
	}
	if x := there.Send(1000); x == nil || received < 10 {
		t.Errorf("%d were received; nothing can be sent: %v\n%s", received, x == nil, there.Log)
	}
	there.Stop(t)
}

// compare compares a folder with a table and buckets.
func compare(t *testing.T, dir, table, bucket, cache string) {
	t.Helper()
	l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want, got := machine.Records(t, l), machine.Records(t, dynamo.New(table, moto.Load(t)))
	delete(got, send.Key{Set: send.MigrationSet, ID: "target"})
	if !maps.Equal(got, want) || len(want) < 100 {
		t.Errorf("%d records; want %d", len(got), len(want))
	}
	transfers, trail := storage.View(dir)
	for name, stores := range map[string][2]send.Store{
		"transfers": {transfers, s3store.New(bucket, moto.Load(t))}, "trail": {trail, s3store.New(cache, moto.Load(t))},
	} {
		want, got := machine.Objects(t, stores[0]), machine.Objects(t, stores[1])
		if !maps.Equal(got, want) || len(want) < 1 {
			t.Errorf("%s: %d objects; want %d", name, len(got), len(want))
		}
	}
}

// What cannot be is said before anything is done, and what is said is what is.
func TestTheCommandLine(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	file := func(lines ...string) string {
		path := filepath.Join(t.TempDir(), "settings")
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	to := file("SEND__STORAGE_MODE=disk", "SEND__DISK_PATH="+other)
	fails := func(code int, says string, args ...string) {
		t.Helper()
		out, err := running.Command(running.On(dir), append([]string{"migrate"}, args...)...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != code || !strings.Contains(string(out), says) {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	fails(2, "--to")
	fails(1, "no such file", "--to", "nowhere")
	fails(1, "line 1", "--to", file("a secret"))
	fails(1, "SEND__STORAGE_MODE", "--to", file(""))
	fails(1, "AWS_REGION", "--to", file("SEND__STORAGE_MODE=s3"))
	fails(2, "AWS_REGION", "--to", file("AWS_REGION=one"), "--from", file("AWS_REGION=two"))
	fails(3, "nothing to move", "--to", to)

	s := running.Serve(t, running.On(dir))
	x := s.Send(1000)
	fails(6, "in use", "--to", to)
	s.Stop(t)
	said := running.Run(t, running.On(dir), "migrate", "--to", to, "--dry-run")
	transfers := fmt.Sprintf("%-12s %8d\n", "transfer", 1)
	if !strings.Contains(said, "The target is empty") || !strings.Contains(said, transfers) {
		t.Errorf("said is\n%s", said)
	}
	said = running.Run(t, running.On(dir), "migrate", "--to", to)
	if !strings.Contains(said, "All of it is at the target") {
		t.Errorf("said is\n%s", said)
	}
	there := running.Serve(t, running.On(other))
	if status, body := there.Ask("GET", wire.DownloadTransfer.To(x.ID), nil); status != 200 || !bytes.Equal(body, x.Body) {
		t.Errorf("%d, %d bytes", status, len(body))
	}
	there.Stop(t)
	fails(1, "--replace", "--to", to)
}
