package taskhost

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const ecs = "AmazonEC2ContainerServiceV20141113."

// service is a service of ECS as it runs.
type service struct {
	name       string
	definition string // the task definition of all tasks, by ARN
	tasks      []*task
	failed     string // the task definition that did not become healthy at last
	busy       bool
}

// wanted is a service as it is to be.
type wanted struct {
	arn, name, cluster string
	definition         string
	count              int
	groups             []group
	registries         []string // of names, by ARN
	subnets            []string
	rollsBack          bool
}

// group is where a service's tasks are put.
type group struct {
	ARN  string `json:"targetGroupArn"`
	Port int    `json:"containerPort"`
}

// task is a task that runs.
type task struct {
	*process
	targets []*target
	grace   time.Duration // to end in
}

// is says whether a service is as it is to be, as far as it can.
func (s *service) is(w *wanted) bool {
	alive := !slices.ContainsFunc(s.tasks, func(t *task) bool { return t.hasEnded() })
	is := len(s.tasks) == w.count && (w.count == 0 || s.definition == w.definition)
	givenUp := w.count > 0 && s.failed == w.definition && (!w.rollsBack || s.definition == "")
	return alive && (is || givenUp)
}

// readServices answers the stack's services, by ARN.
func (h *Host) readServices(ctx context.Context) (map[string]*wanted, error) {
	var clusters struct{ ClusterArns []string }
	if err := h.aws.call(ctx, "ecs", ecs+"ListClusters", map[string]any{}, &clusters); err != nil {
		return nil, err
	}
	all := map[string]*wanted{}
	for _, cluster := range clusters.ClusterArns {
		if !strings.HasSuffix(cluster, "-"+h.Stack) {
			continue
		}
		var list struct{ ServiceArns []string }
		if err := h.aws.call(ctx, "ecs", ecs+"ListServices", map[string]any{"cluster": cluster}, &list); err != nil {
			return nil, err
		}
		if len(list.ServiceArns) == 0 {
			continue
		}
		var found struct {
			Services []struct {
				ServiceArn, ServiceName, Status, TaskDefinition string
				DesiredCount                                    int
				LoadBalancers                                   []group
				ServiceRegistries                               []struct{ RegistryArn string }
				DeploymentConfiguration                         struct {
					DeploymentCircuitBreaker struct{ Rollback bool }
				}
				NetworkConfiguration struct {
					AwsvpcConfiguration struct{ Subnets []string }
				}
			}
		}
		in := map[string]any{"cluster": cluster, "services": list.ServiceArns}
		if err := h.aws.call(ctx, "ecs", ecs+"DescribeServices", in, &found); err != nil {
			return nil, err
		}
		for _, s := range found.Services {
			w := &wanted{
				arn: s.ServiceArn, name: s.ServiceName, cluster: cluster, definition: s.TaskDefinition, count: s.DesiredCount,
				groups: s.LoadBalancers, subnets: s.NetworkConfiguration.AwsvpcConfiguration.Subnets,
				rollsBack: s.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback,
			}
			for _, r := range s.ServiceRegistries {
				w.registries = append(w.registries, r.RegistryArn)
			}
			if s.Status != "ACTIVE" {
				w.count = 0
			}
			all[w.arn] = w
		}
	}
	return all, nil
}

// tries is after how many tasks that failed a deployment does, where a service has few.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
const tries = 3

// reconcile makes a service be as it is to be: first what is new, and then not what
// was.
func (h *Host) reconcile(ctx context.Context, s *service, w *wanted) {
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		s.busy = false
	}()
	h.mu.Lock()
	if s.failed != w.definition {
		s.failed = ""
	}
	old := s.tasks
	if s.definition == w.definition { // those that run go on
		for _, t := range old {
			if t.hasEnded() {
				h.notes = append(h.notes, fmt.Sprintf("a task of %s ended: %v", s.name, t.err))
			}
		}
		old = slices.DeleteFunc(slices.Clone(old), func(t *task) bool { return !t.hasEnded() })
	}
	kept := len(s.tasks) - len(old)
	if kept > w.count { // there are too many
		old = append(old, s.tasks[w.count:]...)
	}
	h.mu.Unlock()
	for failures := 0; kept < w.count; {
		t, err := h.startTask(ctx, w)
		if err == nil {
			h.mu.Lock()
			s.tasks = append(s.tasks, t)
			h.started++
			h.mu.Unlock()
			kept++
			continue
		}
		if ctx.Err() != nil {
			return
		}
		h.note("a task of %s (%s): %v", w.name, w.definition[strings.LastIndex(w.definition, "/")+1:], err)
		if failures++; failures == tries {
			h.giveUp(ctx, s, w)
			return
		}
	}
	h.mu.Lock()
	s.definition = w.definition
	h.mu.Unlock()
	h.stop(ctx, s, old)
}

