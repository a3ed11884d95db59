package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const pkg = "the package, for what the test knows of packages"

// boot is a first start as a stack makes it.
func boot() Boot {
	sum := sha256.Sum256([]byte(pkg))
	return Boot{
		Region: "eu-west-2", Group: "sgraph-send-dev", Hook: "answers",
		Package: Package{
			Bucket: "123456789012--sgraph-send-artifacts--dev--eu-west-2", Key: "server/sgsend-arm64.rpm",
			SHA256: hex.EncodeToString(sum[:]),
		},
		Services: []Service{
			{Name: "user", LogGroup: "/sgraph-send/user-dev", Tells: map[string]string{"SEND__STAGE": "dev"}},
			{Name: "admin", LogGroup: "/sgraph-send/admin-dev", Tells: map[string]string{
				"SEND__DEPLOYMENT": `{"keep_secrets":{"generation":1,"created_by":"stack dev"}}`,
			}},
		},
	}
}

// hostile are values that would be something else where they were not quoted.
var hostile = []string{
	"$(touch /tmp/broken)", "`touch /tmp/broken`", `"; touch /tmp/broken; "`, `'; touch /tmp/broken; '`,
	`\`, `\"`, `\\"`, `a\nb`, "END", "$HOME", "${HOME}", "{{.Region}}", "<<'END'", "# not a comment", " both sides ", "",
	"ä€🙂", "!!", "*", "~", "%i", "a=b", `'\''`, "&& touch /tmp/broken", "| touch /tmp/broken", "&", ">", "\u2028",
}

func script(t *testing.T, b Boot) string {
	t.Helper()
	text, err := b.Script()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestShellcheckHasNothingToSay(t *testing.T) {
	t.Parallel()
	text := script(t, boot())
	for _, check := range [][]string{{"bash", "-n"}, {"shellcheck", "--shell=bash", "-"}} {
		if _, err := exec.LookPath(check[0]); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("SKIPPED, nothing was tested: %s is not installed; tools/setup does it: %v", check[0], err)
		}
		cmd := exec.CommandContext(t.Context(), check[0], check[1:]...)
		cmd.Stdin = strings.NewReader(text)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", check[0], err, said)
		}
	}
	// The script within the script.
	_, inner, _ := strings.Cut(text, "sgsend-install <<'END'\n")
	inner, _, _ = strings.Cut(inner, "\nEND\n")
	cmd := exec.CommandContext(t.Context(), "shellcheck", "-")
	cmd.Stdin = strings.NewReader(inner + "\n")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestWhatNoQuotingMakesSafeIsRefused(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*Boot){
		"the region":     func(b *Boot) { b.Region = "eu west" },
		"the group":      func(b *Boot) { b.Group = "" },
		"the hook":       func(b *Boot) { b.Hook = "a\nb" },
		"the bucket":     func(b *Boot) { b.Package.Bucket = "$(id)" },
		"the key":        func(b *Boot) { b.Package.Key = "--recursive" },
		"the digest":     func(b *Boot) { b.Package.SHA256 = strings.Repeat("A", 64) },
		"a service is":   func(b *Boot) { b.Services[0].Name = "../user" },
		"the log group":  func(b *Boot) { b.Services[0].LogGroup = `"` },
		"no name of a":   func(b *Boot) { b.Services[0].Tells = map[string]string{"A B": ""} },
		"SEND__X has":    func(b *Boot) { b.Services[0].Tells = map[string]string{"SEND__X": "a\nEND\nrm -rf /"} },
		"SEND__Y has":    func(b *Boot) { b.Services[0].Tells = map[string]string{"SEND__Y": "a\x00b"} },
		"SEND__Z has":    func(b *Boot) { b.Services[0].Tells = map[string]string{"SEND__Z": "\xff"} },
		"EC2 allows 163": func(b *Boot) { b.Services[0].Tells = map[string]string{"SEND__L": strings.Repeat("x", MaxBytes)} },
	} {
		b := boot()
		spoil(&b)
		text, err := b.Script()
		if err == nil || !strings.Contains(err.Error(), want) || text != "" {
			t.Errorf("want %q, got %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "rm -rf") {
			t.Errorf("what may be a secret is repeated: %v", err)
		}
	}
}

