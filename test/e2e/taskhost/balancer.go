package taskhost

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/test/e2e/iam"
)

// Balancer is a load balancer for applications, as the simulated AWS has it: its
// listeners, the rules of each, and groups of targets, of which a [Host] says where
// they are.
type Balancer struct {
	host *Host
	arn  string

	mu        sync.Mutex
	listeners map[int]listener // by port
	read      time.Time
}

// kept is how long a balancer goes by what it has read.
const kept = 300 * time.Millisecond

type listener struct {
	ARN      string `xml:"ListenerArn"`
	Port     int    `xml:"Port"`
	Protocol string
	rules    []rule
	plain    bool // the balancer drops headers that are not plainName
}

type rule struct {
	Priority   string
	Conditions []struct {
		Field  string
		Values []string `xml:"Values>member"`
		Hosts  []string `xml:"HostHeaderConfig>Values>member"`
	} `xml:"Conditions>member"`
	Actions []action `xml:"Actions>member"`
}

type action struct {
	Type   string
	Group  string                                                `xml:"TargetGroupArn"`
	Groups []string                                              `xml:"ForwardConfig>TargetGroups>member>TargetGroupArn"`
	Fixed  struct{ StatusCode, ContentType, MessageBody string } `xml:"FixedResponseConfig"`
	Leads  struct{ Protocol, Port, StatusCode string }           `xml:"RedirectConfig"`
}

// Balancer answers the balancer of a name.
func (h *Host) Balancer(ctx context.Context, name string) (*Balancer, error) {
	var found struct {
		ARNs []string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>LoadBalancerArn"`
	}
	err := h.aws.query(ctx, "elasticloadbalancing", "DescribeLoadBalancers",
		map[string]string{"Names.member.1": name}, &found)
	if err != nil {
		return nil, err
	}
	if len(found.ARNs) != 1 {
		return nil, fmt.Errorf("%d load balancers are called %s", len(found.ARNs), name)
	}
	return &Balancer{host: h, arn: found.ARNs[0]}, nil
}

// attributes are how a balancer or a group is set up.
func (h *Host) attributes(ctx context.Context, action, parameter, arn string) (map[string]string, error) {
	type pair struct{ Key, Value string }
	var found struct {
		Balancer []pair `xml:"DescribeLoadBalancerAttributesResult>Attributes>member"`
		Group    []pair `xml:"DescribeTargetGroupAttributesResult>Attributes>member"`
	}
	if err := h.aws.query(ctx, "elasticloadbalancing", action, map[string]string{parameter: arn}, &found); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, p := range append(found.Balancer, found.Group...) {
		all[p.Key] = p.Value
	}
	return all, nil
}

// listener reads, at times, what a balancer does at a port.
func (b *Balancer) listener(ctx context.Context, port int) (listener, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.read) < kept {
		return b.listeners[port], nil
	}
	attributes, err := b.host.attributes(ctx, "DescribeLoadBalancerAttributes", "LoadBalancerArn", b.arn)
	if err != nil {
		return listener{}, err
	}
	var found struct {
		Listeners []listener `xml:"DescribeListenersResult>Listeners>member"`
	}
	err = b.host.aws.query(ctx, "elasticloadbalancing", "DescribeListeners",
		map[string]string{"LoadBalancerArn": b.arn}, &found)
	if err != nil {
		return listener{}, err
	}
	listeners := map[int]listener{}
	for _, l := range found.Listeners {
		var of struct {
			Rules []rule `xml:"DescribeRulesResult>Rules>member"`
		}
		err := b.host.aws.query(ctx, "elasticloadbalancing", "DescribeRules",
			map[string]string{"ListenerArn": l.ARN}, &of)
		if err != nil {
			return listener{}, err
		}
		l.rules = of.Rules
		l.plain = attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
		slices.SortFunc(l.rules, func(a, b rule) int { return cmp.Compare(a.order(), b.order()) })
		listeners[l.Port] = l
	}
	b.listeners, b.read = listeners, time.Now()
	return listeners[port], nil
}

// order is a rule's place: the listener's own comes last.
func (r rule) order() int {
	n, err := strconv.Atoi(r.Priority)
	if err != nil {
		return 1 << 20
	}
	return n
}