// giveUp goes back to what a service was before, if it is to, where a deployment
// failed: each of its tasks has ended.
func (h *Host) giveUp(ctx context.Context, s *service, w *wanted) {
	h.mu.Lock()
	s.failed = w.definition
	before := s.definition
	h.mu.Unlock()
	if before == "" || !w.rollsBack {
		return
	}
	in := map[string]any{"cluster": w.cluster, "service": w.name, "taskDefinition": before}
	if err := h.aws.call(ctx, "ecs", ecs+"UpdateService", in, nil); err != nil {
		h.note("rolling %s back: %v", w.name, err)
	}
}

// stop takes tasks out of their groups, and then ends them.
func (h *Host) stop(ctx context.Context, s *service, tasks []*task) {
	for _, t := range tasks {
		for _, at := range t.targets {
			h.leave(ctx, at)
		}
		if err := t.stop(context.WithoutCancel(ctx), t.grace); err != nil {
			h.note("a task of %s: %v", s.name, err)
		}
		h.mu.Lock()
		s.tasks = slices.DeleteFunc(s.tasks, func(other *task) bool { return other == t })
		h.mu.Unlock()
	}
}

// definition is a task definition.
type definition struct {
	TaskRoleArn, ExecutionRoleArn string
	RuntimePlatform               struct{ CPUArchitecture string }
	ContainerDefinitions          []struct {
		Image, User            string
		EntryPoint, Command    []string
		Environment            []struct{ Name, Value string }
		Secrets                []struct{ Name, ValueFrom string }
		ReadonlyRootFilesystem bool
		StopTimeout            int
		HealthCheck            struct{ Command []string }
		MountPoints            []struct {
			ContainerPath string
			ReadOnly      bool
		}
		LogConfiguration struct {
			LogDriver string
			Options   map[string]string
		}
	}
}

// processors are ECS's names of them, in Go's words.
var processors = map[string]string{"X86_64": "amd64", "ARM64": "arm64", "": "amd64"}

// startTask starts a task, and answers it once it is healthy and has joined its groups.
func (h *Host) startTask(ctx context.Context, w *wanted) (*task, error) {
	var found struct{ TaskDefinition definition }
	in := map[string]any{"taskDefinition": w.definition}
	if err := h.aws.call(ctx, "ecs", ecs+"DescribeTaskDefinition", in, &found); err != nil {
		return nil, err
	}
	d := found.TaskDefinition
	if len(d.ContainerDefinitions) != 1 || len(w.groups) != 1 || len(w.subnets) == 0 {
		return nil, fmt.Errorf("it has %d containers, %d groups and %d subnets, of which this host runs one, one and some",
			len(d.ContainerDefinitions), len(w.groups), len(w.subnets))
	}
	c := d.ContainerDefinitions[0]
	group, err := h.targetGroup(ctx, w.groups[0].ARN)
	if err != nil {
		return nil, err
	}
	if len(c.Secrets) > 0 {
		return nil, errors.New("this host hands out no secrets")
	}
	agent, err := h.Become(d.ExecutionRoleArn, "ecs-tasks.amazonaws.com")
	if err != nil {
		return nil, err
	}
	unpacked, err := h.image(ctx, c.Image, processors[d.RuntimePlatform.CPUArchitecture], agent)
	if err != nil {
		return nil, err
	}
	if err := h.beginLog(ctx, c.LogConfiguration.LogDriver, c.LogConfiguration.Options, w.name, agent); err != nil {
		return nil, err
	}
	told := map[string]string{}
	for _, e := range c.Environment {
		told[e.Name] = e.Value
	}
	env := unpacked.environment(told)
	at, err := h.address(ctx, w.subnets[h.turnOf(len(w.subnets))])
	if err != nil {
		return nil, err
	}
	if err := serveAt(env, w.groups[0].Port, at); err != nil {
		return nil, err
	}
	if err := trustHere(env); err != nil {
		return nil, err
	}
	itself, err := h.Become(d.TaskRoleArn, "ecs-tasks.amazonaws.com")
	if err != nil {
		return nil, err
	}
	maps.Copy(env, itself)
	h.tell(env)
	p := program{
		root: unpacked.root, args: unpacked.command(c.EntryPoint, c.Command), env: env,
		user: cmp.Or(c.User, unpacked.config.User), readOnly: c.ReadonlyRootFilesystem, log: h.Log(w.name),
		writable: slices.Sorted(maps.Keys(unpacked.config.Volumes)),
	}
	for _, m := range c.MountPoints {
		if !m.ReadOnly {
			p.writable = append(p.writable, m.ContainerPath)
		}
	}
	running, err := p.start()
	if err != nil {
		return nil, err
	}
	t := &task{process: running, grace: time.Duration(cmp.Or(c.StopTimeout, 30)) * time.Second}
	healthy := group.awaitHealthy(ctx, at, running.ended)
	if command := c.HealthCheck.Command; healthy == nil && len(command) > 1 && command[0] == "CMD" {
		healthy = p.checks(command[1:])
	}
	if healthy != nil {
		_ = t.stop(context.WithoutCancel(ctx), t.grace)
		return nil, healthy
	}
	t.targets = []*target{h.join(w.groups[0].ARN, at)}
	for _, registry := range w.registries {
		name, err := h.nameOf(ctx, registry)
		if err != nil {
			return nil, err
		}
		t.targets = append(t.targets, h.join(registry, at))
		h.Internet.ServeInside(net.JoinHostPort(name, strconv.Itoa(w.groups[0].Port)), h.anyOf(registry))
	}
	return t, nil
}

