package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// people do, all the time and several at once, what people and machines do with a
// stack: send and receive, log in and look at tokens, and try how it is.
type people struct {
	user, admin string // where they go
	token       string // with which they send
	sealed      []byte // what they send
	canary      func(context.Context) error
	via         func(net.IP) *http.Transport // how they get there from an address; nil = straight
	leave       func()

	mu      sync.Mutex
	keys    []string // with which they log in, in turn
	rounds  map[string]int
	refused []string
}

// round is what somebody does.
type round struct {
	what string
	do   func(context.Context, *visitor) error
}

// rest is taken after each round: others want to do something, too.
var rest = nightly.Or(500*time.Millisecond, 200*time.Millisecond)

// start has them begin. They end when they are to leave, or the test ends.
func (p *people) start(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	p.leave = func() { stop(); all.Wait() }
	t.Cleanup(p.leave)
	rounds := []round{
		{"sending and receiving", p.sendAndReceive}, {"sending and receiving", p.sendAndReceive},
		{"logging in", p.logIn}, {"logging in", p.logIn},
		{"the canary", func(ctx context.Context, _ *visitor) error { return p.canary(ctx) }},
	}
	p.sealed, p.rounds = seal(t, 5000), map[string]int{}
	for _, r := range rounds {
		p.rounds[r.what] = 0
	}
	for i, r := range rounds {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				err := r.do(ctx, p.newVisitor(i, n))
				if ctx.Err() != nil {
					return // it is what was refused
				}
				p.note(r.what, err)
				time.Sleep(rest)
			}
		})
	}
}

func (p *people) note(what string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rounds[what]++
	if err != nil {
		p.refused = append(p.refused, what+": "+err.Error())
	}
}

// use says with which keys they log in from now on.
func (p *people) use(keys ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = keys
}

// enough is how many rounds of each kind have to be done after a change before it
// is said that none of them noticed it.
const enough = 8

// during makes a change while they go on, and afterwards until there is nothing
// more of it to notice. It wants none to be refused.
func (p *people) during(t *testing.T, change func(), settled func() bool) {
	t.Helper()
	change()
	for since, deadline := p.done(), time.Now().Add(5*patience); ; {
		now := p.done()
		fewest := enough
		for what, n := range now {
			fewest = min(fewest, n-since[what])
		}
		if settled() && fewest >= enough {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("they have come from %v to %v; settled: %v", since, now, settled())
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, refusal := range p.refused {
		if i == 10 {
			t.Errorf("and %d more", len(p.refused)-i)
			break
		}
		t.Error(refusal)
	}
	p.refused = nil
}

// done answers how many rounds there were of each kind.
func (p *people) done() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.rounds)
}

func (p *people) sendAndReceive(ctx context.Context, v *visitor) error {
	token := func(h http.Header) { wire.AccessToken.Set(h, p.token) }
	var created wire.CreateTransferReply
	ask := fmt.Sprintf(`{"file_size_bytes":%d}`, len(p.sealed))
	err := v.ask(ctx, http.MethodPost, p.user+"/api/transfers/create", []byte(ask), token, &created)
	id := created.TransferID
	for _, step := range []struct {
		method, path string
		body         []byte
	}{
		{http.MethodPost, "/upload/", p.sealed},
		{http.MethodPost, "/complete/", nil},
		{http.MethodGet, "/info/", nil},
	} {
		if err == nil {
			err = v.ask(ctx, step.method, p.user+"/api/transfers"+step.path+id, step.body, token, nil)
		}
	}
	if err != nil {
		return err
	}
	var got []byte
	if err := v.ask(ctx, http.MethodGet, p.user+"/api/transfers/download/"+id, nil, nil, &got); err != nil {
		return err
	}
	if !bytes.Equal(got, p.sealed) {
		return errors.New("what arrived is not what was sent")
	}
	return nil
}

func (p *people) logIn(ctx context.Context, v *visitor) error {
	p.mu.Lock()
	key := p.keys[v.n%len(p.keys)]
	p.mu.Unlock()
	ask, err := json.Marshal(wire.LoginRequest{APIKey: key})
	if err != nil {
		return err
	}
	for again := 0; ; again++ {
		err := v.ask(ctx, http.MethodPost, p.admin+"/auth/login", ask, nil, nil)
		if err == nil {
			break
		}
		if again == turnedAway || !strings.Contains(err.Error(), "cannot be counted") {
			return err
		}
		time.Sleep(time.Second)
	}
	// By the session, and as a program by the key.
	looks := p.admin + "/tokens/lookup/" + p.token
	if err := v.ask(ctx, http.MethodGet, looks, nil, nil, nil); err != nil {
		return fmt.Errorf("in the session: %w", err)
	}
	byKey := func(h http.Header) { h.Set(wire.DefaultAPIKey, key) }
	return v.ask(ctx, http.MethodGet, looks, nil, byKey, nil)
}

