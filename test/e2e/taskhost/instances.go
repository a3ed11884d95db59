package taskhost

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/settings"
)

// fleet is an autoscaling group as it runs.
type fleet struct {
	version   string // of the launch template, of all its instances
	refreshes int    // that were begun before
	instances []*instance
	busy      bool
}

// wantedFleet is a group as it is to be.
type wantedFleet struct {
	name, template, version string
	count                   int
	groups                  []string // of targets
	subnets                 []string
	refreshes               int
	before                  bool // what is new begins before what is old ends
}

// instance is a machine that runs.
type instance struct {
	holder  *process // of its root
	root    string
	units   []*process
	targets []*target
}

// is says whether a group is as it is to be. A changed template alone changes no
// instance.
func (f *fleet) is(w *wantedFleet) bool {
	alive := !slices.ContainsFunc(f.instances, func(i *instance) bool {
		return slices.ContainsFunc(i.units, (*process).hasEnded)
	})
	return alive && len(f.instances) == w.count &&
		(w.count == 0 || f.version == w.version || f.refreshes == w.refreshes)
}

// readFleets answers the stack's groups, by name.
func (h *Host) readFleets(ctx context.Context) (map[string]*wantedFleet, error) {
	var found struct {
		Groups []struct {
			Name     string   `xml:"AutoScalingGroupName"`
			Desired  int      `xml:"DesiredCapacity"`
			Zones    string   `xml:"VPCZoneIdentifier"`
			Targets  []string `xml:"TargetGroupARNs>member"`
			Template struct {
				ID      string `xml:"LaunchTemplateId"`
				Version string
			} `xml:"LaunchTemplate"`
			Most int `xml:"InstanceMaintenancePolicy>MaxHealthyPercentage"`
		} `xml:"DescribeAutoScalingGroupsResult>AutoScalingGroups>member"`
	}
	if err := h.aws.query(ctx, "autoscaling", "DescribeAutoScalingGroups", nil, &found); err != nil {
		return nil, err
	}
	all := map[string]*wantedFleet{}
	for _, g := range found.Groups {
		if !strings.HasSuffix(g.Name, "-"+h.Stack) {
			continue
		}
		var begun struct {
			IDs []string `xml:"DescribeInstanceRefreshesResult>InstanceRefreshes>member>InstanceRefreshId"`
		}
		if err := h.aws.query(ctx, "autoscaling", "DescribeInstanceRefreshes",
			map[string]string{"AutoScalingGroupName": g.Name}, &begun); err != nil {
			return nil, err
		}
		all[g.Name] = &wantedFleet{
			name: g.Name, template: g.Template.ID, version: g.Template.Version, count: g.Desired, groups: g.Targets,
			subnets: strings.Split(g.Zones, ","), refreshes: len(begun.IDs), before: g.Most > 100,
		}
	}
	return all, nil
}

// lookAtFleets has each group made as it is to be.
func (h *Host) lookAtFleets(ctx context.Context, groups map[string]*wantedFleet) {
	for name := range h.fleets {
		if groups[name] == nil { // it was deleted
			groups[name] = &wantedFleet{name: name}
		}
	}
	for name, w := range groups {
		f := h.fleets[name]
		if f == nil {
			f = &fleet{version: w.version, refreshes: w.refreshes}
			h.fleets[name] = f
		}
		if !f.busy && !f.is(w) {
			f.busy = true
			h.busy.Go(func() { h.reconcileFleet(ctx, f, w) })
		}
	}
}

// reconcileFleet makes a group be as it is to be.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
func (h *Host) reconcileFleet(ctx context.Context, f *fleet, w *wantedFleet) {
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		f.busy = false
	}()
	h.mu.Lock()
	old := slices.Clone(f.instances)
	if f.version == w.version || f.refreshes == w.refreshes {
		old = slices.DeleteFunc(old, func(i *instance) bool { return !slices.ContainsFunc(i.units, (*process).hasEnded) })
	}
	kept := len(f.instances) - len(old)
	if kept > w.count {
		old = append(old, f.instances[w.count:]...)
	}
	refreshed := f.refreshes != w.refreshes
	h.mu.Unlock()
	if refreshed && !w.before {
		h.terminate(ctx, f, old)
		old = nil
	}
	for failures := 0; kept < w.count && failures < tries; {
		i, err := h.launch(ctx, w)
		if err != nil {
			h.noteUnless(ctx, "an instance of %s, version %s: %v", w.name, w.version, err)
			failures++
			if ctx.Err() != nil {
				return
			}
			continue
		}
		h.mu.Lock()
		f.instances = append(f.instances, i)
		h.started++
		h.mu.Unlock()
		kept++
	}
	h.mu.Lock()
	f.version, f.refreshes = w.version, w.refreshes
	h.mu.Unlock()
	if kept >= w.count {
		h.terminate(ctx, f, old)
	}
}

