package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/release/pack"
)

// What stands in for the parts of Amazon Linux that deploy/packer/install.sh
// knows.
var amazonLinux = map[string]string{
	"/usr/local/bin/cloud-init":                           "#!/bin/sh\necho \"$@\" >/root/cloud-init.said\n",
	"/usr/local/bin/rpm":                                  "#!/bin/sh\nexec /usr/bin/rpm --nodeps \"$@\"\n",
	"/etc/systemd/system/cloud-init.service":              oneshot,
	"/etc/systemd/system/amazon-ssm-agent.service":        oneshot,
	"/etc/systemd/system/sshd.service":                    oneshot,
	"/etc/ssh/ssh_host_ed25519_key":                       "the key of this instance alone\n",
	"/root/.ssh/authorized_keys":                          "the key of whoever makes the image\n",
	"/var/log/journal/0123456789abcdef/of-before.journal": "",
}

const oneshot = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n" +
	"[Install]\nWantedBy=multi-user.target\n"

// A machine on which the script of the image has run is ended, and another boots
// of its disk: that serves, without a network.
func TestImageServesWithoutTheNetwork(t *testing.T) {
	t.Parallel()
	disk := root(t)
	m := boot(t, disk)
	for path, text := range amazonLinux {
		m.write(t, path, text)
	}
	m.run(t, "sh", "-c", "chmod +x /usr/local/bin/*; systemctl daemon-reload")
	m.run(t, "systemctl", "enable", "--now", "cloud-init", "amazon-ssm-agent", "sshd")
	m.put(t, filepath.Join(checkout, "deploy", "packer", "install.sh"), "/root/install.sh")
	file := packages(t, pack.RPM)[versions[0]]
	made, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(made)
	install := func(digest string) (string, error) {
		m.put(t, file, "/root/sgsend.rpm")
		m.run(t, "mv", "/root/sgsend.rpm", "/tmp") // which is the machine's own
		return m.try(t.Context(), "env", "SHA256="+digest, "bash", "/root/install.sh")
	}
	if said, err := install(strings.Repeat("0", 64)); err == nil {
		t.Errorf("another rpm was installed: %s", said)
	}
	m.run(t, "test", "!", "-e", "/usr/bin/sgsend")
	if said, err := install(hex.EncodeToString(digest[:])); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if said := m.run(t, "cat", "/root/cloud-init.said"); said != "clean --logs\n" {
		t.Errorf("cloud-init is told %q", said)
	}
	m.run(t, "test", "!", "-e", "/tmp/sgsend.rpm")
	m.halt()

	for _, path := range []string{
		"/etc/ssh/ssh_host_ed25519_key", "/root/.ssh", "/var/log/journal/0123456789abcdef", "/var/lib/sgsend",
	} {
		if _, err := os.Lstat(filepath.Join(disk, path)); err == nil {
			t.Errorf("%s is in the image", path)
		}
	}
	if id, err := os.ReadFile(filepath.Join(disk, "etc", "machine-id")); err != nil || len(id) > 0 {
		t.Errorf("the image has a machine's ID: %q, %v", id, err)
	}

	m = boot(t, disk)
	m.run(t, "sgsend", "health", "--ready")
	if state, _ := m.try(t.Context(), "systemctl", "is-active", "sshd"); strings.TrimSpace(state) != "inactive" {
		t.Errorf("SSH is %s", state)
	}
	c := &client.Client{Server: userURL, Token: m.token(t), Transport: strict{m.transport(t), t}}
	s, err := give(t.Context(), c, []byte("from hand to hand"))
	if err == nil {
		err = s.arrives(t.Context(), c)
	}
	if err != nil {
		t.Error(err)
	}
	// People reach it from elsewhere, and the console they do not.
	for address, want := range map[string]bool{"[::1]:8080": true, "[::1]:8081": false} {
		conn, err := m.dial(t.Context(), "tcp", address)
		if err == nil {
			conn.Close()
		}
		if _, refused := err.(*net.OpError); (err == nil) != want || err != nil && !refused {
			t.Errorf("%s: %v", address, err)
		}
	}
}
