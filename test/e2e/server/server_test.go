package server

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/release/pack"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
)

// Where the sockets of the package listen.
const (
	userURL  = "http://127.0.0.1:8080"
	adminURL = "http://127.0.0.1:8081"
)

// A server's life, from the package to its end. The machine has no network, so
// that nothing of it is needed.
func TestPackageOnAServer(t *testing.T) {
	t.Parallel()
	m := boot(t, root(t))
	m.bring(t, pack.Deb)

	m.run(t, "apt", "install", "--yes", "--no-install-recommends", "/root/"+versions[0]+".deb")
	if units := m.run(t, "systemctl", "list-units", "--plain", "--no-legend", "sgsend*"); strings.TrimSpace(units) != "" {
		t.Errorf("the package started what nobody asked for: %s", units)
	}
	m.run(t, "sed", "-i", "$ a SEND__RATE_LIMITS=off", "/etc/sgsend/sgsend.env")
	m.run(t, "systemctl", "enable", "--now", "sgsend.service", "sgsend-user.socket", "sgsend-admin.socket")
	m.run(t, "sgsend", "health", "--ready")
	if version := m.version(t); version != versions[0] {
		t.Errorf("it is %s", version)
	}
	token := m.token(t)
	c := &client.Client{Server: userURL, Token: token, Transport: strict{m.transport(t), t}}
	// More than the buffers on the way hold.
	large, err := give(t.Context(), c, bytes.Repeat([]byte("all of it "), 3<<20))
	if err != nil {
		t.Fatal(err)
	}

	m.kill(t, "sgsend.service")
	m.has(t, large, "killed, it is back")
	m.run(t, "systemctl", "restart", "sgsend.service")
	m.has(t, large, "restarted, it has what it had")

	for n := range nightly.Or(1, 7) { // forth, and at night back and forth
		to := versions[(n+1)%len(versions)]
		m.upgrade(t, token, to, []string{"sgsend.service"}, large, "dpkg", "--install", "/root/"+to+".deb")
		m.has(t, large, "upgraded, it has what it had")
	}
	if kept := m.run(t, "tail", "-n1", "/etc/sgsend/sgsend.env"); kept != "SEND__RATE_LIMITS=off\n" {
		t.Errorf("of what the operator wrote there is %q", kept)
	}

	// As docs/run/server.md has it.
	m.run(t, "sgsend", "backup", "--data", "/var/lib/sgsend", "/root/backup.tar")
	m.run(t, "systemctl", "stop", "sgsend.service")
	m.run(t, "sgsend", "restore", "--data", "/var/lib/sgsend", "--replace", "/root/backup.tar")
	m.run(t, "chown", "-R", "sgsend:", "/var/lib/sgsend")
	m.run(t, "systemctl", "start", "sgsend.service")
	m.has(t, large, "restored, it has what it had")

	m.withDomain(t)

	t.Log("removed, it leaves what was sent")
	m.run(t, "apt", "remove", "--yes", "sgsend")
	if list := m.run(t, "systemctl", "list-units", "--plain", "--no-legend", "sgsend*"); strings.TrimSpace(list) != "" {
		t.Errorf("after the removal there is %s", list)
	}
	m.run(t, "test", "-e", "/etc/sgsend/sgsend.env")
	if said := m.run(t, "apt", "purge", "--yes", "sgsend"); !strings.Contains(said, "rm -r /var/lib/sgsend") {
		t.Errorf("nothing is said of the data: %s", said)
	}
	m.run(t, "test", "!", "-e", "/etc/sgsend/sgsend.env")
	m.run(t, "test", "-s", "/var/lib/sgsend/api-key")
}

// withDomain has the service speak TLS itself, on ports that its user could not
// open.
func (m *machine) withDomain(t *testing.T) {
	t.Helper()
	t.Log("with a domain, it speaks TLS")
	cert, key := certificate(t, "send.example.org", "admin.send.example.org")
	m.write(t, "/etc/sgsend/tls/cert.pem", cert)
	m.write(t, "/etc/sgsend/tls/key.pem", key)
	m.run(t, "chown", "sgsend:", "/etc/sgsend/tls/key.pem")
	m.run(t, "sed", "-i", `$ a SEND__DOMAIN=send.example.org\nSEND__TLS_CERT=/etc/sgsend/tls/cert.pem`+
		`\nSEND__TLS_KEY=/etc/sgsend/tls/key.pem`, "/etc/sgsend/sgsend.env")
	m.run(t, "systemctl", "disable", "--now", "sgsend.service", "sgsend-user.socket", "sgsend-admin.socket")
	m.run(t, "systemctl", "enable", "--now", "sgsend.service", "sgsend-https.socket", "sgsend-http.socket")
	m.run(t, "sh", "-c", "set -a; . /etc/sgsend/sgsend.env; sgsend health")
	transport := m.transport(t)
	transport.TLSClientConfig = &tls.Config{RootCAs: pool(t, cert), ServerName: "send.example.org"}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://127.0.0.1"+wire.Health.Path(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "send.example.org"
	resp, err := strict{transport, t}.RoundTrip(r)
	if err == nil {
		resp.Body.Close()
	}
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "send.example.org"
	if resp, err = transport.RoundTrip(r); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "https://send.example.org/" {
		t.Errorf("who comes without TLS is sent to %q", to)
	}
}

var tokenLine = regexp.MustCompile(`Access token +(\S+)`)

// token is what sending needs, as docs/run/server.md has it shown.
func (m *machine) token(t *testing.T) string {
	t.Helper()
	said := m.run(t, "sh", "-c", "SEND__DISK_PATH=/var/lib/sgsend sgsend serve --show-secrets")
	shown := tokenLine.FindStringSubmatch(said)
	if shown == nil {
		t.Fatalf("no token is shown:\n%s", said)
	}
	return shown[1]
}

// version is the one that answers.
func (m *machine) version(t *testing.T) string {
	t.Helper()
	text, err := fetch(t.Context(), strict{m.transport(t), t}, userURL+wire.Version.Path())
	var reply struct{ Version string }
	if err == nil {
		err = json.Unmarshal(text, &reply)
	}
	if err != nil {
		t.Fatal(err)
	}
	return reply.Version
}

// kill kills a service's process, and asks the next.
func (m *machine) kill(t *testing.T, unit string) {
	t.Helper()
	before := m.pid(t, unit)
	m.run(t, "systemctl", "kill", "--signal=KILL", unit)
	// Whoever comes meanwhile waits at the socket.
	if _, err := fetch(t.Context(), strict{m.transport(t), t}, userURL+wire.Health.Path()); err != nil {
		t.Error(err)
	}
	if after := m.pid(t, unit); after == before || after == "0" {
		t.Errorf("its process was %s and is %s", before, after)
	}
}

func (m *machine) eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to it that %s", what)
		}
	}
}
