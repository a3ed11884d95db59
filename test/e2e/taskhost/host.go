// Package taskhost runs on this machine what a simulated AWS only knows of: tasks of
// ECS, from images that were really pushed; instances of EC2, by their user data; and
// the load balancer in front of both.
//
// A [Host] stands before the simulation. It looks there again and again for what is to
// run, starts and ends processes until that is what runs, and answers in its place how
// far it is. What is new has to be healthy before what is old takes no more requests,
// answers those that it has, and is asked to end; what does not become healthy is given
// up, as the service says.
//
// Programs run as their own users in roots of their own, where whoever tests is root.
// They share this machine's network: an address of a VPC, 10.1.2.3, is 127.1.2.3 here.
package taskhost

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
)

// Host runs the services and servers of one stack.
type Host struct {
	// Endpoint is the simulated AWS behind it, and Region where in it.
	Endpoint, Region string
	// Stack ends the names of what it runs.
	Stack string
	// Internet is where programs find what has a name, the registry included.
	Internet *Internet
	// Become answers by which variables a program has a role, which trusts the service of
	// AWS that runs it, and where AWS is; the role may be "".
	Become func(role, service string) (map[string]string, error)
	// Log receives what a program writes, from several at once; nil discards.
	Log func(program string) io.Writer

	// URL is the simulated AWS with what the host knows better.
	URL string

	aws account
	dir string

	mu       sync.Mutex
	services map[string]*service // by ARN
	fleets   map[string]*fleet   // by the name of their group
	targets  []*target
	turn     int
	next     int // of the addresses of a subnet
	notes    []string
	started  int
	busy     sync.WaitGroup

	pulling sync.Mutex
	images  map[string]image // by reference and processor
}

// Start begins to run what there is, until the test ends.
func (h *Host) Start(tb testing.TB) {
	tb.Helper()
	h.aws = account{h.Endpoint, h.Region, "host"}
	h.dir = tb.TempDir()
	h.services, h.fleets, h.images = map[string]*service{}, map[string]*fleet{}, map[string]image{}
	h.next = 20
	if h.Log == nil {
		h.Log = func(string) io.Writer { return io.Discard }
	}
	behind, err := url.Parse(h.Endpoint)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	h.URL = "http://" + listener.Addr().String()
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(behind) },
		ModifyResponse: h.correct,
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener) // until it is closed, and that is what it says then
	ctx, stop := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	looking.Go(func() {
		for ctx.Err() == nil {
			h.look(ctx)
			time.Sleep(kept)
		}
	})
	tb.Cleanup(func() {
		stop()
		looking.Wait()
		h.busy.Wait()
		h.end()
		server.Close()
	})
}

// look compares what is to run with what does, and has each service and fleet made so.
func (h *Host) look(ctx context.Context) {
	services, err := h.readServices(ctx)
	if err != nil {
		h.noteUnless(ctx, "reading services: %v", err)
		return
	}
	fleets, err := h.readFleets(ctx)
	if err != nil {
		h.noteUnless(ctx, "reading groups: %v", err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for arn, s := range h.services {
		if services[arn] == nil { // it was deleted
			services[arn] = &wanted{arn: arn, name: s.name}
		}
	}
	for arn, w := range services {
		s := h.services[arn]
		if s == nil {
			s = &service{name: w.name}
			h.services[arn] = s
		}
		if !s.busy && !s.is(w) {
			s.busy = true
			h.busy.Go(func() { h.reconcile(ctx, s, w) })
		}
	}
	h.lookAtFleets(ctx, fleets)
}

// Settled says whether all that is to run does, and nothing else.
func (h *Host) Settled(ctx context.Context) bool {
	services, err := h.readServices(ctx)
	if err != nil {
		return false
	}
	fleets, err := h.readFleets(ctx)
	if err != nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for arn, w := range services {
		if s := h.services[arn]; s == nil || s.busy || !s.is(w) {
			return false
		}
	}
	for name, w := range fleets {
		if f := h.fleets[name]; f == nil || f.busy || !f.is(w) {
			return false
		}
	}
	for _, s := range h.services {
		if s.busy {
			return false
		}
	}
	for _, f := range h.fleets {
		if f.busy {
			return false
		}
	}
	return true
}

// Running is how many processes there are.
func (h *Host) Running() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.services {
		n += len(s.tasks)
	}
	for _, f := range h.fleets {
		n += len(f.instances)
	}
	return n
}

// Started is how many tasks and machines were started so far.
func (h *Host) Started() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.started
}

// note keeps what went wrong, for the test to see.
func (h *Host) note(format string, args ...any) {
	fmt.Fprintf(h.Log("host"), "host: "+format+"\n", args...)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes = append(h.notes, fmt.Sprintf(format, args...))
}

func (h *Host) noteUnless(ctx context.Context, format string, args ...any) {
	if ctx.Err() == nil {
		h.note(format, args...)
	}
}

// Notes answers, once, what went wrong since the last time: what did not become
// healthy, what had to be killed, and what the balancer was not answered.
func (h *Host) Notes() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	notes := h.notes
	h.notes = nil
	return notes
}

