package web

import "net/http"

// endsUnsurely says of a request that somebody on the way may have read another end
// of it than this server: one whose end chunks tell may have had a length beside them,
// which net/http drops, and what is older than HTTP/1.1 knows no chunks. No other
// request is taken from its connection, so that none can be smuggled behind it
// (RFC 9112, 6.1).
func endsUnsurely(r *http.Request) bool {
	return len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1)
}
