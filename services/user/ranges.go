package user

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// selection is the bytes of a ciphertext that a request is for.
type selection struct {
	send.Span
	isRange bool // they were named, even if they are all there are
}

func whole(t send.Transfer) selection {
	return selection{Span: send.Span{Offset: 0, Length: t.Payload.Size}}
}

// asksRange says whether a request may be for a part only.
func asksRange(r *http.Request) bool { return wire.Range.Get(r.Header) != "" }

// asked returns the bytes that a request is for: all, or the range it names.
// OutOfRange, with how many bytes there are in the header.
func asked(w http.ResponseWriter, r *http.Request, t send.Transfer) (selection, error) {
	// What a proxy made weak holds as well: the ciphertext of an ID never changes.
	condition := strings.TrimPrefix(wire.IfRange.Get(r.Header), "W/")
	if !asksRange(r) || condition != "" && condition != etag(t) {
		return whole(t), nil
	}
	span, ok, err := parseRange(wire.Range.Get(r.Header), t.Payload.Size)
	switch {
	case err != nil:
		wire.ContentRange.Set(w.Header(), fmt.Sprintf("bytes */%d", t.Payload.Size))
		return selection{}, err
	case !ok:
		return whole(t), nil
	}
	return selection{span, true}, nil
}

// parseRange reads a Range header (RFC 9110, 14.2) over an object of size
// bytes. ok is false for what a server may ignore: several ranges, another
// unit, a malformed one. The error is for a range that lies outside.
func parseRange(header string, size int64) (span send.Span, ok bool, err error) {
	spec, found := strings.CutPrefix(header, "bytes=")
	if !found || strings.Contains(spec, ",") {
		return span, false, nil
	}
	from, to, found := strings.Cut(strings.Trim(spec, " \t"), "-")
	if !found {
		return span, false, nil
	}
	var first int64
	last := size - 1
	switch n, okFrom := position(from); {
	case from == "": // the last n bytes
		n, okTo := position(to)
		if !okTo {
			return span, false, nil
		}
		if n == 0 {
			return span, false, outside(size)
		}
		first = max(0, size-n)
	case !okFrom:
		return span, false, nil
	default:
		first = n
		if to != "" {
			n, okTo := position(to)
			if !okTo || n < first {
				return span, false, nil
			}
			last = min(last, n)
		}
	}
	if first >= size {
		return span, false, outside(size)
	}
	return send.Span{Offset: first, Length: last - first + 1}, true, nil
}

// position reads a number of digits. One that is too large for an int64 lies
// behind every object's end, as the largest does.
func position(s string) (n int64, ok bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, _ = strconv.ParseInt(s, 10, 64)
	return n, true
}

func outside(size int64) error {
	return send.Fail(send.OutOfRange, "the range lies outside of the %d bytes there are", size)
}
