package lambdahttp

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
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

// answered has an event answered, and the whole reply read.
func answered(b *testing.B, f Function, payload, buf []byte) {
	_, body, err := f.answer(b.Context(), payload)
	if err != nil {
		b.Fatal(err)
	}
	defer body.Close()
	if resp := body.(*events.LambdaFunctionURLStreamingResponse); resp.StatusCode != http.StatusOK {
		b.Fatal(resp.StatusCode)
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{body}, buf); err != nil {
		b.Fatal(err)
	}
}

func benchmark(b *testing.B, text string) {
	f := Function{Handler: routes(), Flush: func() {}}
	payload, buf := []byte(text), make([]byte, 32<<10)
	b.ReportAllocs()
	for b.Loop() {
		answered(b, f, payload, buf)
	}
}

func BenchmarkGet(b *testing.B) {
	benchmark(b, strings.NewReplacer(
		"/api/transfers/upload/a%2Fb%20c", "/info/health", "POST", "GET", "AAECA/8=", "",
	).Replace(sample))
}

func BenchmarkDownload4MiB(b *testing.B) {
	b.SetBytes(payload)
	benchmark(b, getEvent("GET", "/download"))
}

// BenchmarkUpload is an upload as an event, all of which the handler reads, and in turn
// with it, what it takes to decode the base64 of its body.
func BenchmarkUpload(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20, 4 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			body := make([]byte, size)
			rand.Read(body)
			encoded := base64.StdEncoding.EncodeToString(body)
			event := []byte(strings.NewReplacer(
				"/api/transfers/upload/a%2Fb%20c", "/upload", "AAECA/8=", encoded,
			).Replace(sample))
			f, plain := Function{Handler: routes(), Flush: func() {}}, []byte(encoded)
			buf := make([]byte, 32<<10)
			var upload, decode []float64
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				answered(b, f, event, buf)
				upload = append(upload, float64(time.Since(start).Microseconds()))
				start = time.Now()
				if _, err := base64.StdEncoding.Decode(body, plain); err != nil {
					b.Fatal(err)
				}
				decode = append(decode, float64(time.Since(start).Microseconds()))
			}
			b.ReportMetric(median(upload), "µs-upload")
			b.ReportMetric(median(decode), "µs-decode")
			b.ReportMetric(median(upload)/median(decode), "x-decode")
		})
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
