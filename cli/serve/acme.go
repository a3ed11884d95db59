package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/version"
)

// issuer has certificates for the hosts, which it gets from an authority by ACME
// (RFC 8555) and renews in time. It keeps them in a folder, from where they are
// after a restart.
type issuer struct {
	hosts   []string
	manager *autocert.Manager

	expiry expiry // of those that it cannot renew

	// found is told what was found out about a host; logs says that the log has what is
	// missing, too.
	found func(finding)
	logs  bool

	mu     sync.Mutex
	asking map[string]*asking
	told   map[string]finding // the last one of each host
}

// asking is one host's certificate as it is being got.
type asking struct {
	done chan struct{} // closed once cert or err is there
	cert *tls.Certificate
	err  error
}

// How long a client is kept waiting for a certificate, and for how long after a
// failure the authority is not asked again, at first and at most: it counts
// failures, too, and has limits.
const (
	issueTime  = 10 * time.Second
	retryFirst = 2 * time.Minute // the manager remembers a failure for one
	retryMost  = time.Hour
)

func readIssuer(env *settings.Env, hosts map[string]string) *issuer {
	folder := settings.ACMECache.In(env)
	if folder == "" {
		beside := env.Text(settings.DiskPath.Env)
		if beside == "" {
			env.Fault(settings.ACMECache.Env, "is not set: set it to a folder that keeps the certificates")
		}
		folder = filepath.Join(beside, "acme")
	}
	i := &issuer{
		hosts: slices.Sorted(maps.Values(hosts)), asking: map[string]*asking{}, told: map[string]finding{},
		found: func(finding) {}, logs: true,
	}
	i.manager = &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(folder),
		Email:      settings.ACMEEmail.In(env),
		Client:     &acme.Client{DirectoryURL: settings.ACMEDirectory.In(env), UserAgent: "sgsend/" + version.Version},
		HostPolicy: i.allowed,
	}
	return i
}

// allowed refuses what is not one of the hosts.
func (i *issuer) allowed(_ context.Context, host string) error {
	if name, _ := splitHost(host); !slices.Contains(i.hosts, name) {
		return errors.New("there is no service of this name here")
	}
	return nil
}

// authority is the name of the host that issues the certificates.
func (i *issuer) authority() string {
	at, err := url.Parse(i.manager.Client.DirectoryURL)
	if err != nil {
		return i.manager.Client.DirectoryURL
	}
	return at.Host
}

// http answers the authority that wants a proof, and leaves the rest to h.
func (i *issuer) http(h http.Handler) http.Handler { return i.manager.HTTPHandler(h) }

// fetch asks for every host's certificate before the first client comes.
func (i *issuer) fetch() {
	for _, host := range i.hosts {
		i.ask(host)
		go i.look(host)
	}
}

// look says what the DNS has against a host, if anything: the authority goes by it, too.
func (i *issuer) look(host string) finding {
	f := leadsHere(host, net.DefaultResolver.LookupNetIP, net.InterfaceAddrs)
	if f.text != "" && i.tell(f) && i.logs {
		slog.Warn("a name may not lead here", "host", host, "why", f.text+" "+f.advice)
	}
	return f
}

// tell tells a finding, unless it was the last one of its name; then it returns false.
func (i *issuer) tell(f finding) bool {
	i.mu.Lock()
	again := i.told[f.host] == f
	i.told[f.host] = f
	i.mu.Unlock()
	if !again {
		i.found(f)
	}
	return !again
}

// get returns the certificate for a client, or the authority, that comes by TLS.
func (i *issuer) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return i.manager.GetCertificate(hello) // the proof that it is told to give
	}
	host, _ := splitHost(hello.ServerName)
	if err := i.allowed(hello.Context(), host); err != nil {
		return nil, err
	}
	a := i.ask(host)
	late := time.NewTimer(issueTime)
	defer late.Stop()
	select {
	case <-a.done:
		return a.cert, a.err
	case <-late.C:
		return nil, fmt.Errorf("there is no certificate for %s yet", host)
	case <-hello.Context().Done():
		return nil, hello.Context().Err()
	}
}

// ask returns the asking for a host's certificate that goes on, or, for a while, the
// one that failed. A certificate that is there the manager has at hand; it is asked
// for with each client, so that a renewed one is found.
func (i *issuer) ask(host string) *asking {
	i.mu.Lock()
	defer i.mu.Unlock()
	a := i.asking[host]
	if a == nil {
		a = i.begin(host, retryFirst)
	}
	return a
}

// begin begins to get a host's certificate; the lock is held.
func (i *issuer) begin(host string, wait time.Duration) *asking {
	a := &asking{done: make(chan struct{})}
	i.asking[host] = a
	go i.issue(host, a, wait)
	return a
}

// issue gets a host's certificate. Where that fails it says what is in the way, and
// tries again after a while, by itself.
func (i *issuer) issue(host string, a *asking, wait time.Duration) {
	a.cert, a.err = i.manager.GetCertificate(modern(host))
	close(a.done)
	if a.err == nil {
		i.mu.Lock()
		delete(i.asking, host)
		i.expiry.look(host, a.cert.Leaf, time.Now())
		i.mu.Unlock()
		i.tell(certified(host, a.cert.Leaf.NotAfter))
		return
	}
	if !i.look(host).absent { // which says why
		i.tell(uncertified(host, a.err, wait))
	}
	if i.logs {
		slog.Error("there is no certificate", "host", host, "cause", a.err.Error(), "again_in", wait.String())
	}
	time.AfterFunc(wait, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.begin(host, min(2*wait, retryMost))
	})
}

// modern is a client that takes keys of elliptic curves: no other certificates are
// got, whatever a client says that it takes.
func modern(host string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:       host,
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	}
}
