// Package published fetches files of releases from where these are published. It says
// nothing of who made them.
package published

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"time"
)

// SumsName is the file of a release that lists the digests of all others.
const SumsName = "SHA256SUMS"

const (
	// MaxFile is what a file may have that is fetched whole, in bytes.
	MaxFile = 8 << 20

	patience = time.Minute
)

// Fetch fetches a small file, asking with these headers. It is not led from TLS to where
// there is none.
func Fetch(ctx context.Context, address string, headers http.Header) ([]byte, error) {
	return fetcher{}.fetch(ctx, address, headers)
}

// Refused is an answer that has not what was asked for.
type Refused struct {
	Address string
	Status  int // of HTTP
}

func (r *Refused) Error() string {
	return fmt.Sprintf("fetching %s: it is answered %d", r.Address, r.Status)
}

// fetcher has the transport that carries the requests; nil is Go's own.
type fetcher struct{ transport http.RoundTripper }

func (f fetcher) fetch(ctx context.Context, address string, headers http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, headers)
	c := &http.Client{Transport: f.transport, Timeout: patience, CheckRedirect: stays}
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, &Refused{address, res.StatusCode}
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, MaxFile+1))
	if err == nil && len(text) > MaxFile {
		err = fmt.Errorf("fetching %s: it has more than %d bytes", address, MaxFile)
	}
	return text, err
}

// stays refuses to be led on too often, or from TLS to where there is none.
func stays(to *http.Request, past []*http.Request) error {
	if len(past) >= 5 || past[0].URL.Scheme == "https" && to.URL.Scheme != "https" {
		return errors.New("it leads on too often, or to where there is no TLS")
	}
	return nil
}

var sumsLine = regexp.MustCompile(`^([0-9a-f]{64})  ([A-Za-z0-9._-]+)$`)

// Sums reads the list of digests, by the names of files. Lines that are none it passes by.
func Sums(text []byte) map[string]string {
	sums := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if m := sumsLine.FindStringSubmatch(lines.Text()); m != nil {
			sums[m[2]] = m[1]
		}
	}
	return sums
}
