package admin_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	guid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

	named := object(t, g.post("/tokens/create", `{"token_name":"community-x"}`))
	if named["token_name"] != "community-x" || !guid.MatchString(fmt.Sprint(named["cache_id"])) || len(named) != 2 {
		t.Errorf("got %v", named)
	}
	want(t, g.post("/tokens/create", `{"token_name":"community-x"}`), 409,
		`{"detail":"Token name already exists","code":"token_name_taken"}`)
	want(t, g.get("/tokens/lookup/community-x"), 200,
		`{"token_name":"community-x","usage_limit":50,"usage_count":0,"status":"active","created_by":"admin","metadata":{}}`)

	for _, body := range []string{``, `{}`, `{"token_name":""}`} {
		made := object(t, g.post("/tokens/create", body))
		if name := fmt.Sprint(made["token_name"]); len(name) < 30 {
			t.Errorf("%s: %q is no strong name", body, name)
		}
	}
	g.post("/tokens/create", `{"token_name":"full","usage_limit":0,"created_by":"ops","metadata":{"note":"press","n":1}}`)
	want(t, g.get("/tokens/lookup/full"), 200,
		`{"token_name":"full","usage_limit":0,"usage_count":0,"status":"active",
		  "created_by":"ops","metadata":{"note":"press","n":1}}`)
}

// Whoever is told where people send hands out links to it.
func TestInvitations(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.PublicURL = "https://send.example.org" })
	const link = "https://send.example.org/#invite/for-the-press"
	if made := object(t, g.post("/tokens/create", `{"token_name":"for-the-press"}`)); made["invite_url"] != link {
		t.Errorf("got %v", made)
	}
	listed := object(t, g.get("/tokens/list-details"))["tokens"].([]any)[0].(map[string]any)
	if listed["invite_url"] != link {
		t.Errorf("listed is %v", listed)
	}
	other := g.again(func(s *admin.Settings) { s.APIKey = secret.Plain("another-key-of-sixteen") })
	sealed := object(t, other.do(request{
		method: "GET", path: "/tokens/list-details", anonymous: true,
		header: map[string]string{keyName: "another-key-of-sixteen"},
	}))["tokens"].([]any)[0].(map[string]any)
	if sealed["token_name"] != "" || sealed["invite_url"] != nil {
		t.Errorf("of a name that cannot be read there is %v", sealed)
	}
}

