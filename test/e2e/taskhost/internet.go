package taskhost

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Internet is a proxy behind which names lead to where a test wants them to, by TLS
// under certificates of an authority of its own. Programs use it that are told its
// [Internet.Variables]; they need not know that they are tested. All other names are
// those of the world.
type Internet struct {
	ca    *x509.Certificate
	key   *ecdsa.PrivateKey
	roots []byte // of the world and of this authority, as PEM
	dir   string
	proxy *url.URL
	leaf  *ecdsa.PrivateKey // of all certificates

	mu     sync.Mutex
	places map[string]*place           // by name
	inside map[string]http.Handler     // by name and port
	issued map[string]*tls.Certificate // by name
}

// place is where a name leads to.
type place struct {
	conns  chan net.Conn
	server *http.Server
}

// NewInternet starts one that ends with the test.
func NewInternet(tb testing.TB) *Internet {
	tb.Helper()
	n := &Internet{
		dir: tb.TempDir(), places: map[string]*place{}, inside: map[string]http.Handler{},
		issued: map[string]*tls.Certificate{},
	}
	if err := n.found(); err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	n.proxy = &url.URL{Scheme: "http", Host: listener.Addr().String()}
	server := &http.Server{Handler: http.HandlerFunc(n.connect), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener) // until it is closed, and that is what it says then
	tb.Cleanup(func() {
		server.Close()
		n.mu.Lock()
		defer n.mu.Unlock()
		for _, p := range n.places {
			p.server.Close()
		}
	})
	return n
}

// found makes the authority, and the file of whom programs are to trust.
func (n *Internet) found() error {
	var err error
	if n.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	if n.leaf, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Internet of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, n.key.Public(), n.key)
	if err != nil {
		return err
	}
	if n.ca, err = x509.ParseCertificate(made); err != nil {
		return err
	}
	// Where Debian and its kin have them. Without them the world is not trusted.
	n.roots, _ = os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	n.roots = append(n.roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})...)
	return os.WriteFile(n.rootsFile(), n.roots, 0o644)
}

func (n *Internet) rootsFile() string { return filepath.Join(n.dir, "roots.pem") }

// Variables tell a program of this machine to go by this Internet. One that has
// another root is to find [Internet.Roots] where it looks for them.
func (n *Internet) Variables() map[string]string {
	return map[string]string{
		"HTTPS_PROXY": n.proxy.String(), "HTTP_PROXY": n.proxy.String(), "NO_PROXY": "127.0.0.1,localhost",
		"SSL_CERT_FILE": n.rootsFile(),
	}
}

// Roots are whom to trust here, as PEM.
func (n *Internet) Roots() []byte { return n.roots }

// Transport reaches it, from an address of this machine if one is given.
func (n *Internet) Transport(from net.IP) *http.Transport {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(n.roots)
	t := &http.Transport{
		Proxy: http.ProxyURL(n.proxy), TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true,
	}
	if from != nil {
		t.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}).DialContext
	}
	return t
}

// Serve has a name lead to a handler, whose requests come from where the connection
// to the proxy does.
func (n *Internet) Serve(name string, h http.Handler) {
	p := &place{conns: make(chan net.Conn)}
	p.server = &http.Server{
		Handler: h, ReadHeaderTimeout: time.Minute,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: n.certificate},
	}
	n.mu.Lock()
	old := n.places[name]
	n.places[name] = p
	n.mu.Unlock()
	go p.server.ServeTLS(&handed{p.conns, make(chan struct{})}, "", "")
	if old != nil {
		// Who asks it already is answered.
		go old.server.Shutdown(context.Background())
	}
}

// ServeInside has a name and port lead to a handler without TLS, as names do that only
// a network knows; nil takes it away.
func (n *Internet) ServeInside(name string, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.inside[name] = h
}

func (n *Internet) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		n.mu.Lock()
		h := n.inside[r.URL.Host]
		n.mu.Unlock()
		if h == nil {
			http.Error(w, "nothing is called "+r.URL.Host, http.StatusBadGateway)
			return
		}
		h.ServeHTTP(w, r)
		return
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	p := n.places[name]
	n.mu.Unlock()
	var world net.Conn
	if p == nil {
		if world, err = net.DialTimeout("tcp", r.Host, time.Minute); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if p != nil {
		p.conns <- read{conn, buffered.Reader}
		return
	}
	go func() { _, _ = io.Copy(world, buffered); world.Close() }()
	_, _ = io.Copy(conn, world)
	conn.Close()
}

// certificate issues what a client asks for by name.
func (n *Internet) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := hello.ServerName
	if n.places[name] == nil {
		return nil, fmt.Errorf("nothing is called %q", name)
	}
	if n.issued[name] != nil {
		return n.issued[name], nil
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(n.issued)) + 2), DNSNames: []string{name},
		NotBefore: n.ca.NotBefore, NotAfter: n.ca.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	made, err := x509.CreateCertificate(rand.Reader, template, n.ca, n.leaf.Public(), n.key)
	if err != nil {
		return nil, err
	}
	n.issued[name] = &tls.Certificate{Certificate: [][]byte{made}, PrivateKey: n.leaf}
	return n.issued[name], nil
}

// handed is a listener for connections that somebody else has accepted.
type handed struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.closed:
		return nil, errors.New("closed")
	}
}

func (h *handed) Close() error   { close(h.closed); return nil }
func (h *handed) Addr() net.Addr { return &net.TCPAddr{} }

// read is a connection of which something was read ahead.
type read struct {
	net.Conn
	ahead *bufio.Reader
}

func (r read) Read(b []byte) (int, error) { return r.ahead.Read(b) }
