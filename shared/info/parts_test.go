package info_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/info"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/web"
)

func ask(t *testing.T, ledger send.Ledger, store send.Store) string {
	t.Helper()
	return askAll(t, &info.Readiness{Ledger: ledger, Store: store, Set: send.TokenSet, Prefix: send.PayloadPrefix})
}

func askAll(t *testing.T, ready *info.Readiness) string {
	t.Helper()
	routes := mux.NewRouter()
	ready.Route(routes)
	w := httptest.NewRecorder()
	web.Settings{}.Wrap(routes).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/info/ready", nil))
	return strings.TrimSpace(w.Body.String())
}

// none is what is told of secrets where there are none by reference.
const none = `"secrets":"not_configured"}`

func openLedger(t *testing.T) *bolt.Ledger {
	t.Helper()
	ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	return ledger
}

// A disk whose folder is gone, and a ledger that is closed, are found out.
func TestReadinessOfOneMachine(t *testing.T) {
	t.Parallel()
	ledger, root := openLedger(t), t.TempDir()
	store, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, ledger, store)
	if want := `{"status":"ok","ledger":"ok","store":"ok","disk":"ok",` + none; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	got = ask(t, ledger, store)
	if !strings.HasPrefix(got, `{"status":"unavailable","ledger":"unavailable","store":"unavailable"`) {
		t.Errorf("without either: %s", got)
	}
}

// A bucket that is not there is found out, though S3 says of each object in it, too,
// that there is none.
func TestReadinessOnS3(t *testing.T) {
	t.Parallel()
	config := moto.Load(t)
	ledger := openLedger(t)
	got := ask(t, ledger, s3store.New(moto.Bucket(t), config))
	if want := `{"status":"ok","ledger":"ok","store":"ok","disk":"ok",` + none; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	got = ask(t, ledger, s3store.New("there-is-none", config))
	if want := `{"status":"unavailable","ledger":"ok","store":"unavailable","disk":"ok",` + none; got != want {
		t.Errorf("without its bucket: %s, not %s", got, want)
	}
}

// full is a ledger whose disk is full.
type full struct{ send.Ledger }

func (full) Room() error { return send.Fail(send.Full, "full") }

// A ledger whose disk is full is found out, though it still answers, and though
// something stands before it that knows nothing of disks.
func TestReadinessOfALedgerThatIsFull(t *testing.T) {
	t.Parallel()
	ledger := openLedger(t)
	got := askAll(t, &info.Readiness{
		Ledger: struct{ send.Ledger }{ledger}, Kept: full{ledger}, Set: send.TokenSet,
		Store: s3store.New(moto.Bucket(t), moto.Load(t)), Prefix: send.PayloadPrefix,
	})
	if want := `{"status":"unavailable","ledger":"ok","store":"ok","disk":"full",` + none; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// A secret that cannot be read is found out, and neither its value nor its name
// told.
func TestReadinessOfSecrets(t *testing.T) {
	t.Parallel()
	ledger := openLedger(t)
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	with := func(origin string) string {
		t.Helper()
		from := &secret.Sources{Ledger: ledger}
		env := settings.New(func(string) string { return origin })
		from.Value(settings.OriginSecrets.In(env)...)
		return askAll(t, &info.Readiness{
			Ledger: ledger, Store: store, Set: send.TokenSet, Prefix: send.PayloadPrefix, Secrets: from,
		})
	}
	const parts = `"ledger":"ok","store":"ok","disk":"ok",`
	if got, want := with("a-secret-that-is-told"), `{"status":"ok",`+parts+`"secrets":"not_configured"}`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := with("ledger:origin"), `{"status":"unavailable",`+parts+`"secrets":"unavailable"}`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if _, err := send.SharedOrigin.Keep(t.Context(), ledger, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := with("ledger:origin"), `{"status":"ok",`+parts+`"secrets":"ok"}`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
