package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/web"
)

// FuzzClient: whatever headers say, who is no proxy is limited as the address
// that its connection comes from, and a client is one network, or nobody.
func FuzzClient(f *testing.F) {
	const front = "front"
	for _, forwarded := range []string{
		"", "198.51.100.9", "1.1.1.1, 198.51.100.9", "unknown", "10.3.3.3,10.2.2.2", ",,,", " 10.1.1.1 ,", "[::1]",
		"::ffff:10.1.1.1",
		"fe80::1%eth0", "198.51.100.9:80", "\"198.51.100.9\"", "64:ff9b::cb00:7107",
	} {
		f.Add("203.0.113.7:1", forwarded, "", "")
		f.Add("10.1.1.1:1", forwarded, "1.1.1.1:1", "https")
		f.Add("[::ffff:10.1.1.1]:1", forwarded, "", "http, https")
		f.Add("[fd00::1%eth0]:1", forwarded, ":", "https,")
		f.Add("@", forwarded, "2001:db8::1:46532", "")
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	var got string
	var secure bool
	router := mux.NewRouter()
	router.Handle("/", web.Handle(func(_ http.ResponseWriter, r *http.Request) error {
		got, secure = web.Client(r), web.Secure(r)
		return nil
	}))
	plain := web.Settings{TrustedProxies: proxies}.Wrap(router)
	fronted := web.Settings{TrustedProxies: proxies, OriginSecret: secret.Plain(front)}.Wrap(router)
	f.Fuzz(func(t *testing.T, remote, forwarded, viewer, proto string) {
		ask := func(h http.Handler, headers ...string) string {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = remote
			for i := 0; i < len(headers); i += 2 {
				r.Header.Add(headers[i], headers[i+1])
			}
			got, secure = "unset", false
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK || got == "unset" {
				t.Fatalf("%q %q: %d", remote, headers, w.Code)
			}
			return got
		}
		all := []string{"X-Forwarded-For", forwarded, "CloudFront-Viewer-Address", viewer, "X-Forwarded-Proto", proto}
		alone := ask(plain)
		told := ask(plain, all...)
		from, _ := netip.ParseAddrPort(remote)
		trusted := false
		for _, p := range proxies {
			trusted = trusted || p.Contains(from.Addr().Unmap().WithZone(""))
		}
		if !trusted && told != alone {
			t.Errorf("%q is limited as %q because its headers say so: %q", remote, told, all)
		}
		if secure && !trusted && !from.Addr().Unmap().IsLoopback() {
			t.Errorf("%q is taken for secure because its headers say so: %q", remote, all)
		}
		behind := ask(fronted, append(all, "X-Sgraph-Origin-Secret", front)...)
		for _, client := range []string{alone, told, behind} {
			if client == "" {
				continue
			}
			a, err := netip.ParseAddr(client)
			p, errPrefix := netip.ParsePrefix(client)
			if !(err == nil && a.Is4()) && !(errPrefix == nil && p.Bits() == 64 && p.Addr().Is6() && p == p.Masked()) {
				t.Errorf("%q %q is limited as %q", remote, all, client)
			}
		}
		// Who stands in front of the proxy has the last word on whom it heard from.
		if last := forwarded[strings.LastIndexByte(forwarded, ',')+1:]; trusted {
			a, err := netip.ParseAddr(strings.TrimSpace(last))
			if err != nil && told != alone {
				t.Errorf("%q says %q, and the client is %q", remote, forwarded, told)
			}
			if err == nil && told == alone && ask(plain, "X-Forwarded-For", last) != alone {
				t.Errorf("%q says %q, and the client %q is not %s", remote, forwarded, told, a)
			}
		}
	})
}

// FuzzReadJSON: whatever a body is, it is read or refused in words that name no
// value.
func FuzzReadJSON(f *testing.F) {
	for _, body := range []string{
		"", " ", "{}", "null", "[]", `"x"`, `{"text":"a","number":1,"flag":true,"list":["a"],"object":{"a":1}}`,
		`{"text":"a","text":"b"}`, `{"object":{"a":1,"a":2}}`, `{"number":"secret"}`, `{"number":1e400}`, `{"number":1.5}`,
		`{"list":[{"secret":1}]}`, "{\"text\":\"\xff\"}", `{"text":"\ud800"}`, `{"Text":"a"}`, `{"text":"a"} {}`,
		strings.Repeat("[", 20000), `{"a":` + strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3001),
	} {
		f.Add([]byte(body))
	}
	var in struct {
		Text   string         `json:"text"`
		Number int64          `json:"number"`
		Flag   bool           `json:"flag"`
		List   []string       `json:"list"`
		Object map[string]any `json:"object"`
	}
	router := mux.NewRouter()
	router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error { return web.ReadJSON(w, r, &in) }))
	h := web.Settings{}.Wrap(router)
	f.Fuzz(func(t *testing.T, body []byte) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body))))
		switch w.Code {
		case http.StatusOK:
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if !strings.Contains(w.Body.String(), `"detail":`) || !strings.Contains(w.Body.String(), `"code":`) {
				t.Errorf("%q is answered %s", body, w.Body)
			}
		default:
			t.Errorf("%q is answered %d %s", body, w.Code, w.Body)
		}
	})
}
