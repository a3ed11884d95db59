package targets

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/gofakes3"
	"sgraph.ai/send/test/e2e/memory"
)

// What Cloud Run takes of a request and of an answer whose length is said, and how
// long it waits for the end of an instance.
// https://cloud.google.com/run/quotas
// https://cloud.google.com/run/docs/container-contract
const (
	cloudRunMost  = 32 << 20
	cloudRunGrace = 10 * time.Second
)

// cloudRunService is what of a service of Cloud Run is looked at.
type cloudRunService struct {
	Metadata struct {
		Name        string
		Annotations map[string]string
	}
	Spec struct {
		Template struct {
			Metadata struct{ Annotations map[string]string }
			Spec     struct {
				Containers []cloudRunContainer
				Volumes    []struct{ Name string }
			}
		}
	}
}

type cloudRunContainer struct {
	Image         string
	Command, Args []string
	Ports         []struct {
		Name          string
		ContainerPort int
	}
	Resources struct{ Limits map[string]string }
	Env       []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Name, Key string }
		}
	}
	StartupProbe, LivenessProbe struct {
		HTTPGet          struct{ Path string }
		PeriodSeconds    int
		FailureThreshold int
	}
	VolumeMounts []struct{ Name, MountPath string }
}

// The annotations that the manifests have, and Cloud Run knows: its API decodes all.
// https://cloud.google.com/run/docs/reference/yaml/v1
var cloudRunAnnotations = []string{
	"run.googleapis.com/ingress", "run.googleapis.com/invoker-iam-disabled",
	"run.googleapis.com/scalingMode", "run.googleapis.com/manualInstanceCount",
	"run.googleapis.com/execution-environment", "run.googleapis.com/cpu-throttling",
	"run.googleapis.com/startup-cpu-boost", "run.googleapis.com/network-interfaces",
	"run.googleapis.com/vpc-access-egress", "autoscaling.knative.dev/minScale", "autoscaling.knative.dev/maxScale",
}

// readCloudRun reads a manifest, and what has to hold of each.
func readCloudRun(t *testing.T, file string) (cloudRunService, cloudRunContainer) {
	t.Helper()
	var s cloudRunService
	manifest(t, "cloud-run", "cloud-run/"+file, &s)
	for _, annotations := range []map[string]string{s.Metadata.Annotations, s.Spec.Template.Metadata.Annotations} {
		for name := range annotations {
			if !slices.Contains(cloudRunAnnotations, name) {
				t.Errorf("Cloud Run knows no %s", name)
			}
		}
	}
	if len(s.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("%d containers", len(s.Spec.Template.Spec.Containers))
	}
	c := s.Spec.Template.Spec.Containers[0]
	if len(c.Ports) != 1 || c.Ports[0].Name != "http1" || c.Command != nil {
		t.Fatalf("the ports are %+v, the command %q", c.Ports, c.Command)
	}
	return s, c
}

// instance is a service as Cloud Run would start it: with the environment of the
// manifest and its own, of which others go first that stand for the world outside.
type instance struct {
	*process
	address string // of the container
	url     string // of Cloud Run's front
}

func (c cloudRunContainer) start(t *testing.T, name string, outside map[string]string) *instance {
	t.Helper()
	env := map[string]string{}
	for _, line := range imageConfig.Env {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	for _, e := range c.Env {
		env[e.Name] = e.Value
		if ref := e.ValueFrom.SecretKeyRef; ref.Name != "" {
			env[e.Name] = "${" + ref.Name + "}"
		}
	}
	port := strconv.Itoa(c.Ports[0].ContainerPort)
	env["PORT"], env["K_SERVICE"], env["K_REVISION"], env["K_CONFIGURATION"] = port, name, name+"-00001-abc", name
	i := &instance{address: free(t)}
	listens := 0
	for _, addr := range []string{settings.UserAddr.Env, settings.AdminAddr.Env} {
		if env[addr] == ":"+port {
			listens++
			env[addr] = i.address
		}
	}
	if listens != 1 {
		t.Fatalf("it does not listen at port %s, where it is asked", port)
	}
	i.url = front(t, i.address)
	told := map[string]string{"PUBLIC_URL": i.url}
	for name, value := range outside {
		if _, is := env[name]; is || strings.HasPrefix(name, "SEND__") {
			env[name] = value
		} else {
			told[name] = value
		}
	}
	cmd := exec.Command(sgsend(t), c.Args...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+os.Expand(value, func(variable string) string {
			found, is := told[variable]
			if !is {
				t.Errorf("%s: nobody says what ${%s} is", name, variable)
			}
			return found
		}))
	}
	i.process = started(t, cmd)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s says:\n%s", name, i.log)
		}
	})
	c.becomesWell(t, i)
	return i
}

