package published

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/asked", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Header.Get("Accept")))
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, MaxFile+1)) })
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.Handle("/on", http.RedirectHandler("/asked", http.StatusFound))
	for _, path := range []string{"/asked", "/on"} {
		text, err := Fetch(t.Context(), server.URL+path, http.Header{"Accept": {"text/plain"}})
		if err != nil || string(text) != "text/plain" {
			t.Errorf("%s: %q (%v)", path, text, err)
		}
	}
	for path, want := range map[string]string{
		"/none": "it is answered 404", "/large": "more than", "/round": "leads on too often",
	} {
		if _, err := Fetch(t.Context(), server.URL+path, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFetchStaysWithTLS(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("it was asked for in the open")
	}))
	t.Cleanup(plain.Close)
	guarded := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(guarded.Close)
	trusting := fetcher{transport: guarded.Client().Transport}
	if _, err := trusting.fetch(t.Context(), guarded.URL, nil); err == nil || !strings.Contains(err.Error(), "no TLS") {
		t.Error(err)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("0a", 32)
	sums := Sums([]byte(sum + "  a.zip\n" + sum + " b.zip\n" + sum + "  ../c.zip\nno line\n"))
	if len(sums) != 1 || sums["a.zip"] != sum {
		t.Errorf("%v", sums)
	}
}
