package cutline_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/shared/test/cutline"
)

// What is planned happens within the bytes that were told, as often as was told; before and
// after, the line carries all.
func TestLine(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("All is well.\n"), 100_000)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			_, _ = w.Write(content)
		}
	}))
	defer service.Close()
	line := cutline.Start(t, service.URL)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ask := func() bool {
		res, err := client.Post(line.URL, "text/plain", bytes.NewReader(content))
		if err != nil {
			return false
		}
		defer res.Body.Close()
		got, err := io.ReadAll(res.Body)
		return err == nil && bytes.Equal(got, content)
	}
	if !ask() {
		t.Fatal("a line that nothing happens on does not carry")
	}
	var done atomic.Int64
	line.Plan(rand.New(rand.NewPCG(1, 2)), 1000, int64(len(content))*4, 20, func() { done.Add(1) }, 5)
	failed := 0
	for left, _ := line.Left(); left > 0; left, _ = line.Left() {
		if !ask() {
			failed++
		}
	}
	if _, cuts := line.Left(); cuts != 20 || done.Load() != 5 || failed == 0 {
		t.Errorf("it was cut %d times, %d things were done, and %d requests failed", cuts, done.Load(), failed)
	}
	if !ask() {
		t.Error("when all has happened the line does not carry")
	}
}
