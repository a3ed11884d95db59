package stack

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/lambdahost"
	"sgraph.ai/send/test/e2e/taskhost"
)

// TestCompute has the services of one stack run by functions, then as tasks of
// Fargate, then on hosts of EC2, and at night by functions again. What people have sent, or
// have begun to send, tokens and the trail are there all the time.
func TestCompute(t *testing.T) {
	t.Parallel()
	const stack = "moved"
	source := likeDev(t, stack)
	m := beginMoved(t, source, stack, "example.net")
	m.refer(t, m.aws, stack, apiKey) // as what hosts are told has to be
	step(t, "up by functions", func(t *testing.T) {
		m.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if nightly.Or(false, true) { // when people wait for it
			m.aws.moveLedger(m.lasting, stackOf(stack).Ledger())
		}
		m.openFunctions(t)
	})
	var left leftBehind
	step(t, "people leave something", func(t *testing.T) {
		left = m.leave(t)
		m.still(t, left)
	})
	step(t, "to Fargate", func(t *testing.T) {
		m.move(t, "fargate", func() { m.openBalancer(t, "task") })
		if m.registry.Pushed() == 0 {
			t.Error("no image was pushed")
		}
		m.still(t, left)
	})
	step(t, "tasks are replaced, and put back, and nobody notices", func(t *testing.T) {
		nightly.Only(t)
		m.replace(t, "maxTtl", "20d")
	})
	step(t, "tasks that do not come up are given up, and nobody notices", func(t *testing.T) {
		nightly.Only(t)
		m.giveUp(t, "maxTtl", "19d")
	})
	step(t, "to EC2", func(t *testing.T) {
		needHosts(t)
		m.move(t, "ec2", func() { m.openBalancer(t, "host") })
		m.still(t, left)
	})
	step(t, "hosts are replaced, and put back, and nobody notices", func(t *testing.T) {
		nightly.Only(t)
		needHosts(t)
		m.replace(t, "maxTtl", "21d")
	})
	step(t, "back to functions", func(t *testing.T) {
		nightly.Only(t)
		m.move(t, "lambda", func() { m.openFunctions(t) })
		m.still(t, left)
		m.noServers(t)
	})
	step(t, "what was begun is ended", func(t *testing.T) { m.finish(t, left) })
	step(t, "destroy leaves nothing", func(t *testing.T) {
		outputs := m.outputs(t)
		m.run(t, "destroy", "--yes", "--skip-preview", "--non-interactive")
		m.aws.gone(t, stack)
		m.noServers(t)
		for _, name := range []string{"transfersBucket", "cacheBucket", "artifactsBucket"} {
			if status, _ := m.aws.ask(t, "s3", http.MethodHead, "/"+outputs[name], "", ""); status != http.StatusNotFound {
				t.Errorf("the %s answers %d", name, status)
			}
		}
	})
}

// needHosts skips, saying why, what takes hosts that do not run here; what setup could
// mend fails where all is to be tested.
func needHosts(t *testing.T) {
	t.Helper()
	switch err := taskhost.CanLaunch(); {
	case err == nil:
	case os.Getenv("CI") == "true" && os.Geteuid() == 0:
		t.Fatal(err)
	default:
		t.Skipf("SKIPPED, no host was run: %v", err)
	}
}

