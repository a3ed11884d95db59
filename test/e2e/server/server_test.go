package server

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/pack"
	"sgraph.ai/send/shared/wire"
)

// Where the sockets of the package listen.
const (
	userURL  = "http://127.0.0.1:8080"
	adminURL = "http://127.0.0.1:8081"
)

// versions are two that are released one after the other.
var versions = []string{"v0.9.1", "v0.9.2"}

// built makes the packages of both versions of this checkout.
func built(t *testing.T) (packages map[string]string) {
	t.Helper()
	checkout := filepath.Join("..", "..", "..")
	here := dist.System{OS: "linux", Arch: runtime.GOARCH}
	packages = map[string]string{}
	for _, version := range versions {
		dir := t.TempDir()
		err := dist.BuildCLI(t.Context(), checkout, "./cli/cmd/sgsend", dir, version, []dist.System{here})
		if err != nil {
			t.Fatal(err)
		}
		p := pack.Package{Root: checkout, Binary: filepath.Join(dir, here.Binary()), Arch: here.Arch, Version: version}
		made, err := p.Make(pack.Deb)
		if err != nil {
			t.Fatal(err)
		}
		packages[version] = filepath.Join(dir, pack.Deb.Name(here))
		if err := os.WriteFile(packages[version], made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return packages
}

var tokenLine = regexp.MustCompile(`Access token +(\S+)`)

// token is what sending needs, as docs/run/server.md has it shown.
func (m *machine) token(t *testing.T) string {
	t.Helper()
	const show = "SEND__DISK_PATH=/var/lib/sgsend sgsend serve --show-secrets"
	said := m.run(t, "sh", "-c", show)
	shown := tokenLine.FindStringSubmatch(said)
	if shown == nil {
		t.Fatalf("no token is shown:\n%s", said)
	}
	return shown[1]
}

// A server's life, from the package to its end. The machine has no network, so
// that nothing of it is needed.
func TestPackageOnAServer(t *testing.T) {
	t.Parallel()
	m := boot(t)
	packages := built(t)
	for _, version := range versions {
		m.put(t, packages[version], "/root/"+version+".deb")
	}

	m.run(t, "dpkg", "--install", "/root/"+versions[0]+".deb")
	if state, _ := m.try(t.Context(), "systemctl", "is-active", "sgsend.service", "sgsend-user.socket"); strings.Contains(
		strings.ReplaceAll(state, "inactive", ""), "active") {
		t.Errorf("the package started what nobody asked for: %s", state)
	}
	m.run(t, "sed", "-i", "$ a SEND__RATE_LIMITS=off", "/etc/sgsend/sgsend.env")
	m.run(t, "systemctl", "enable", "--now", "sgsend", "sgsend-user.socket", "sgsend-admin.socket")
	t.Log(m.run(t, "sgsend", "health"))
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

	t.Log("killed, it is back")
	before := m.pid(t, "sgsend")
	m.run(t, "systemctl", "kill", "--signal=KILL", "sgsend")
	// Whoever comes meanwhile waits at the socket.
	if _, err := fetch(t.Context(), strict{m.transport(t), t}, userURL+wire.Health.Path()); err != nil {
		t.Error(err)
	}
	if after := m.pid(t, "sgsend"); after == before || after == "0" {
		t.Errorf("its process was %s and is %s", before, after)
	}
	c.Transport = strict{m.transport(t), t}
	if err := large.arrives(t.Context(), c); err != nil {
		t.Errorf("after the kill: %v", err)
	}

	m.upgrade(t, token, large)
	if version := m.version(t); version != versions[1] {
		t.Errorf("after the upgrade it is %s", version)
	}
	c.Transport = strict{m.transport(t), t}
	if err := large.arrives(t.Context(), c); err != nil {
		t.Errorf("after the upgrade: %v", err)
	}
	if kept := m.run(t, "tail", "-n1", "/etc/sgsend/sgsend.env"); kept != "SEND__RATE_LIMITS=off\n" {
		t.Errorf("of what the operator wrote there is %q", kept)
	}

	t.Log("removed, it leaves what was sent")
	m.run(t, "dpkg", "--remove", "sgsend")
	if list := m.run(t, "systemctl", "list-units", "--plain", "--no-legend", "sgsend*"); strings.TrimSpace(list) != "" {
		t.Errorf("after the removal there is %s", list)
	}
	m.run(t, "test", "-e", "/etc/sgsend/sgsend.env")
	if said := m.run(t, "dpkg", "--purge", "sgsend"); !strings.Contains(said, "rm -r /var/lib/sgsend") {
		t.Errorf("nothing is said of the data: %s", said)
	}
	m.run(t, "test", "!", "-e", "/etc/sgsend")
	m.run(t, "test", "-s", "/var/lib/sgsend/api-key")
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

// upgrade installs the next version while people send and receive: an upload and
// a download begin with the old process and end after it was told to.
func (m *machine) upgrade(t *testing.T, token string, large sent) {
	t.Helper()
	t.Log("upgraded, it drops nobody")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := load(ctx, t, m, token)

	long := map[string]func(context.Context, *client.Client) error{
		"the upload": func(ctx context.Context, c *client.Client) error {
			s, err := give(ctx, c, large.content[:8<<20])
			if err == nil {
				err = s.arrives(ctx, c)
			}
			return err
		},
		"the download": large.arrives,
	}
	var open []func()
	ended := make(chan error, len(long))
	for name, run := range long {
		g := newGate(2 << 20)
		open = append(open, func() { close(g.open) })
		transport := m.transport(t)
		transport.DialContext = g.through(m.dial)
		c := &client.Client{Server: userURL, Token: token, Transport: strict{transport, t}}
		go func() {
			err := run(t.Context(), c)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			ended <- err
		}()
		select {
		case <-g.reached:
		case err := <-ended:
			t.Fatalf("%s did not get half way: %v", name, err)
		}
	}

	installed := make(chan error, 1)
	go func() {
		out, err := m.try(t.Context(), "dpkg", "--install", "/root/"+versions[1]+".deb")
		t.Logf("%s", out)
		installed <- err
	}()
	m.eventually(t, "the old process is told to end", func() bool {
		state, _ := m.try(t.Context(), "systemctl", "show", "--property=ActiveState", "--value", "sgsend")
		return strings.TrimSpace(state) == "deactivating"
	})
	for _, open := range open {
		open()
	}
	for range long {
		<-ended
	}
	if err := <-installed; err != nil {
		t.Errorf("dpkg: %v", err)
	}
	stop()
	t.Logf("%d rounds of load", wait())
}

func (m *machine) eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to it that %s", what)
		}
	}
}
