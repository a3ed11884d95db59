package user

import (
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

// rangeForm is a single range in bytes (RFC 9110, 14.1.2).
var rangeForm = regexp.MustCompile(`^bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*$`)

// rangeByTheBook is parseRange in the words of RFC 9110: the positions of the
// first and the last byte, whether the range is one, and whether it lies outside.
func rangeByTheBook(header string, size int64) (first, last int64, ok, outside bool) {
	m := rangeForm.FindStringSubmatch(header)
	if m == nil || m[1] == "" && m[2] == "" {
		return 0, 0, false, false
	}
	number := func(s string) *big.Int {
		n, _ := new(big.Int).SetString("0"+s, 10)
		if n.IsInt64() {
			return n
		}
		return big.NewInt(math.MaxInt64) // behind every end
	}
	end := big.NewInt(size - 1)
	from, to := number(m[1]), number(m[2])
	switch {
	case m[1] == "":
		if to.Sign() == 0 || size == 0 {
			return 0, 0, false, true
		}
		from, to = new(big.Int).Sub(big.NewInt(size), to), end
		if from.Sign() < 0 {
			from = new(big.Int)
		}
	case m[2] == "":
		to = end
	case to.Cmp(from) < 0:
		return 0, 0, false, false
	}
	if from.Cmp(end) > 0 {
		return 0, 0, false, true
	}
	if to.Cmp(end) > 0 {
		to = end
	}
	return from.Int64(), to.Int64(), true, false
}

// FuzzRange holds the reading of ranges against RFC 9110.
func FuzzRange(f *testing.F) {
	for _, header := range []string{
		"bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-4", "bytes=9-", "bytes=10-",
		"bytes=0-99999999999999999999",
		"bytes=99999999999999999999-", "bytes=-99999999999999999999", "bytes=0-1,3-4", "bytes=+1-2", "bytes= 1-2 ",
		"bytes=1 -2",
		"items=0-1", "bytes=", "bytes=-", "bytes=1", "bytes=0-9223372036854775807", "bytes=9223372036854775807-",
	} {
		f.Add(header, int64(10))
		f.Add(header, int64(0))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		first, last, one, outside := rangeByTheBook(header, size)
		span, ok, err := parseRange(header, size)
		switch {
		case (err != nil) != outside || ok != one && !outside:
			t.Errorf("%q of %d bytes: one: %v, %v; want one: %v, outside: %v", header, size, ok, err, one, outside)
		case err != nil && send.CodeOf(err) != send.OutOfRange:
			t.Errorf("%q of %d bytes: %v", header, size, err)
		case ok && (span.Offset != first || span.Length != last-first+1):
			t.Errorf("%q of %d bytes: %+v, want %d-%d", header, size, span, first, last)
		case ok && (span.Offset < 0 || span.Length < 1 || span.Offset > size-span.Length):
			t.Errorf("%q of %d bytes: %+v lies outside", header, size, span)
		case strings.Contains(header, ",") && ok:
			t.Errorf("%q is taken for one range", header)
		}
	})
}
