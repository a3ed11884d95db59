package stack

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// plaintext runs through every file that is sent; it must be found nowhere.
const plaintext = "canary-plaintext-"

// travel sends files through a deployed stack and looks at what they left.
func travel(t *testing.T, aws simulation, outputs map[string]string, userURL, adminURL string) {
	t.Helper()
	admin := client{t: t, base: adminURL, header: http.Header{"X-Api-Key": {apiKey}}}
	token := "token-canary-of-the-stack-test"
	admin.post("/tokens/create", map[string]any{"token_name": token, "usage_limit": 4}, nil)
	user := client{t: t, base: userURL, header: http.Header{"X-Sgraph-Access-Token": {token}}}

	t.Run("strangers are refused", func(t *testing.T) {
		for _, c := range []struct {
			client client
			path   string
		}{
			{client{t: t, base: adminURL}, "/tokens/create"},
			{client{t: t, base: userURL}, "/transfers/create"},
			{client{t: t, base: userURL, header: http.Header{"X-Sgraph-Access-Token": {"unknown"}}}, "/transfers/create"},
		} {
			if status, body := c.client.do(http.MethodPost, c.path, []byte("{}")); status != http.StatusUnauthorized {
				t.Errorf("%s answers %d: %s", c.path, status, body)
			}
		}
	})

	sent := map[string][]byte{}
	for _, size := range []int{1 << 10, 5_000_000, 60 << 20} {
		t.Run(sizeName(size), func(t *testing.T) {
			u := user
			u.t = t
			key := envelope.NewKey()
			content := contentOf(size)
			var sealed bytes.Buffer
			meta := envelope.Meta{Filename: "canary-file-name.bin"}
			if err := envelope.Encrypt(&sealed, key, meta, bytes.NewReader(content), int64(size)); err != nil {
				t.Fatal(err)
			}
			id := u.send(sealed.Bytes(), nil)
			sent[id] = sealed.Bytes()

			_, opened, err := envelope.Decrypt(bytes.NewReader(u.receive(id)), key)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(opened)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("what arrived is not what was sent (%d bytes of %d, %v)", len(got), size, err)
			}
		})
	}

	t.Run("a download limit holds", func(t *testing.T) {
		u := user
		u.t = t
		sealed := seal(t, 1000)
		id := u.send(sealed, map[string]any{"max_downloads": 1})
		sent[id] = sealed
		permit := u.renewing(id)
		if got := permit.receive(id); !bytes.Equal(got, sealed) {
			t.Error("what the permit gives is not what was sent")
		}
		if status, body := u.do(http.MethodGet, "/transfers/download/"+id, nil); status != http.StatusGone {
			t.Errorf("the second download answers %d: %.200s", status, body)
		}
	})

	t.Run("a token is spent", func(t *testing.T) {
		// Four transfers were completed with four uses.
		status, body := user.do(http.MethodPost, "/transfers/create", []byte("{}"))
		if status == http.StatusOK {
			t.Errorf("a spent token creates a transfer: %s", body)
		}
		var looked struct {
			UsageCount int `json:"usage_count"`
		}
		admin.get("/tokens/lookup/"+token, &looked)
		if looked.UsageCount != 4 {
			t.Errorf("the token was used %d times, want 4", looked.UsageCount)
		}
	})

	t.Run("only ciphertext landed", func(t *testing.T) {
		stored := 0
		for _, key := range aws.keys(t, outputs["transfersBucket"]) {
			parts := strings.Split(key, "/")
			if len(parts) < 4 || parts[0] != "transfers" || parts[1] != "1d" {
				t.Errorf("key %q is not transfers/1d/<id>/<random>", key)
				continue
			}
			want, ours := sent[parts[2]]
			got := aws.object(t, outputs["transfersBucket"], key)
			if !ours || !bytes.Equal(got, want) {
				t.Errorf("%s holds %d bytes that were not sent as they are", key, len(got))
			}
			stored++
		}
		if stored < 3 {
			t.Errorf("%d payloads are stored, want at least 3", stored)
		}
		items := aws.items(t, outputs["ledgerTable"])
		if len(items) < len(sent) {
			t.Errorf("the ledger holds %d records for %d transfers", len(items), len(sent))
		}
		text, err := json.Marshal(items)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{plaintext, "canary-file-name", token, apiKey, "127.0.0.1"} {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("the ledger knows %q", canary)
			}
		}
	})

	t.Run("the trail tells it", func(t *testing.T) {
		a := admin
		a.t = t
		var made struct{ Tokens []wire.TokenDetails }
		a.get("/tokens/list-details", &made)
		ids := map[string]string{}
		for _, each := range made.Tokens {
			ids[each.TokenName] = strings.ReplaceAll(each.CacheID, "-", "")
		}
		var trail struct{ Events []audit.Kept }
		// An event is handed over after its request was answered.
		for deadline := time.Now().Add(time.Minute); len(trail.Events) < len(sent) && time.Now().Before(deadline); {
			time.Sleep(100 * time.Millisecond)
			a.get("/audit/events?event=transfer_completed&outcome=success", &trail)
		}
		for id := range sent {
			of := func(e audit.Kept) bool { return e.Transfer == id && e.Token == ids[token] }
			if !slices.ContainsFunc(trail.Events, of) {
				t.Errorf("nothing is told of transfer %s", id)
			}
		}
		for _, key := range aws.keys(t, outputs["cacheBucket"]) {
			event := aws.object(t, outputs["cacheBucket"], key)
			if !strings.HasPrefix(key, "audit/data/temporal/") {
				t.Errorf("key %q is no event's", key)
			}
			for _, canary := range []string{plaintext, "canary-file-name", token, apiKey, "127.0.0.1"} {
				if bytes.Contains(event, []byte(canary)) {
					t.Errorf("the trail knows %q", canary)
				}
			}
		}
	})
}