// likeDev is a checkout with a stack that is as dev is. All stacks are in one simulated
// account, where dev is another test's.
func likeDev(t *testing.T, stack string) (source string) {
	t.Helper()
	source = checkout(t)
	file, err := os.ReadFile(filepath.Join(source, "Pulumi.dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(source, "Pulumi."+stack+".yaml"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return source
}

// moved is a stack whose services are run by one thing after another, behind the
// same names.
type moved struct {
	*commandLine
	lasting  *testing.T // what is made in a step ends with it
	aws      simulation
	stack    string
	internet *taskhost.Internet
	host     *taskhost.Host
	registry *taskhost.Registry
	sgsend   string      // the command
	breaks   atomic.Bool // what starts ends at once

	user, admin string // the names of the services
}

// beginMoved is begin where tasks and hosts run as well, behind names of a domain.
func beginMoved(t *testing.T, source, stack, domain string) *moved {
	t.Helper()
	m := newMoved(t, stack, domain)
	m.aws.newZone(t, domain)
	m.aws.setUp(t, stack)
	m.commandLine = newCommandLine(t, source, m.aws.endpoint)
	m.begin(t)
	return m
}

// newMoved is an AWS in which functions, tasks and hosts run.
func newMoved(t *testing.T, stack, domain string) *moved {
	t.Helper()
	m := &moved{lasting: t, stack: stack, user: stack + "." + domain, admin: "admin." + stack + "." + domain}
	m.internet = taskhost.NewInternet(t)
	m.registry = taskhost.NewRegistry(account)
	m.internet.Serve(taskhost.RegistryName(account, region), m.registry)
	m.host = &taskhost.Host{
		Endpoint: moto.Start(t), Region: region, Stack: stack, Internet: m.internet, Become: m.become,
		Log: func(string) io.Writer { return t.Output() },
	}
	m.host.Start(t)
	r := &running{}
	r.Lambda = &lambdahost.Lambda{Endpoint: m.host.URL, Region: region, Tell: func(function string) map[string]string {
		told := r.tell(function)
		maps.Copy(told, m.aws.runsAs(t, function))
		return told
	}}
	m.aws = simulation{endpoint: startLambda(t, r.Lambda), running: r}
	r.tells(stackOf(stack).Function(metric.Canary), m.internet.Variables())
	return m
}

// become are the variables by which a task or a host has a role.
func (m *moved) become(role, service string) (map[string]string, error) {
	variables := map[string]string{
		"AWS_ENDPOINT_URL": m.aws.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	}
	if m.aws.guard != nil {
		var err error
		if variables, err = m.aws.given(role[strings.LastIndex(role, "/")+1:], service); err != nil {
			return nil, err
		}
	}
	variables["AWS_REGION"] = region
	maps.Copy(variables, m.aws.running.tell("")) // where the ledger is
	if m.breaks.Load() {
		variables[settings.LogLevel.Env] = "no such level"
	}
	return variables, nil
}

// begin makes the stack, and the command that looks at it.
func (m *moved) begin(t *testing.T) {
	t.Helper()
	for name, value := range m.internet.Variables() {
		m.env = append(m.env, name+"="+value)
	}
	m.run(t, "stack", "init", m.stack)
	m.fit(t)
	m.sgsend = filepath.Join(t.TempDir(), "sgsend")
	m.do(t, "go", "build", "-o", m.sgsend, "./cli/cmd/sgsend")
	for name, value := range map[string]string{
		"stage": "dev", "edge": "true", "domain": m.user, "canaryMinutes": "5",
	} {
		m.run(t, "config", "set", name, value)
	}
}

// openFunctions has the names lead to CloudFront, and from there to the functions.
func (m *moved) openFunctions(t *testing.T) {
	t.Helper()
	outputs := m.outputs(t)
	function := func(service string) string {
		f, err := m.aws.running.Function(stackOf(m.stack).Function(service), "live")
		if err != nil {
			t.Fatal(err)
		}
		return newServer(m.lasting, f)
	}
	admin := function(metric.Admin)
	m.aws.running.tells(stackOf(m.stack).Function(metric.User), map[string]string{settings.AdminURL.Env: admin})
	distributions := m.resources(t, "aws:cloudfront/distribution:Distribution")
	for name, service := range map[string]string{m.user: metric.User, m.admin: metric.Admin} {
		f := newFront(m.lasting, m.aws, distributions[service].ID, function(service))
		m.internet.Serve(name, f)
		m.leads(t, name, outputs[service+"EdgeDomain"])
	}
}

// openBalancer has the names lead to the load balancer of a kind of servers.
func (m *moved) openBalancer(t *testing.T, kind string) {
	t.Helper()
	outputs := m.outputs(t)
	b, err := m.host.Balancer(t.Context(), stackOf(m.stack).Balancer(kind))
	if err != nil {
		t.Fatal(err)
	}
	for name, service := range map[string]string{m.user: metric.User, m.admin: metric.Admin} {
		m.internet.Serve(name, b.At(443))
		m.leads(t, name, outputs[service+"EdgeDomain"])
	}
}

// leads says that a name leads where it is to, by the account's Route 53.
func (m *moved) leads(t *testing.T, name, to string) {
	t.Helper()
	records := m.resources(t, "aws:route53/record:Record")
	var kept struct {
		Records []struct {
			Name, Type string
			Target     string `xml:"AliasTarget>DNSName"`
		} `xml:"ResourceRecordSets>ResourceRecordSet"`
	}
	status, answer := m.aws.ask(t, "route53", http.MethodGet,
		"/2013-04-01/hostedzone/"+records["user-a"].text(t, "zoneId")+"/rrset", "", "")
	if err := xml.Unmarshal(answer, &kept); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v", status, err)
	}
	for _, r := range kept.Records {
		if strings.TrimSuffix(r.Name, ".") == name && r.Type == "A" {
			if got := strings.TrimSuffix(r.Target, "."); to == "" || !strings.EqualFold(got, to) {
				t.Errorf("%s leads to %q, not to %q", name, got, to)
			}
			return
		}
	}
	t.Errorf("nothing is called %s", name)
}

// reach answers where on this machine what has a name is reached without TLS.
func (m *moved) reach(t *testing.T, name string) string {
	t.Helper()
	return newServer(t, &httputil.ReverseProxy{
		Transport: m.internet.Transport(nil),
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "https", Host: name}) },
	})
}