// becomesWell asks by the probes of the manifest.
func (c cloudRunContainer) becomesWell(t *testing.T, i *instance) {
	t.Helper()
	well := func(path string) bool {
		res, err := asking.Client.Get("http://" + i.address + path)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
	eventually(t, "it does not start", func() bool {
		select {
		case err := <-i.ended:
			t.Fatalf("it ended: %v", err)
		default:
		}
		return well(c.StartupProbe.HTTPGet.Path)
	})
	if !well(c.LivenessProbe.HTTPGet.Path) {
		t.Error("it is not alive")
	}
}

// front is Cloud Run's: TLS ends there, requests and answers are bounded, and who
// asks is said.
func front(t *testing.T, address string) string {
	t.Helper()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
			r.Out.Header.Set("X-Forwarded-For", "203.0.113.9")
			r.Out.Header.Set("X-Forwarded-Proto", "https")
		},
		ModifyResponse: func(r *http.Response) error {
			if r.ContentLength > cloudRunMost {
				return fmt.Errorf("an answer of %d bytes", r.ContentLength)
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > cloudRunMost {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, cloudRunMost)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// world is what both manifests take for granted, with simulators in its place.
func world(t *testing.T) map[string]string {
	return map[string]string{
		"SEND__S3_ENDPOINT": *gofakes3.Stranger(t).BaseEndpoint, "SEND__TRUSTED_PROXIES": "127.0.0.1",
		"TRANSFERS_BUCKET": gofakes3.Bucket(t), "AUDIT_BUCKET": gofakes3.Bucket(t),
		"USER_HMAC_ID": "testing", "sgraph-send-user-hmac": "testing",
		"ADMIN_HMAC_ID": "testing", "sgraph-send-admin-hmac": "testing",
	}
}

// Both services as their manifests say: a token is made, files go by the front as
// far as it lets them, and past it to the bucket.
func TestCloudRun(t *testing.T) {
	t.Parallel()
	w := world(t)
	maps.Copy(w, map[string]string{
		"SEND__LEDGER_ENDPOINT": *dynamolocal.Config(t).BaseEndpoint, "LEDGER_TABLE": dynamolocal.Table(t),
		"AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "testing", "sgraph-send-aws": "testing",
		"sgraph-send-service-key": "the-key-of-the-user-service", "sgraph-send-api-key": "the-key-of-the-operators",
	})
	_, adminContainer := readCloudRun(t, "admin.yaml")
	_, userContainer := readCloudRun(t, "user.yaml")
	admin := adminContainer.start(t, "sgraph-send-admin", w)
	w["ADMIN_URL"] = admin.url
	user := userContainer.start(t, "sgraph-send-user", w)

	wanted := strings.NewReader(`{"token_name":"a-token-of-the-test"}`)
	req, err := http.NewRequest("POST", admin.url+"/tokens/create", wanted)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-API-Key", "the-key-of-the-operators")
	res, err := asking.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("no token is made: %d %s", res.StatusCode, answer)
	}
	userContainer.transfers(t, user, "a-token-of-the-test")
	smoke := exec.Command(user.cmd.Path, "smoke", user.url, "--admin", admin.url, "--large", "40")
	smoke.Env = []string{"FAST_API__AUTH__API_KEY__VALUE=the-key-of-the-operators"}
	if out, err := smoke.CombinedOutput(); err != nil {
		t.Errorf("the check that is documented: %v\n%s", err, out)
	}
	userContainer.ends(t, user)
	adminContainer.ends(t, admin)
}

// One instance with its ledger on a mounted disk.
func TestCloudRunAsOneInstance(t *testing.T) {
	t.Parallel()
	s, c := readCloudRun(t, "one-instance.yaml")
	if s.Metadata.Annotations["run.googleapis.com/scalingMode"] != "manual" ||
		s.Metadata.Annotations["run.googleapis.com/manualInstanceCount"] != "1" {
		t.Errorf("there may be several: %v", s.Metadata.Annotations)
	}
	w := world(t)
	disk := settings.DiskPath.Env
	if len(c.VolumeMounts) != 1 || len(s.Spec.Template.Spec.Volumes) != 1 ||
		c.VolumeMounts[0].Name != s.Spec.Template.Spec.Volumes[0].Name {
		t.Errorf("mounted are %+v of %+v", c.VolumeMounts, s.Spec.Template.Spec.Volumes)
	}
	for _, e := range c.Env {
		if e.Name == disk && e.Value != c.VolumeMounts[0].MountPath {
			t.Errorf("the ledger is at %s, and mounted is %s", e.Value, c.VolumeMounts[0].MountPath)
		}
	}
	w[disk], w["sgraph-send-token"] = t.TempDir(), "one-token-for-all-senders"
	i := c.start(t, "sgraph-send", w)
	c.transfers(t, i, w["sgraph-send-token"])
	c.ends(t, i)
	if _, err := os.Stat(filepath.Join(w[disk], "ledger.db")); err != nil {
		t.Error(err)
	}
}

// transfers sends files and receives them, and asks for one that is too large for
// the front.
func (c cloudRunContainer) transfers(t *testing.T, i *instance, token string) {
	t.Helper()
	sendAndReceive(t, i.url, token, nil, 300_000)
	large := sendAndReceive(t, i.url, token, nil, 40<<20)
	// Who does not go to the bucket is told to by the service, and not cut off.
	res, err := asking.Client.Get(i.url + "/api/transfers/download/" + large)
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(answer), "presigned") {
		t.Errorf("what is too large is answered %d %.200s", res.StatusCode, answer)
	}
	if res, err = asking.Client.Get(i.url + "/"); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Header.Get("Strict-Transport-Security"); res.StatusCode != http.StatusOK || got == "" {
		t.Errorf("the page answers %d %v", res.StatusCode, res.Header)
	}
	limit := strings.TrimSuffix(c.Resources.Limits["memory"], "Mi")
	most, err := strconv.Atoi(limit)
	if err != nil {
		t.Fatalf("memory has the limit %q", c.Resources.Limits["memory"])
	}
	if runtime.GOOS != "linux" {
		return
	}
	used, err := memory.Of(i.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if used.Peak > int64(most)<<20/2 {
		t.Errorf("it needed %d bytes, of %d MiB", used.Peak, most)
	}
}

// ends has it end as Cloud Run does, which waits no longer than it says.
func (c cloudRunContainer) ends(t *testing.T, i *instance) {
	t.Helper()
	needs := map[string]time.Duration{}
	for _, s := range []settings.Setting[time.Duration]{settings.Shutdown, settings.Drain} {
		said := s.Default
		for _, e := range c.Env {
			if e.Name == s.Env {
				said = e.Value
			}
		}
		d, err := time.ParseDuration(said)
		if err != nil {
			t.Fatal(err)
		}
		needs[s.Env] = d
	}
	if all := needs[settings.Shutdown.Env] + needs[settings.Drain.Env]; all >= cloudRunGrace {
		t.Errorf("it may take %v to end", all)
	}
	if err := i.end(syscall.SIGTERM); err != nil {
		t.Errorf("it ends with %v", err)
	}
}
