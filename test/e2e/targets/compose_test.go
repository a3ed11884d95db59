package targets

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/logtest"
)

// composed is what of a project of docker compose is looked at.
type composed struct {
	Services map[string]composedService
	Volumes  map[string]any
}

type composedService struct {
	Image       string
	Environment map[string]string
	Entrypoint  []string
	Command     []string
	User        string
	ReadOnly    bool     `json:"read_only"`
	CapDrop     []string `json:"cap_drop"`
	SecurityOpt []string `json:"security_opt"`
	MemLimit    string   `json:"mem_limit"`
	Restart     string
	Grace       string `json:"stop_grace_period"`
	Build       struct{ Context, Dockerfile string }
	Healthcheck struct{ Test []string }
	DependsOn   map[string]struct{ Condition string } `json:"depends_on"`
	Volumes     []struct {
		Type, Source, Target string
		ReadOnly             bool `json:"read_only"`
	}
	Ports []struct {
		HostIP    string `json:"host_ip"`
		Target    int
		Published string
	}
}

// The file says of both containers what a host expects of a container that it does
// not have to trust.
func TestComposeIsClosed(t *testing.T) {
	t.Parallel()
	var p composed
	manifest(t, "compose", "compose.yaml", &p, "SEND_DOMAIN=send.example.org", "SEND_IMAGE=registry.example/sgsend:v1")
	for name, s := range p.Services {
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || s.MemLimit == "" || s.Restart != "unless-stopped" ||
			!slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s is open: %+v", name, s)
		}
		for _, v := range s.Volumes {
			if v.Type == "bind" && !v.ReadOnly {
				t.Errorf("%s may write to %s of the host", name, v.Source)
			}
			if _, is := p.Volumes[v.Source]; v.Type == "volume" && !is {
				t.Errorf("%s: there is no volume %s", name, v.Source)
			}
		}
	}
	send, caddy := p.Services["send"], p.Services["caddy"]
	if send.Image != "registry.example/sgsend:v1" || send.Environment["SEND__PUBLIC_URL"] != "https://send.example.org" ||
		caddy.Environment["SEND_DOMAIN"] != "send.example.org" {
		t.Errorf("the image is %s, the addresses are %v and %v", send.Image, send.Environment, caddy.Environment)
	}
	if _, err := os.Stat(filepath.Join(send.Build.Context, send.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	var volumes []string
	for _, v := range send.Volumes {
		volumes = append(volumes, v.Target)
	}
	if !slices.Equal(volumes, slices.Sorted(maps.Keys(imageConfig.Volumes))) || send.User != "" || send.Command != nil {
		t.Errorf("it is not run as the image says: %+v", send)
	}
	if got := send.Healthcheck.Test; !slices.Equal(got, imageConfig.Healthcheck.Test) {
		t.Errorf("health is asked by %v", got)
	}
	if caddy.DependsOn["send"].Condition != "service_healthy" {
		t.Errorf("Caddy waits for %v", caddy.DependsOn)
	}
	for _, port := range send.Ports {
		if port.HostIP != "127.0.0.1" {
			t.Errorf("port %s is open to all", port.Published)
		}
	}
	needs, _ := time.ParseDuration(settings.Shutdown.Default)
	if grace, err := time.ParseDuration(send.Grace); err != nil || grace <= needs {
		t.Errorf("it is killed after %v, %v, and needs %v", grace, err, needs)
	}
}

// aloneVariable tells a child of the test that it is one, and what to run.
const aloneVariable = "TARGETS_ALONE"

// setup is what the child is told.
type setup struct {
	Project         composed
	Binary, Caddy   string
	Caddyfile, Work string
}

// The service and Caddy, with the very Caddyfile, as the file says: names, ports,
// user, a root that nobody can write. They are alone on a network of their own,
// whose names are those of the file.
func TestCompose(t *testing.T) {
	if told := os.Getenv(aloneVariable); told != "" {
		composeAlone(t, told)
		return
	}
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("SKIPPED: a network of its own can be made by root on Linux only")
	}
	caddy, err := exec.LookPath("caddy")
	if err != nil {
		t.Skipf("SKIPPED: caddy is not installed; tools/setup does it: %v", err)
	}
	for _, tool := range []string{"unshare", "ip", "mount"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: %v", err)
		}
	}
	if out, err := exec.Command("unshare", "--net", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: a network of its own cannot be made: %v %s", err, out)
	}
	t.Parallel()
	s := setup{Binary: sgsend(t), Caddy: caddy, Work: t.TempDir()}
	manifest(t, "compose", "compose.yaml", &s.Project, "SEND_DOMAIN="+composeDomain)
	if s.Caddyfile, err = filepath.Abs(filepath.Join(root, "deploy/Caddyfile")); err != nil {
		t.Fatal(err)
	}
	read(t, s.Caddyfile)
	told, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--net", "--mount", "--kill-child", "--fork",
		os.Args[0], "-test.run=^TestCompose$", "-test.v")
	cmd.Env = append(os.Environ(), aloneVariable+"="+string(told))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestCompose") {
		t.Errorf("%v\n%s", err, out)
	}
}

// composeDomain is a name for which Caddy asks no authority but its own.
const composeDomain = "send.localhost"

// The addresses of host and service on the network that they are alone on.
const (
	hostAddress    = "127.0.0.1"
	serviceAddress = "172.31.253.2"
)

