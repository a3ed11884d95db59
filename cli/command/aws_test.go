package command

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// Where there are no credentials that is what is said, and nothing else; and nobody is
// asked for some where it is only to be seen what would be done.
func TestNoCredentials(t *testing.T) {
	var asked atomic.Int32
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer metadata.Close()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_REGION", "eu-west-2")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
	log, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	defer func(err *os.File) { os.Stderr = err }(os.Stderr)
	os.Stderr = log

	e := Env{Getenv: os.Getenv}
	for _, c := range []struct {
		dryRun   bool
		disabled string
		asks     bool
	}{{true, "", false}, {true, "false", true}, {false, "", true}} {
		asked.Store(0)
		t.Setenv(metadataDisabled, c.disabled)
		if _, err := e.awsConfig(t.Context(), c.dryRun); !errors.Is(err, errNoCredentials) ||
			strings.Contains(err.Error(), "IMDS") {
			t.Errorf("%+v: %v", c, err)
		}
		if n := asked.Load(); (n > 0) != c.asks {
			t.Errorf("%+v: the machine was asked %d times", c, n)
		}
	}
	if said, err := os.ReadFile(log.Name()); err != nil || len(said) > 0 {
		t.Errorf("beside it stands %q, %v", said, err)
	}
	t.Setenv("AWS_REGION", "")
	if _, err := e.awsConfig(t.Context(), true); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}
