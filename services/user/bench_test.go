package user_test

import (
	"bytes"
	"encoding/base64"
	"net/http/httptest"
	"testing"
)

// What a small file costs on its way in and out, without the network.
func BenchmarkTransfers(b *testing.B) {
	ciphertext, _ := sealed(b, 1000)
	s := start(b, nil)
	id := s.transfer(ciphertext, nil)
	open := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	inText := []byte(`{"data":"` + base64.StdEncoding.EncodeToString(ciphertext) + `"}`)
	for _, c := range []struct {
		name, method, path string
		body               []byte
		rng                string
		status             int
	}{
		{"upload", "POST", "/api/transfers/upload/" + open, ciphertext, "", 200},
		{"upload-json", "POST", "/api/transfers/upload/" + open, inText, "", 200},
		{"download", "GET", "/api/transfers/download/" + id, nil, "", 200},
		{"download-range", "GET", "/api/transfers/download/" + id, nil, "bytes=10-", 206},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(c.method, c.path, bytes.NewReader(c.body))
				r.Header.Set("X-Sgraph-Access-Token", s.token)
				if c.rng != "" {
					r.Header.Set("Range", c.rng)
				}
				w := httptest.NewRecorder()
				if s.service.ServeHTTP(w, r); w.Code != c.status {
					b.Fatalf("%d: %s", w.Code, w.Body)
				}
			}
		})
	}
}
