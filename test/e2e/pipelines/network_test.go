package pipelines

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

const (
	functionHosts = ".lambda-url." + region + ".on.aws"
	registryHost  = "ghcr.io"
)

// network answers, by TLS, for the hosts that are not on this machine: the URLs of
// functions, and GitHub's registry. Programs find it as their proxy, and trust it.
func network(t *testing.T, aws http.Handler) (env map[string]string) {
	t.Helper()
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	hosts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == registryHost {
			images.ServeHTTP(w, r)
			return
		}
		aws.ServeHTTP(w, r)
	}))
	certificate, authority := certify(t, "*"+functionHosts, registryHost)
	hosts.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	hosts.StartTLS()
	t.Cleanup(hosts.Close)

	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := r.Host
		if host, _, _ := net.SplitHostPort(to); host == registryHost || strings.HasSuffix(host, functionHosts) {
			to = hosts.Listener.Addr().String()
		}
		tunnel(w, r, to)
	}))
	t.Cleanup(proxy.Close)
	return map[string]string{"HTTPS_PROXY": proxy.URL, "SSL_CERT_FILE": authority}
}

// tunnel answers CONNECT: what comes goes on to another address, and back.
func tunnel(w http.ResponseWriter, r *http.Request, to string) {
	there, err := (&net.Dialer{Timeout: time.Minute}).DialContext(r.Context(), "tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer here.Close()
	if _, err := io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(there, here) // either end may go away
		_ = there.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(here, there)
}

// certify makes a certificate for names, and the file of the authority to trust.
func certify(t *testing.T, names ...string) (certificate tls.Certificate, authority string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	authority = filepath.Join(t.TempDir(), "authority.pem")
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(authority, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, authority
}
