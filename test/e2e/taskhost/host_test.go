package taskhost

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"sgraph.ai/send/shared/test/moto"
)

const testAccount = "123456789012"

// world is a host with a service of one task behind a balancer.
type world struct {
	*Host
	t        *testing.T
	cluster  string
	group    string // of targets
	subnet   string
	image    string
	balancer *Balancer
}

func newWorld(t *testing.T, targets string) *world {
	t.Helper()
	endpoint := moto.Start(t)
	stack := strings.ToLower(strings.TrimPrefix(t.Name(), "Test"))
	h := &Host{Endpoint: endpoint, Region: moto.Region, Stack: stack, Internet: NewInternet(t)}
	h.Become = func(string, string) (map[string]string, error) {
		return map[string]string{
			"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		}, nil
	}
	h.Log = func(string) io.Writer { return t.Output() }
	h.Internet.Serve(RegistryName(testAccount, moto.Region), NewRegistry(testAccount))
	h.Start(t)
	w := &world{Host: h, t: t}
	w.lay(stack, targets)
	return w
}

// build answers the test's service.
func (w *world) build() []byte {
	w.t.Helper()
	binary := filepath.Join(w.t.TempDir(), "serve")
	build := exec.CommandContext(w.t.Context(), "go", "build", "-o", binary, "./testdata/serve")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %s", err, said)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		w.t.Fatal(err)
	}
	return content
}