// terminate takes instances out of their groups, and then ends them.
func (h *Host) terminate(ctx context.Context, f *fleet, all []*instance) {
	for _, i := range all {
		for _, t := range i.targets {
			h.leave(ctx, t)
		}
		for _, unit := range i.units {
			if err := unit.stop(context.WithoutCancel(ctx), 90*time.Second); err != nil { // systemd's own patience
				h.note("a unit: %v", err)
			}
		}
		_ = i.holder.cmd.Process.Kill()
		<-i.holder.ended
		h.mu.Lock()
		f.instances = slices.DeleteFunc(f.instances, func(other *instance) bool { return other == i })
		h.mu.Unlock()
	}
}

// hold makes a root on top of the machine's, of which nothing but $1 is written, and
// keeps it.
const hold = `
set -eu
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs tmpfs "$1/root/tmp"
mount -t tmpfs tmpfs "$1/root/run"
mkdir -p "$1/root/run/asked"
exec chroot "$1/root" sleep infinity
`

// machine are commands of Amazon Linux, as far as the first start of a machine needs
// them: they do on this machine's root what is to be done there, or ask the host for it.
var machine = map[string]string{
	"aws": `
set -eu
signed() {
	printf 'Authorization: AWS4-HMAC-SHA256 Credential=%s/20260101/%s/%s/aws4_request, SignedHeaders=host, Signature=0' \
		"$AWS_ACCESS_KEY_ID" "$AWS_REGION" "$1"
}
case "$1 $2" in
"s3 cp")
	for last in "$@"; do before=${this-}; this=$last; done
	curl --silent --show-error --fail --header "$(signed s3)" --output "$this" "$AWS_ENDPOINT_URL/${before#s3://}" ;;
"autoscaling complete-lifecycle-action")
	shift 2
	while [ $# -gt 0 ]; do
		case "$1" in
		--instance-id) id=$2 ;;
		--auto-scaling-group-name) group=$2 ;;
		--lifecycle-hook-name) hook=$2 ;;
		--lifecycle-action-result) result=$2 ;;
		esac
		shift 2
	done
	curl --silent --show-error --fail --header "$(signed autoscaling)" --data Action=CompleteLifecycleAction \
		--data Version=2011-01-01 --data "InstanceId=$id" --data "AutoScalingGroupName=$group" \
		--data "LifecycleHookName=$hook" --data "LifecycleActionResult=$result" "$AWS_ENDPOINT_URL/" >/dev/null
	echo "$result" >>/run/asked/answers ;;
*)
	echo "this machine has no aws $*" >&2; exit 2 ;;
esac`,
	"rpm": `
set -eu
for last in "$@"; do :; done
case "$*" in
*--query*) exit 0 ;;
esac
cd / && rpm2cpio "$last" | cpio --extract --quiet --make-directories --unconditional --preserve-modification-time`,
	"systemctl": `
for word in "$@"; do
	case "$word" in
	start) does=start ;;
	restart|try-restart) does=restart ;;
	*@*.service) if [ -n "${does-}" ]; then echo "$word" >>/run/asked/"$does"; fi ;;
	esac
done`,
	"dnf": "exit 0",
}

// agent hands over one line to each group of logs that it is told of, as CloudWatch's
// agent does when it starts.
const agent = `
set -eu
for last in "$@"; do :; done
tell() {
	curl --silent --show-error --fail --header "X-Amz-Target: Logs_20140328.$1" \
		--header "Content-Type: application/x-amz-json-1.1" --header "Authorization: AWS4-HMAC-SHA256 \
Credential=$AWS_ACCESS_KEY_ID/20260101/$AWS_REGION/logs/aws4_request, SignedHeaders=host, Signature=0" \
		--data "$2}" "$AWS_ENDPOINT_URL/" >/dev/null
}
for group in $(grep -o '"log_group_name":"[^"]*"' "${last#file:}" | cut -d '"' -f 4 | sort -u); do
	stream="\"logGroupName\":\"$group\",\"logStreamName\":\"$(cat /var/lib/cloud/data/instance-id)\""
	tell CreateLogStream "{$stream"
	tell PutLogEvents "{$stream,\"logEvents\":[{\"timestamp\":$(date +%s)000,\"message\":\"started\"}]"
done
`

