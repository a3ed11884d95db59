package admin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/history"
	"sgraph.ai/send/shared/test/ledgertest"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
)

// epoch is when the time of the histories begins: ahead of the system's clock, by which ledgers forget.
var epoch = time.Date(2126, 3, 1, 12, 0, 0, 0, time.UTC)

// What a request says to the processes of a history: which of its services is asked, and what time it is.
const (
	generationHeader = "X-Test-Generation"
	timeHeader       = "X-Test-Time"
)

// process is a service of each generation, with the clock of one machine.
type process struct {
	services []*admin.Service

	mu    sync.Mutex
	clock *clocktest.Clock
}

func newProcess(ledger send.Ledger, issuer string, change func(*admin.Settings)) (*process, error) {
	p := &process{clock: clocktest.At(epoch)}
	store := &memoryStore{objects: map[string][]byte{}}
	for _, g := range generations {
		set := admin.Settings{
			Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Stage: "test", TLS: true},
			KeyName: keyName, APIKey: secret.Plain(g.keys...), SessionLife: lifeHere, SessionIdle: idleHere,
			SignOn: settings.SignOn{
				Issuer: issuer, ClientID: signontest.Client, Claim: "groups", Operators: []string{"root", g.operators},
				Origin: consoleOrigin,
			},
			SignOnSecret: secret.Plain(signontest.Secret),
			Ledger:       ledger, Audit: store, Log: slog.New(slog.DiscardHandler), Now: p.clock.Now,
		}
		if change != nil {
			change(&set)
		}
		service, err := admin.New(set)
		if err != nil {
			return nil, err
		}
		p.services = append(p.services, service)
	}
	return p, nil
}

// ServeHTTP asks the service that is meant, no earlier than it is.
func (p *process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, err := time.ParseDuration(r.Header.Get(timeHeader))
	if err != nil {
		panic(err)
	}
	generation, err := strconv.Atoi(r.Header.Get(generationHeader))
	if err != nil {
		panic(err)
	}
	p.mu.Lock()
	if late := epoch.Add(at).Sub(p.clock.Now()); late > 0 {
		p.clock.Advance(late)
	}
	p.mu.Unlock()
	p.services[generation].ServeHTTP(w, r)
}

// do asks a process that is this one.
func (p *process) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result()
}

// How many sessions a history has: fewer than are kept, and fewer of a person than these may have. Few are visited
// at a time, so that each is by several.
const (
	sessionsHere = 20
	peopleEvery  = 3
	visitedHere  = 5
)

// visitors are who comes to the processes of a history.
type visitors struct {
	t        *testing.T
	provider *signontest.Provider
	doors    []func(*http.Request) *http.Response
	seen     *history.Recorder[asked, told]
	calls    int // how many there will be
	made     atomic.Int64
	now      atomic.Int64

	mu      sync.Mutex
	begun   int
	cookies map[int]*http.Cookie // of the sessions that were begun
}

func (v *visitors) time() time.Duration { return time.Duration(v.now.Load()) }

// door asks by one of the doors, of a generation.
type door struct {
	*visitors
	to         func(*http.Request) *http.Response
	generation int
}

func (d door) do(method, path, body string, cookie *http.Cookie) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set(generationHeader, strconv.Itoa(d.generation))
	r.Header.Set(timeHeader, d.time().String())
	if cookie != nil {
		r.AddCookie(cookie)
	}
	return d.to(r)
}

// pairs collects what one answer says.
type pairs []history.Pair[asked, told]

func (p *pairs) add(op string, session int, o told) {
	*p = append(*p, history.Pair[asked, told]{In: asked{Op: op, Session: session}, Out: o})
}

