package serve_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/logtest"
)

// The recipes of docs/proxies.md, as they stand there but for addresses and
// certificate, under the programs that they are for.
func TestRecipesOfProxies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/proxies.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]struct {
		around func(dir, address, recipe string) string
		args   func(file, dir string) []string
	}{
		"nginx": {
			around: func(dir, address, recipe string) string {
				recipe = replaceAll(t, recipe, "listen 443", "listen "+address,
					"/etc/ssl/send.example.org.pem", dir+"/cert.pem", "/etc/ssl/send.example.org.key", dir+"/key.pem")
				var temporary string
				for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
					temporary += kind + "_temp_path " + dir + "/" + kind + ";\n"
				}
				return "daemon off; user root; pid " + dir + "/pid; error_log stderr; events {}\n" +
					"http { access_log off;\n" + temporary + recipe + "}\n"
			},
			args: func(file, dir string) []string { return []string{"-c", file, "-p", dir, "-e", "stderr"} },
		},
		"caddy": {
			around: func(dir, address, recipe string) string {
				return "{\nadmin off\nauto_https off\n}\n" + replaceAll(t, recipe, "send.example.org {",
					"https://"+address+" {\nbind 127.0.0.1\ntls "+dir+"/cert.pem "+dir+"/key.pem")
			},
			args: func(file, _ string) []string { return []string{"run", "--adapter", "caddyfile", "--config", file} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(name)
			if err != nil { // that is in the path of administrators only
				program, err = exec.LookPath("/usr/sbin/" + name)
			}
			if err != nil {
				t.Skipf("SKIPPED: %s is not installed; tools/setup does it: %v", name, err)
			}
			_, recipe, _ := strings.Cut(string(page), "```"+name+"\n")
			recipe, _, found := strings.Cut(recipe, "\n```")
			if !found {
				t.Fatal("there is no recipe")
			}
			data := t.TempDir()
			m, _ := manage(t, "user", "admin")
			s := m.start(data, "SEND__TRUSTED_PROXIES=127.0.0.1", "SEND__RATE_LIMITS=info=1/10m")
			recipe = replaceAll(t, recipe, "127.0.0.1:8080", strings.TrimPrefix(s.user, "http://"))

			dir, address := t.TempDir(), free(t)
			roots := certificate(t, dir)
			file := filepath.Join(dir, "proxy.conf")
			if err := os.WriteFile(file, []byte(p.around(dir, address, recipe+"\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			var log logtest.Buffer
			proxy := exec.Command(program, p.args(file, dir)...)
			proxy.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
			proxy.Stdout, proxy.Stderr = &log, &log
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { defer close(ended); proxy.Wait() }()
			t.Cleanup(func() {
				proxy.Process.Signal(os.Interrupt)
				<-ended
			})
			defer func() {
				if t.Failed() {
					t.Logf("%s says:\n%s", name, &log)
				}
			}()
			eventually(t, "the proxy does not answer", func() bool {
				select {
				case <-ended:
					t.Fatal("the proxy ended")
				default:
				}
				conn, err := net.Dial("tcp", address)
				if err == nil {
					conn.Close()
				}
				return err == nil
			})
			throughProxy(t, s, "https://"+address, roots)

			// Neither does an upgrade behind it show to its clients.
			m.restart(s, 3, func() *server { return m.start(data) }, func() *sender {
				transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
				return &sender{s.token, "https://" + address, &http.Client{Transport: transport}}
			})
		})
	}
}

// throughProxy sends and receives, and looks at what the service takes its
// clients for.
func throughProxy(t *testing.T, s *server, origin string, roots *x509.CertPool) {
	t.Helper()
	from := func(address string) *http.Transport {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
		transport := &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots}}
		t.Cleanup(transport.CloseIdleConnections)
		return transport
	}
	content := sealed(11 << 20) // any bytes
	c := &client.Client{Server: origin, Token: s.token, Transport: from("127.0.0.1")}
	for _, n := range []int{3 << 20, len(content)} { // in one request, and in parts
		sent, err := c.Send(t.Context(), client.File{
			Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content[:n]), Size: int64(n),
		}, client.Options{})
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		var got bytes.Buffer
		_, err = c.Receive(t.Context(), sent.Link, client.Into(&got))
		if err != nil || !bytes.Equal(got.Bytes(), content[:n]) {
			t.Fatalf("%d of %d bytes came: %v", got.Len(), n, err)
		}
	}

	ask := func(transport *http.Transport, path string, headers ...string) (int, http.Header) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := (&http.Client{Transport: transport, Timeout: time.Minute}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode, resp.Header
	}
	if status, h := ask(from("127.0.0.1"), "/info/health"); status != 200 || h.Get("Strict-Transport-Security") == "" {
		t.Errorf("the service does not know that it was asked by TLS: %d %v", status, h)
	}
	probe, err := net.ListenPacket("udp", "127.0.0.2:0")
	if err != nil {
		t.Logf("this machine has no second address of its own: %v", err)
		return
	}
	probe.Close()
	const info = "/api/transfers/info/ffffffffffff"
	one, other := from("127.0.0.2"), from("127.0.0.3")
	var got []int
	for _, transport := range []*http.Transport{one, one, other} {
		status, _ := ask(transport, info)
		got = append(got, status)
	}
	forged, _ := ask(other, info, "X-Forwarded-For", "127.0.0.4")
	if got[0] != 404 || got[1] != 429 || got[2] != 404 || forged != 429 {
		t.Errorf("of one client %v, and then of another that forges its address %d; "+
			"want one answer for each of two clients", got, forged)
	}
}

// replaceAll replaces what has to be there, in pairs.
func replaceAll(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the recipe has no %q:\n%s", pairs[i], text)
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// free returns an address at which nobody listens: of a port that no system gives
// by itself, or another test would soon have it.
func free(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(10_000+rand.IntN(20_000)))
		if _, given := freed.LoadOrStore(address, true); given {
			continue
		}
		if ln, err := net.Listen("tcp", address); err == nil {
			ln.Close()
			return address
		}
	}
	t.Fatal("there is no port")
	return ""
}

// freed are the addresses that free returned.
var freed sync.Map

// certificate writes that of net/http/httptest, which is for 127.0.0.1, and
// returns who trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	own := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: own.Certificate[0]},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}