// needs are what launching takes of this machine.
var needs = []string{"bash", "cpio", "curl", "nsenter", "rpm2cpio", "sha256sum", "unshare"}

// CanLaunch says what this machine lacks to run others: it is nil where it lacks
// nothing.
func CanLaunch() error {
	if os.Geteuid() != 0 {
		return errors.New("only root can lay a root of its own over this machine's, as a host needs it")
	}
	for _, program := range needs {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is needed to run hosts; tools/setup installs it: %w", program, err)
		}
	}
	return nil
}

// launch starts a machine, and answers it once its user data says that it serves and
// its groups find it healthy.
func (h *Host) launch(ctx context.Context, w *wantedFleet) (_ *instance, err error) {
	if err := CanLaunch(); err != nil {
		return nil, err
	}
	script, profile, err := h.template(ctx, w)
	if err != nil {
		return nil, err
	}
	itself, err := h.Become(profile, "ec2.amazonaws.com")
	if err != nil {
		return nil, err
	}
	env := maps.Clone(itself)
	maps.Copy(env, h.Internet.Variables())
	at := map[string]string{} // where its units serve, by their names
	for unit, entry := range map[string]settings.Entry{
		"user": settings.UserAddr.Entry, "admin": settings.AdminAddr.Entry,
	} {
		if at[unit], err = h.address(ctx, w.subnets[h.turnOf(len(w.subnets))]); err != nil {
			return nil, err
		}
		env[entry.Env] = at[unit]
	}
	i := &instance{}
	if err := h.boot(i, script); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.terminate(ctx, &fleet{}, []*instance{i})
		}
	}()
	log := h.Log(w.name)
	start, err := program{
		root: i.root, args: []string{"/bin/bash", "/var/lib/cloud/user-data"}, env: env, log: log, within: i.holder,
	}.start()
	if err != nil {
		return nil, err
	}
	for started, ended := 0, false; !ended; time.Sleep(50 * time.Millisecond) {
		ended = start.hasEnded() // and has asked for all that it does
		asked, _ := os.ReadFile(filepath.Join(i.root, "run", "asked", "start"))
		for _, unit := range strings.Fields(string(asked))[started:] {
			running, err := h.startUnit(i, unit, env, log)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", unit, err)
			}
			i.units = append(i.units, running)
			started++
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if start.err != nil {
		return nil, fmt.Errorf("its first start: %w", start.err)
	}
	if answered, _ := os.ReadFile(filepath.Join(i.root, "run", "asked", "answers")); string(answered) != "CONTINUE\n" {
		return nil, fmt.Errorf("its first start answers its group %q", answered)
	}
	for _, arn := range w.groups {
		group, err := h.targetGroup(ctx, arn)
		if err != nil {
			return nil, err
		}
		address := at[map[int]string{8080: "user", 8081: "admin"}[group.Port]]
		if err := group.awaitHealthy(ctx, address, nil); err != nil {
			return nil, err
		}
		i.targets = append(i.targets, h.join(arn, address))
	}
	return i, nil
}

// template answers what a machine does at its first start, and its role.
func (h *Host) template(ctx context.Context, w *wantedFleet) (script []byte, role string, err error) {
	var found struct {
		Data []struct {
			UserData string `xml:"userData"`
			Profile  struct {
				ARN  string `xml:"arn"`
				Name string `xml:"name"`
			} `xml:"iamInstanceProfile"`
		} `xml:"launchTemplateVersionSet>item>launchTemplateData"`
	}
	in := map[string]string{"LaunchTemplateId": w.template, "LaunchTemplateVersion.1": w.version}
	if err := h.aws.query(ctx, "ec2", "DescribeLaunchTemplateVersions", in, &found); err != nil {
		return nil, "", err
	}
	if len(found.Data) != 1 {
		return nil, "", fmt.Errorf("its template has %d versions %s", len(found.Data), w.version)
	}
	if script, err = base64.StdEncoding.DecodeString(found.Data[0].UserData); err != nil {
		return nil, "", err
	}
	profile := found.Data[0].Profile.Name
	if profile == "" {
		profile = found.Data[0].Profile.ARN[strings.LastIndex(found.Data[0].Profile.ARN, "/")+1:]
	}
	var of struct {
		Roles []string `xml:"GetInstanceProfileResult>InstanceProfile>Roles>member>Arn"`
	}
	in = map[string]string{"InstanceProfileName": profile}
	if err := h.aws.query(ctx, "iam", "GetInstanceProfile", in, &of); err != nil {
		return nil, "", err
	}
	if len(of.Roles) != 1 {
		return nil, "", fmt.Errorf("the profile %s has the roles %v", profile, of.Roles)
	}
	return script, of.Roles[0], nil
}