// host is a root of its own, in which the script runs as if it were the host's.
type host struct {
	t    *testing.T
	root string
}

// newHost makes a root with stand-ins for the commands that reach elsewhere, each
// of which notes how it was called. Those that are not named do nothing.
func newHost(t *testing.T, commands map[string]string) host {
	t.Helper()
	can := exec.CommandContext(t.Context(), "unshare", "--mount", "--user", "--map-root-user", "true")
	if err := can.Run(); err != nil {
		t.Skipf("SKIPPED: no root of its own can be had here, so that the script is not run: unshare: %v", err)
	}
	m := host{t, t.TempDir()}
	for _, dir := range []string{
		"usr", "local/sbin", "etc/logrotate.d", "etc/systemd/system", "var/lib/cloud/data", "var/log", "tmp", "dev", "stubs",
		"opt/aws/amazon-cloudwatch-agent/bin",
	} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.write("var/lib/cloud/data/instance-id", "i-0123456789abcdef0\n", 0o644)
	m.write("package", pkg, 0o644)
	stubs := map[string]string{
		"aws": `if [ "$1" = s3 ]; then cp /package "${*: -1}"; fi`, "rpm": `[ "$1" != --query ]`,
		"dnf": "", "systemctl": "", "sgsend": "", "sleep": "",
	}
	maps.Copy(stubs, commands)
	for name, body := range stubs {
		m.write("stubs/"+name, stub(name, body), 0o755)
	}
	m.write("opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", stub("ctl", ""), 0o755)
	return m
}

func stub(name, body string) string {
	return "#!/bin/bash\necho \"" + name + " $*\" >>/calls\n" + body + "\n"
}

func (m host) write(name, text string, mode os.FileMode) {
	m.t.Helper()
	// Linux starts no program that somebody has open for writing, as a process has
	// that another test forks in this moment.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(m.root, name), []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
}

func (m host) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

// enter mounts what the host has of this one, and goes in.
const enter = `set -e
cd "$1"
mount --rbind /usr usr
mount --bind local usr/local
mount --rbind /dev dev
for link in bin sbin lib lib64; do ln -sfn usr/$link $link; done
exec env -i PATH=/stubs:/usr/local/sbin:/usr/bin:/usr/sbin HOME=/root chroot . /bin/bash -s`

// run runs a script in the host, and returns what it called.
func (m host) run(text string) (calls []string, said string, err error) {
	m.t.Helper()
	m.write("calls", "", 0o644)
	cmd := exec.CommandContext(m.t.Context(), "unshare", "--mount", "--user", "--map-root-user",
		"sh", "-c", enter, "sh", m.root)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &out, &out
	err = cmd.Run()
	return strings.Split(strings.TrimSpace(m.read("calls")), "\n"), out.String(), err
}

func index(t *testing.T, calls []string, begins string) int {
	t.Helper()
	i := slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, begins) })
	if i < 0 {
		t.Fatalf("%s is not called, but\n%s", begins, strings.Join(calls, "\n"))
	}
	return i
}

const (
	takeIn = "aws autoscaling complete-lifecycle-action --instance-id i-0123456789abcdef0 " +
		"--lifecycle-action-result CONTINUE"
	give = "aws autoscaling complete-lifecycle-action --instance-id i-0123456789abcdef0 " +
		"--lifecycle-action-result ABANDON"
)

