package cost_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/moto"
)

const (
	keyName  = "X-Test-Key"
	keyValue = "an-api-key-of-the-tests-1234567890"
	token    = "token-of-the-tests"
)

// meter counts what AWS counts.
type meter struct {
	mu   sync.Mutex
	work cost.Work
}

func (m *meter) count(f func(*cost.Work)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.work)
}

// RoundTrip counts a call of DynamoDB or S3 by its price.
func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	target := r.Header.Get("X-Amz-Target")
	if target != "" && r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := asking.Client.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if target == "" {
		m.count(func(w *cost.Work) { countS3(w, r) })
		return res, nil
	}
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	_, operation, _ := strings.Cut(target, ".")
	m.count(func(w *cost.Work) { countDynamo(w, operation, body, answer) })
	return res, nil
}

// countS3 counts a request as https://aws.amazon.com/s3/pricing/ does.
func countS3(w *cost.Work, r *http.Request) {
	_, list := r.URL.Query()["list-type"]
	_, parts := r.URL.Query()["uploadId"]
	_, uploads := r.URL.Query()["uploads"]
	switch {
	case r.Method == http.MethodDelete:
	case r.Method == http.MethodPut, r.Method == http.MethodPost, list, uploads, parts:
		w.Puts++
	default:
		w.Gets++
	}
}

// countDynamo counts a request in units, as
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html does.
func countDynamo(w *cost.Work, operation string, body, answer []byte) {
	var in struct {
		Item          item
		TransactItems []struct{ Put, Update, Delete struct{ Item item } }
	}
	var out struct {
		Item  item
		Items []item
	}
	_ = json.Unmarshal(body, &in)
	_ = json.Unmarshal(answer, &out)
	switch operation {
	case "GetItem":
		w.Reads += units(out.Item.size(), 4096)
	case "Query":
		size := 0
		for _, it := range out.Items {
			size += it.size()
		}
		w.Reads += units(size, 4096)
	case "PutItem":
		w.Writes += units(in.Item.size(), 1024)
	case "UpdateItem", "DeleteItem": // no such item has more than 1 KB; see TestRecordsAreSmall
		w.Writes++
	case "TransactWriteItems":
		for _, t := range in.TransactItems {
			w.Writes += 2 * units(t.Put.Item.size(), 1024)
		}
	default:
		panic("nothing is known of what " + operation + " costs")
	}
}

func units(size, unit int) float64 { return max(1, math.Ceil(float64(size)/float64(unit))) }

// item is an item of DynamoDB, as it travels.
type item map[string]map[string]any

// size is about what DynamoDB takes for its size: names and values.
func (it item) size() (n int) {
	for name, value := range it {
		n += len(name)
		for kind, v := range value {
			text := fmt.Sprint(v)
			if kind == "B" {
				raw, _ := base64.StdEncoding.DecodeString(text)
				text = string(raw)
			}
			n += len(text)
		}
	}
	return n
}

// stack is both services as functions on a simulated AWS, with all that they do
// counted.
type stack struct {
	t      *testing.T
	url    string
	user   *user.Service
	admin  *admin.Service
	meter  *meter
	clock  *clocktest.Clock
	s3     *http.Client
	ledger send.Ledger
	busy   sync.WaitGroup // functions at work
}

// logged counts what a function logs. Lambda itself adds three lines to each
// invocation.
type logged struct{ *meter }

func (l logged) Write(line []byte) (int, error) {
	l.count(func(w *cost.Work) { w.LogKB += float64(len(line)) / 1000 })
	return len(line), nil
}

const lambdaLines = 0.33 // KB: START, END and REPORT

