package serve_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/shared/wire"
)

// authority is one that certificates are made by.
type authority struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	roots *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, roots: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority of the tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.key = newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.roots.AddCert(a.cert)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// write writes a certificate of these names, or addresses, and its key; and returns
// the settings that name them.
func (a *authority) write(dir string, serial int64, names ...string) []string {
	a.t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key := newKey(a.t)
	cert, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	var set []string
	for setting, block := range map[string]*pem.Block{
		"SEND__TLS_CERT": {Type: "CERTIFICATE", Bytes: cert}, "SEND__TLS_KEY": {Type: "PRIVATE KEY", Bytes: der},
	} {
		path := filepath.Join(dir, setting+".pem")
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
		set = append(set, setting+"="+path)
	}
	return set
}

// serial is that of the certificate which is shown at an address.
func serial(t *testing.T, address, name string, roots *x509.CertPool) int64 {
	t.Helper()
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if p := c.ConnectionState().NegotiatedProtocol; p != "" && p != "http/1.1" {
		t.Errorf("spoken is %q", p)
	}
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// healthy asks by the command whether both services answer.
func healthy(t *testing.T, env ...string) {
	t.Helper()
	told := map[string]string{}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		told[name] = value
	}
	var out bytes.Buffer
	err := serve.Health(t.Context(), func(name string) string { return told[name] }, true, tellsOfHealth(&out))
	if err != nil || out.String() != "user: ok\nadmin: ok\n" {
		t.Errorf("health says %q, %v", &out, err)
	}
}

// seesUser asks the console's system page whether the user service answers it.
func seesUser(t *testing.T, s *server, c *http.Client, admin string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", admin+wire.Services.To(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-Key", s.key)
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var told wire.ServicesReply
	if err := json.NewDecoder(res.Body).Decode(&told); err != nil || told.User.Status != wire.OK {
		t.Errorf("the console sees of the user service %+v, %v", told.User, err)
	}
}

// Both services speak TLS where they are, with all that they promise without; and a
// certificate that is renewed is shown without a restart.
func TestTLSByFiles(t *testing.T) {
	t.Parallel()
	a, dir := newAuthority(t), t.TempDir()
	env := append(a.write(dir, 7, "127.0.0.1"), "SEND__RATE_LIMITS=info=1/10m")
	s := start(t, t.TempDir(), env...)
	if !strings.HasPrefix(s.user, "https://127.0.0.1:") {
		t.Fatalf("it is at %s", s.user)
	}
	throughProxy(t, s, s.user, a.roots)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.roots}}
	defer transport.CloseIdleConnections()
	seesUser(t, s, &http.Client{Transport: transport}, s.admin)
	user, admin := strings.TrimPrefix(s.user, "https://"), strings.TrimPrefix(s.admin, "https://")
	healthy(t, append(env, "SEND__USER_ADDR="+user, "SEND__ADMIN_ADDR="+admin)...)

	if got := serial(t, user, "127.0.0.1", a.roots); got != 7 {
		t.Fatalf("the certificate has the number %d", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "SEND__TLS_CERT.pem"), []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing is said of a certificate that cannot be used", func() bool {
		if got := serial(t, user, "127.0.0.1", a.roots); got != 7 {
			t.Fatalf("with half of a certificate there is one of the number %d", got)
		}
		return strings.Contains(s.log.String(), "cannot be used")
	})
	a.write(dir, 8, "127.0.0.1")
	for _, address := range []string{user, admin} {
		eventually(t, "the certificate stays", func() bool { return serial(t, address, "127.0.0.1", a.roots) == 8 })
	}
}

// Who speaks a TLS that is too old is not spoken with.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	s := start(t, t.TempDir(), a.write(t.TempDir(), 1, "127.0.0.1")...)
	for version, well := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		for _, address := range []string{s.user, s.admin} {
			c, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), &tls.Config{
				RootCAs: a.roots, MinVersion: version, MaxVersion: version,
			})
			if (err == nil) != well {
				t.Errorf("%s speaks %s: %v", address, tls.VersionName(version), err)
			}
			if err == nil {
				c.Close()
			}
		}
	}
}

func TestTLSIsToldAsAWhole(t *testing.T) {
	t.Parallel()
	a, dir := newAuthority(t), t.TempDir()
	set := a.write(dir, 1, "127.0.0.1")
	for fault, env := range map[string][]string{
		"SEND__TLS_KEY is not set":                      {"SEND__TLS_CERT=" + dir},
		"SEND__TLS_CERT is not set":                     {"SEND__TLS_KEY=" + dir},
		"SEND__TLS_CERT, SEND__TLS_KEY: stat ":          {set[0], set[1], "SEND__TLS_CERT=" + dir + "/none"},
		"SEND__DOMAIN must be a host name":              {"SEND__DOMAIN=https://send.test"},
		"SEND__ADMIN_DOMAIN must not be the name":       {"SEND__DOMAIN=send.test", "SEND__ADMIN_DOMAIN=send.test"},
		"SEND__ACME_EMAIL must be an address of e-mail": {"SEND__DOMAIN=send.test", "SEND__ACME_EMAIL=me"},
	} {
		told := map[string]string{"SEND__DISK_PATH": t.TempDir(), "SEND__USER_ADDR": "127.0.0.1:0"}
		for _, e := range env {
			name, value, _ := strings.Cut(e, "=")
			told[name] = value
		}
		getenv := func(name string) string { return told[name] }
		err := serve.Run(t.Context(), getenv, serve.Console{Out: io.Discard, Log: io.Discard})
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%v: ended with %v, want %q", env, err, fault)
		}
	}
}

