package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// newClient follows no redirect: where a service sends people is part of what
// is checked.
func newClient() *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: http.DefaultTransport.(*http.Transport).Clone(),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// answer is a reply, read whole.
type answer struct {
	what   string // was asked
	status int
	header http.Header
	body   []byte
}

// most is what a reply may have; the checks ask for nothing larger.
const most = 16 << 20

// ask makes a request. Headers come in pairs.
func (r *run) ask(ctx context.Context, method, url string, body []byte, headers ...string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if len(body) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := r.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	content, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, req.URL.Path, err)
	}
	return &answer{what: method + " " + req.URL.Path, status: res.StatusCode, header: res.Header, body: content}, nil
}

// body is a request's, as JSON.
func body(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // v is our own, so this is a fault of the program
	}
	return b
}

func (r *run) get(ctx context.Context, url string, headers ...string) (*answer, error) {
	return r.ask(ctx, http.MethodGet, url, nil, headers...)
}

// told asks for a message.
func (r *run) told(ctx context.Context, url string, message any, headers ...string) error {
	a, err := r.get(ctx, url, headers...)
	if err != nil {
		return err
	}
	if err := want(a, http.StatusOK); err != nil {
		return err
	}
	return a.json(message)
}

// said is the beginning of what an answer says in words.
func (a *answer) said() string {
	text := strings.Join(strings.Fields(string(a.body[:min(len(a.body), 200)])), " ")
	if text == "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		return ""
	}
	return ": " + text
}

func (a *answer) json(into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("%s answered something that is not JSON", a.what)
	}
	return nil
}