// leftBehind is what people have left in a stack.
type leftBehind struct {
	token   string
	sent    map[string][]byte // by ID
	pending string            // was begun, and has its file yet to come
	content []byte            // of that
}

func (m *moved) clients(t *testing.T, token string) (user, admin client) {
	t.Helper()
	user = client{t: t, base: m.reach(t, m.user), header: http.Header{"X-Sgraph-Access-Token": {token}}}
	return user, client{t: t, base: m.reach(t, m.admin), header: http.Header{"X-Api-Key": {apiKey}}}
}

// leave makes a token, sends with it, and begins to send.
func (m *moved) leave(t *testing.T) leftBehind {
	t.Helper()
	left := leftBehind{token: "token-of-who-moves", sent: map[string][]byte{}, content: seal(t, 3000)}
	user, admin := m.clients(t, left.token)
	admin.post(wire.CreateToken.To(), wire.CreateTokenRequest{TokenName: left.token}, nil)
	for _, size := range []int{1000, 6 << 20} {
		sealed := seal(t, size)
		left.sent[user.send(sealed, nil)] = sealed
	}
	var created wire.CreateTransferReply
	user.post(wire.CreateTransfer.To(), wire.CreateTransferRequest{FileSizeBytes: int64(len(left.content))}, &created)
	left.pending = created.TransferID
	return left
}

// still says that what was left is there, and that the services do what they do.
func (m *moved) still(t *testing.T, left leftBehind) {
	t.Helper()
	user, admin := m.clients(t, left.token)
	for id, content := range left.sent {
		if got := user.receive(id); !bytes.Equal(got, content) {
			t.Errorf("what arrives of %s is not what was sent", id)
		}
	}
	var info wire.TransferInfoReply
	user.get(wire.TransferInfo.To(left.pending), &info)
	if info.Status != "pending" {
		t.Errorf("what was begun is %s", info.Status)
	}
	sealed := seal(t, 2000)
	id := user.send(sealed, map[string]any{"max_downloads": 1})
	if got := user.receive(id); !bytes.Equal(got, sealed) {
		t.Error("what arrives is not what was sent")
	}
	if status, _ := user.do(http.MethodGet, wire.DownloadTransfer.To(id), nil); status != http.StatusGone {
		t.Errorf("the second download answers %d", status)
	}
	stranger := client{t: t, base: user.base, header: http.Header{"X-Sgraph-Access-Token": {"unknown"}}}
	status, _ := stranger.do(http.MethodPost, wire.CreateTransfer.To(), []byte("{}"))
	if status != http.StatusUnauthorized {
		t.Errorf("a stranger is answered %d", status)
	}
	var trail struct{ Events []audit.Kept }
	missing := slices.Collect(maps.Keys(left.sent))
	for deadline := time.Now().Add(time.Minute); len(missing) > 0 && time.Now().Before(deadline); {
		admin.get(wire.ListEvents.To()+"?event=transfer_completed&outcome=success&transfer="+missing[0], &trail)
		missing = slices.DeleteFunc(missing, func(id string) bool {
			return slices.ContainsFunc(trail.Events, func(e audit.Kept) bool { return e.Transfer == id })
		})
	}
	if len(missing) > 0 {
		t.Errorf("nothing is told of %v", missing)
	}
	m.looked(t)
}

