package s3store_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
)

// do is a client that knows nothing of S3.
func do(t *testing.T, method, link string, body []byte, headers ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, link, bytes.NewReader(body))
	want(t, "", err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := asking.Client.Do(req)
	want(t, "", err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	want(t, "", err)
	return resp, got
}

func want(t *testing.T, code send.Code, err error) {
	t.Helper()
	if got := send.CodeOf(err); got != code {
		t.Fatalf("code %q of %v; want %q", got, err, code)
	}
}

// claimOf is a claim of the object of a key.
func claimOf(key string) send.Claim {
	return send.Claim{Transfer: send.Transfer{Payload: send.Payload{Key: key}}}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, links)
}

func links(t *testing.T, on s3store.Simulation) {
	bucket := on.Bucket(t)
	s := s3store.New(bucket, on.Load(t))
	ctx := t.Context()

	put, err := s.PutURL(ctx, "a token", "t/a/put", time.Minute)
	want(t, "", err)
	resp, b := do(t, http.MethodPut, put, []byte("ciphertext"), "Content-Type", "application/octet-stream")
	if resp.StatusCode != 200 {
		t.Fatalf("PUT: %s %s", resp.Status, b)
	}
	o, err := s.Stat(ctx, "t/a/put")
	want(t, "", err)
	if o.Size != 10 {
		t.Fatalf("%+v", o)
	}

	get, err := s.GetURL(ctx, claimOf("t/a/put"), time.Minute)
	want(t, "", err)
	resp, b = do(t, http.MethodGet, get, nil)
	if resp.StatusCode != 200 || string(b) != "ciphertext" || resp.Header.Get("ETag") != o.ETag {
		t.Fatalf("GET: %s %s", resp.Status, b)
	}
	if resp, b := do(t, http.MethodGet, get, nil, "Range", "bytes=6-"); resp.StatusCode != 206 || string(b) != "text" {
		t.Fatalf("GET of a range: %s %s", resp.Status, b)
	}

	id, err := s.Begin(ctx, "t/a/parts")
	want(t, "", err)
	content := bytes.Repeat([]byte("part one"), 5<<20/8)
	var parts []send.Part
	for i, b := range [][]byte{content, []byte("part two")} {
		link, err := s.PartURL(ctx, "a token", "t/a/parts", id, i+1, 1<<20, time.Minute)
		want(t, "", err)
		resp, b := do(t, http.MethodPut, link, b)
		if resp.StatusCode != 200 {
			t.Fatalf("PUT of part %d: %s %s", i+1, resp.Status, b)
		}
		parts = append(parts, send.Part{Number: i + 1, ETag: resp.Header.Get("ETag")})
		put += " " + link
	}
	o, err = s.Assemble(ctx, "t/a/parts", id, parts)
	want(t, "", err)
	if o.Size != int64(len(content)+8) {
		t.Fatalf("%+v", o)
	}

	for _, link := range append(strings.Fields(put), get) {
		u, err := url.Parse(link)
		want(t, "", err)
		q := u.Query()
		if q.Get("X-Amz-SignedHeaders") != "host" || q.Get("X-Amz-Expires") != "60" {
			t.Errorf("a client would have to send %s within %s s", q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Expires"))
		}
		if strings.Contains(strings.ToLower(link), "checksum") {
			t.Errorf("a checksum is part of %s", link)
		}
		if !strings.Contains(u.Path, "/"+bucket+"/t/a/") {
			t.Errorf("path %s", u.Path)
		}
	}
}

// A link is good for one method, one key, one part and its time, and for whoever
// can sign.
func TestLinksAreVerified(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, func(t *testing.T, on s3store.Simulation) {
		if !on.Verifies {
			t.Skip("it checks no signature")
		}
		s, ctx := on.Open(t), t.Context()
		for _, key := range []string{"t/a/x", "t/a/y"} {
			_, err := s.Put(ctx, key, strings.NewReader("ciphertext"), 10)
			want(t, "", err)
		}
		id, err := s.Begin(ctx, "t/a/x")
		want(t, "", err)
		get, err := s.GetURL(ctx, claimOf("t/a/x"), time.Minute)
		want(t, "", err)
		put, err := s.PutURL(ctx, "a token", "t/a/x", time.Minute)
		want(t, "", err)
		part, err := s.PartURL(ctx, "a token", "t/a/x", id, 1, 1<<20, time.Minute)
		want(t, "", err)
		with := func(link, name, value string) string {
			u, err := url.Parse(link)
			want(t, "", err)
			q := u.Query()
			q.Set(name, value)
			u.RawQuery = q.Encode()
			return u.String()
		}
		earlier := time.Now().Add(-10 * time.Second).UTC().Format("20060102T150405Z")
		plain, _, _ := strings.Cut(get, "?")
		for name, c := range map[string]struct{ method, link string }{
			"no signature":         {http.MethodGet, plain},
			"another signature":    {http.MethodGet, with(get, "X-Amz-Signature", strings.Repeat("0", 64))},
			"another key":          {http.MethodGet, strings.Replace(get, "/t/a/x?", "/t/a/y?", 1)},
			"a longer life":        {http.MethodGet, with(get, "X-Amz-Expires", "3600")},
			"another time":         {http.MethodGet, with(get, "X-Amz-Date", earlier)},
			"put where to get":     {http.MethodPut, get},
			"delete where to get":  {http.MethodDelete, get},
			"get where to put":     {http.MethodGet, put},
			"put to another key":   {http.MethodPut, strings.Replace(put, "/t/a/x?", "/t/a/y?", 1)},
			"put of another part":  {http.MethodPut, with(part, "partNumber", "2")},
			"put of another thing": {http.MethodPut, with(part, "uploadId", "another")},
		} {
			res, b := do(t, c.method, c.link, []byte("x"))
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s %s", name, res.Status, b)
			}
		}
		over, err := s.GetURL(ctx, claimOf("t/a/x"), time.Second)
		want(t, "", err)
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
			res, _ := do(t, http.MethodGet, over, nil)
			if res.StatusCode == http.StatusForbidden {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("it does not expire")
			}
		}
		for link, method := range map[string]string{get: http.MethodGet, put: http.MethodPut, part: http.MethodPut} {
			if res, b := do(t, method, link, []byte("x")); res.StatusCode != http.StatusOK {
				t.Errorf("%s %s: %s %s", method, link, res.Status, b)
			}
		}
	})
}