// step makes one call of a client.
func (v *visitors) step(client int, chance *rand.Rand) {
	made := int(v.made.Add(1) - 1)
	newest := made * len(generations) / v.calls
	d := door{v, v.doors[client%len(v.doors)], max(0, newest-chance.IntN(2))}
	own, cookie := v.some(chance)
	n := chance.IntN(40)
	switch {
	case n < 2:
		v.now.Add(int64([]time.Duration{20 * time.Second, 2 * time.Minute, 8 * time.Minute}[chance.IntN(3)]))
		return
	case cookie == nil || n < 8:
		if own, ok := v.next(made); ok {
			v.note(client, d, func(p *pairs) { d.begin(p, own, chance) })
		}
		return
	}
	v.note(client, d, func(p *pairs) {
		switch {
		case n < 9:
			d.logOut(p, own, cookie)
		case n < 10:
			other, its := v.some(chance)
			d.end(p, own, cookie, other, its)
		case n < 11 && chance.IntN(3) == 0:
			d.endOthers(p, own, cookie)
		case n < 20:
			d.list(p, own, cookie)
		default:
			p.add("use", own, d.use(cookie))
		}
	})
}

// note records a call, and when it was.
func (v *visitors) note(client int, d door, call func(*pairs)) {
	v.seen.Calls(client, func() []history.Pair[asked, told] {
		var p pairs
		from := v.time()
		call(&p)
		to := v.time()
		for i := range p {
			p[i].In.Generation, p[i].In.From, p[i].In.To = d.generation, from, to
		}
		return p
	})
}

// some is a session that was begun lately.
func (v *visitors) some(chance *rand.Rand) (int, *http.Cookie) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.begun == 0 {
		return 0, nil
	}
	n := max(0, v.begun-visitedHere) + chance.IntN(min(v.begun, visitedHere))
	return n, v.cookies[n]
}

// next is the number of a session that is begun now, which is as far into the history as there were calls.
func (v *visitors) next(made int) (n int, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.begun == sessionsHere || v.begun*v.calls > made*sessionsHere {
		return 0, false
	}
	v.begun++
	return v.begun - 1, true
}

// passBy says that who is asked comes by every session but one.
func (p *pairs) passBy(but int) {
	for n := range sessionsHere {
		if n != but {
			p.add("pass", n, http.StatusOK)
		}
	}
}

func (d door) begin(p *pairs, own int, chance *rand.Rand) {
	p.passBy(own)
	var (
		opened string
		cookie *http.Cookie
	)
	if own%peopleEvery == 0 {
		opened, cookie = generations[d.generation].operators, d.signIn()
	} else {
		keys := generations[d.generation].keys
		opened = keys[chance.IntN(len(keys))]
		cookie = sessionCookie(d.do("POST", "/auth/login", `{"api_key":"`+opened+`"}`, nil))
	}
	if cookie == nil { // nobody has it
		return
	}
	d.mu.Lock()
	d.cookies[own] = cookie
	d.mu.Unlock()
	p.add("begin", own, http.StatusOK)
	(*p)[len(*p)-1].In.Opened = opened
}

// signIn signs somebody in by single sign-on.
func (d door) signIn() *http.Cookie {
	res := d.do("POST", "/auth/sso", "", nil)
	var at struct {
		URL string `json:"url"`
	}
	if json.NewDecoder(res.Body).Decode(&at) != nil || at.URL == "" {
		return nil
	}
	back, err := url.Parse(d.provider.SignIn(d.t, at.URL))
	if err != nil {
		d.t.Error(err)
		return nil
	}
	return sessionCookie(d.do("GET", back.RequestURI(), "", res.Cookies()[0]))
}

func sessionCookie(res *http.Response) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == "__Host-sgraph-send-admin" {
			return c
		}
	}
	return nil
}

func (d door) use(cookie *http.Cookie) told {
	return told(d.do("GET", "/auth/session", "", cookie).StatusCode)
}

func (d door) logOut(p *pairs, own int, cookie *http.Cookie) {
	p.add("end", own, told(d.do("POST", "/auth/logout", "", cookie).StatusCode))
}

// used notes what an answer that asks for a session says of that.
func (p *pairs) used(own int, status int) (passed bool) {
	if status == http.StatusNoContent {
		status = http.StatusOK
	}
	p.add("use", own, told(status))
	return status != http.StatusUnauthorized
}

func (d door) end(p *pairs, own int, cookie *http.Cookie, other int, its *http.Cookie) {
	if its == nil {
		return
	}
	status := d.do("DELETE", "/auth/sessions/"+listedAs(its), "", cookie).StatusCode
	if own != other {
		if !p.used(own, status) {
			return
		}
	} else if status == http.StatusUnauthorized {
		p.used(own, status)
		return
	}
	p.add("end", other, told(status))
}