// nameOf is by which name a network knows who is in a registry of Cloud Map.
func (h *Host) nameOf(ctx context.Context, registry string) (string, error) {
	const discovery = "Route53AutoNaming_v20170314."
	var service struct {
		Service struct {
			Name, NamespaceID string
			DNSConfig         struct{ NamespaceID string }
		}
	}
	in := map[string]any{"Id": registry[strings.LastIndex(registry, "/")+1:]}
	if err := h.aws.call(ctx, "servicediscovery", discovery+"GetService", in, &service); err != nil {
		return "", err
	}
	var namespace struct{ Namespace struct{ Name string } }
	in["Id"] = cmp.Or(service.Service.NamespaceID, service.Service.DNSConfig.NamespaceID)
	if err := h.aws.call(ctx, "servicediscovery", discovery+"GetNamespace", in, &namespace); err != nil {
		return "", err
	}
	return service.Service.Name + "." + namespace.Namespace.Name, nil
}

// anyOf asks one of those who have a name.
func (h *Host) anyOf(group string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := h.pick(group)
		if t == nil {
			http.Error(w, "nobody has this name", http.StatusBadGateway)
			return
		}
		defer t.done()
		(&httputil.ReverseProxy{Transport: t.transport, Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: t.address})
			p.Out.Host = p.In.Host
		}}).ServeHTTP(w, r)
	})
}

// checks runs a container's own check in it.
func (p program) checks(command []string) error {
	p.args = command
	checking, err := p.start()
	if err != nil {
		return err
	}
	<-checking.ended
	if checking.err != nil {
		return fmt.Errorf("its own check %v: %w", command, checking.err)
	}
	return nil
}

// turnOf counts on.
func (h *Host) turnOf(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn++
	return h.turn % n
}

// tell adds what programs have to know of this machine.
func (h *Host) tell(env map[string]string) {
	for name, value := range h.Internet.Variables() {
		if name != "SSL_CERT_FILE" { // its root has one
			env[name] = value
		}
	}
}

