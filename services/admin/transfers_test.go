package admin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/send"
)

// sent opens a transfer, as the user service does.
func (g *rig) sent(id, token string, size int64) {
	g.t.Helper()
	tokens := &send.Tokens{Ledger: g.ledger, Names: send.Secret("of the tests").Names, Now: g.clock.Now}
	_, err := tokens.Create(g.t.Context(), send.NewToken{Name: token})
	if err != nil && send.CodeOf(err) != send.Conflict {
		g.t.Fatal(err)
	}
	transfers := &send.Transfers{
		Ledger: g.ledger, Gate: tokens, Now: g.clock.Now,
		Rules: send.Rules{MaxBytes: 1 << 30, DefaultTTL: time.Hour, MaxTTL: send.MaxLifetime},
	}
	from, err := transfers.Admit(g.t.Context(), token)
	if err != nil {
		g.t.Fatal(err)
	}
	_, err = transfers.Create(g.t.Context(), from, send.NewTransfer{ID: id, DeclaredBytes: size, MaxDownloads: 3})
	if err != nil {
		g.t.Fatal(err)
	}
}

// transfers asks for transfers, and returns the IDs of a page.
func (g *rig) transfers(query string) (ids []string, after string) {
	g.t.Helper()
	page := object(g.t, g.get("/transfers/list?"+query))
	for _, t := range page["transfers"].([]any) {
		ids = append(ids, t.(map[string]any)["transfer_id"].(string))
	}
	after, _ = page["after"].(string)
	return ids, after
}

func TestTransfersAreSeen(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.get("/transfers/list"), 200, `{"transfers":[]}`)
	for i := range 5 {
		g.sent(fmt.Sprintf("%02x0000000000", 50*i), "one", 100)
	}
	g.sent("ff0000000000", "two", 100)

	all, after := g.transfers("")
	if len(all) != 6 || after != "" || !slices.IsSorted(all) {
		t.Errorf("got %v, then %q", all, after)
	}
	first, after := g.transfers("limit=4")
	rest, end := g.transfers("limit=4&after=" + after)
	if got := append(first, rest...); !slices.Equal(got, all) || len(first) != 4 || end != "" {
		t.Errorf("in pages %v and %v, then %q", first, rest, end)
	}
	id := g.tokenID("two")
	for _, token := range []string{id, id[:6], id[:8] + "-" + id[8:12]} {
		if got, _ := g.transfers("token=" + token); !slices.Equal(got, []string{"ff0000000000"}) {
			t.Errorf("of the token %s: %v", token, got)
		}
	}
	for status, n := range map[string]int{"pending": 6, "completed": 0, "taken_down": 0, "expired": 0} {
		if got, _ := g.transfers("status=" + status); len(got) != n {
			t.Errorf("%s are %v", status, got)
		}
	}
	for _, query := range []string{"limit=0", "limit=501", "limit=x", "status=lost", "token=", "token=xyz", "after=x"} {
		if res := g.get("/transfers/list?" + query); res.StatusCode != 400 {
			t.Errorf("%s: %d", query, res.StatusCode)
		}
	}

	shown := object(t, g.get("/transfers/show/ff0000000000"))
	if shown["status"] != "pending" || shown["token"] != cacheIDForm(id) || shown["max_downloads"] != 3.0 ||
		shown["created_at"] != "2126-03-01T12:00:30Z" || shown["expires_at"] != "2126-03-01T13:00:30Z" || len(shown) != 11 {
		t.Errorf("shown is %v", shown)
	}
	want(t, g.get("/transfers/show/000000000001"), 404, `{"detail":"Transfer not found","code":"transfer_not_found"}`)
	g.clock.Advance(2 * time.Hour)
	if got, _ := g.transfers("status=expired"); len(got) != 6 {
		t.Errorf("expired are %v", got)
	}
}

func cacheIDForm(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// Taking down is in the trail with its reason, once; the user service is asked about the
// transfer, so that it removes the bytes.
func TestTakingDown(t *testing.T) {
	t.Parallel()
	const id = "0123456789ab"
	var asked []string
	user := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		http.Error(w, "{}", http.StatusNotFound)
	}))
	t.Cleanup(user.Close)
	g := newRig(t, func(s *admin.Settings) { s.UserURL = user.URL })
	g.sent(id, "one", 100)
	g.sent("ffffffffffff", "one", 100)
	path := "/transfers/take-down/" + id
	for _, body := range []string{``, `{}`, `{"reason":" "}`, `{"reason":"a\nb"}`, `{"reason":"\u202e"}`,
		`{"reason":"` + strings.Repeat("x", 301) + `"}`} {
		if res := g.post(path, body); res.StatusCode != 400 {
			t.Errorf("%.40s: %d", body, res.StatusCode)
		}
	}
	r := g.uploaded(id)
	down := object(t, g.post(path, `{"reason":"  Gemeldet: Schadsoftware für Ä & Ö "}`))
	if down["status"] != "taken_down" || down["transfer_id"] != id || down["erased"] != false {
		t.Errorf("answered %v of %s", down, r.Data)
	}
	if again := object(t, g.post(path, `{"reason":"again"}`)); again["status"] != "taken_down" {
		t.Errorf("again: %v", again)
	}
	if want := []string{"GET /api/transfers/info/" + id, "GET /api/transfers/info/" + id}; !slices.Equal(asked, want) {
		t.Errorf("asked are %q, want %q", asked, want)
	}
	want(t, g.post("/transfers/take-down/000000000001", `{"reason":"none"}`), 404,
		`{"detail":"Transfer not found","code":"transfer_not_found"}`)
	g.clock.Advance(2 * time.Hour)
	want(t, g.post("/transfers/take-down/ffffffffffff", `{"reason":"late"}`), 410, `{"detail":"expired","code":"expired"}`)

	g.handler.Flush()
	g.clock.Advance(time.Second)
	told := g.events("?event=transfer_taken_down&" + url.Values{"token": {g.tokenID("one")}}.Encode())
	if want := []string{
		"transfer_taken_down denied expired", "transfer_taken_down success Gemeldet: Schadsoftware für Ä & Ö",
	}; !slices.Equal(told, want) {
		t.Errorf("the trail has %q", told)
	}
	if got := g.events("?transfer=" + id); len(got) != 1 {
		t.Errorf("of the transfer the trail has %q", got)
	}
}

// uploaded has the ledger say that bytes are there, and returns the record.
func (g *rig) uploaded(id string) send.Record {
	g.t.Helper()
	r, err := g.ledger.Get(g.t.Context(), send.Key{Set: send.TransferSets + id[:2], ID: id})
	if err == nil {
		r.Data = []byte(`{"payload":{"key":"transfers/1d/` + id + `/1","size":100},` + string(r.Data[1:]))
		err = g.ledger.Replace(g.t.Context(), r)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

// The user service tells of transfers, but not that an operator took one down.
func TestTheUserServiceTakesNothingDown(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	events := fmt.Sprintf(`{"events":[{"time":%q,"event":"transfer_taken_down","outcome":"success"}]}`,
		g.clock.Now().Format(time.RFC3339))
	if res := g.post("/audit/events", events); res.StatusCode != 200 {
		t.Errorf("by an operator: %d", res.StatusCode)
	}
	withKey := g.again(withServiceKey)
	res := withKey.do(request{
		method: "POST", path: "/audit/events", body: events, anonymous: true, header: byServiceKey(serviceKey),
	})
	if res.StatusCode != 400 {
		t.Errorf("by the user service: %d", res.StatusCode)
	}
}
