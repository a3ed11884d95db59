package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

func TestClient(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	const front = "front"
	for name, c := range map[string]struct {
		remote string
		header map[string]string
		front  *secret.Value
		want   string
	}{
		"plain":            {remote: "203.0.113.7:4711", want: "203.0.113.7"},
		"IPv6 is its /64":  {remote: "[2001:db8:1:2:3:4:5:6]:1", want: "2001:db8:1:2::/64"},
		"IPv6 with a zone": {remote: "[fe80::1%eth0]:1", want: "fe80::/64"},
		"IPv4 in IPv6":     {remote: "[::ffff:203.0.113.7]:1", want: "203.0.113.7"},
		"NAT64":            {remote: "[64:ff9b::cb00:7107]:1", want: "203.0.113.7"},
		"6to4":             {remote: "[2002:cb00:7107:1::1]:1", want: "203.0.113.7"},
		"Teredo":           {remote: "[2001:0:1:2:3:4:34ff:8ef8]:1", want: "203.0.113.7"},
		"no address":       {remote: "@", want: ""},
		"forged X-Forwarded-For": {remote: "203.0.113.7:1",
			header: map[string]string{"X-Forwarded-For": "1.1.1.1"}, want: "203.0.113.7"},
		"forged viewer, no secret set": {remote: "203.0.113.7:1",
			header: map[string]string{"CloudFront-Viewer-Address": "1.1.1.1:1"}, want: "203.0.113.7"},
		"forged viewer, own secret": {remote: "203.0.113.7:1",
			header: map[string]string{"CloudFront-Viewer-Address": "1.1.1.1:1",
				"X-Sgraph-Origin-Secret": front}, want: "203.0.113.7"},
		"viewer of the front": {remote: "203.0.113.7:1", front: secret.Plain(front),
			header: map[string]string{"CloudFront-Viewer-Address": "198.51.100.9:46532",
				"X-Sgraph-Origin-Secret": front}, want: "198.51.100.9"},
		"IPv6 viewer": {remote: "203.0.113.7:1", front: secret.Plain(front),
			header: map[string]string{"CloudFront-Viewer-Address": "2001:db8:0:0:1:2:3:4:46532",
				"X-Sgraph-Origin-Secret": front}, want: "2001:db8::/64"},
		"unreadable viewer": {remote: "203.0.113.7:1", front: secret.Plain(front),
			header: map[string]string{"CloudFront-Viewer-Address": "x", "X-Sgraph-Origin-Secret": front}, want: "203.0.113.7"},
		"through a proxy": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Forwarded-For": "198.51.100.9"}, want: "198.51.100.9"},
		"forged before the proxy": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Forwarded-For": "1.1.1.1, 198.51.100.9"}, want: "198.51.100.9"},
		"through two proxies": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Forwarded-For": "1.1.1.1, 198.51.100.9, 10.2.2.2"}, want: "198.51.100.9"},
		"proxy that says nothing": {remote: "10.1.1.1:1", want: "10.1.1.1"},
		"proxy that says nonsense": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Forwarded-For": "1.1.1.1, unknown"}, want: "10.1.1.1"},
		"nothing but proxies": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Forwarded-For": "10.3.3.3, 10.2.2.2"}, want: "10.3.3.3"},
		"other headers are not looked at": {remote: "10.1.1.1:1",
			header: map[string]string{"X-Real-Ip": "1.1.1.1", "Forwarded": "for=1.1.1.1",
				"True-Client-Ip": "1.1.1.1"}, want: "10.1.1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := "unset"
			router := mux.NewRouter()
			router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
				got = web.Client(r)
				return nil
			}))
			h := web.Settings{TrustedProxies: proxies, OriginSecret: c.front}.Wrap(router)
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.remote
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("client is %q, want %q", got, c.want)
			}
		})
	}
}

func TestClientHashChangesDaily(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	salts := &send.Salts{}
	var got string
	router := mux.NewRouter()
	router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		got = web.ClientHash(r)
		return nil
	}))
	h := web.Settings{Salts: salts, Now: func() time.Time { return now }}.Wrap(router)
	ask := func(remote string) string {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = remote
		h.ServeHTTP(httptest.NewRecorder(), r)
		return got
	}
	today := ask("203.0.113.7:1")
	if today != ask("203.0.113.7:2") || today != salts.Of(t.Context(), now).Name("203.0.113.7") ||
		today == ask("203.0.113.8:1") {
		t.Error("not one name for each client")
	}
	now = now.Add(time.Second)
	if tomorrow := ask("203.0.113.7:1"); tomorrow == today || tomorrow != salts.Of(t.Context(), now).Name("203.0.113.7") {
		t.Error("the name did not change with the day")
	}
	for i := range 10_000 { // more than are remembered
		remote := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1).String()
		if got := ask(remote); got != salts.Of(t.Context(), now).Name(remote[:len(remote)-2]) {
			t.Fatalf("%s is %s", remote, got)
		}
	}
}

// Whether the client came by TLS is believed of a proxy of this machine or of a
// configured range, and of nobody else.
func TestSecure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		remote string
		protos []string
		want   bool
	}{
		"plain":                          {remote: "203.0.113.7:1"},
		"forged":                         {remote: "203.0.113.7:1", protos: []string{"https"}},
		"forged in the proxy's own net":  {remote: "192.168.0.7:1", protos: []string{"https"}},
		"no address":                     {remote: "@", protos: []string{"https"}},
		"this machine":                   {remote: "127.0.0.1:1", protos: []string{"https"}, want: true},
		"this machine by IPv6":           {remote: "[::1]:1", protos: []string{"https"}, want: true},
		"this machine by IPv4 in IPv6":   {remote: "[::ffff:127.0.0.1]:1", protos: []string{"https"}, want: true},
		"this machine, which says http":  {remote: "127.0.0.1:1", protos: []string{"http"}},
		"this machine, which is silent":  {remote: "127.0.0.1:1"},
		"a proxy":                        {remote: "10.1.1.1:1", protos: []string{"HTTPS"}, want: true},
		"a proxy with a client's before": {remote: "10.1.1.1:1", protos: []string{"https, http"}},
		"a proxy that adds a line":       {remote: "10.1.1.1:1", protos: []string{"https", "http"}},
		"two proxies":                    {remote: "10.1.1.1:1", protos: []string{"http, https"}, want: true},
		"nonsense":                       {remote: "10.1.1.1:1", protos: []string{"httpsx"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bool
			router := mux.NewRouter()
			router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
				got = web.Secure(r)
				return nil
			}))
			h := web.Settings{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}.Wrap(router)
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.remote
			for _, p := range c.protos {
				r.Header.Add("X-Forwarded-Proto", p)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if hsts := w.Header().Get("Strict-Transport-Security") != ""; got != c.want || hsts != c.want {
				t.Errorf("by TLS: %v, with HSTS: %v, want %v", got, hsts, c.want)
			}
		})
	}
}
