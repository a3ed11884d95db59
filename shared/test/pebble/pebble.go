// Package pebble gives tests Pebble, Let's Encrypt's own authority for tests of
// ACME: it demands the proofs that the real one does, and finds every name on this
// machine.
//
// Where it cannot be had (no network at its first use) the test is skipped with
// the reason.
package pebble

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/internal/simulator"
)

// Authority is one that runs.
type Authority struct {
	Directory string         // its URL
	Roots     *x509.CertPool // trust what it makes
	CertFile  string         // trusts the authority itself, as SSL_CERT_FILE says it
}

// Start runs an authority that looks for proofs at two ports of this machine, and
// whose certificates are valid for that long. It ends with the test binary.
func Start(tb testing.TB, httpPort, tlsPort string, validity time.Duration) Authority {
	tb.Helper()
	server := simulator.Server{
		Script: "go-server",
		Args: func(port string) []string {
			return []string{"pebble", port, httpPort, tlsPort, strconv.Itoa(int(validity.Seconds()))}
		},
		Probe:  "/directory",
		Status: http.StatusOK,
	}
	endpoint := simulator.Need(tb, "Pebble", server.Start)
	a := Authority{
		Directory: string(get(tb, endpoint+"/directory")), Roots: x509.NewCertPool(),
		CertFile: filepath.Join(tb.TempDir(), "authority.pem"),
	}
	if !a.Roots.AppendCertsFromPEM(get(tb, endpoint+"/root")) {
		tb.Fatal("the authority has no root")
	}
	if err := os.WriteFile(a.CertFile, get(tb, endpoint+"/tls"), 0o600); err != nil {
		tb.Fatal(err)
	}
	return a
}

func get(tb testing.TB, url string) []byte {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	res, err := asking.Client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", url, res.Status)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