// end ends all that runs.
func (h *Host) end() {
	var all []*process
	h.mu.Lock()
	for _, s := range h.services {
		for _, t := range s.tasks {
			all = append(all, t.process)
		}
	}
	for _, f := range h.fleets {
		for _, i := range f.instances {
			all = append(all, i.units...)
		}
	}
	h.mu.Unlock()
	for _, p := range all {
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// address answers a free address of a subnet, as it is here, with a free port.
func (h *Host) address(ctx context.Context, subnet string) (string, error) {
	block, err := h.block(ctx, subnet)
	if err != nil {
		return "", err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	ip := block.Addr().As4()
	h.next++
	ip[2], ip[3] = ip[2]+byte(h.next>>8), byte(h.next)
	listener, err := net.Listen("tcp", netip.AddrPortFrom(netip.AddrFrom4(ip), 0).String())
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// block answers the addresses of a subnet, as they are here.
func (h *Host) block(ctx context.Context, subnet string) (netip.Prefix, error) {
	var found struct {
		Blocks []string `xml:"subnetSet>item>cidrBlock"`
	}
	err := h.aws.query(ctx, "ec2", "DescribeSubnets", map[string]string{"SubnetId.1": subnet}, &found)
	if err != nil {
		return netip.Prefix{}, err
	}
	if len(found.Blocks) != 1 {
		return netip.Prefix{}, fmt.Errorf("subnet %s has the blocks %v", subnet, found.Blocks)
	}
	return local(found.Blocks[0])
}

// local is what a block of addresses of a VPC is here.
func local(block string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(block)
	if err != nil || !prefix.Addr().Is4() {
		return prefix, err
	}
	ip := prefix.Addr().As4()
	ip[0] = 127
	return netip.PrefixFrom(netip.AddrFrom4(ip), prefix.Bits()), nil
}

// serveAt has a program serve at an address where it is told a port of all its own.
func serveAt(env map[string]string, port int, address string) error {
	for name, value := range env {
		if strings.HasSuffix(name, "_ADDR") && value == ":"+strconv.Itoa(port) {
			env[name] = address
			return nil
		}
	}
	return fmt.Errorf("nothing tells the program to serve at port %d: %v", port, slices.Sorted(maps.Keys(env)))
}

// trustHere has a program trust here what it is told to trust in its VPC.
func trustHere(env map[string]string) error {
	told := env[settings.TrustedProxies.Env]
	if told == "" {
		return nil
	}
	var here []string
	for block := range strings.SplitSeq(told, ",") {
		prefix, err := local(strings.TrimSpace(block))
		if err != nil {
			return fmt.Errorf("%s: %w", settings.TrustedProxies.Env, err)
		}
		here = append(here, prefix.String())
	}
	env[settings.TrustedProxies.Env] = strings.Join(here, ",")
	return nil
}

// targetGroup is a group of targets: at which port it asks them, and how it finds out
// whether one is healthy.
type targetGroup struct {
	Port    int    `xml:"Port"`
	Path    string `xml:"HealthCheckPath"`
	Matcher string `xml:"Matcher>HttpCode"`
}

// targetGroup reads a group.
func (h *Host) targetGroup(ctx context.Context, arn string) (targetGroup, error) {
	var found struct {
		Groups []targetGroup `xml:"DescribeTargetGroupsResult>TargetGroups>member"`
	}
	err := h.aws.query(ctx, "elasticloadbalancing", "DescribeTargetGroups",
		map[string]string{"TargetGroupArns.member.1": arn}, &found)
	if err != nil {
		return targetGroup{}, err
	}
	if len(found.Groups) != 1 {
		return targetGroup{}, fmt.Errorf("there are %d groups %s", len(found.Groups), arn)
	}
	return found.Groups[0], nil
}

// patience is how long a program may take until it is healthy.
const patience = 30 * time.Second

// awaitHealthy waits until an address is what its group calls healthy.
func (g targetGroup) awaitHealthy(ctx context.Context, address string, ended <-chan struct{}) error {
	said := "nothing"
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && ctx.Err() == nil; {
		select {
		case <-ended:
			return fmt.Errorf("it ended before it was healthy")
		case <-time.After(50 * time.Millisecond):
		}
		response, err := asking.Client.Get("http://" + address + g.Path)
		if err != nil {
			said = err.Error()
			continue
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if said = response.Status; matches(g.Matcher, response.StatusCode) {
			return nil
		}
	}
	return fmt.Errorf("it did not become healthy: %s says %s", g.Path, said)
}

// matches says whether a status is one of "200", "200,202" or "200-299".
func matches(matcher string, status int) bool {
	return slices.ContainsFunc(strings.Split(matcher, ","), func(part string) bool {
		low, high, is := strings.Cut(part, "-")
		if !is {
			high = low
		}
		l, _ := strconv.Atoi(low)
		h, _ := strconv.Atoi(high)
		return l <= status && status <= h
	})
}

// join has a group ask an address from now on, from the balancer's own.
func (h *Host) join(group, address string) *target {
	host, _, _ := net.SplitHostPort(address)
	from := net.ParseIP(host).To4()
	from[3] = 7 // of a node of the balancer in this subnet
	t := &target{group: group, address: address, transport: &http.Transport{
		DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}).DialContext,
	}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.targets = append(h.targets, t)
	return t
}

// leave has a target taken out of its group, which waits as long as the group says.
func (h *Host) leave(ctx context.Context, t *target) {
	attributes, err := h.attributes(ctx, "DescribeTargetGroupAttributes", "TargetGroupArn", t.group)
	seconds, wrong := strconv.Atoi(attributes["deregistration_delay.timeout_seconds"])
	if err != nil || wrong != nil {
		seconds = 300 // the group may be gone
	}
	h.mu.Lock()
	h.targets = slices.DeleteFunc(h.targets, func(other *target) bool { return other == t })
	h.mu.Unlock()
	t.drain(time.Duration(seconds) * time.Second)
}

// correct answers of services how far they really are.
func (h *Host) correct(response *http.Response) error {
	if !strings.HasSuffix(response.Request.Header.Get("X-Amz-Target"), ".DescribeServices") ||
		response.StatusCode != http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body.Close()
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	described, _ := answer["services"].([]any)
	for _, d := range described {
		h.describe(d.(map[string]any))
	}
	if body, err = json.Marshal(answer); err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}