func TestAHostStarts(t *testing.T) {
	t.Parallel()
	m := newHost(t, nil)
	text := script(t, boot())
	calls, said, err := m.run(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	steps := []string{
		"aws s3 cp --only-show-errors s3://" + boot().Package.Bucket + "/server/sgsend-arm64.rpm", "rpm --upgrade",
		"systemctl daemon-reload", "systemctl disable --now sgsend.service",
		"systemctl enable sgsend@user.service sgsend@admin.service",
		"systemctl start sgsend@user.service sgsend@admin.service",
		"sgsend health --ready --service user", "sgsend health --ready --service admin", takeIn, "dnf install",
		"ctl -a fetch-config -m ec2 -s -c file:/etc/sgsend/cloudwatch.json",
	}
	at := -1
	for _, step := range steps {
		i := index(t, calls, step)
		if i <= at {
			t.Errorf("%s comes too early:\n%s", step, strings.Join(calls, "\n"))
		}
		at = i
	}
	var config struct {
		Logs struct {
			Collected struct {
				Files struct {
					List []map[string]string `json:"collect_list"`
				} `json:"files"`
			} `json:"logs_collected"`
		} `json:"logs"`
	}
	if err := json.Unmarshal([]byte(m.read("etc/sgsend/cloudwatch.json")), &config); err != nil {
		t.Fatal(err)
	}
	groups := map[string]string{}
	for _, f := range config.Logs.Collected.Files.List {
		groups[f["file_path"]] = f["log_group_name"]
	}
	if want := map[string]string{
		"/var/log/cloud-init-output.log": "/sgraph-send/user-dev", "/var/log/sgsend/user.log": "/sgraph-send/user-dev",
		"/var/log/sgsend/admin.log": "/sgraph-send/admin-dev",
	}; !maps.Equal(groups, want) {
		t.Errorf("the agent hands over %v", groups)
	}
	for _, name := range []string{"user", "admin"} {
		info, err := os.Stat(filepath.Join(m.root, "etc/sgsend", name+".env"))
		if err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s.env: %v, %v", name, info, err)
		}
	}
	// Where the image has the package already, nothing is fetched.
	calls, said, err = m.run(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, call := range calls {
		if strings.HasPrefix(call, "aws s3") || strings.HasPrefix(call, "rpm --upgrade") {
			t.Errorf("what is there is fetched again: %s", call)
		}
	}
}

func TestAHostThatDoesNotStartIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, commands := range map[string]map[string]string{
		"no package":         {"aws": `[ "$1" != s3 ]`},
		"another package":    {"aws": `if [ "$1" = s3 ]; then echo broken >"${*: -1}"; fi`},
		"no right package":   {"rpm": `false`},
		"units do not start": {"systemctl": `[ "$1" != start ]`},
		"no answer":          {"sgsend": `false`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newHost(t, commands)
			calls, said, err := m.run(script(t, boot()))
			if err == nil {
				t.Fatal("it says that all is well")
			}
			index(t, calls, give)
			for _, call := range calls {
				if strings.HasPrefix(call, takeIn) || name == "another package" && strings.HasPrefix(call, "rpm --upgrade") {
					t.Errorf("%s\n%s", call, said)
				}
			}
		})
	}
}

// Without a log they serve all the same, and the start says that it failed.
func TestAHostWithoutAnAgentServes(t *testing.T) {
	t.Parallel()
	calls, said, err := newHost(t, map[string]string{"dnf": "false"}).run(script(t, boot()))
	if err == nil {
		t.Errorf("it says that all is well\n%s", said)
	}
	index(t, calls, takeIn)
	if slices.ContainsFunc(calls, func(c string) bool { return strings.HasPrefix(c, give) }) {
		t.Errorf("it is given up:\n%s", strings.Join(calls, "\n"))
	}
}

func TestHostileValuesAreTextAndNothingElse(t *testing.T) {
	t.Parallel()
	b := boot()
	want := map[string]string{}
	for i, value := range hostile {
		want[fmt.Sprintf("SEND__%02d", i)] = value
	}
	b.Services[0].Tells = want
	m := newHost(t, nil)
	if _, said, err := m.run(script(t, b)); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(m.root, "tmp/broken")); err == nil {
		t.Error("a value was a command")
	}
	// systemd takes in double quotes what the shell does.
	_, said, err := m.run(`set -a; . /etc/sgsend/user.env; env -0`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for entry := range strings.SplitSeq(said, "\x00") {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "SEND__") {
			got[name] = value
		}
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}