// looked has both checks look at the stack: that after a deploy, and the canary.
func (m *moved) looked(t *testing.T) {
	t.Helper()
	outputs := m.outputs(t)
	if outputs["userUrl"] != "https://"+m.user || outputs["adminUrl"] != "https://"+m.admin {
		t.Errorf("people are sent to %s, operators to %s", outputs["userUrl"], outputs["adminUrl"])
	}
	cmd := exec.CommandContext(t.Context(), m.sgsend, "smoke", outputs["userUrl"], "--admin", outputs["adminUrl"],
		"--large", "6")
	cmd.Dir, cmd.Env = m.dir, m.env
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the check after a deploy: %v\n%s", err, said)
	}
	f, err := m.aws.running.Function(stackOf(m.stack).Function(metric.Canary), "")
	if err != nil {
		t.Fatal(err)
	}
	if said, err := f.Invoke(t.Context(), scheduled); err != nil {
		t.Errorf("the canary: %v %s", err, said)
	}
}

// finish has what was begun at first get its file.
func (m *moved) finish(t *testing.T, left leftBehind) {
	t.Helper()
	user, _ := m.clients(t, left.token)
	status, said := user.do(http.MethodPost, wire.UploadTransfer.To(left.pending), left.content)
	if status != http.StatusOK {
		t.Fatalf("the upload answers %d: %s", status, said)
	}
	user.post(wire.CompleteTransfer.To(left.pending), nil, nil)
	if got := user.receive(left.pending); !bytes.Equal(got, left.content) {
		t.Error("what arrives is not what was begun")
	}
}

// move has something else run the services: it does nothing to what keeps what people
// have left, and is done when it is.
func (m *moved) move(t *testing.T, compute string, open func()) {
	t.Helper()
	m.run(t, "config", "set", "compute", compute)
	keeps := []string{" transfers", " cache", " artifacts", " ledger"}
	for name, op := range m.deploys(t) {
		if op != "update" && slices.ContainsFunc(keeps, func(k string) bool { return strings.HasSuffix(name, k) }) {
			t.Errorf("%s is a %s", name, op)
		}
	}
	m.run(t, "preview", "--expect-no-changes", "--diff", "--non-interactive")
	m.settle(t)
	open()
	m.noNotes(t)
}

// settle waits until what is to run does.
func (m *moved) settle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !m.host.Settled(t.Context()); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to rest: %v", m.host.Notes())
		}
	}
}

func (m *moved) noNotes(t *testing.T) {
	t.Helper()
	for _, note := range m.host.Notes() {
		t.Error(note)
	}
}

