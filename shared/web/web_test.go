package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/web"
)

// site starts a server of one service.
func site(t testing.TB, s web.Settings, routes func(*mux.Router)) (*httptest.Server, *logtest.Buffer) {
	t.Helper()
	l := &logtest.Buffer{}
	log, flush := web.NewLog(l, slog.LevelInfo)
	s.Meter.Service, s.Log = "test", log
	router := mux.NewRouter()
	routes(router)
	server := httptest.NewServer(s.Wrap(router))
	t.Cleanup(flush)
	t.Cleanup(server.Close)
	return server, l
}

func route(pattern string, h web.HandlerFunc) func(*mux.Router) {
	return func(r *mux.Router) { r.Handle(pattern, web.Handle(h)) }
}

func hello(w http.ResponseWriter, r *http.Request) error {
	web.WriteJSON(w, http.StatusOK, map[string]string{"hello": "world"})
	return nil
}

// failure is the body of an error.
func failure(code send.Reason, detail string) string {
	return fmt.Sprintf(`{"detail":%q,"code":%q}`, detail, code)
}

func do(t *testing.T, method, url string, header map[string]string, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := asking.Client.Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func get(t *testing.T, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodGet, url, header, "")
}