func TestNamesAreCleanedAlikeEverywhere(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for i, c := range []struct{ given, clean string }{
		{" spaced ", "spaced"},
		{`\"quoted\"`, "quoted"},
		{`\u200bunseen\ufeff`, "unseen"},
		{"a b.c", "a_b_c"},
		{`\u201ccurly\u201d\n`, "curly"},
	} {
		res := g.post("/tokens/create", `{"token_name":"`+c.given+`"}`)
		if got := object(t, res)["token_name"]; got != c.clean {
			t.Errorf("%d: created as %v, want %q", i, got, c.clean)
		}
	}
	for _, path := range []string{"%20spaced%20", "%22quoted%22", "%E2%80%8Bunseen", "a%20b.c",
		"%E2%80%9Ccurly%E2%80%9D"} {
		if res := g.get("/tokens/lookup/" + path); res.StatusCode != 200 {
			t.Errorf("lookup of %s: %d", path, res.StatusCode)
		}
	}
	want(t, g.post("/tokens/create", `{"token_name":"\"\""}`), 400, `{"detail":"token_name is required","code":"invalid"}`)
	long := strings.Repeat("x", 129)
	for _, res := range []*http.Response{
		g.post("/tokens/create", `{"token_name":"`+long+`"}`), g.get("/tokens/lookup/" + long),
		g.post("/tokens/use/"+long, ""),
	} {
		want(t, res, 400, `{"detail":"too long: at most 128 characters","code":"invalid"}`)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t"}`)
	for _, c := range []struct{ path, body string }{
		{"/tokens/create", `{`},
		{"/tokens/create", `[]`},
		{"/tokens/create", `{"usage_limit":-1}`},
		{"/tokens/create", `{"usage_limit":1.5}`},
		{"/tokens/create", `{"usage_limit":1e30}`},
		{"/tokens/create", `{"usage_limit":9223372036854775808}`},
		{"/tokens/create", `{"token_name":7}`},
		{"/tokens/create", `{"metadata":"text"}`},
		{"/tokens/create", `{"metadata":{"a":"` + strings.Repeat("x", 20<<10) + `"}}`},
		{"/tokens/use/t", `{"action":`},
		{"/tokens/update-limit/t", `{}`},
		{"/tokens/update-limit/t", `{"usage_limit":null}`},
		{"/tokens/update-limit/t", `{"usage_limit":-5}`},
		{"/tokens/update-limit/t", `{"usage_limit":"many"}`},
		{"/auth/login", `{`},
	} {
		if res := g.post(c.path, c.body); res.StatusCode != 400 || object(t, res)["detail"] == nil {
			t.Errorf("%s %.60s: %d", c.path, c.body, res.StatusCode)
		}
	}
	if res := g.post("/tokens/create", `{"a":"`+strings.Repeat("x", 100<<10)+`"}`); res.StatusCode != 413 {
		t.Errorf("a huge body: %d", res.StatusCode)
	}
	want(t, g.post("/tokens/update-limit/t", `{"usage_limit":9223372036854775807}`), 200,
		`{"token_name":"t","usage_limit":9223372036854775807,"usage_count":0,"status":"active",
		  "created_by":"admin","metadata":{}}`)
}

func TestUse(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"two","usage_limit":2}`)
	want(t, g.post("/tokens/use/two", ``), 200, `{"success":true,"usage_count":1,"remaining":1}`)
	want(t, g.post("/tokens/use/two", `{"action":"page_opened","ip_hash":"x","transfer_id":"t1"}`), 200,
		`{"success":true,"usage_count":2,"remaining":0}`)
	want(t, g.post("/tokens/use/two", `{}`), 200, `{"success":false,"reason":"exhausted"}`)
	if got := object(t, g.get("/tokens/lookup/two"))["status"]; got != "exhausted" {
		t.Errorf("status %v, want exhausted", got)
	}
	want(t, g.post("/tokens/use/nobody", ``), 200, `{"success":false,"reason":"not_found"}`)

	g.post("/tokens/create", `{"token_name":"free","usage_limit":0}`)
	want(t, g.post("/tokens/use/free", ``), 200, `{"success":true,"usage_count":1,"remaining":-1}`)
	g.post("/tokens/revoke/free", ``)
	want(t, g.post("/tokens/use/free", ``), 200, `{"success":false,"reason":"revoked"}`)
}

// A request books all its uses or none, and once.
func TestARequestIsBookedWhole(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t","usage_limit":5}`)
	book := func(what string, uses int) *http.Response {
		return g.post("/tokens/use/t", fmt.Sprintf(`{"action":"request_created","transfer_id":%q,"uses":%d}`, what, uses))
	}
	for range 2 {
		want(t, book("aabbccddeeff-request-3", 3), 200, `{"success":true,"usage_count":3,"remaining":2}`)
	}
	want(t, book("001122334455-request-3", 3), 200, `{"success":false,"reason":"exhausted"}`)
	want(t, book("001122334455-request-2", 2), 200, `{"success":true,"usage_count":5,"remaining":0}`)
	want(t, book("aabbccddeeff-request-3", 3), 200, `{"success":true,"usage_count":5,"remaining":0}`)
	for _, uses := range []int{-1, 0, 101} {
		if res := book("001122334456", uses); res.StatusCode != 400 {
			t.Errorf("%d uses: %d", uses, res.StatusCode)
		}
	}
	if res := book("", 1); res.StatusCode != 400 {
		t.Errorf("for nothing: %d", res.StatusCode)
	}
	g.post("/tokens/revoke/t", ``)
	want(t, book("001122334457", 1), 200, `{"success":false,"reason":"revoked"}`)
	want(t, g.post("/tokens/use/nobody", `{"action":"request_created","transfer_id":"x","uses":1}`), 200,
		`{"success":false,"reason":"not_found"}`)
}

func TestACompletedUploadIsBookedOnce(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t","usage_limit":3}`)
	const done = `{"action":"upload_completed","transfer_id":"aabbccddeeff"}`
	for range 3 {
		want(t, g.post("/tokens/use/t", done), 200, `{"success":true,"usage_count":1,"remaining":2}`)
	}
	want(t, g.post("/tokens/use/t", `{"action":"upload_completed","transfer_id":"001122334455"}`), 200,
		`{"success":true,"usage_count":2,"remaining":1}`)
	// Without a transfer every report is a use of its own.
	want(t, g.post("/tokens/use/t", `{"action":"upload_completed"}`), 200,
		`{"success":true,"usage_count":3,"remaining":0}`)
	// A report repeated after the end is still no refusal.
	want(t, g.post("/tokens/use/t", done), 200, `{"success":true,"usage_count":3,"remaining":0}`)
}