// seal answers ciphertext of a file of that size.
func seal(t *testing.T, size int) []byte {
	t.Helper()
	var sealed bytes.Buffer
	meta := envelope.Meta{Filename: "canary-file-name.bin"}
	err := envelope.Encrypt(&sealed, envelope.NewKey(), meta, bytes.NewReader(contentOf(size)), int64(size))
	if err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

// contentOf answers a file that begins with the canary, the same each time.
func contentOf(size int) []byte {
	content := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(content)
	copy(content, plaintext)
	return content
}

func sizeName(size int) string {
	switch {
	case size >= 1<<20 && size%(1<<20) == 0:
		return "60 MB by presigned parts"
	case size >= 1_000_000:
		return "5 MB"
	}
	return "1 KB"
}

// client speaks the wire contract.
type client struct {
	t      *testing.T
	base   string
	header http.Header
}

// largestDirect is what existing clients send in one body.
const largestDirect = 5 << 20

// send creates, uploads and completes a transfer, and answers its id.
func (c client) send(sealed []byte, more map[string]any) string {
	c.t.Helper()
	ask := map[string]any{"file_size_bytes": len(sealed), "content_type_hint": "application/octet-stream"}
	maps.Copy(ask, more)
	var created struct {
		TransferID string `json:"transfer_id"`
	}
	c.post("/transfers/create", ask, &created)
	if len(sealed) <= largestDirect {
		if status, body := c.do(http.MethodPost, "/transfers/upload/"+created.TransferID, sealed); status != http.StatusOK {
			c.t.Fatalf("the upload answers %d: %s", status, body)
		}
	} else {
		c.sendParts(created.TransferID, sealed)
	}
	c.post("/transfers/complete/"+created.TransferID, nil, nil)
	return created.TransferID
}

// sendParts uploads by presigned parts, straight to S3.
func (c client) sendParts(id string, sealed []byte) {
	c.t.Helper()
	c.decode(http.MethodPost, "/api/presigned/complete", c.putParts(id, sealed), nil)
}

// putParts is sendParts but for its end: it answers what to say then.
func (c client) putParts(id string, sealed []byte) (assembly []byte) {
	c.t.Helper()
	var upload struct {
		UploadID string `json:"upload_id"`
		PartSize int    `json:"part_size"`
		PartURLs []struct {
			Number int    `json:"part_number"`
			URL    string `json:"upload_url"`
		} `json:"part_urls"`
	}
	c.post("/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": len(sealed)}, &upload)
	type part struct {
		Number int    `json:"part_number"`
		ETag   string `json:"etag"`
	}
	var parts []part
	for i, p := range upload.PartURLs {
		piece := sealed[i*upload.PartSize : min((i+1)*upload.PartSize, len(sealed))]
		request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPut, p.URL, bytes.NewReader(piece))
		if err != nil {
			c.t.Fatal(err)
		}
		response, err := asking.Client.Do(request)
		if err != nil {
			c.t.Fatal(err)
		}
		said, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			c.t.Fatalf("part %d answers %d: %s", p.Number, response.StatusCode, said)
		}
		parts = append(parts, part{p.Number, response.Header.Get("ETag")})
	}
	assembly, err := json.Marshal(map[string]any{"transfer_id": id, "upload_id": upload.UploadID, "parts": parts})
	if err != nil {
		c.t.Fatal(err)
	}
	return assembly
}