// At is what the balancer does at a port, such as 443.
func (b *Balancer) At(port int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, err := b.listener(context.WithoutCancel(r.Context()), port)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		for _, rule := range l.rules {
			if rule.is(r) {
				b.act(w, r, l, rule.Actions[len(rule.Actions)-1])
				return
			}
		}
		http.Error(w, fmt.Sprintf("nothing listens at %d", port), http.StatusBadGateway)
	})
}

// is says whether a request meets the conditions of a rule. What it does not know it
// does not meet.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
func (r rule) is(request *http.Request) bool {
	host := hostOf(request)
	for _, c := range r.Conditions {
		var met bool
		switch c.Field {
		case "host-header":
			named := func(h string) bool { return iam.Glob(h, strings.ToLower(host)) }
			met = slices.ContainsFunc(append(c.Hosts, c.Values...), named)
		case "path-pattern":
			met = slices.ContainsFunc(c.Values, func(p string) bool { return iam.Glob(p, request.URL.Path) })
		}
		if !met {
			return false
		}
	}
	return true
}

// hostOf is which host a request is for, without its port.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}

// act does what a rule says.
func (b *Balancer) act(w http.ResponseWriter, r *http.Request, l listener, a action) {
	switch a.Type {
	case "fixed-response":
		w.Header().Set("Content-Type", cmp.Or(a.Fixed.ContentType, "text/plain"))
		status, _ := strconv.Atoi(a.Fixed.StatusCode)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(a.Fixed.MessageBody))
	case "redirect":
		host := hostOf(r)
		to := *r.URL
		to.Scheme, to.Host = strings.ToLower(a.Leads.Protocol), host
		if a.Leads.Port != "443" {
			to.Host = net.JoinHostPort(host, a.Leads.Port)
		}
		status, _ := strconv.Atoi(strings.TrimPrefix(a.Leads.StatusCode, "HTTP_"))
		http.Redirect(w, r, to.String(), status)
	case "forward":
		b.forward(w, r, l, cmp.Or(a.Group, strings.Join(a.Groups, " ")))
	default:
		http.Error(w, "a balancer does not "+a.Type, http.StatusBadGateway)
	}
}

// plainName is of headers that stay where invalid ones are dropped.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
var plainName = regexp.MustCompile(`^[-A-Za-z0-9]+$`)

// forward passes a request on to a healthy target, as it came but for what it adds.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
func (b *Balancer) forward(w http.ResponseWriter, r *http.Request, l listener, group string) {
	target := b.host.pick(group)
	if target == nil {
		http.Error(w, "no target is healthy", http.StatusServiceUnavailable)
		return
	}
	defer target.done()
	proxy := &httputil.ReverseProxy{
		Transport: target.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: target.address})
			p.Out.Host = p.In.Host
			// The proxy has taken these away, and the balancer appends.
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
			p.Out.Header.Del("X-Forwarded-Host")
			p.Out.Header.Set("X-Forwarded-Proto", strings.ToLower(l.Protocol))
			p.Out.Header.Set("X-Forwarded-Port", strconv.Itoa(l.Port))
			p.Out.Header.Set("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678")
			for name := range p.Out.Header {
				if l.plain && !plainName.MatchString(name) {
					p.Out.Header.Del(name)
				}
			}
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil { // who asks has not gone
				b.host.note("the balancer asks %s for %s: %v", target.address, r.URL.Path, err)
			}
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(w, r)
}

// target is a place of a group.
type target struct {
	group     string
	address   string
	transport *http.Transport

	mu       sync.Mutex
	asked    sync.WaitGroup
	draining bool
}

// take counts a request, if the target takes any.
func (t *target) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.draining {
		return false
	}
	t.asked.Add(1)
	return true
}

func (t *target) done() { t.asked.Done() }

// drain takes no more requests, and waits until those that run are answered, or the
// time is over.
func (t *target) drain(within time.Duration) {
	t.mu.Lock()
	t.draining = true
	t.mu.Unlock()
	answered := make(chan struct{})
	go func() { t.asked.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-time.After(within):
	}
	t.transport.CloseIdleConnections()
}

// pick answers a target of a group, in turn, which is to be told when it is done.
func (h *Host) pick(group string) *target {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.targets)
	for range n {
		h.turn++
		if t := h.targets[h.turn%n]; t.group == group && t.take() {
			return t
		}
	}
	return nil
}
