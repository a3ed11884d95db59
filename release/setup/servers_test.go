package setup

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Hosts from which Pulumi is fetched.
const (
	files = "get.pulumi.com"
	sums  = "github.com"
)

// internet is what curl finds at both hosts.
type internet struct {
	home string // for CURL_HOME

	mu      sync.Mutex
	served  map[string][]byte // by host and path
	moved   map[string]string // to which address, by host and path
	fetched []string
}

func newInternet(t *testing.T) *internet {
	t.Helper()
	n := &internet{home: t.TempDir(), served: map[string][]byte{}, moved: map[string]string{}}
	server := httptest.NewUnstartedServer(n)
	certificate, authority := certify(t, files, sums)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(n.home, "authority.pem")
	put(t, ca, authority, 0o600)
	put(t, filepath.Join(n.home, ".curlrc"), fmt.Appendf(nil, "cacert = %q\nconnect-to = \"::%s\"\n",
		ca, server.Listener.Addr()), 0o600)
	return n
}

func (n *internet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	where := r.Host + r.URL.Path
	n.fetched = append(n.fetched, where)
	if to, ok := n.moved[where]; ok {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	content, ok := n.served[where]
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(content) // a client that has gone away sees to itself
}

// serve puts something there.
func (n *internet) serve(where string, content []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.served[where] = content
}

// move has everything be where a server without TLS is.
func (n *internet) move(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for where := range n.served {
		n.moved[where] = "http://" + address + "/" + where
	}
}

// requests answers how many there were.
func (n *internet) requests() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.fetched)
}

// certify makes a certificate for some hosts that vouches for itself.
func certify(t *testing.T, hosts ...string) (certificate tls.Certificate, authority []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotAfter: time.Now().Add(time.Hour),
		IsCA:     true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func put(t *testing.T, name string, content []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, mode); err != nil {
		t.Fatal(err)
	}
}

// newPlainServer starts one without TLS, and answers where it listens.
func newPlainServer(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}