// receive downloads a transfer: large ones straight from S3.
func (c client) receive(id string) []byte {
	c.t.Helper()
	var info struct {
		Size int `json:"file_size_bytes"`
	}
	c.get("/transfers/info/"+id, &info)
	if info.Size <= largestDirect {
		status, body := c.do(http.MethodGet, "/transfers/download/"+id, nil)
		if status != http.StatusOK {
			c.t.Fatalf("the download answers %d: %.200s", status, body)
		}
		return body
	}
	var link struct {
		URL string `json:"download_url"`
	}
	c.get("/api/presigned/download-url/"+id, &link)
	response, err := asking.Client.Get(link.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("S3 answers %d, %v: %.200s", response.StatusCode, err, body)
	}
	return body
}

// renewing counts a download by a URL of S3, which lives for minutes, and returns the
// client with the permit that renews it and goes on without counting another.
func (c client) renewing(id string) client {
	c.t.Helper()
	c.header = maps.Clone(c.header)
	for range 2 {
		var link wire.DownloadURLReply
		response, body := c.exchange(http.MethodGet, "/api/presigned/download-url/"+id, nil)
		if err := json.Unmarshal(body, &link); err != nil || link.ExpiresIn < 1 || link.ExpiresIn > 300 {
			c.t.Fatalf("%d: %.200s", response.StatusCode, body)
		}
		wire.DownloadPermit.Set(c.header, wire.DownloadPermit.Get(response.Header))
	}
	return c
}

func (c client) post(path string, in, out any) {
	c.t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			c.t.Fatal(err)
		}
	}
	c.decode(http.MethodPost, path, body, out)
}

func (c client) get(path string, out any) {
	c.t.Helper()
	c.decode(http.MethodGet, path, nil, out)
}

func (c client) decode(method, path string, body []byte, out any) {
	c.t.Helper()
	status, answer := c.do(method, path, body)
	if status != http.StatusOK {
		c.t.Fatalf("%s %s answers %d: %.500s", method, path, status, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			c.t.Fatalf("%s %s: %v: %.500s", method, path, err, answer)
		}
	}
}

func (c client) do(method, path string, body []byte) (int, []byte) {
	c.t.Helper()
	response, answer := c.exchange(method, path, body)
	return response.StatusCode, answer
}

// turnedAway is how often in a row a service may ask to come again: what it counts in
// the ledger is refused while a busy machine keeps that waiting for two seconds.
const turnedAway = 10

// exchange is do with all of the response but its body. It comes again when it is told
// to, as every client does.
func (c client) exchange(method, path string, body []byte) (*http.Response, []byte) {
	c.t.Helper()
	for range turnedAway {
		response, answer := c.once(method, path, body)
		wait, err := strconv.Atoi(wire.RetryAfter.Get(response.Header))
		if response.StatusCode != http.StatusServiceUnavailable || err != nil {
			return response, answer
		}
		c.t.Logf("%s %s: in %d s again, after %.200s", method, path, wait, answer)
		time.Sleep(time.Duration(wait) * time.Second)
	}
	return c.once(method, path, body)
}

// once is exchange, whatever is answered.
func (c client) once(method, path string, body []byte) (*http.Response, []byte) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	maps.Copy(request.Header, c.header)
	if kind := "application/octet-stream"; body != nil {
		if json.Valid(body) {
			kind = "application/json"
		}
		request.Header.Set("Content-Type", kind)
	}
	response, err := asking.Client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, answer
}
