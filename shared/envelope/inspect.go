package envelope

import (
	"bytes"
	"compress/flate"
	"fmt"
	"sync"
	"unicode"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
)

// HeadSize is how much of the beginning of a file Inspect looks at, in bytes.
const HeadSize = 64 << 10

// Inspect tells the form of a sealed file of size bytes from its head, its
// first HeadSize bytes or all of it when it is shorter. It needs no key.
//
// It is Invalid when the file is evidently not sealed: when its sizes fit
// neither form, or when its head has the signature of a known format, is a
// text, or can be compressed. This guards against accidents, a client that
// forgot to encrypt, and not against malice: with no key nobody can tell
// ciphertext from noise. A file that is sealed is refused less than once in
// 10^9 times, and by chance only: sealed again it is accepted.
func Inspect(head []byte, size int64) (Form, error) {
	head = head[:min(len(head), HeadSize)]
	if int64(len(head)) != min(size, HeadSize) {
		return 0, fmt.Errorf("inspect: %d bytes of head for %d bytes of file", len(head), size)
	}
	form, noise := V1, head
	if bytes.HasPrefix(head, []byte(family)) {
		var err error
		if form, err = inspectStream(head, size); err != nil {
			return 0, err
		}
		noise = head[form.headerSize()+1:] // what follows the fixed bytes is random
	} else if size < leastV1 {
		return 0, refuse("%d bytes are too few", size)
	}
	if name := signature(noise); name != "" {
		return 0, refuse("it begins like %s", name)
	}
	if isText(noise) {
		return 0, refuse("it is text")
	}
	if n := saving(noise); n >= evidentSaving {
		return 0, refuse("it can be compressed")
	}
	return form, nil
}

// inspectStream checks what a file of V2 or V3 has in clear: the header, the
// length of the stream's header, and that the segments add up.
func inspectStream(head []byte, size int64) (Form, error) {
	form, err := FormOf(head)
	if err != nil {
		return 0, send.Fail(send.Invalid,
			"this is a sealed file of a version that is not known here; nothing was kept").With(send.ReasonUnknownVersion)
	}
	at := form.headerSize()
	if size < int64(at+leastStream) || head[at] != streamSize || form.PlainSize(size) < 0 {
		return 0, errDamaged
	}
	if _, _, err := StretchOf(head); err != nil {
		return 0, errDamaged
	}
	return form, nil
}

var errDamaged = send.Fail(send.Invalid,
	"this sealed file is damaged or cut short; nothing was kept; send it again").With(send.ReasonDamaged)

func refuse(format string, args ...any) error {
	return send.Fail(send.Invalid, "this is not encrypted (%s); nothing was kept; "+
		"send it with the page or the sgsend command, which encrypt before they send", fmt.Sprintf(format, args...)).
		With(send.ReasonNotCiphertext)
}

// isText says whether every rune of a head can be printed. Of random bytes it
// is so with a chance below 10^-9 from 28 of them on, which is the shortest
// that a sealed file can be. It is for short texts: longer ones, and those that
// a head cuts in the middle of a rune, can be compressed.
func isText(b []byte) bool {
	if len(b) < leastV1 {
		return false
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 || !isPrinted(r) {
			return false
		}
		b = b[n:]
	}
	return true
}

func isPrinted(r rune) bool {
	return unicode.IsPrint(r) || r == '\n' || r == '\r' || r == '\t' || r == '\f' || r == '\ufeff' || r == '\u200d'
}

// evidentSaving is how many bytes a compressor has to save to prove that a head
// is not random. There are fewer than 256^(n-k+1)/255 texts of at most n-k
// bytes, and no two heads compress to the same one: at most one random head in
// 2^(8k), near enough, can be shortened by k bytes, by whatever method. That is
// 2^-64 for 8 bytes.
const evidentSaving = 8

// saving returns how many bytes DEFLATE (RFC 1951) saves on b. It is negative
// where it adds some.
func saving(b []byte) int {
	z := squeezers.Get().(*flate.Writer)
	defer squeezers.Put(z)
	var n counter
	z.Reset(&n)
	// Neither can fail: a counter does not.
	_, _ = z.Write(b)
	_ = z.Close()
	return len(b) - int(n)
}

// squeezers are reused: each takes about 1 MiB.
var squeezers = sync.Pool{New: func() any {
	z, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // only an unknown level can fail
	}
	return z
}}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