// image answers an image, pulled as whoever starts tasks.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
func (h *Host) image(ctx context.Context, reference, architecture string, by map[string]string) (image, error) {
	agent := account{by["AWS_ENDPOINT_URL"], h.Region, by["AWS_ACCESS_KEY_ID"]}
	var got struct {
		AuthorizationData []struct{ AuthorizationToken string }
	}
	const ecr = "AmazonEC2ContainerRegistry_V20150921."
	if err := agent.call(ctx, "ecr", ecr+"GetAuthorizationToken", map[string]any{}, &got); err != nil {
		return image{}, err
	}
	if len(got.AuthorizationData) == 0 {
		return image{}, errors.New("there is no token of the registry")
	}
	token, err := base64.StdEncoding.DecodeString(got.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		return image{}, err
	}
	// The registry itself asks IAM of these; here it has them asked for.
	path, digest, _ := strings.Cut(reference, "@")
	_, repository, _ := strings.Cut(path, "/")
	of := map[string]any{"repositoryName": repository, "imageIds": []any{map[string]string{"imageDigest": digest}}}
	layers := map[string]any{"repositoryName": repository, "layerDigests": []string{digest}}
	layer := map[string]any{"repositoryName": repository, "layerDigest": digest}
	for operation, in := range map[string]any{
		"BatchGetImage": of, "BatchCheckLayerAvailability": layers, "GetDownloadUrlForLayer": layer,
	} {
		err := agent.call(ctx, "ecr", ecr+operation, in, nil) // which does not have what was pushed
		if err != nil && strings.Contains(err.Error(), "AccessDenied") {
			return image{}, err
		}
	}
	h.pulling.Lock()
	defer h.pulling.Unlock()
	if i, pulled := h.images[reference+" "+architecture]; pulled {
		return i, nil
	}
	_, password, _ := strings.Cut(string(token), ":")
	into := filepath.Join(h.dir, strconv.Itoa(len(h.images)))
	if err := os.Mkdir(into, 0o755); err != nil {
		return image{}, err
	}
	i, err := pull(reference, architecture, password, h.Internet.Transport(nil), into)
	if err != nil {
		return image{}, err
	}
	// Whom the world trusts is another question here.
	roots := filepath.Join(into, "etc", "ssl", "certs", "ca-certificates.crt")
	if err := os.MkdirAll(filepath.Dir(roots), 0o755); err != nil {
		return image{}, err
	}
	if err := os.WriteFile(roots, h.Internet.Roots(), 0o644); err != nil {
		return image{}, err
	}
	h.images[reference+" "+architecture] = i
	return i, nil
}

// beginLog does what a driver of logs does first, as whoever starts tasks. Without it
// no task starts.
func (h *Host) beginLog(
	ctx context.Context, driver string, options map[string]string, name string, by map[string]string,
) error {
	if driver != "awslogs" {
		return fmt.Errorf("its logs go to %q", driver)
	}
	agent := account{by["AWS_ENDPOINT_URL"], cmp.Or(options["awslogs-region"], h.Region), by["AWS_ACCESS_KEY_ID"]}
	stream := fmt.Sprintf("%s/%s/%d", options["awslogs-stream-prefix"], name, time.Now().UnixNano())
	in := map[string]any{"logGroupName": options["awslogs-group"], "logStreamName": stream}
	if err := agent.call(ctx, "logs", "Logs_20140328.CreateLogStream", in, nil); err != nil {
		return err
	}
	in["logEvents"] = []any{map[string]any{"timestamp": time.Now().UnixMilli(), "message": "started"}}
	return agent.call(ctx, "logs", "Logs_20140328.PutLogEvents", in, nil)
}

// describe tells of a service how far it is.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
func (h *Host) describe(d map[string]any) {
	arn, _ := d["serviceArn"].(string)
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.services[arn]
	if s == nil {
		s = &service{}
	}
	count, _ := d["desiredCount"].(float64)
	now, _ := d["taskDefinition"].(string)
	d["runningCount"], d["pendingCount"] = len(s.tasks), max(0, int(count)-len(s.tasks))
	list, _ := d["deployments"].([]any)
	if len(list) == 0 {
		return
	}
	primary, _ := list[0].(map[string]any)
	primary["taskDefinition"], primary["status"], primary["desiredCount"] = now, "PRIMARY", int(count)
	primary["runningCount"], primary["pendingCount"] = len(s.tasks), 0
	state := "COMPLETED"
	switch {
	case s.failed != "" && s.failed == now:
		state, primary["failedTasks"] = "FAILED", tries
	case s.busy || s.definition != now:
		state = "IN_PROGRESS"
	}
	primary["rolloutState"] = state
	deployments := []any{primary}
	if s.definition != "" && s.definition != now {
		old := maps.Clone(primary)
		old["id"], old["status"], old["taskDefinition"] = fmt.Sprint(primary["id"], "-before"), "ACTIVE", s.definition
		old["rolloutState"] = "COMPLETED"
		primary["runningCount"] = 0
		deployments = append(deployments, old)
	}
	d["deployments"] = deployments
}
