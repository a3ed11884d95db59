package user

import (
	"strconv"
	"strings"

	"sgraph.ai/send/shared/send"
)

// parseRange reads a Range header (RFC 9110, 14.2) over an object of size
// bytes. ok is false for what a server may ignore: several ranges, another
// unit, a malformed one. The error is for a range that lies outside.
func parseRange(header string, size int64) (span send.Span, ok bool, err error) {
	spec, found := strings.CutPrefix(header, "bytes=")
	if !found || strings.Contains(spec, ",") {
		return span, false, nil
	}
	from, to, found := strings.Cut(strings.TrimSpace(spec), "-")
	if !found {
		return span, false, nil
	}
	first, last := int64(0), size-1
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

func position(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func outside(size int64) error {
	return send.Fail(send.OutOfRange, "the range lies outside of the %d bytes there are", size)
}