// push puts an image of the test's service into the registry, and answers it by its
// digest.
func (w *world) push(repository string) string {
	w.t.Helper()
	content := w.build()
	var layer bytes.Buffer
	out := tar.NewWriter(&layer)
	if err := out.WriteHeader(&tar.Header{Name: "serve", Mode: 0o755, Size: int64(len(content))}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := out.Write(content); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		w.t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(layer.Bytes())), nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	made, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		w.t.Fatal(err)
	}
	made, err = mutate.ConfigFile(made, &v1.ConfigFile{
		OS: "linux", Architecture: runtime.GOARCH, RootFS: must(made.ConfigFile()).RootFS, Config: v1.Config{
			Entrypoint: []string{"/serve"}, User: "65532:65532", Env: []string{"SERVE_ADDR=:8080", "PATH=/"},
			Volumes: map[string]struct{}{"/data": {}},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	push := func(password string) error {
		return remote.Write(must(name.ParseReference(repository+":one")), made,
			remote.WithTransport(w.Internet.Transport(nil)),
			remote.WithAuth(&authn.Basic{Username: "AWS", Password: password}))
	}
	if push("guess") == nil {
		w.t.Error("anybody may push")
	}
	if err := push(testAccount + "-auth-token"); err != nil {
		w.t.Fatal(err)
	}
	return repository + "@" + must(made.Digest()).String()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (w *world) query(service, action string, in map[string]string, out any) {
	w.t.Helper()
	if out == nil {
		out = &struct{}{}
	}
	if err := w.aws.query(w.t.Context(), service, action, in, out); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) call(operation string, in, out any) {
	w.t.Helper()
	if err := w.aws.call(w.t.Context(), "ecs", ecs+operation, in, out); err != nil {
		w.t.Fatal(err)
	}
}

// lay makes the network, and a balancer with a rule.
func (w *world) lay(stack, targets string) {
	w.t.Helper()
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	w.query("ec2", "CreateVpc", map[string]string{"CidrBlock": "10.77.0.0/16"}, &vpc)
	var subnets [2]struct {
		ID string `xml:"subnet>subnetId"`
	}
	for i := range subnets {
		w.query("ec2", "CreateSubnet", map[string]string{
			"VpcId": vpc.ID, "CidrBlock": fmt.Sprintf("10.77.%d.0/24", i), "AvailabilityZone": moto.Region + string("ab"[i]),
		}, &subnets[i])
	}
	w.subnet = subnets[0].ID
	var group struct {
		ARN string `xml:"CreateTargetGroupResult>TargetGroups>member>TargetGroupArn"`
	}
	w.query("elasticloadbalancing", "CreateTargetGroup", map[string]string{
		"Name": stack, "Protocol": "HTTP", "Port": "8080", "VpcId": vpc.ID, "TargetType": targets,
		"HealthCheckPath": "/health", "Matcher.HttpCode": "200",
	}, &group)
	w.group = group.ARN
	var balancer struct {
		ARN string `xml:"CreateLoadBalancerResult>LoadBalancers>member>LoadBalancerArn"`
	}
	w.query("elasticloadbalancing", "CreateLoadBalancer", map[string]string{
		"Name": stack, "Subnets.member.1": subnets[0].ID, "Subnets.member.2": subnets[1].ID,
	}, &balancer)
	w.query("elasticloadbalancing", "ModifyLoadBalancerAttributes", map[string]string{
		"LoadBalancerArn": balancer.ARN, "Attributes.member.1.Key": "routing.http.drop_invalid_header_fields.enabled",
		"Attributes.member.1.Value": "true",
	}, nil)
	var listener struct {
		ARN string `xml:"CreateListenerResult>Listeners>member>ListenerArn"`
	}
	w.query("elasticloadbalancing", "CreateListener", map[string]string{
		"LoadBalancerArn": balancer.ARN, "Protocol": "HTTP", "Port": "443", "DefaultActions.member.1.Type": "fixed-response",
		"DefaultActions.member.1.FixedResponseConfig.StatusCode":  "404",
		"DefaultActions.member.1.FixedResponseConfig.ContentType": "text/plain",
	}, &listener)
	w.query("elasticloadbalancing", "CreateRule", map[string]string{
		"ListenerArn": listener.ARN, "Priority": "10", "Conditions.member.1.Field": "host-header",
		"Conditions.member.1.HostHeaderConfig.Values.member.1": "here.example.org",
		"Actions.member.1.Type":                                "forward", "Actions.member.1.TargetGroupArn": w.group,
	}, nil)
	w.balancer = must(w.Balancer(w.t.Context(), stack))
	for _, name := range []string{"here.example.org", "there.example.org"} {
		w.Internet.Serve(name, w.balancer.At(443))
	}
}

// define registers a version of the task, and answers its ARN.
func (w *world) define(version string, more ...string) string {
	w.t.Helper()
	env := []map[string]string{
		{"name": "VERSION", "value": version}, {"name": "SEND__TRUSTED_PROXIES", "value": "10.77.0.0/24,10.77.1.0/24"},
	}
	for _, name := range more {
		env = append(env, map[string]string{"name": name, "value": "1"})
	}
	processor := map[string]string{"amd64": "X86_64", "arm64": "ARM64"}[runtime.GOARCH]
	var made struct {
		TaskDefinition struct{ TaskDefinitionArn string }
	}
	w.call("RegisterTaskDefinition", map[string]any{
		"family": w.Stack, "networkMode": "awsvpc", "cpu": "256", "memory": "512",
		"requiresCompatibilities": []string{"FARGATE"}, "runtimePlatform": map[string]string{"cpuArchitecture": processor},
		"containerDefinitions": []any{map[string]any{
			"name": "serve", "image": w.image, "environment": env, "readonlyRootFilesystem": true, "stopTimeout": 5,
			"healthCheck": map[string]any{"command": []string{"CMD", "/serve", "health"}},
			"logConfiguration": map[string]any{"logDriver": "awslogs", "options": map[string]string{
				"awslogs-group": "/host/" + w.Stack, "awslogs-region": moto.Region, "awslogs-stream-prefix": "x",
			}},
		}},
	}, &made)
	return made.TaskDefinition.TaskDefinitionArn
}

func (w *world) serve(definition string) {
	w.call("CreateService", map[string]any{
		"cluster": w.cluster, "serviceName": "serve", "taskDefinition": definition, "desiredCount": 1,
		"launchType": "FARGATE", "loadBalancers": []any{map[string]any{
			"targetGroupArn": w.group, "containerName": "serve", "containerPort": 8080,
		}},
		"networkConfiguration": map[string]any{"awsvpcConfiguration": map[string]any{
			"subnets": []string{w.subnet}, "securityGroups": []string{},
		}},
		"deploymentConfiguration": map[string]any{"deploymentCircuitBreaker": map[string]bool{
			"enable": true, "rollback": true,
		}},
	}, nil)
}

func (w *world) settle() {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !w.Settled(w.t.Context()); {
		if time.Now().After(deadline) {
			w.t.Fatalf("it does not come to rest: %v", w.Notes())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// said is what the test's service says of a request.
type said struct {
	Version, From, Host, Trusts string
	Header                      http.Header
	User                        int
	Root, Data                  bool
}

func (w *world) ask(url string) (int, said) {
	w.t.Helper()
	request := must(http.NewRequestWithContext(w.t.Context(), http.MethodGet, url, nil))
	request.Header["Under_score"] = []string{"1"}
	request.Header.Set("X-Forwarded-For", "192.0.2.1")
	response, err := (&http.Client{Transport: w.Internet.Transport(net.IPv4(127, 9, 9, 9))}).Do(request)
	if err != nil {
		w.t.Error(err)
		return 0, said{}
	}
	defer response.Body.Close()
	var s said
	if response.StatusCode == http.StatusOK {
		if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
			w.t.Error(err)
		}
	}
	return response.StatusCode, s
}

// unnoticed has version two take over from version one while people ask.
func (w *world) unnoticed(t *testing.T, change func()) {
	t.Helper()
	defer func(of *testing.T) { w.t = of }(w.t)
	w.t = t
	leave := make(chan struct{})
	var people sync.WaitGroup
	left := sync.OnceFunc(func() { close(leave); people.Wait() })
	defer left()
	seen := map[string]int{}
	var mu sync.Mutex
	sees := func(version string) bool {
		mu.Lock()
		defer mu.Unlock()
		return seen[version] > 0
	}
	for range 3 {
		people.Go(func() {
			for {
				select {
				case <-leave:
					return
				default:
				}
				status, s := w.ask("https://here.example.org/slow")
				if status != http.StatusOK {
					t.Errorf("somebody is answered %d", status)
				}
				mu.Lock()
				seen[s.Version]++
				mu.Unlock()
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); !sees("one") && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	change()
	w.settle()
	for deadline := time.Now().Add(time.Minute); !sees("two") && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	left()
	if !sees("one") || !sees("two") {
		t.Errorf("people saw %v", seen)
	}
	if notes := w.Notes(); len(notes) > 0 {
		t.Error(notes)
	}
}

func TestTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ip")
	w.cluster = "host-" + w.Stack
	w.call("CreateCluster", map[string]any{"clusterName": w.cluster}, nil)
	if err := w.aws.call(t.Context(), "logs", "Logs_20140328.CreateLogGroup",
		map[string]any{"logGroupName": "/host/" + w.Stack}, nil); err != nil {
		t.Fatal(err)
	}
	w.image = w.push(RegistryName(testAccount, moto.Region) + "/" + w.Stack)
	w.serve(w.define("one"))
	w.settle()

	status, s := w.ask("https://here.example.org/")
	if status != http.StatusOK || s.Version != "one" || s.Host != "here.example.org" {
		t.Errorf("%d %+v", status, s)
	}
	if !strings.HasPrefix(s.From, "127.77.0.7:") || s.Trusts != "127.77.0.0/24,127.77.1.0/24" {
		t.Errorf("it is asked from %s, and trusts %s", s.From, s.Trusts)
	}
	for name, want := range map[string]string{
		"X-Forwarded-For": "192.0.2.1, 127.9.9.9", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "443",
		"Under_score": "", "X-Forwarded-Host": "",
	} {
		if got := strings.Join(s.Header[name], "; "); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if isolated := os.Geteuid() == 0; isolated && (s.User != 65532 || s.Root || !s.Data) {
		t.Errorf("it is the user %d, and writes to its root: %v, to its volume: %v", s.User, s.Root, s.Data)
	}
	if status, _ := w.ask("https://there.example.org/"); status != http.StatusNotFound {
		t.Errorf("a name that no rule knows answers %d", status)
	}

	t.Run("a new version takes over, and nobody notices", func(t *testing.T) {
		w.unnoticed(t, func() {
			w.call("UpdateService", map[string]any{
				"cluster": w.cluster, "service": "serve", "taskDefinition": w.define("two"),
			}, nil)
		})
	})

	t.Run("what does not come up is given up", func(t *testing.T) {
		w.call("UpdateService", map[string]any{
			"cluster": w.cluster, "service": "serve", "taskDefinition": w.define("three", "FAILS"),
		}, nil)
		for failed := 0; failed < tries; time.Sleep(kept) {
			w.settle()
			failed += len(w.Notes())
		}
		w.settle()
		if _, s := w.ask("https://here.example.org/"); s.Version != "two" {
			t.Errorf("version %q serves", s.Version)
		}
	})
	t.Run("what is deleted ends", func(t *testing.T) {
		w.call("DeleteService", map[string]any{"cluster": w.cluster, "service": "serve", "force": true}, nil)
		for deadline := time.Now().Add(time.Minute); w.Running() > 0; time.Sleep(kept) {
			if time.Now().After(deadline) {
				t.Fatal("it goes on", w.Notes())
			}
		}
	})
}

// starts is what a machine does at its first start.
const starts = `#!/bin/bash
set -eu
export AWS_REGION=%s
aws s3 cp --only-show-errors s3://%s/serve /usr/bin/serve
chmod 0755 /usr/bin/serve
mkdir -p /etc/serve /etc/systemd/system
unit=/etc/systemd/system/serve@.service
printf '[Service]\nExecStart=/usr/bin/serve %%%%i\nEnvironmentFile=/etc/serve/%%%%i.env\n' >$unit
echo 'VERSION="%s"' >/etc/serve/user.env
systemctl enable serve@user.service
systemctl start serve@user.service
aws autoscaling complete-lifecycle-action --instance-id "$(cat /var/lib/cloud/data/instance-id)" \
	--lifecycle-action-result CONTINUE --auto-scaling-group-name %s --lifecycle-hook-name answers
`

func TestHosts(t *testing.T) {
	t.Parallel()
	if err := CanLaunch(); err != nil {
		t.Skipf("SKIPPED, nothing was tested: %v", err)
	}
	w := newWorld(t, "instance")
	bucket := moto.Bucket(t)
	if _, err := s3.NewFromConfig(moto.Config(t), func(o *s3.Options) { o.UsePathStyle = true }).PutObject(t.Context(),
		&s3.PutObjectInput{Bucket: &bucket, Key: aws.String("serve"), Body: bytes.NewReader(w.build())}); err != nil {
		t.Fatal(err)
	}
	fleet := "fleet-" + w.Stack
	w.query("iam", "CreateRole", map[string]string{
		"Version": "2010-05-08", "RoleName": fleet, "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":[]}`,
	}, nil)
	w.query("iam", "CreateInstanceProfile", map[string]string{"InstanceProfileName": fleet}, nil)
	w.query("iam", "AddRoleToInstanceProfile", map[string]string{"InstanceProfileName": fleet, "RoleName": fleet}, nil)
	template := func(version string) map[string]string {
		script := fmt.Sprintf(starts, moto.Region, bucket, version, fleet)
		return map[string]string{
			"LaunchTemplateName": fleet, "LaunchTemplateData.ImageId": "ami-12c6146b",
			"LaunchTemplateData.InstanceType":            "t4g.nano",
			"LaunchTemplateData.UserData":                base64.StdEncoding.EncodeToString([]byte(script)),
			"LaunchTemplateData.IamInstanceProfile.Name": fleet,
		}
	}
	var made struct {
		ID string `xml:"launchTemplate>launchTemplateId"`
	}
	w.query("ec2", "CreateLaunchTemplate", template("one"), &made)
	group := map[string]string{
		"AutoScalingGroupName": fleet, "LaunchTemplate.LaunchTemplateId": made.ID, "LaunchTemplate.Version": "1",
	}
	create := maps.Clone(group)
	maps.Copy(create, map[string]string{
		"MinSize": "1", "MaxSize": "2", "VPCZoneIdentifier": w.subnet, "TargetGroupARNs.member.1": w.group,
		"InstanceMaintenancePolicy.MinHealthyPercentage": "100", "InstanceMaintenancePolicy.MaxHealthyPercentage": "200",
	})
	w.query("autoscaling", "CreateAutoScalingGroup", create, nil)
	w.settle()
	if _, s := w.ask("https://here.example.org/"); s.Version != "one" || s.User != 65532 {
		t.Errorf("version %q serves, as %d", s.Version, s.User)
	}
	t.Run("a new version takes over, and nobody notices", func(t *testing.T) {
		w.unnoticed(t, func() {
			w.query("ec2", "CreateLaunchTemplateVersion", template("two"), nil)
			group["LaunchTemplate.Version"] = "2"
			w.query("autoscaling", "UpdateAutoScalingGroup", group, nil)
			w.query("autoscaling", "StartInstanceRefresh", map[string]string{"AutoScalingGroupName": fleet}, nil)
		})
	})
	t.Run("what is deleted ends", func(t *testing.T) {
		w.query("autoscaling", "DeleteAutoScalingGroup", map[string]string{
			"AutoScalingGroupName": fleet, "ForceDelete": "true",
		}, nil)
		for deadline := time.Now().Add(time.Minute); w.Running() > 0; time.Sleep(kept) {
			if time.Now().After(deadline) {
				t.Fatal("it goes on", w.Notes())
			}
		}
	})
}
