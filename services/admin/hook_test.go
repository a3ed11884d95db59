package admin_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// receiver takes webhooks on this machine, and answers as it is told.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []int // 200 when there is none left
	messages []message
}

// message is what arrived.
type message struct {
	id, timestamp, signature, body string
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	r := &receiver{answers: answers}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		h := q.Header
		if q.Method != "POST" || q.URL.Path != "/hook" || h.Get("Content-Type") != "application/json" {
			t.Errorf("asked for %s %s, %v", q.Method, q.URL, h)
		}
		r.messages = append(r.messages, message{
			h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature"), string(body),
		})
		answer := 200
		if len(r.answers) > 0 {
			answer, r.answers = r.answers[0], r.answers[1:]
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer)
	}))
	t.Cleanup(r.Close)
	return r
}

// took returns what arrived since it was asked before.
func (r *receiver) took() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.messages
	r.messages = nil
	return all
}

// tells has a service tell the receiver, whose certificate it knows.
func (r *receiver) tells(private bool) func(*admin.Settings) {
	return func(s *admin.Settings) {
		via := webhook.Via(private)
		via.TLSClientConfig = r.Client().Transport.(*http.Transport).TLSClientConfig
		s.WebhookURL, s.WebhookEvents, s.WebhookVia = r.URL+"/hook", settings.WebhookTypes, via
		s.Environment = settings.Lambda // nothing is sent but by the schedule
	}
}

// round is what the schedule asks for.
func (g *rig) round() {
	g.t.Helper()
	if _, err := g.handler.Invoked(g.t.Context(), json.RawMessage(`{"source":"aws.events"}`)); err != nil {
		g.t.Fatal(err)
	}
}

// verified checks a message with nothing of the service's but its secret, as Standard
// Webhooks says, and returns it.
func verified(t *testing.T, secret string, m message) (got webhook.Message) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) != 32 {
		t.Fatalf("the secret %s: %v", secret, err)
	}
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, strings.Join([]string{m.id, m.timestamp, m.body}, "."))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); m.signature != want {
		t.Errorf("the signature is %s, want %s", m.signature, want)
	}
	if err := json.Unmarshal([]byte(m.body), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	// It fails first, and would send elsewhere.
	r := newReceiver(t, 500, 307, 200)
	g := newRig(t, r.tells(true))
	want(t, g.get("/webhook"), 200, `{"status":"ok","host":"`+strings.TrimPrefix(r.URL, "https://")+`","events":
		["transfer.completed","transfer.downloaded","transfer.expired","token.nearly_spent"]}`)
	var about struct{ URL, Secret string }
	if err := json.Unmarshal([]byte(text(t, g.post("/webhook/reveal", ""))), &about); err != nil ||
		about.URL != r.URL+"/hook" {
		t.Fatalf("it is %+v, %v", about, err)
	}

	g.told(audit.TransferCreated, audit.Success, 0, 0) // nobody is to know
	g.told(audit.TransferCompleted, audit.Denied, 0, 0)
	g.told(audit.TransferCompleted, audit.Success, 100, 0)
	if got := r.took(); len(got) > 0 {
		t.Fatalf("who hands an event over waits for the receiver: %v", got)
	}
	g.round()
	first := r.took()
	if len(first) != 1 {
		t.Fatalf("at first %v arrived", first)
	}
	g.round()
	if got := r.took(); len(got) > 0 {
		t.Errorf("it is tried again at once: %v", got)
	}
	g.clock.Advance(time.Minute)
	g.round() // is sent elsewhere
	g.clock.Advance(5 * time.Minute)
	g.round()
	again := r.took()
	if len(again) != 2 || again[0].id != first[0].id || again[1].id != first[0].id || again[1].body != first[0].body {
		t.Fatalf("again %v arrived, after %v", again, first)
	}
	g.clock.Advance(time.Hour)
	g.round()
	if got := r.took(); len(got) > 0 {
		t.Errorf("it is sent again when it was taken: %v", got)
	}
	m := verified(t, about.Secret, again[1])
	want := webhook.Data{Transfer: "aabbccddeeff", Bytes: 100}
	if m.Type != settings.WebhookCompleted || m.Data != want || verified(t, about.Secret, first[0]) != m {
		t.Errorf("it says %+v", m)
	}
	if n := metrictest.Sum(t, g.log.String(), metric.WebhooksFailed); n != 0 { // which is not embedded here
		t.Errorf("%v failures", n)
	}
	if log := g.log.String(); strings.Contains(log, r.URL) || strings.Contains(log, about.Secret) ||
		!strings.Contains(log, "the receiver answers 307") {
		t.Errorf("the log says\n%s", log)
	}
}

func TestATokenThatIsNearlySpentIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	g := newRig(t, r.tells(true))
	g.post("/tokens/create", `{"token_name":"t","usage_limit":20}`)
	for range 20 {
		g.post("/tokens/use/t", ``)
		g.clock.Advance(time.Second)
	}
	g.handler.Flush()
	g.round()
	got := r.took()
	if len(got) != 1 || strings.Contains(got[0].body, `"t"`) || !strings.Contains(got[0].body, g.tokenID("t")) ||
		!strings.Contains(got[0].body, `"type":"token.nearly_spent"`) {
		t.Errorf("got %v", got)
	}
}

// What the receiver does not take for a day is given up, and said.
func TestAReceiverThatIsAway(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, slices.Repeat([]int{503}, 1000)...)
	g := newRig(t, r.tells(true), func(s *admin.Settings) { s.EmbedMetrics = true })
	for range 10 {
		g.told(audit.TransferDownloaded, audit.Success, 1, 0)
		g.clock.Advance(time.Millisecond)
	}
	g.round()
	if got := r.took(); len(got) != 3 {
		t.Errorf("%d messages go to a receiver that fails in one round", len(got))
	}
	for range 40 {
		g.clock.Advance(time.Hour)
		g.round()
	}
	if left, err := g.ledger.List(t.Context(), webhook.Set, "", 100); err != nil || len(left) > 0 {
		t.Errorf("%d wait still, %v", len(left), err)
	}
	if n := metrictest.Sum(t, g.log.String(), metric.WebhooksLost); n != 10 {
		t.Errorf("%v are lost, want 10", n)
	}
}

// hurried is the work of a function that is about to end.
type hurried struct{ context.Context }

func (hurried) Deadline() (time.Time, bool) { return time.Now().Add(7 * time.Second), true }

// Where there is never time to send, that is said, and what was not sent is lost, not forgotten.
func TestWhereThereIsNoTimeToSend(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	g := newRig(t, r.tells(true), func(s *admin.Settings) { s.EmbedMetrics = true })
	for range 10 {
		g.told(audit.TransferDownloaded, audit.Success, 1, 0)
		g.clock.Advance(time.Millisecond)
	}
	for hour := range 26 {
		if _, err := g.handler.Invoked(hurried{t.Context()}, json.RawMessage(`{"source":"aws.events"}`)); err != nil {
			t.Fatal(err)
		}
		if said := strings.Count(g.log.String(), "there was no time to send any"); said != min(hour+1, 24) {
			t.Fatalf("after %d hours it is said %d times:\n%s", hour, said, g.log.String())
		}
		g.clock.Advance(time.Hour)
	}
	if left, err := g.ledger.List(t.Context(), webhook.Set, "", 100); err != nil || len(left) > 0 {
		t.Errorf("%d wait still, %v", len(left), err)
	}
	if n := metrictest.Sum(t, g.log.String(), metric.WebhooksLost); n != 10 {
		t.Errorf("%v are lost, want 10", n)
	}
	if got := r.took(); len(got) > 0 {
		t.Errorf("what cannot be waited for is sent: %v", got)
	}
}

// takes is a receiver that takes all.
type takes struct{ atomic.Int64 }