// Revoking gives up what is pending where that is asked for, and only there; each is
// in the trail as what it is, also where only one of them could be done.
func TestRevokingCanGiveUpWhatIsPending(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	noted := func() (notes []string) {
		t.Helper()
		for r, err := range send.Records(t.Context(), g.ledger, send.PurgeSet) {
			if err != nil {
				t.Fatal(err)
			}
			notes = append(notes, r.Key.ID)
		}
		return notes
	}
	g.post("/tokens/create", `{"token_name":"t"}`)
	for _, body := range []string{``, `{}`, `{"purge":false}`} {
		want(t, g.post("/tokens/revoke/t", body), 200, `{"status":"revoked","token_name":"t"}`)
	}
	if notes := noted(); len(notes) != 0 {
		t.Errorf("%q are purged, which nobody asked for", notes)
	}
	for range 2 { // the answer may be lost
		want(t, g.post("/tokens/revoke/t", `{"purge":true}`), 200, `{"status":"revoked","token_name":"t"}`)
	}
	if notes := noted(); !slices.Equal(notes, []string{send.TokenHash("t")}) {
		t.Errorf("%q are purged, want the one token", notes)
	}
	want(t, g.post("/tokens/revoke/none", `{"purge":true}`), 404, `{"detail":"Token not found","code":"token_unknown"}`)
	if res := g.post("/tokens/revoke/t", `{"purge":"yes"}`); res.StatusCode != 400 {
		t.Errorf("purge that is no truth value: %d", res.StatusCode)
	}

	// The ledger goes away between the two.
	g.post("/tokens/create", `{"token_name":"u"}`)
	g.ledger.setUnnotable(send.PurgeSet)
	if res := g.post("/tokens/revoke/u", `{"purge":true}`); res.StatusCode != 503 {
		t.Errorf("what cannot be noted: %d", res.StatusCode)
	}
	g.ledger.setUnnotable("")
	want(t, g.post("/tokens/use/u", ``), 200, `{"success":false,"reason":"revoked"}`)
	g.handler.Flush()
	g.clock.Advance(time.Second)
	for query, outcomes := range map[string][]string{
		"?event=token_revoked":                        slices.Repeat([]string{"token_revoked success"}, 6),
		"?event=token_purged&token=" + g.tokenID("t"): slices.Repeat([]string{"token_purged success"}, 2),
		"?event=token_purged&token=" + g.tokenID("u"): {"token_purged failure unavailable"},
	} {
		if got := g.events(query); !slices.Equal(got, outcomes) {
			t.Errorf("%s: the trail has %q, want %q", query, got, outcomes)
		}
	}
}

func TestRevokeReactivateAndLimit(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	record := func(limit, count int, status string) string {
		return fmt.Sprintf(`{"token_name":"t","usage_limit":%d,"usage_count":%d,"status":%q,
			"created_by":"admin","metadata":{}}`, limit, count, status)
	}
	g.post("/tokens/create", `{"token_name":"t","usage_limit":1}`)
	g.post("/tokens/use/t", ``)
	want(t, g.post("/tokens/update-limit/t", `{"usage_limit":5}`), 200, record(5, 1, "active"))
	want(t, g.post("/tokens/revoke/t", ``), 200, `{"status":"revoked","token_name":"t"}`)
	want(t, g.post("/tokens/update-limit/t", `{"usage_limit":9}`), 200, record(9, 1, "revoked"))
	want(t, g.post("/tokens/reactivate/t", ``), 200, record(9, 1, "active"))
	want(t, g.post("/tokens/update-limit/t", `{"usage_limit":1}`), 200, record(1, 1, "exhausted"))
	want(t, g.post("/tokens/update-limit/t", `{"usage_limit":0}`), 200, record(0, 1, "active"))

	for _, path := range []string{"/tokens/lookup/none", "/tokens/revoke/none", "/tokens/reactivate/none",
		"/tokens/update-limit/none"} {
		method := "POST"
		if strings.Contains(path, "lookup") {
			method = "GET"
		}
		want(t, g.do(request{method: method, path: path, body: `{"usage_limit":1}`}), 404,
			`{"detail":"Token not found","code":"token_unknown"}`)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.get("/tokens/list"), 200, `{"token_names":[],"files":[]}`)
	want(t, g.get("/tokens/list-details"), 200, `{"tokens":[]}`)

	g.post("/tokens/create", `{"token_name":"b"}`)
	g.clock.Advance(1e9)
	g.post("/tokens/create", `{"token_name":"a","usage_limit":0,"metadata":{"note":"n"}}`)
	want(t, g.get("/tokens/list"), 200, `{"token_names":["a","b"],
		"files":["tokens/data/key-based/a/a.json","tokens/data/key-based/b/b.json"]}`)

	all := object(t, g.get("/tokens/list-details"))["tokens"].([]any)
	newest := all[0].(map[string]any)
	if len(all) != 2 || newest["token_name"] != "a" || newest["remaining"] != -1.0 ||
		newest["created_at"] != "2126-03-01T12:00:31Z" {
		t.Errorf("got %v", all)
	}
	const names = "cache_id created_at created_by metadata remaining status token_name usage_count usage_limit"
	if got := fields(newest); got != names {
		t.Errorf("fields %s", got)
	}
}

