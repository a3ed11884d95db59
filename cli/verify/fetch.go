package verify

import (
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
)

// got is an answer.
type got struct {
	status int
	header http.Header
	body   []byte // as a browser has it, without a Content-Encoding
	whole  bool   // the body has ended where it had to
}

// unread is why there is no answer to look at. That is no difference: it may be the
// line, or that the service is busy.
type unread struct{ error }

func (u unread) Unwrap() error { return u.error }

// get asks for an address, and reads no more of the body than so many bytes. An error
// is an unread, or says what is wrong with the body, if that cannot be decoded.
func (v *visitor) get(ctx context.Context, address string, most int64) (*got, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, unread{err}
	}
	v.ask(req)
	res, err := v.http.Do(req)
	if err != nil {
		return nil, unread{err}
	}
	defer res.Body.Close()
	a := &got{status: res.StatusCode, header: res.Header}
	if refused(a.status) {
		return nil, unread{fmt.Errorf("it answered %d, and what came with that is of no release", a.status)}
	}
	line := &line{Reader: io.LimitReader(res.Body, 2*most+maxHeader)}
	decoded, err := decode(res.Header.Values("Content-Encoding"), line)
	if err == nil {
		a.body, err = io.ReadAll(io.LimitReader(decoded, most+1))
	}
	if line.err != nil {
		return nil, unread{line.err}
	}
	a.whole = int64(len(a.body)) <= most
	return a, err
}

// refused says whether a status is that of who is too busy, or does not let everybody
// in, as a firewall on the way does.
func refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden ||
		status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// decode undoes what a body was encoded with on its way.
func decode(encodings []string, body io.Reader) (io.Reader, error) {
	switch strings.ToLower(strings.Join(encodings, ", ")) {
	case "", "identity":
		return body, nil
	case "gzip":
		return gzip.NewReader(body)
	case "br":
		return brotli.NewReader(body), nil
	case "deflate":
		return zlib.NewReader(body)
	}
	return nil, unread{fmt.Errorf("it came encoded as %s, which sgsend cannot read", clean(strings.Join(encodings, ", ")))}
}

// line is where a body comes from, and remembers that it broke.
type line struct {
	io.Reader
	err error
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}