// giveUp deploys a change with which no task comes up: the tasks of before go on, and
// the deploy says so.
func (m *moved) giveUp(t *testing.T, setting, value string) {
	t.Helper()
	p, settled := m.people(t, "token-of-people-who-stay")
	p.during(t, func() {
		before := m.run(t, "config", "get", setting)
		m.run(t, "config", "set", setting, value)
		m.breaks.Store(true)
		said, err := m.try(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if err == nil || !strings.Contains(said, "was put back") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		m.breaks.Store(false)
		if len(m.host.Notes()) == 0 {
			t.Error("every task came up")
		}
		m.run(t, "config", "set", setting, strings.TrimSpace(before))
		m.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
	}, settled)
	p.leave()
	m.noNotes(t)
}

// replace deploys a change that all servers have to be replaced for, and takes it back
// by the command for that, while people go on with what they do.
func (m *moved) replace(t *testing.T, setting, value string) {
	t.Helper()
	p, settled := m.people(t, "token-of-people-"+value)
	before := m.host.Started()
	p.during(t, func() {
		m.run(t, "config", "set", setting, value)
		m.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
	}, settled)
	after := m.host.Started()
	if after == before {
		t.Error("nothing was replaced")
	}
	p.during(t, func() { m.do(t, m.sgsend, "rollback", "--stack", m.stack) }, settled)
	if m.host.Started() == after {
		t.Error("nothing was put back")
	}
	p.leave()
	m.noNotes(t)
}

// people have come, and say when there is nothing more of a change to notice.
func (m *moved) people(t *testing.T, token string) (p *people, settled func() bool) {
	t.Helper()
	p = &people{
		user: "https://" + m.user, admin: "https://" + m.admin, token: token, keys: []string{apiKey},
		via: m.internet.Transport,
	}
	f, err := m.aws.running.Function(stackOf(m.stack).Function(metric.Canary), "")
	if err != nil {
		t.Fatal(err)
	}
	p.canary = func(ctx context.Context) error {
		_, err := f.Invoke(ctx, scheduled)
		return err
	}
	_, admin := m.clients(t, token)
	admin.post(wire.CreateToken.To(), wire.CreateTokenRequest{TokenName: token}, nil)
	p.start(t)
	return p, func() bool { return m.host.Settled(t.Context()) }
}

// serving ask for what a stack has where no functions serve.
var serving = map[string]question{
	"load balancers":   query("elasticloadbalancing", region, "DescribeLoadBalancers&Version=2015-12-01"),
	"target groups":    query("elasticloadbalancing", region, "DescribeTargetGroups&Version=2015-12-01"),
	"groups of hosts":  query("autoscaling", region, "DescribeAutoScalingGroups"),
	"launch templates": query("ec2", region, "DescribeLaunchTemplates"),
	"networks":         query("ec2", region, "DescribeVpcs"),
	"security groups":  query("ec2", region, "DescribeSecurityGroups"),
	"profiles":         query("iam", region, "ListInstanceProfiles"),
	"repositories":     called("ecr", region, "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", "{}"),
	"namespaces":       called("servicediscovery", region, "Route53AutoNaming_v20170314.ListNamespaces", "{}"),
	"firewalls":        called("wafv2", region, "AWSWAF_20190729.ListWebACLs", `{"Scope":"REGIONAL"}`),
}

// noServers says that nothing is there that only servers need.
func (m *moved) noServers(t *testing.T) {
	t.Helper()
	if n := m.host.Running(); n != 0 {
		t.Errorf("%d tasks and hosts run on", n)
	}
	// Clusters are told of for a while after they are gone.
	var told struct{ Clusters []struct{ Status string } }
	m.aws.askJSON(t, "ecs", http.MethodPost, "/", "AmazonEC2ContainerServiceV20141113.DescribeClusters",
		`{"clusters":["`+stackOf(m.stack).Cluster()+`"]}`, &told)
	for _, c := range told.Clusters {
		if c.Status != "INACTIVE" {
			t.Errorf("a cluster is left, which is %s", c.Status)
		}
	}
	for kind, q := range serving {
		status, answer := q.ask(t, m.aws.endpoint, "test")
		if status/100 != 2 {
			t.Fatalf("%s: %d %s", kind, status, answer)
		}
		for _, named := range []string{"-" + m.stack, ">" + m.stack + "<", `"` + m.stack + `"`} {
			if bytes.Contains(answer, []byte(named)) {
				t.Errorf("of %s is left: %s", kind, answer)
				break
			}
		}
	}
}