func (t *takes) RoundTrip(*http.Request) (*http.Response, error) {
	t.Add(1)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// Who is told of events is told although another process is putting them into the trail all the while.
func TestTheTrailLeavesTimeToTell(t *testing.T) {
	t.Parallel()
	r := &takes{}
	g := newRig(t, lambda, func(s *admin.Settings) {
		s.WebhookURL, s.WebhookEvents, s.WebhookVia = "https://a.example.org/hook", settings.WebhookTypes, r
	})
	g.told(audit.TransferCompleted, audit.Success, 1, 0)
	g.userService(audit.TransferCreated)
	turn := send.Record{
		Key: send.Key{Set: audit.QueueSets + metric.User + "/turn", ID: "turn"}, Expires: g.clock.Now().Add(time.Hour),
	}
	if err := g.ledger.Create(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // the least that a stack may say
		defer cancel()
		if _, err := g.handler.Invoked(ctx, json.RawMessage(`{"source":"aws.events"}`)); err != nil || ctx.Err() != nil {
			t.Errorf("%v, %v", err, ctx.Err())
		}
		if n := r.Load(); n != 1 {
			t.Errorf("%d messages were sent, want one", n)
		}
	})
}

// Two processes send a message once.
func TestOneAtATimeSendsAMessage(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	g := newRig(t, r.tells(true))
	for range 20 {
		g.told(audit.TransferDownloaded, audit.Success, 1, 0)
		g.clock.Advance(time.Millisecond)
	}
	other := g.again()
	var both sync.WaitGroup
	both.Go(g.round)
	both.Go(other.round)
	both.Wait()
	ids := map[string]bool{}
	got := r.took()
	for _, m := range got {
		ids[m.id] = true
	}
	if len(got) != 20 || len(ids) != 20 {
		t.Errorf("%d messages arrived, of %d IDs", len(got), len(ids))
	}
}

func TestAServerTellsAtOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	g := newRig(t, r.tells(true), func(s *admin.Settings) { s.Environment = settings.Local })
	go g.handler.Tend(t.Context())
	g.told(audit.TransferExpired, audit.Success, 0, 0)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if got := r.took(); len(got) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing arrived")
		}
	}
}

func TestWhereAWebhookMayGo(t *testing.T) {
	t.Parallel()
	want(t, newRig(t).get("/webhook"), 200, `{"status":"not_configured","events":[]}`)
	want(t, newRig(t).post("/webhook/reveal", ""), 409,
		`{"detail":"nobody is told of events: SEND__WEBHOOK_URL says nothing","code":"conflict"}`)
	want(t, newRig(t).post("/webhook/test", ""), 409,
		`{"detail":"nobody is told of events: SEND__WEBHOOK_URL says nothing","code":"conflict"}`)
	r := newReceiver(t, 200, 404)
	g := newRig(t, r.tells(true))
	want(t, g.post("/webhook/test", ""), 200, `{"status":"ok"}`)
	if got := r.took(); len(got) != 1 || !strings.Contains(got[0].body, `"type":"test"`) {
		t.Errorf("got %v", got)
	}
	want(t, g.post("/webhook/test", ""), 200, `{"status":"unavailable","detail":"the receiver answers 404"}`)
	r.took()
	g = newRig(t, r.tells(false))
	want(t, g.post("/webhook/test", ""), 200, `{"status":"unavailable",
		"detail":"its address is a private one, which SEND__WEBHOOK_PRIVATE would allow"}`)
	g = newRig(t, r.tells(true), func(s *admin.Settings) { s.WebhookVia = webhook.Via(true) })
	want(t, g.post("/webhook/test", ""), 200, `{"status":"unavailable","detail":"the receiver cannot be reached"}`)
	if got := r.took(); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	g.ledger.setAway(true)
	if err := g.handler.Record(t.Context(), []audit.Event{{
		Time: g.clock.Now(), Kind: audit.TransferCompleted, Outcome: audit.Success,
	}}); send.CodeOf(err) != send.Unavailable {
		t.Errorf("with the ledger away: %v", err)
	}
}
