package web

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
)

// RequestID returns the id under which the request is logged.
func RequestID(r *http.Request) string {
	if x := exchangeOf(r); x != nil {
		return x.id[0]
	}
	return ""
}

// newRequestID returns a random UUID (version 4).
func newRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80

	var t [36]byte
	hex.Encode(t[0:], b[0:4])
	hex.Encode(t[9:], b[4:6])
	hex.Encode(t[14:], b[6:8])
	hex.Encode(t[19:], b[8:10])
	hex.Encode(t[24:], b[10:16])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return string(t[:])
}