func (d door) endOthers(p *pairs, own int, cookie *http.Cookie) {
	status := d.do("DELETE", "/auth/sessions", "", cookie).StatusCode
	if !p.used(own, status) {
		return
	}
	for n := range sessionsHere {
		if n != own {
			p.add("end", n, told(status))
		}
	}
}

func (d door) list(p *pairs, own int, cookie *http.Cookie) {
	d.mu.Lock()
	names := map[int]string{}
	for n, c := range d.cookies {
		names[n] = listedAs(c)
	}
	d.mu.Unlock()
	res := d.do("GET", "/auth/sessions", "", cookie)
	if !p.used(own, res.StatusCode) {
		return
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Error(err)
	}
	for n := range sessionsHere {
		name, known := names[n]
		switch {
		case n == own:
		case !known || res.StatusCode != http.StatusOK:
			p.add("pass", n, http.StatusOK)
		case strings.Contains(string(body), `"`+name+`"`):
			p.add("list", n, http.StatusOK)
		default:
			p.add("list", n, http.StatusUnauthorized)
		}
	}
}

// listedAs is what the list calls the session of a cookie.
func listedAs(c *http.Cookie) string {
	sum := sha256.Sum256([]byte(c.Value))
	return hex.EncodeToString(sum[:])
}

// place is where the sessions are that several processes keep.
type place struct{ Dynamo, Table, Issuer string }

func (p place) ledger() send.Ledger {
	return dynamo.New(p.Table, func(context.Context) (aws.Config, error) { return moto.At(p.Dynamo), nil })
}