// composeAlone is the test, on a network of its own.
func composeAlone(t *testing.T, told string) {
	var s setup
	if err := json.Unmarshal([]byte(told), &s); err != nil {
		t.Fatal(err)
	}
	hosts := filepath.Join(s.Work, "hosts")
	do(t, "ip", "link", "set", "lo", "up")
	do(t, "ip", "address", "add", serviceAddress+"/32", "dev", "lo")
	names := hostAddress + " localhost " + composeDomain + "\n" + serviceAddress + " send\n"
	if err := os.WriteFile(hosts, []byte(names), 0o644); err != nil {
		t.Fatal(err)
	}
	do(t, "mount", "--bind", hosts, "/etc/hosts")

	send := s.Project.Services["send"]
	box := newBox(t, s)
	service := box.run(t, slices.Concat(imageConfig.Entrypoint, imageConfig.Cmd), send.Environment,
		"SEND__RATE_LIMITS=info=1/10m")
	eventually(t, "it does not become healthy", func() bool {
		health := box.command(send.Healthcheck.Test[1:], send.Environment)
		return health.Run() == nil
	})

	var log logtest.Buffer
	home := filepath.Join(s.Work, "caddy")
	caddy := exec.Command(s.Caddy, "run", "--config", s.Caddyfile, "--adapter", "caddyfile")
	caddy.Env = []string{"HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home}
	for name, value := range s.Project.Services["caddy"].Environment {
		caddy.Env = append(caddy.Env, name+"="+value)
	}
	caddy.Stdout, caddy.Stderr = &log, &log
	if err := caddy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = caddy.Process.Kill(); _ = caddy.Wait() })
	defer func() {
		if t.Failed() {
			t.Logf("the service says:\n%s\nCaddy says:\n%s", service.log, &log)
		}
	}()
	roots := x509.NewCertPool()
	eventually(t, "Caddy has no certificate", func() bool {
		root, err := os.ReadFile(filepath.Join(home, "caddy/pki/authorities/local/root.crt"))
		return err == nil && roots.AppendCertsFromPEM(root)
	})
	from := func(address string) *http.Transport {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
		transport := &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots}}
		t.Cleanup(transport.CloseIdleConnections)
		return transport
	}
	const origin = "https://" + composeDomain
	ask := func(transport *http.Transport, url string) (int, http.Header) {
		c := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
		res, err := c.Get(url)
		if err != nil {
			return 0, nil
		}
		res.Body.Close()
		return res.StatusCode, res.Header
	}
	eventually(t, "nothing answers by TLS", func() bool {
		status, _ := ask(from(hostAddress), origin+"/info/health")
		return status == http.StatusOK
	})
	token, err := os.ReadFile(filepath.Join(box.data, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{300_000, 11 << 20} {
		sendAndReceive(t, origin, strings.TrimSpace(string(token)), from("127.0.0.9"), size)
	}

	status, header := ask(from(hostAddress), origin+"/")
	if status != 200 || header.Get("Strict-Transport-Security") == "" {
		t.Errorf("the page answers %d %v", status, header)
	}
	if status, header := ask(from(hostAddress), "http://"+composeDomain+"/d/"); status != http.StatusPermanentRedirect ||
		header.Get("Location") != origin+"/d/" {
		t.Errorf("who comes without TLS is answered %d %v", status, header)
	}
	const info = origin + "/api/transfers/info/ffffffffffff"
	one, other := from("127.0.0.2"), from("127.0.0.3")
	first, _ := ask(one, info)
	second, _ := ask(one, info)
	third, _ := ask(other, info)
	if first != 404 || second != 429 || third != 404 {
		t.Errorf("of two clients one is answered %d and %d, the other %d", first, second, third)
	}
	if status, _ := ask(from(hostAddress), "http://"+serviceAddress+":8081/info/health"); status != 200 {
		t.Errorf("the console answers %d", status)
	}
	if err := service.end(syscall.SIGTERM); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func do(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v %s", name, strings.Join(args, " "), err, out)
	}
}

// box is a container as far as it needs no engine: a root that nobody can write,
// with the program in it and one volume, and a user that is nobody.
type box struct {
	root, data string
	env        []string
	user       uint32
}

func newBox(t *testing.T, s setup) *box {
	t.Helper()
	const nobody = 65532
	if user := imageConfig.User; user != "65532:65532" {
		t.Fatalf("the image is run by %s", user)
	}
	b := &box{
		root: filepath.Join(s.Work, "root"), data: filepath.Join(s.Work, "data"), env: imageConfig.Env, user: nobody,
	}
	volume := filepath.Join(b.root, s.Project.Services["send"].Volumes[0].Target)
	for _, dir := range []string{volume, b.data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for dir := b.root; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(b.data, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(s.Binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.root, imageConfig.Entrypoint[0]), program, 0o755); err != nil {
		t.Fatal(err)
	}
	do(t, "mount", "--bind", b.root, b.root)
	do(t, "mount", "--bind", b.data, volume)
	do(t, "mount", "--options", "remount,bind,ro", b.root)
	return b
}

// command is a command in the box.
func (b *box) command(args []string, env map[string]string, more ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Err = nil // it is looked up in the box
	cmd.Dir = "/"
	cmd.Env = append(slices.Clone(b.env), more...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: b.root, Credential: &syscall.Credential{Uid: b.user, Gid: b.user}, Pdeathsig: syscall.SIGKILL,
	}
	return cmd
}

// run starts a service in the box.
func (b *box) run(t *testing.T, args []string, env map[string]string, more ...string) *process {
	t.Helper()
	return started(t, b.command(args, env, more...))
}

// process is a service that runs.
type process struct {
	cmd   *exec.Cmd
	log   *logtest.Buffer
	ended chan error
}

func started(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, log: &logtest.Buffer{}, ended: make(chan error, 1)}
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return p
}

// end sends the signal and returns how the process ended.
func (p *process) end(by os.Signal) error {
	return cmp.Or(p.cmd.Process.Signal(by), <-p.ended)
}