// boot makes an instance's root.
func (h *Host) boot(i *instance, script []byte) error {
	dir, err := os.MkdirTemp(h.dir, "instance-")
	if err != nil {
		return err
	}
	for _, folder := range []string{"upper/usr/local/bin", "upper/var/lib/cloud/data", "work", "root"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return err
		}
	}
	id := fmt.Sprintf("i-%x\n", time.Now().UnixNano())
	files := map[string]string{
		"var/lib/cloud/user-data": string(script), "var/lib/cloud/data/instance-id": id,
		"opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl": "#!/bin/sh\n" + agent,
	}
	for name, text := range machine {
		files["usr/local/bin/"+name] = "#!/bin/sh" + "\n" + text + "\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, "upper", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			return err
		}
	}
	i.holder, err = program{
		args: []string{"unshare", "--mount", "--propagation", "private", "sh", "-c", hold, "sh", dir},
	}.start()
	if err != nil {
		return err
	}
	i.root = fmt.Sprintf("/proc/%d/root", i.holder.cmd.Process.Pid)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && !i.holder.hasEnded(); {
		if _, err := os.Stat(filepath.Join(i.root, "run", "asked")); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("a root cannot be laid over this machine's")
}

// startUnit starts what a unit does, told what its files say and more.
func (h *Host) startUnit(i *instance, name string, more map[string]string, log io.Writer) (*process, error) {
	template, of, is := strings.Cut(strings.TrimSuffix(name, ".service"), "@")
	if !is {
		return nil, errors.New("this host knows units of templates alone")
	}
	u := unit{of: of, env: map[string]string{}}
	var files []string
	for _, dir := range []string{"usr/lib/systemd/system", "etc/systemd/system"} {
		whole := filepath.Join(i.root, dir, template+"@.service")
		parts, err := filepath.Glob(filepath.Join(whole+".d", "*.conf"))
		if err != nil {
			return nil, err
		}
		files = append(append(files, whole), parts...)
	}
	for _, file := range files {
		if err := u.read(file, i.root); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if len(u.command) == 0 {
		return nil, errors.New("no unit of this name does anything")
	}
	if err := trustHere(u.env); err != nil {
		return nil, err
	}
	maps.Copy(u.env, more)
	// The service beside it is elsewhere on this machine, too.
	if beside := u.env[settings.AdminURL.Env]; strings.HasPrefix(beside, "http://127.0.0.1:") {
		u.env[settings.AdminURL.Env] = "http://" + more[settings.AdminAddr.Env]
	}
	return program{within: i.holder, args: u.command, env: u.env, user: nobody, log: log}.start()
}

// nobody is the user of units, whatever they call theirs.
const nobody = "65532:65532"

// unit is what a unit of systemd does.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment
type unit struct {
	of      string // the instance of the template
	command []string
	env     map[string]string
}

// read reads a file of a unit. What is said later counts.
func (u *unit) read(file, root string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.ReplaceAll(value, "%i", u.of)
		switch key {
		case "ExecStart":
			u.command = strings.Fields(value)
		case "Environment":
			u.tell(value)
		case "EnvironmentFile":
			optional := strings.HasPrefix(value, "-")
			told, err := os.ReadFile(filepath.Join(root, strings.TrimPrefix(value, "-")))
			if err != nil && !optional {
				return err
			}
			for line := range strings.Lines(string(told)) {
				if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
					u.tell(line)
				}
			}
		}
	}
	return nil
}

var escaped = regexp.MustCompile(`\\(.)`)

// tell takes one variable, whose value may stand in quotes.
func (u *unit) tell(line string) {
	name, value, is := strings.Cut(line, "=")
	if !is {
		return
	}
	if inside, quoted := strings.CutPrefix(value, `"`); quoted {
		value = escaped.ReplaceAllString(strings.TrimSuffix(inside, `"`), "$1")
	}
	u.env[name] = value
}