func newStack(t *testing.T, changes ...func(*admin.Settings)) *stack {
	t.Helper()
	s := &stack{t: t, meter: &meter{}, clock: clocktest.At(time.Now())}
	s.s3 = &http.Client{Transport: s.meter}
	load := func(context.Context) (aws.Config, error) {
		cfg := moto.Config(t)
		cfg.HTTPClient = s.s3
		return cfg, nil
	}
	table := moto.Table(t)
	ledger := dynamo.New(table, load)
	ledger.Now = s.clock.Now
	s.ledger = ledger
	log := slog.New(slog.NewJSONHandler(logged{s.meter}, nil))
	service := settings.Service{
		Environment: settings.Lambda, Mode: settings.S3, Stage: "prod", LedgerTable: table, Rates: send.DefaultRates,
		EmbedMetrics: true,
	}

	set := admin.Settings{
		Service: service, KeyName: keyName, APIKey: secret.Plain(keyValue), Ledger: ledger,
		Audit: s3store.New(moto.Bucket(t), load),
		Log:   log, Now: s.clock.Now, AuditRetention: 90 * 24 * time.Hour,
	}
	for _, change := range changes {
		change(&set)
	}
	var err error
	if s.admin, err = admin.New(set); err != nil {
		t.Fatal(err)
	}
	adminURL := s.serve(s.admin, s.admin.Flush, func(w *cost.Work) { w.Admin++ })

	gate := &user.AdminGate{BaseURL: adminURL, KeyName: keyName, Key: secret.Plain(keyValue), Client: &http.Client{}}
	bucket := s3store.New(moto.Bucket(t), load)
	s.user, err = user.New(user.Settings{
		Service: service,
		Rules: send.Rules{
			MaxBytes: 1 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: 7 * 24 * time.Hour, PendingBytes: 20 << 30,
		},
		DirectBytes: 5 << 20, Gate: gate, Ledger: ledger, Store: bucket, Links: bucket, Log: log, Now: s.clock.Now,
		Audit: gate.Record,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.url = s.serve(s.user, s.user.Flush, func(w *cost.Work) { w.User++ })

	req, err := http.NewRequest(http.MethodPost, adminURL+"/tokens/create",
		strings.NewReader(`{"token_name":"`+token+`","usage_limit":0}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(keyName, keyValue)
	res, err := asking.Client.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	res.Body.Close()
	return s
}

// serve answers requests as invocations of a function.
func (s *stack) serve(h http.Handler, flush func(), count func(*cost.Work)) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.busy.Add(1)
		defer s.busy.Done()
		s.meter.count(count)
		s.meter.count(func(w *cost.Work) { w.LogKB += lambdaLines })
		h.ServeHTTP(w, r)
		flush()
	}))
	s.t.Cleanup(server.Close)
	return server.URL
}

// call asks the user service as a client does.
func (s *stack) call(method, path string, in any, headers ...string) (map[string]any, []byte) {
	s.t.Helper()
	var body io.Reader
	switch in := in.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(in)
	default:
		text, err := json.Marshal(in)
		if err != nil {
			s.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("x-sgraph-access-token", token)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	s.meter.count(func(w *cost.Work) { w.Edge++ })
	res, err := asking.Client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %d %.300s %v", method, path, res.StatusCode, text, err)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out, text
}

// direct asks S3 as a client does, by a signed URL.
func (s *stack) direct(method, url string, body []byte) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.s3.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %.300s", method, res.StatusCode, text)
	}
	return res.Header.Get("ETag")
}

func (s *stack) sealed(n int) []byte {
	s.t.Helper()
	content := make([]byte, n)
	rand.Read(content)
	var b bytes.Buffer
	meta := envelope.Meta{Filename: "a.bin"}
	if err := envelope.Encrypt(&b, envelope.NewKey(), meta, bytes.NewReader(content), int64(n)); err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

const deleteSecret = "the delete secret"

func (s *stack) create(size int) string {
	made, _ := s.call("POST", "/api/transfers/create", map[string]any{
		"file_size_bytes": size, "max_downloads": 5, "content_type_hint": "application/octet-stream",
		"delete_auth_hash": hashOf(deleteSecret), "label": base64.StdEncoding.EncodeToString(s.label()),
	})
	return made["transfer_id"].(string)
}

func (s *stack) sendDirect(content []byte) string {
	id := s.create(len(content))
	s.call("POST", "/api/transfers/upload/"+id, content)
	s.call("POST", "/api/transfers/complete/"+id, nil)
	return id
}

func (s *stack) sendParts(content []byte) string {
	id := s.create(len(content))
	begun, _ := s.call("POST", "/api/presigned/initiate", map[string]any{
		"transfer_id": id, "file_size_bytes": len(content),
	})
	size := int(begun["part_size"].(float64))
	var parts []map[string]any
	for i, p := range begun["part_urls"].([]any) {
		part := content[i*size : min(len(content), (i+1)*size)]
		etag := s.direct("PUT", p.(map[string]any)["upload_url"].(string), part)
		parts = append(parts, map[string]any{"part_number": i + 1, "etag": etag})
	}
	s.call("POST", "/api/presigned/complete", map[string]any{
		"transfer_id": id, "upload_id": begun["upload_id"], "parts": parts,
	})
	s.call("POST", "/api/transfers/complete/"+id, nil)
	return id
}

func (s *stack) receiveDirect(id string) {
	s.call("GET", "/api/transfers/info/"+id, nil)
	claim := claim()
	s.call("GET", "/api/transfers/download/"+id, nil, "x-sgraph-download-claim", claim)
	s.call("POST", "/api/transfers/confirm/"+id, nil, "x-sgraph-download-claim", claim)
}

func (s *stack) receiveSigned(id string) {
	s.call("GET", "/api/transfers/info/"+id, nil)
	claim := claim()
	got, _ := s.call("GET", "/api/presigned/download-url/"+id, nil, "x-sgraph-download-claim", claim)
	s.direct("GET", got["download_url"].(string), nil)
	s.call("POST", "/api/transfers/confirm/"+id, nil, "x-sgraph-download-claim", claim)
}

func claim() string {
	b := make([]byte, 16)
	rand.Read(b)
	return fmt.Sprintf("%x", b)
}

// measured is what is counted while something is done. What is done once for a
// process, such as reading its keys, was done before.
func (s *stack) measured(do func()) cost.Work {
	s.busy.Wait()
	before := s.waiting()
	s.meter.count(func(w *cost.Work) { *w = cost.Work{} })
	do()
	s.busy.Wait() // a function logs after it has answered
	var work cost.Work
	s.meter.count(func(w *cost.Work) { work = *w })
	work.Events = s.waiting() - before
	return work
}

// waiting is how many events wait for the trail.
func (s *stack) waiting() (n float64) {
	s.t.Helper()
	for _, service := range []string{metric.User, metric.Admin} {
		for _, set := range audit.Queue(service) {
			records, err := s.ledger.List(s.t.Context(), set, "", 1000)
			if err != nil {
				s.t.Fatal(err)
			}
			n += float64(len(records))
		}
	}
	return n
}

func hashOf(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

func (s *stack) label() []byte {
	return envelope.SealLabel(envelope.NewKey(), envelope.Label{
		Files: []envelope.LabelFile{{Name: "a.bin", Type: "application/octet-stream", Size: 1}}, Count: 1, Size: 1,
	})
}

// event is what a schedule calls a function with.
const event = `{"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{}}`

func (s *stack) sweep() {
	s.t.Helper()
	s.meter.count(func(w *cost.Work) { w.User++; w.LogKB += lambdaLines })
	if _, err := s.user.Scheduled(s.t.Context(), json.RawMessage(event)); err != nil {
		s.t.Fatal(err)
	}
	s.user.Flush()
}

func (s *stack) trail() {
	s.t.Helper()
	s.meter.count(func(w *cost.Work) { w.Admin++; w.LogKB += lambdaLines })
	if _, err := s.admin.Invoked(s.t.Context(), json.RawMessage(event)); err != nil {
		s.t.Fatal(err)
	}
	s.admin.Flush()
}

func minus(a, b cost.Work) cost.Work { return a.Plus(b.Times(-1)) }

// same compares with what is written in work.go: exactly, but for what is logged,
// in which times and sizes stand.
func same(t *testing.T, name string, got, written cost.Work) {
	t.Helper()
	about(t, name, got, written, 0.05)
}

// about is same for what depends on chance a little: by how much.
func about(t *testing.T, name string, got, written cost.Work, margin float64) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(written)
	var fields []string
	differs := false
	for i := range g.NumField() {
		field, is, says := g.Type().Field(i).Name, g.Field(i).Float(), w.Field(i).Float()
		within := margin
		if field == "LogKB" {
			within = max(0.1, says/10)
		}
		if math.Abs(is-says) > within {
			differs = true
		}
		if math.Abs(is) >= 0.005 {
			fields = append(fields, fmt.Sprintf("%s: %s", field, strconv.FormatFloat(math.Round(is*100)/100, 'f', -1, 64)))
		}
	}
	if differs {
		t.Errorf("work.go is not what the services do; write there:\n\t%s = Work{%s}", name, strings.Join(fields, ", "))
	}
}

// The figures by which costs are computed are those of the services themselves.
func TestTheFiguresAreWhatTheServicesDo(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	small, two, four := s.sealed(1<<20), s.sealed(15<<20), s.sealed(35<<20)
	id := s.sendDirect(small) // each process reads its keys once
	s.receiveDirect(id)
	s.sweep()
	s.trail()
	s.call("GET", "/", nil)

	same(t, "SendDirect", s.measured(func() { id = s.sendDirect(small) }), cost.SendDirect)
	same(t, "ReceiveDirect", s.measured(func() { s.receiveDirect(id) }), cost.ReceiveDirect)
	same(t, "Delete", s.measured(func() {
		s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", deleteSecret)
	}), cost.Delete)

	ofTwo := s.measured(func() { id = s.sendParts(two) })
	ofFour := s.measured(func() { s.sendParts(four) })
	part := minus(ofFour, ofTwo).Times(0.5)
	same(t, "Part", part, cost.Part)
	same(t, "SendParts", minus(ofTwo, part.Times(2)), cost.SendParts)
	same(t, "ReceiveSigned", s.measured(func() { s.receiveSigned(id) }), cost.ReceiveSigned)

	var page []byte
	same(t, "Page", s.measured(func() { _, page = s.call("GET", "/", nil) }), cost.Page)
	seen := map[string]bool{}
	for _, part := range regexp.MustCompile(`/assets/[^"#]*`).FindAllString(string(page), -1) {
		seen[part] = true
	}
	for part := range seen { // which the script loads
		if dir, ok := strings.CutSuffix(part, "send.js"); ok {
			seen[dir+"worker.js"] = true
		}
	}
	if len(seen) != cost.PageParts {
		t.Errorf("a page is made of %d parts, and PageParts is %d", len(seen), cost.PageParts)
	}
	var bytes float64
	same(t, "PagePart", s.measured(func() {
		for part := range seen {
			_, b := s.call("GET", part, nil)
			bytes += float64(len(b))
		}
	}).Times(1/float64(len(seen))), cost.PagePart)
	if kb := (bytes + float64(len(page))) / 1000; math.Abs(kb-cost.PageKB) > cost.PageKB/5 {
		t.Errorf("a page has %.0f KB, and PageKB is %v", kb, cost.PageKB)
	}
	same(t, "Health", s.measured(func() { s.call("GET", "/info/health", nil) }), cost.Health)

	s.trail()
	same(t, "Trail", s.measured(s.trail), cost.Trail)
	for s.waiting() < 80 { // fewer than a function hands over by itself, with those of before
		s.call("POST", "/api/transfers/create", map[string]any{"file_size_bytes": 1})
	}
	events := s.waiting()
	keep := s.measured(s.trail)
	keep.Events = 0
	// Events are spread over sets by chance, of which each is read.
	about(t, "Keep", minus(keep, cost.Trail).Times(1/events), cost.Keep, 0.15)
}

// The figures of the sweep.
func TestTheFiguresOfTheSweepAreWhatItDoes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	small := s.sealed(1000)
	expired := func(n int) cost.Work {
		for range n {
			s.sendDirect(small)
		}
		s.clock.Advance(48 * time.Hour)
		s.trail()
		return s.measured(func() {
			s.sweep()
			s.sweep() // what the first put off
		})
	}
	expired(1)
	few, more := expired(10), expired(30)
	// Those that are due together are spread over sets by chance.
	about(t, "Expire", minus(more, few).Times(1.0/20), cost.Expire, 1)
	s.sweep()
	same(t, "Sweep", s.measured(s.sweep), cost.Sweep)
}

// The figure of a round that looks for what the receiver of webhooks is to be told.
func TestTheFigureOfWebhooksIsWhatARoundDoes(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(set *admin.Settings) {
		set.WebhookURL, set.WebhookEvents = "https://hooks.example.org", settings.WebhookTypes
	})
	s.trail()
	same(t, "Webhooks", minus(s.measured(s.trail), cost.Trail), cost.Webhooks)
}
