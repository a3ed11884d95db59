package lambdahttp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
)

const payload = 4 << 20

func routes() http.Handler {
	router := mux.NewRouter()
	router.Handle("/info/health", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		web.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
		return nil
	}))
	router.Handle("/download", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		buf := make([]byte, 64<<10)
		for range payload / len(buf) {
			w.Write(buf)
		}
		return nil
	}))
	router.Handle("/upload", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		n, err := io.Copy(io.Discard, r.Body)
		web.WriteJSON(w, http.StatusOK, n)
		return err
	}))
	log, _ := web.NewLog(io.Discard, nil)
	return web.Settings{Log: log}.Wrap(router)
}

// BenchmarkBare is the handler alone, without events.
func BenchmarkBare(b *testing.B) {
	h := routes()
	r := httptest.NewRequest(http.MethodGet, "/info/health", nil)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// benchmark answers events as the runtime's client does, decoding included.
func benchmark(b *testing.B, text string) {
	f := Function{Handler: routes(), Flush: func() {}}
	buf := make([]byte, 32<<10)
	b.ReportAllocs()
	for b.Loop() {
		var e *event
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&e); err != nil {
			b.Fatal(err)
		}
		v, err := f.invoke(b.Context(), e)
		if err != nil {
			b.Fatal(err)
		}
		resp := v.(*events.LambdaFunctionURLStreamingResponse)
		if resp.StatusCode != http.StatusOK {
			b.Fatal(resp.StatusCode)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{resp}, buf); err != nil {
			b.Fatal(err)
		}
		resp.Close()
	}
}

// BenchmarkGet is a small GET with all that the runtime's client adds.
func BenchmarkGet(b *testing.B) {
	text := []byte(strings.NewReplacer(
		"/api/transfers/upload/a%2Fb%20c", "/info/health", "POST", "GET", "AAECA/8=", "",
	).Replace(sample))
	h := lambda.NewHandler(Function{Handler: routes(), Flush: func() {}}.invoke)
	b.ReportAllocs()
	for b.Loop() {
		if out, err := h.Invoke(b.Context(), text); err != nil || !bytes.Contains(out, []byte(`"status":"ok"`)) {
			b.Fatalf("%s, %v", out, err)
		}
	}
}

func BenchmarkDownload4MiB(b *testing.B) {
	b.SetBytes(payload)
	benchmark(b, getEvent("GET", "/download"))
}

func BenchmarkUpload4MiB(b *testing.B) {
	b.SetBytes(payload)
	body := base64.StdEncoding.EncodeToString(make([]byte, payload))
	upload := strings.Replace(sample, "/api/transfers/upload/a%2Fb%20c", "/upload", 1)
	benchmark(b, strings.Replace(upload, "AAECA/8=", body, 1))
}