func TestListingAThousandTokensAsksTheLedgerAFewTimes(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	tokens := &send.Tokens{Ledger: g.ledger, Names: send.Secret(keyValue).Names, Now: g.clock.Now}
	var wg sync.WaitGroup
	for part := range 10 {
		wg.Go(func() {
			for i := range 100 {
				if _, err := tokens.Create(t.Context(), send.NewToken{Name: fmt.Sprintf("token-%d-%d", part, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, path := range []string{"/tokens/list", "/tokens/list-details"} {
		g.ledger.calls = 0
		if n := strings.Count(text(t, g.get(path)), `token-`); n < 1000 {
			t.Errorf("%s names %d tokens", path, n)
		}
		if g.ledger.calls > 10 {
			t.Errorf("%s asked the ledger %d times", path, g.ledger.calls)
		}
	}
}

func TestOfAnyNumberOfUsesTheLimitSucceeds(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const limit, users, each = 20, 8, 8
	g.post("/tokens/create", fmt.Sprintf(`{"token_name":"t","usage_limit":%d}`, limit))
	var ok, refused atomic.Int64
	var wg sync.WaitGroup
	for u := range users {
		wg.Go(func() {
			for i := range each {
				body := ""
				if i%2 == 0 {
					body = fmt.Sprintf(`{"action":"upload_completed","transfer_id":"%06d%06d"}`, u, i)
				}
				switch answer := text(t, g.post("/tokens/use/t", body)); {
				case strings.Contains(answer, `"success":true`):
					ok.Add(1)
				case strings.Contains(answer, `"reason":"exhausted"`):
					refused.Add(1)
				default:
					t.Errorf("got %s", answer)
				}
			}
		})
	}
	wg.Wait()
	if ok.Load() != limit || refused.Load() != users*each-limit {
		t.Errorf("%d uses succeeded and %d were refused, want %d and %d", ok.Load(), refused.Load(), limit, users*each-limit)
	}
	if got := object(t, g.get("/tokens/lookup/t"))["usage_count"]; got != float64(limit) {
		t.Errorf("%v uses are booked, want %d", got, limit)
	}
}

func TestAnotherAPIKeyStillUsesTokensButCannotReadNames(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	old := &send.Tokens{Ledger: g.ledger, Names: send.Secret("the key of last year").Names, Now: g.clock.Now}
	if _, err := old.Create(t.Context(), send.NewToken{Name: "older", UsageLimit: 2}); err != nil {
		t.Fatal(err)
	}
	want(t, g.get("/tokens/list"), 200, `{"token_names":[],"files":[]}`)
	if got := text(t, g.get("/tokens/list-details")); !strings.Contains(got, `"token_name":""`) {
		t.Errorf("got %s", got)
	}
	want(t, g.post("/tokens/use/older", ``), 200, `{"success":true,"usage_count":1,"remaining":1}`)
	want(t, g.post("/tokens/revoke/older", ``), 200, `{"status":"revoked","token_name":"older"}`)
}

func TestALedgerThatIsAwayIsSaidSo(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t"}`)
	g.ledger.setAway(true)
	for _, q := range []request{
		{method: "GET", path: "/tokens/lookup/t"},
		{method: "GET", path: "/tokens/list"},
		{method: "GET", path: "/tokens/list-details"},
		{method: "POST", path: "/tokens/use/t"},
		{method: "POST", path: "/tokens/revoke/t"},
		{method: "POST", path: "/tokens/create"},
		{method: "GET", path: "/health/pulse"},
	} {
		if res := g.do(q); res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s %s: %d", q.method, q.path, res.StatusCode)
		}
	}
}