func TestMain(m *testing.M) {
	var at place
	if is, err := history.IsProcess(&at); is {
		if err == nil {
			err = answerAll(at)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// answerAll is the other process. It says where it listens, and ends with its input.
func answerAll(at place) error {
	other, err := newProcess(at.ledger(), at.Issuer, nil)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(ln, other)
}

// otherProcess starts it, and returns how it is asked.
func otherProcess(t *testing.T, at place) func(*http.Request) *http.Response {
	t.Helper()
	_, out := history.StartProcess(t, at)
	var addr string
	if _, err := fmt.Fscanln(out, &addr); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(r *http.Request) *http.Response {
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "http", addr
		res, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Error(err)
		}
		res.Body = io.NopCloser(bytes.NewReader(body))
		return res
	}
}

// visited has clients come at the same time, each by one of the doors, and returns the history.
func visited(
	t *testing.T, p *signontest.Provider, seed uint64, clients, steps int, doors ...func(*http.Request) *http.Response,
) *history.Recorder[asked, told] {
	t.Helper()
	v := &visitors{
		t: t, provider: p, doors: doors, seen: history.Record[asked, told](), calls: clients * steps,
		cookies: map[int]*http.Cookie{},
	}
	p.Set(func(p *signontest.Provider) {
		p.Now = func() time.Time { return epoch.Add(v.time()) }
	})
	var wg sync.WaitGroup
	for client := range clients {
		chance := rand.New(rand.NewPCG(seed, uint64(client)))
		wg.Go(func() {
			for range steps {
				v.step(client, chance)
			}
		})
	}
	wg.Wait()
	for n, cookie := range v.cookies { // what came of it all
		for generation := range generations {
			d := door{v, doors[0], generation}
			v.note(clients, d, func(p *pairs) { p.add("use", n, d.use(cookie)) })
		}
	}
	return v.seen
}

// newProvider returns a provider that takes everybody for one person, who is root.
func newProvider(t *testing.T) *signontest.Provider {
	t.Helper()
	p := signontest.NewLocal(t, nil)
	p.Set(func(p *signontest.Provider) {
		p.Redirect = consoleOrigin + "/auth/sso/callback"
		p.Claims = map[string]any{"groups": []string{"root"}}
	})
	return p
}

func newBolt(t *testing.T) send.Ledger {
	t.Helper()
	l, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// here returns how a process is asked that is this one.
func here(t *testing.T, l send.Ledger, p *signontest.Provider, change func(*admin.Settings),
) func(*http.Request) *http.Response {
	t.Helper()
	process, err := newProcess(l, p.Issuer, change)
	if err != nil {
		t.Fatal(err)
	}
	return process.do
}

// Whoever logs in and out at the same time, ends what of others, and changes the key meanwhile: what they are told of
// sessions could have been so one after the other.
func TestHistoriesOfSessions(t *testing.T) {
	t.Parallel()
	t.Run("in a file", func(t *testing.T) {
		t.Parallel()
		for seed := range nightly.Or[uint64](8, 300) {
			p := newProvider(t)
			fails := seed%2 > 0
			ledger := newBolt(t)
			if fails {
				ledger = ledgertest.Fail(ledger, 30, seed)
			}
			r := visited(t, p, seed, 6, 80, here(t, ledger, p, nil))
			history.Must(t, r, sessionsModel(fails))
		}
	})
	t.Run("in DynamoDB, by two processes", func(t *testing.T) {
		t.Parallel()
		for seed := range nightly.Or[uint64](2, 30) {
			p := newProvider(t)
			at := place{Dynamo: *dynamolocal.Config(t).BaseEndpoint, Table: dynamolocal.Table(t), Issuer: p.Issuer}
			r := visited(t, p, seed, 6, 50, here(t, at.ledger(), p, nil), otherProcess(t, at))
			history.Must(t, r, sessionsModel(false))
		}
	})
}

// wrongLedger does with sessions what no ledger may: it keeps those that are ended, loses some of the writes, or lets
// a use that comes too late bring one back.
type wrongLedger struct {
	send.Ledger
	wrong
	writes atomic.Int64
}

type wrong struct{ keeps, loses, revives bool }

func (l *wrongLedger) lost(k send.Key) bool {
	return l.loses && k.Set == send.SessionSet && l.writes.Add(1)%5 == 0
}

func (l *wrongLedger) Create(ctx context.Context, r send.Record) error {
	if l.lost(r.Key) {
		return nil
	}
	return l.Ledger.Create(ctx, r)
}

func (l *wrongLedger) Replace(ctx context.Context, r send.Record) error {
	if l.lost(r.Key) {
		return nil
	}
	err := l.Ledger.Replace(ctx, r)
	if l.revives && r.Key.Set == send.SessionSet && send.CodeOf(err) == send.Conflict {
		return l.Ledger.Create(ctx, r)
	}
	return err
}

func (l *wrongLedger) Delete(ctx context.Context, key send.Key, version int64) error {
	if l.keeps && key.Set == send.SessionSet {
		return nil
	}
	return l.Ledger.Delete(ctx, key, version)
}

// What these histories are for is found.
func TestHistoriesOfSessionsFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrong  wrong
		change func(*admin.Settings)
	}{
		"one that is ended and goes on":         {wrong: wrong{keeps: true}},
		"a lost write":                          {wrong: wrong{loses: true}},
		"one that comes back with its last use": {wrong: wrong{revives: true}},
		"one that lives too long":               {change: func(s *admin.Settings) { s.SessionLife += 10 * time.Minute }},
		"one that idles too long":               {change: func(s *admin.Settings) { s.SessionIdle += 10 * time.Minute }},
		"one that ends too soon":                {change: func(s *admin.Settings) { s.SessionIdle -= 5 * time.Minute }},
		"one of a key that is not accepted": {change: func(s *admin.Settings) {
			s.APIKey = secret.Plain(append(generations[0].keys, generations[2].keys...)...)
		}},
		"one of who may not come in any more": {change: func(s *admin.Settings) { s.SignOn.Operators = []string{"root"} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(30) { // not each history has it
				p := newProvider(t)
				ledger := &wrongLedger{Ledger: newBolt(t), wrong: c.wrong}
				r := visited(t, p, seed, 6, 80, here(t, ledger, p, c.change))
				if history.Check(r, sessionsModel(false), t.TempDir()) != nil {
					return
				}
			}
			t.Error("it was not found")
		})
	}
}