// visitor reaches any name at one address for TLS and one without.
func visitor(t *testing.T, https, http1 string, roots *x509.CertPool) *http.Client {
	t.Helper()
	var dialer net.Dialer
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasSuffix(address, ":80") {
				return dialer.DialContext(ctx, network, http1)
			}
			return dialer.DialContext(ctx, network, https)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// comesBack fails the test unless who signs in with the provider comes back to the
// console as people reach it.
func comesBack(t *testing.T, c *http.Client, admin, origin string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), wire.BeginSignOn.Method, admin+wire.BeginSignOn.To(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var told wire.BeginSignOnReply
	err = json.NewDecoder(res.Body).Decode(&told)
	at, parseErr := url.Parse(told.URL)
	if err != nil || parseErr != nil || at.Query().Get("redirect_uri") != origin+wire.FinishSignOn.To() {
		t.Errorf("%s: a sign-in goes on at %q, %v", res.Status, told.URL, errors.Join(err, parseErr))
	}
}

// With one domain both services are at one address, each at its name, and whoever
// comes without TLS is sent on.
func TestOneDomain(t *testing.T) {
	t.Parallel()
	a, https, plain := newAuthority(t), free(t), free(t)
	env := append(a.write(t.TempDir(), 1, "send.test", "admin.send.test"),
		"SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR="+https, "SEND__HTTP_ADDR="+plain)
	provider := signontest.NewLocal(t, time.Now)
	env = append(env, "SEND__OIDC_ISSUER="+provider.Issuer, "SEND__OIDC_CLIENT_ID="+signontest.Client,
		"SEND__OIDC_CLIENT_SECRET="+signontest.Secret, "SEND__OIDC_OPERATORS=root")
	s := start(t, t.TempDir(), env...)
	_, port, _ := net.SplitHostPort(https)
	if s.user != "https://send.test:"+port || s.admin != "https://admin.send.test:"+port {
		t.Errorf("it is at %s and %s", s.user, s.admin)
	}
	healthy(t, env...)
	c := visitor(t, https, plain, a.roots)
	seesUser(t, s, c, "https://admin.send.test")
	comesBack(t, c, "https://admin.send.test", "https://admin.send.test:"+port)
	for _, q := range []struct {
		method, url, host string
		status            int
		to                string
	}{
		{"GET", "https://send.test/info/health", "", 200, ""},
		{"GET", "https://send.test/tokens/list", "", 404, ""},
		{"GET", "https://admin.send.test/tokens/list", "", 401, ""},
		{"GET", "https://send.test/tokens/list", "ADMIN.send.test.:" + port, 401, ""}, // the name decides that is asked
		{"GET", "https://send.test/", "other.test", 421, ""},
		{"GET", "http://send.test/d/?a=b", "", 308, "https://send.test/d/?a=b"},
		{"GET", "http://send.test/", "admin.send.test:8080", 308, "https://admin.send.test:" + port + "/"},
		{"GET", "http://send.test//other.test", "", 308, "https://send.test//other.test"},
		{"GET", "http://send.test/", "other.test", 421, ""},
		{"POST", "http://send.test/api/transfers/create", "", 400, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), q.method, q.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = q.host
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != q.status || res.Header.Get("Location") != q.to {
			t.Errorf("%s %s (%s): %d %q", q.method, q.url, q.host, res.StatusCode, res.Header.Get("Location"))
		}
		if hsts := res.Header.Get("Strict-Transport-Security"); (hsts != "") != (r.URL.Scheme == "https" && q.status != 421) {
			t.Errorf("%s %s: Strict-Transport-Security is %q", q.method, q.url, hsts)
		}
	}

	// One that is alone is at its name, too.
	one, its := free(t), free(t)
	_, p, _ := alone(t, append(env, "SEND__SERVICE=user", "SEND__ENABLE_AUTH=false", "SEND__HTTPS_ADDR="+one,
		"SEND__HTTP_ADDR="+its)...)
	c = visitor(t, one, its, a.roots)
	for url, status := range map[string]int{
		"https://send.test/info/health": 200, "http://send.test/": 308, "http://admin.send.test/": 421,
	} {
		res, err := c.Get(url)
		if err != nil {
			t.Fatal(err, p)
		}
		res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%s: %d", url, res.StatusCode)
		}
	}
}

// Whoever begins to speak TLS and does not go on holds nobody's place.
func TestSlowHandshakes(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	s := start(t, t.TempDir(), append(a.write(t.TempDir(), 1, "127.0.0.1"), "SEND__CLIENT_CONNECTIONS=10")...)
	address := strings.TrimPrefix(s.user, "https://")
	for i := range 50 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%2 == 0 {
			_, _ = c.Write([]byte{22, 3, 1}) // of a record with a handshake
		}
	}
	serial(t, address, "127.0.0.1", a.roots)
}