// visitor is somebody who comes once, from an address of their own.
type visitor struct {
	n       int
	client  *http.Client
	cookies []*http.Cookie
}

// newVisitor answers the nth visitor of a kind. All of 127.0.0.0/8 is this machine.
func (p *people) newVisitor(kind, n int) *visitor {
	from := net.IPv4(127, byte(1+kind), byte(n>>8), byte(n))
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	if p.via != nil {
		transport = p.via(from)
	}
	transport.DisableKeepAlives = true
	return &visitor{n: n, client: &http.Client{Transport: transport, Timeout: 5 * patience}}
}

// ask asks once, and reads a reply of 200: as it is, or what its JSON says.
func (v *visitor) ask(
	ctx context.Context, method, url string, body []byte, with func(http.Header), into any,
) error {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if with != nil {
		with(request.Header)
	}
	if json.Valid(body) {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, cookie := range v.cookies {
		request.AddCookie(cookie)
	}
	response, err := v.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s answers %d: %.300s", method, request.URL.Path, response.StatusCode, answer)
	}
	v.cookies = append(v.cookies, response.Cookies()...)
	switch into := into.(type) {
	case nil:
		return nil
	case *[]byte:
		*into = answer
		return nil
	}
	return json.Unmarshal(answer, into)
}

// edges are the places of CloudFront, each of which learns in its own time what
// the distribution says now. They take turns.
type edges struct {
	mu    sync.Mutex
	shown []string // by each
	turns int
	now   string // what the distribution says
}

// lag is how many requests pass until the next edge learns.
const lag = 20

// watch has the edges learn of a distribution until the test ends.
func (e *edges) watch(t *testing.T, aws simulation, distribution string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var reading sync.WaitGroup
	t.Cleanup(func() { stop(); reading.Wait() })
	e.learn(t.Context(), aws, distribution)
	e.shown = slices.Repeat([]string{e.now}, 4)
	reading.Go(func() {
		for ctx.Err() == nil {
			e.learn(ctx, aws, distribution)
			time.Sleep(500 * time.Millisecond)
		}
	})
}

// learn asks what the distribution says. What cannot be read is as it was.
func (e *edges) learn(ctx context.Context, aws simulation, distribution string) {
	status, answer, err := aws.try(ctx, question{
		service: "cloudfront", method: http.MethodGet, path: "/2020-05-31/distribution/" + distribution,
	})
	var config struct {
		Shown []string `xml:"DistributionConfig>Origins>Items>Origin>CustomHeaders>Items>OriginCustomHeader>HeaderValue"`
	}
	if err != nil || status != http.StatusOK || xml.Unmarshal(answer, &config) != nil || len(config.Shown) != 1 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = config.Shown[0]
}

// prove answers what the edge shows whose turn it is.
func (e *edges) prove() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.turns++
	if behind := slices.IndexFunc(e.shown, e.isOld); behind >= 0 && (behind == 0 || e.turns%lag == 0) {
		e.shown[behind] = e.now
	}
	return e.shown[e.turns%len(e.shown)]
}

func (e *edges) isOld(shown string) bool { return shown != e.now }

// settled says whether all edges know what the distribution says.
func (e *edges) settled() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !slices.ContainsFunc(e.shown, e.isOld)
}

// alias is the URL of a function whose alias moves as Lambda's does: for a while
// some requests still reach the version before.
type alias struct {
	lambda   *lambdahost.Lambda
	function string

	mu          sync.Mutex
	now, before *lambdahost.Function
	left        int // requests until all reach the version that is live
}

func (a *alias) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, err := a.choose()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	f.ServeHTTP(w, r)
}

func (a *alias) choose() (*lambdahost.Function, error) {
	live, err := a.lambda.Function(a.function, "live")
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if live != a.now {
		a.before, a.now, a.left = a.now, live, lag
	}
	if a.left > 0 && a.before != nil {
		if a.left--; rand.IntN(2) == 0 {
			return a.before, nil
		}
	}
	return a.now, nil
}

// settled says whether all requests reach what is live.
func (a *alias) settled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left == 0 || a.before == nil
}

// newServer serves until the test ends, and answers its URL.
func newServer(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
