package user_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// The wire contract (docs/contract.md, 1.1 and 1.2), route by route, under both
// prefixes.
func TestTransferRoutes(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"/transfers", "/api/transfers"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil)
			ciphertext, plain := sealed(t, 1000)

			created := s.send("POST", prefix+"/create", map[string]any{
				"file_size_bytes": plain, "content_type_hint": "text/plain; <x>",
			}).want(200, "").json()
			id := created["transfer_id"].(string)
			if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(id) {
				t.Fatalf("transfer_id is %q", id)
			}
			if created["upload_url"] != prefix+"/upload/"+id {
				t.Fatalf("upload_url is %v", created["upload_url"])
			}
			s.send("POST", prefix+"/complete/"+id, nil).want(404, "Transfer not found or payload not uploaded")
			s.call("GET", prefix+"/download/"+id, nil).want(404, "Transfer not found or not available for download")

			up := s.send("POST", prefix+"/upload/"+id, ciphertext).want(200, "").json()
			if up["status"] != "uploaded" || up["transfer_id"] != id || up["size"] != float64(len(ciphertext)) {
				t.Fatalf("upload answered %v", up)
			}
			info := s.call("GET", prefix+"/info/"+id, nil).want(200, "").json()
			if info["status"] != "pending" {
				t.Fatalf("info is %v", info)
			}
			done := s.send("POST", prefix+"/complete/"+id, nil).want(200, "").json()
			if done["transfer_id"] != id || done["download_url"] != "/d/"+id {
				t.Fatalf("complete answered %v", done)
			}
			if _, leaked := done["token_name"]; leaked {
				t.Fatal("complete tells the token's name")
			}
			tr := done["transparency"].(map[string]any)
			if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(tr["ip"].(string)) || tr["ip"] != tr["ip_hash"] ||
				tr["timestamp"] != tr["upload_timestamp"] || tr["file_size_bytes"] != float64(plain) {
				t.Fatalf("transparency is %v", tr)
			}
			s.send("POST", prefix+"/complete/"+id, nil).want(200, "") // may be repeated
			s.send("POST", prefix+"/upload/"+id, ciphertext).want(404, "Transfer not found or not in pending state")

			info = s.call("GET", prefix+"/info/"+id, nil).want(200, "").json()
			for key, want := range map[string]any{
				"transfer_id": id, "status": "completed", "file_size_bytes": float64(plain),
				"content_type_hint": "text/plain; _x_", "download_count": 0.0, "max_downloads": 0.0,
				"downloads_remaining": 0.0, "is_expired": false,
			} {
				if info[key] != want {
					t.Errorf("info: %s is %v, want %v", key, info[key], want)
				}
			}
			stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$`)
			if !stamp.MatchString(info["created_at"].(string)) || !stamp.MatchString(info["expires_at"].(string)) {
				t.Errorf("info: times are %v and %v", info["created_at"], info["expires_at"])
			}

			got := s.call("GET", prefix+"/download/"+id, nil).want(200, "")
			if !bytes.Equal(got.Body, ciphertext) || got.Header.Get("Content-Type") != "application/octet-stream" {
				t.Fatalf("downloaded %d bytes of %s", len(got.Body), got.Header.Get("Content-Type"))
			}
			b64 := s.call("GET", prefix+"/download-base64/"+id, nil).want(200, "").json()
			if b64["data"] != base64.StdEncoding.EncodeToString(ciphertext) || b64["transfer_id"] != id ||
				b64["file_size_bytes"] != float64(plain) {
				t.Fatal("download-base64 differs")
			}
			if n := s.call("GET", prefix+"/info/"+id, nil).json()["download_count"]; n != 2.0 {
				t.Fatalf("download_count is %v, want 2", n)
			}
		})
	}
}

func TestUnknownTransfers(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, id := range []string{"ffffffffffff", "x", "..%2f..%2fetc", "FFFFFFFFFFFF", "a b"} {
		s.call("GET", "/transfers/info/"+strings.ReplaceAll(id, " ", "%20"), nil).want(404, "")
		s.call("GET", "/transfers/download/"+strings.ReplaceAll(id, " ", "%20"), nil).want(404, "")
	}
	s.call("GET", "/transfers/info/"+strings.Repeat("a", 129), nil).want(400, "128")
	s.send("POST", "/transfers/upload/ffffffffffff", []byte("x")).want(404, "Transfer not found or not in pending state")
	s.call("GET", "/no/such/path", nil).want(404, "Not Found")
	s.call("POST", "/transfers/info/ffffffffffff", nil).want(405, "Method Not Allowed")
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.newToken("revoked-one", 5)
	if _, err := s.tokens.Revoke(t.Context(), "revoked-one"); err != nil {
		t.Fatal(err)
	}
	create := func(token string) reply {
		return s.call("POST", "/transfers/create", nil, "x-sgraph-access-token", token)
	}
	create("").want(401, "Access token required")
	create("wrong").want(401, "Invalid access token")
	create("revoked-one").want(401, "Access token revoked")
	create(strings.Repeat("a", 200)).want(401, "Invalid access token")
	create(` "`+s.token+`" `).want(200, "") // as pasted
	s.call("POST", "/transfers/create?access_token="+s.token, nil).want(200, "")

	id := s.send("POST", "/transfers/create", nil).json()["transfer_id"].(string)
	s.call("POST", "/transfers/upload/"+id, []byte("x")).want(401, "Access token required")
	s.call("POST", "/transfers/complete/"+id, nil).want(401, "Access token required")
	s.call("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id}).want(401, "Access token required")
	s.call("GET", "/api/presigned/upload-url/"+id, nil).want(401, "Access token required")

	check := func(name string) map[string]any {
		return s.call("GET", "/transfers/check-token/"+name, nil).want(200, "").json()
	}
	if c := check("unknown"); c["valid"] != false || c["reason"] != "not_found" {
		t.Fatal(c)
	}
	if c := check("revoked-one"); c["valid"] != false || c["status"] != "revoked" {
		t.Fatal(c)
	}
	if c := check(s.token); c["valid"] != true || c["status"] != "active" || c["remaining"] != -1.0 {
		t.Fatal(c)
	}
	s.newToken("five", 5)
	for range 10 { // anyone can ask; nothing may be spent by it
		v := s.call("POST", "/transfers/validate-token/five", nil).want(200, "").json()
		if v["success"] != true || v["remaining"] != 5.0 {
			t.Fatal(v)
		}
	}
	v := s.call("POST", "/transfers/validate-token/unknown", nil).want(200, "").json()
	if v["success"] != false || v["reason"] != "not_found" {
		t.Fatal(v)
	}
}

// unavailable is a gate whose admin service is away.
type unavailable struct{ send.OpenGate }

func (unavailable) Admit(context.Context, string) (send.Admission, error) {
	return send.Admission{}, send.Fail(send.Unavailable, "Token validation service unavailable")
}

func TestAGateThatCannotBeAskedIsShut(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Gate = unavailable{} })
	s.send("POST", "/transfers/create", nil).want(503, "Token validation service unavailable")
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for body, says := range map[string]string{
		`{"file_size_bytes": -1}`:                  "file_size_bytes",
		`{"file_size_bytes": "many"}`:              "file_size_bytes",
		`{"file_size_bytes": 1e30}`:                "file_size_bytes",
		`{"file_size_bytes": 1.5}`:                 "file_size_bytes",
		`{"max_downloads": -1}`:                    "max_downloads",
		`{"auto_delete": "yes"}`:                   "auto_delete",
		`{"expires_at": "2020-01-01T00:00:00"}`:    "expires_at",
		`{"expires_at": "not a date"}`:             "expires_at",
		`{"transfer_id": "ABC"}`:                   "Invalid transfer ID format",
		`{"delete_auth_hash": "abc"}`:              "delete_auth_hash",
		`{"content_type_hint": ` + long(257) + `}`: "content_type_hint",
		`{`:                               "JSON",
		`[]`:                              "",
		`{"file_size_bytes": 1} trailing`: "JSON",
		"\xff\xfe":                        "JSON",
		`{"file_size_bytes": 1, "file_size_bytes": 2}`: "twice",
	} {
		s.send("POST", "/transfers/create", body).want(400, says)
	}
	s.send("POST", "/transfers/create", `{"file_size_bytes": 99999999999}`).want(413, "")
	s.send("POST", "/transfers/create", strings.Repeat(" ", 70<<10)).want(413, "")
	s.send("POST", "/transfers/create", `{"unknown": [1,2,{"a":null}]}`).want(200, "")
	s.send("POST", "/transfers/create", nil).want(200, "")
}

func long(n int) string { return `"` + strings.Repeat("a", n) + `"` }

func TestUploadsThatAreNotWhatTheySay(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, plain := sealed(t, 5000)
	create := func(declared int64) string {
		return s.send("POST", "/transfers/create", map[string]any{"file_size_bytes": declared}).want(200, "").
			json()["transfer_id"].(string)
	}
	complete := func(id string) reply { return s.send("POST", "/transfers/complete/"+id, nil) }
	putURL := func(id string) string {
		return s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string)
	}
	// The last reply of each way is the one that says whether it is taken.
	ways := map[string]func(id string, body []byte) reply{
		"upload": func(id string, body []byte) reply { return s.send("POST", "/transfers/upload/"+id, body) },
		"length not told": func(id string, body []byte) reply {
			return s.send("POST", "/transfers/upload/"+id, io.MultiReader(bytes.NewReader(body)))
		},
		"base64": func(id string, body []byte) reply {
			return s.send("POST", "/transfers/upload/"+id, map[string]any{"data": base64.StdEncoding.EncodeToString(body)})
		},
		"put": func(id string, body []byte) reply { return s.call("PUT", putURL(id), body) },
		"put, length not told": func(id string, body []byte) reply {
			return s.call("PUT", putURL(id), io.MultiReader(bytes.NewReader(body)))
		},
		"parts": func(id string, body []byte) reply {
			up := s.send("POST", "/api/presigned/initiate",
				map[string]any{"transfer_id": id, "file_size_bytes": len(body)}).want(200, "").json()
			url := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
			put := s.call("PUT", url, body).want(200, "")
			s.send("POST", "/api/presigned/complete", map[string]any{
				"transfer_id": id, "upload_id": up["upload_id"],
				"parts": []map[string]any{{"part_number": 1, "etag": put.Header.Get("ETag")}},
			}).want(200, "")
			return complete(id)
		},
	}
	long := append([]byte("PK\x03\x04\x14\x00\x08\x08\x08\x00"), bytes.Repeat(ciphertext, 30)...)
	for way, arrive := range ways {
		for _, declared := range []int64{0, plain, int64(len(ciphertext))} {
			id := create(declared)
			arrive(id, ciphertext).want(200, "")
			complete(id).want(200, "")
		}
		for _, c := range []struct {
			declared int64
			body     []byte
			says     string
			code     string
		}{
			{plain + 1, ciphertext, "declared", "size_mismatch"},
			{plain, ciphertext[:len(ciphertext)-1], "declared", "size_mismatch"},
			{0, ciphertext[:20], "not encrypted", "not_ciphertext"},
			{0, bytes.Repeat([]byte("plain text "), 100), "not encrypted", "not_ciphertext"},
			{0, bytes.Repeat([]byte("plain text "), 10000), "nothing was kept", "not_ciphertext"},
			{0, long, "not encrypted", "not_ciphertext"},
			{0, make([]byte, 10000), "not encrypted", "not_ciphertext"},
		} {
			before := s.objects()
			id := create(c.declared)
			got := arrive(id, c.body)
			got.refused(400, c.code)
			got.want(400, c.says)
			if after := s.objects(); after != before {
				t.Errorf("%s: %d objects are kept of what was refused as %s", way, after-before, c.code)
			}
			complete(id).want(404, "payload not uploaded")
		}
	}

	id := s.send("POST", "/transfers/create", nil).json()["transfer_id"].(string)
	s.send("POST", "/transfers/upload/"+id, []byte{}).want(400, "empty")
	s.send("POST", "/transfers/upload/"+id+"?data=%25%25", nil).want(400, "base64")
	s.send("POST", "/transfers/complete/"+id, nil).want(404, "payload not uploaded")
	// What was refused can be sent again, right.
	s.send("POST", "/transfers/upload/"+id, ciphertext).want(200, "")
	complete(id).want(200, "")
}

func TestUploadInBase64(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 300)
	data := base64.StdEncoding.EncodeToString(ciphertext)
	for name, send := range map[string]func(id string) reply{
		"query": func(id string) reply {
			return s.send("POST",
				"/api/transfers/upload/"+id+"?data="+strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(data), nil)
		},
		"json": func(id string) reply {
			return s.call("POST", "/api/transfers/upload/"+id, map[string]any{"data": data},
				"x-sgraph-access-token", s.token, "content-type", "application/json")
		},
		"bytes called json": func(id string) reply {
			return s.call("POST", "/api/transfers/upload/"+id, ciphertext,
				"x-sgraph-access-token", s.token, "content-type", "application/json")
		},
	} {
		id := s.send("POST", "/api/transfers/create", nil).json()["transfer_id"].(string)
		send(id).want(200, "")
		s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
		if got := s.call("GET", "/api/transfers/download/"+id, nil).want(200, ""); !bytes.Equal(got.Body, ciphertext) {
			t.Errorf("%s: the bytes differ", name)
		}
	}
}

func TestOversizedUploads(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Rules.MaxBytes = 1 << 20 })
	id := s.send("POST", "/transfers/create", nil).json()["transfer_id"].(string)
	big := bytes.Repeat([]byte{1}, 3<<20)
	s.send("POST", "/transfers/upload/"+id, big).want(413, "1048576")
	s.send("POST", "/transfers/upload/"+id, io.MultiReader(bytes.NewReader(big))).want(413, "1048576") // length not told
}

func TestChosenIDs(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	chosen := map[string]any{"transfer_id": "4abd0a491ed3"}
	if id := s.send("POST", "/api/transfers/create", chosen).want(200, "").json()["transfer_id"]; id != "4abd0a491ed3" {
		t.Fatal(id)
	}
	s.send("POST", "/api/transfers/create", chosen).want(409, "Transfer ID already exists")
}

func TestLimitsAndExpiryHoldOnEveryRoute(t *testing.T) {
	t.Parallel()
	routes := []string{"/transfers/download/", "/api/transfers/download/", "/api/transfers/download-base64/",
		"/api/presigned/download-url/"}
	for _, first := range routes {
		s := start(t, nil)
		ciphertext, _ := sealed(t, 100)
		once := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
		s.call("GET", first+once, nil).want(200, "")
		for _, route := range routes {
			s.call("GET", route+once, nil).want(410, "exhausted")
		}
		brief := s.transfer(ciphertext, map[string]any{"expires_at": s.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
		url := s.call("GET", "/api/presigned/download-url/"+brief, nil).want(200, "").json()
		if in := url["expires_in"].(float64); in > 3600 {
			t.Fatalf("a link of %v seconds outlives the transfer", in)
		}
		s.clock.Advance(time.Hour + time.Second)
		for _, route := range routes {
			s.call("GET", route+brief, nil).want(410, "expired")
		}
		s.call("GET", url["download_url"].(string), nil).want(410, "")
		if info := s.call("GET", "/transfers/info/"+brief, nil).want(200, "").json(); info["is_expired"] != true {
			t.Fatal(info)
		}
	}
}

func TestInfoNeverSpends(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	for range 5 {
		for _, path := range []string{"/transfers/info/" + id, "/d/" + id, "/d/", "/en/download/",
			"/send/v0/v0.1/v0.1.4/download.html"} {
			s.call("GET", path, nil).want(200, "")
		}
	}
	s.call("GET", "/transfers/download/"+id, nil).want(200, "")
}

func TestDeleteRoute(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	sum := sha256.Sum256([]byte("the secret"))
	id := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hex.EncodeToString(sum[:])})
	path := "/api/transfers/delete/" + id
	s.call("DELETE", path, nil).want(400, "x-sgraph-transfer-delete-auth")
	s.call("DELETE", path, nil, "x-sgraph-transfer-delete-auth", "wrong").want(403, "auth_mismatch")
	s.call("DELETE", "/api/transfers/delete/ffffffffffff", nil, "x-sgraph-transfer-delete-auth", "x").
		want(404, "not_found")
	other := s.transfer(ciphertext, nil)
	s.call("DELETE", "/api/transfers/delete/"+other, nil, "x-sgraph-transfer-delete-auth", "x").
		want(409, "delete_not_enabled")
	url := s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "").json()["download_url"].(string)

	deleted := func() map[string]any {
		return s.call("DELETE", path, nil, "x-sgraph-transfer-delete-auth", "the secret").want(200, "").json()
	}
	if r := deleted(); r["status"] != "deleted" || r["transfer_id"] != id {
		t.Fatal(r)
	}
	if r := deleted(); r["status"] != "already_deleted" {
		t.Fatal(r)
	}
	s.call("GET", "/api/transfers/download/"+id, nil).want(404, "")
	s.call("GET", url, nil).want(404, "")
	if info := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json(); info["status"] != "deleted" {
		t.Fatal(info)
	}
}

// A receiver says that a download arrived, by the permit or by what it called it, and
// the sender reads it.
func TestDownloadsAreConfirmed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	id, other := s.transfer(ciphertext, nil), s.transfer(ciphertext, nil)
	const header, name = "x-sgraph-download-claim", "00112233445566778899aabbccddeeff"
	permit := s.call("GET", "/api/transfers/download/"+id, nil, header, name).want(200, "").
		Header.Get("x-sgraph-download-permit")
	another := s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "").Header.Get("x-sgraph-download-permit")
	completed := func(want float64) {
		t.Helper()
		info := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json()
		if info["downloads_completed"] != want || info["download_count"] != 2.0 || info["erased"] != false {
			t.Errorf("info says %v, want %v to be completed", info, want)
		}
	}
	confirm := func(id string, headers ...string) reply {
		return s.call("POST", "/api/transfers/confirm/"+id, nil, headers...)
	}
	completed(0)
	for _, headers := range [][]string{{"x-sgraph-download-permit", permit}, {header, name}} {
		for range 2 {
			got := confirm(id, headers...).want(200, "").json()
			if got["transfer_id"] != id || got["status"] != "confirmed" {
				t.Fatal(got)
			}
			completed(1)
		}
	}
	s.call("POST", "/transfers/confirm/"+id, nil, "x-sgraph-download-permit", another).want(200, "")
	completed(2)

	confirm(id).refused(400, "invalid")
	confirm(id, header, "a name").refused(400, "invalid")
	confirm(id, header, strings.Repeat("f", 32)).refused(404, "transfer_not_found")
	confirm("ffffffffffff", header, name).refused(404, "transfer_not_found")
	confirm(other, "x-sgraph-download-permit", permit).refused(403, "link_mismatch")
	confirm(id, "x-sgraph-download-permit", "forged").refused(403, "link_not_genuine")
	s.clock.Advance(time.Hour + time.Minute)
	confirm(id, "x-sgraph-download-permit", permit).refused(410, "link_expired")
	confirm(id, header, name).refused(410, "link_expired")
	completed(2)
}

func TestExpiryRoute(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	const header, secret = "x-sgraph-transfer-delete-auth", "the secret"
	id := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hashOf(secret)})
	in := func(d time.Duration) map[string]any {
		return map[string]any{"expires_at": s.clock.Now().Add(d).UTC().Format(time.RFC3339)}
	}
	change := func(id, secret string, body any) reply {
		return s.call("POST", "/api/transfers/expiry/"+id, body, header, secret)
	}
	got := change(id, secret, in(10*24*time.Hour)).want(200, "").json()
	info := s.call("GET", "/api/transfers/info/"+id, nil).json()
	if got["transfer_id"] != id || got["expires_at"] != info["expires_at"] {
		t.Fatal(got, info)
	}
	s.call("POST", "/transfers/expiry/"+id, in(time.Hour), header, secret).want(200, "")
	s.call("POST", "/api/transfers/expiry/"+id, in(time.Hour)).refused(400, "delete_secret_required")
	change(id, "another", in(time.Hour)).refused(403, "wrong_delete_secret")
	change(id, secret, in(31*24*time.Hour)).refused(400, "invalid")
	change(id, secret, in(-time.Hour)).refused(400, "invalid")
	change(id, secret, nil).refused(400, "invalid")
	change("ffffffffffff", secret, in(time.Hour)).refused(404, "transfer_not_found")
	change(s.transfer(ciphertext, nil), secret, in(time.Hour)).refused(409, "delete_not_enabled")
	permit := s.call("GET", "/api/transfers/download/"+id, nil).want(200, "").Header.Get("x-sgraph-download-permit")
	s.clock.Advance(61 * time.Minute)
	change(id, secret, in(time.Hour)).refused(410, "expired")
	s.call("GET", "/api/transfers/download/"+id, nil).refused(410, "expired")
	s.call("GET", "/api/transfers/download/"+id, nil, "x-sgraph-download-permit", permit).want(410, "")
	ended := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hashOf(secret)})
	s.call("DELETE", "/api/transfers/delete/"+ended, nil, header, secret).want(200, "")
	change(ended, secret, in(time.Hour)).refused(404, "deleted")
	if info := s.call("GET", "/api/transfers/info/"+ended, nil).json(); info["erased"] != true {
		t.Error(info)
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 1000)
	n := len(ciphertext)
	id := s.transfer(ciphertext, nil)
	for asked, want := range map[string][2]int{
		"bytes=0-9":                      {0, 10},
		"bytes=10-":                      {10, n},
		"bytes=-10":                      {n - 10, n},
		"bytes=-99999":                   {0, n},
		fmt.Sprintf("bytes=%d-99999", 5): {5, n},
		fmt.Sprintf("bytes=%d-", n-1):    {n - 1, n},
		"bytes= 0-9":                     {0, 10},
	} {
		r := s.call("GET", "/transfers/download/"+id, nil, "Range", asked).want(206, "")
		if !bytes.Equal(r.Body, ciphertext[want[0]:want[1]]) {
			t.Errorf("%s: got %d bytes", asked, len(r.Body))
		}
		if got := r.Header.Get("Content-Range"); got != fmt.Sprintf("bytes %d-%d/%d", want[0], want[1]-1, n) {
			t.Errorf("%s: Content-Range is %q", asked, got)
		}
	}
	for _, ignored := range []string{"bytes=5-2", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=-", "bytes=--1"} {
		r := s.call("GET", "/transfers/download/"+id, nil, "Range", ignored).want(200, "")
		if !bytes.Equal(r.Body, ciphertext) {
			t.Errorf("%s: got %d bytes", ignored, len(r.Body))
		}
	}
	before := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]
	for _, outside := range []string{fmt.Sprintf("bytes=%d-", n), "bytes=-0", "bytes=99999999999999999999-"} {
		r := s.call("GET", "/transfers/download/"+id, nil, "Range", outside).want(416, "")
		if r.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", n) {
			t.Errorf("%s: Content-Range is %q", outside, r.Header.Get("Content-Range"))
		}
	}
	if after := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; after != before {
		t.Errorf("a range that cannot be was counted: %v, then %v", before, after)
	}
}

func TestALostDownloadIsResumedWithoutBeingCountedAgain(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	other := s.transfer(ciphertext, map[string]any{"max_downloads": 1})

	first := s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=0-999").want(206, "")
	permit := first.Header.Get("x-sgraph-download-permit")
	s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=1000-").want(410, "exhausted")
	rest := s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=1000-", "x-sgraph-download-permit", permit).
		want(206, "")
	if !bytes.Equal(append(first.Body, rest.Body...), ciphertext) {
		t.Fatal("the bytes differ")
	}
	s.call("GET", "/transfers/download/"+other, nil, "x-sgraph-download-permit", permit).want(403, "another transfer")
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit+"x").want(403, "not genuine")
	s.clock.Advance(time.Hour + time.Second)
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit).want(410, "")
	if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 1.0 {
		t.Fatalf("counted %v downloads, want 1", n)
	}
}

func TestOnLambdaLargeBodiesGoByPresignedURLs(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) {
		set.Environment, set.TLS, set.DirectBytes = settings.Lambda, true, 1<<20
	})
	ciphertext, plain := sealed(t, 2<<20)
	id := s.send("POST", "/api/transfers/create", map[string]any{"file_size_bytes": plain}).json()["transfer_id"].(string)
	s.send("POST", "/api/transfers/upload/"+id, ciphertext).want(413, "presigned")
	up := s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": plain}).
		want(200, "").json()
	url := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
	if !strings.HasPrefix(url, "https://") {
		t.Fatalf("the part's URL is %s, want https behind a Function URL", url)
	}
	put := s.call("PUT", s.url+url[strings.Index(url, "/api/"):], ciphertext).want(200, "")
	s.send("POST", "/api/presigned/complete", map[string]any{
		"transfer_id": id, "upload_id": up["upload_id"],
		"parts": []any{map[string]any{"part_number": 1, "etag": put.Header.Get("ETag")}},
	}).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	s.call("GET", "/api/transfers/download/"+id, nil).want(413, "download-url")
	if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 0.0 {
		t.Fatalf("a refused download was counted: %v", n)
	}
	if got := s.call("GET", "/info/status", nil).json(); got["environment"] != "aws-lambda" {
		t.Fatal(got)
	}
}

func TestPresignedRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	caps := s.call("GET", "/api/presigned/capabilities", nil).want(200, "").json()
	for key, want := range map[string]any{
		"presigned_upload": true, "multipart_upload": true, "presigned_download": true, "direct_upload": true,
		"resume_upload": true, "max_part_size": 10485760.0, "min_part_size": 5242880.0, "max_parts": 10000.0,
	} {
		if caps[key] != want {
			t.Errorf("capabilities: %s is %v, want %v", key, caps[key], want)
		}
	}
	ciphertext, plain := sealed(t, 12<<20)
	id := s.send("POST", "/api/transfers/create", map[string]any{"file_size_bytes": plain}).json()["transfer_id"].(string)

	s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": "ffffffffffff", "file_size_bytes": 1}).
		want(404, "Transfer not found")
	s.send("POST", "/api/presigned/initiate",
		map[string]any{"transfer_id": id, "file_size_bytes": 1, "num_parts": 10001}).want(400, "Maximum 10000 parts allowed")
	s.send("POST", "/api/presigned/initiate",
		map[string]any{"transfer_id": id, "file_size_bytes": 1, "num_parts": 1, "part_size": 1}).want(400, "not both")
	small := s.send("POST", "/api/presigned/initiate",
		map[string]any{"transfer_id": id, "file_size_bytes": len(ciphertext), "part_size": 2 << 20}).want(200, "").json()
	if n := len(small["part_urls"].([]any)); small["part_size"] != 2097152.0 || n != 7 {
		t.Errorf("%d parts of %v bytes", n, small["part_size"])
	}
	cancelled := s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": plain}).
		want(200, "").json()
	c := s.send("POST", "/api/presigned/cancel/"+id+"/"+cancelled["upload_id"].(string), nil).want(200, "").json()
	if c["status"] != "cancelled" || c["transfer_id"] != id {
		t.Fatal(c)
	}
	up := s.send("POST", "/api/presigned/initiate",
		map[string]any{"transfer_id": id, "file_size_bytes": len(ciphertext), "num_parts": 2}).want(200, "").json()
	size := int(up["part_size"].(float64))
	var parts []map[string]any
	for i, p := range up["part_urls"].([]any) {
		part := p.(map[string]any)
		url := part["upload_url"].(string)
		if !strings.HasPrefix(url, s.url+"/") {
			t.Fatalf("the part's URL is %s, want an absolute one", url)
		}
		body := ciphertext[i*size : min(len(ciphertext), (i+1)*size)]
		put := s.call("PUT", url, body).want(200, "")
		if put.Header.Get("ETag") == "" {
			t.Fatal("no ETag")
		}
		s.call("GET", url, nil).want(403, "")
		parts = append(parts, map[string]any{"part_number": part["part_number"], "etag": put.Header.Get("ETag")})
	}
	assemble := func(parts any) reply {
		return s.send("POST", "/api/presigned/complete",
			map[string]any{"transfer_id": id, "upload_id": up["upload_id"], "parts": parts})
	}
	assemble([]any{}).want(400, "parts")
	assemble([]map[string]any{parts[0], {"part_number": 2, "etag": `"wrong"`}}).want(400, "")
	if a := assemble(parts).want(200, "").json(); a["status"] != "assembled" || a["etag"] == "" {
		t.Fatal(a)
	}
	s.call("GET", "/api/presigned/download-url/"+id, nil).want(409, "Transfer not completed")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": 1}).
		want(409, "Transfer not in pending state")

	s.call("GET", "/api/presigned/download-url/ffffffffffff", nil).want(404, "Transfer not found")
	url := s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "").json()["download_url"].(string)
	got := s.call("GET", url, nil).want(200, "")
	if !bytes.Equal(got.Body, ciphertext) {
		t.Fatal("the bytes differ")
	}
	s.call("PUT", url, []byte("x")).want(403, "")
	s.call("GET", url[:len(url)-2]+"xx", nil).want(403, "not genuine")
	if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 1.0 {
		t.Fatalf("download_count is %v, want 1", n)
	}
}

// A client that lost its place finds out from the service what is missing.
func TestUploadsInPartsAreResumed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, plain := sealed(t, 25<<20)
	label := envelope.SealLabel(envelope.NewKey(), envelope.Label{Files: []envelope.LabelFile{{Name: "a.txt"}}})
	id := s.send("POST", "/api/transfers/create", map[string]any{
		"file_size_bytes": plain, "label": base64.StdEncoding.EncodeToString(label),
	}).want(200, "").json()["transfer_id"].(string)
	ask := map[string]any{"transfer_id": id}
	s.send("POST", "/api/presigned/resume", ask).refused(404, "upload_not_found")
	none := map[string]any{"transfer_id": "ffffffffffff"}
	s.send("POST", "/api/presigned/resume", none).refused(404, "transfer_not_found")
	s.call("POST", "/api/presigned/resume", ask).refused(401, "token_required")
	// Whoever has the link early sees how far it is, and nothing else of it.
	arrived := func(want any) {
		t.Helper()
		info := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json()
		isPending := info["status"] == "pending"
		if info["arrived_bytes"] != want || isPending && info["label"] != nil {
			t.Errorf("of what is %s %v has arrived, not %v, and its label is %v",
				info["status"], info["arrived_bytes"], want, info["label"])
		}
	}
	arrived(nil)
	up := s.send("POST", "/api/presigned/initiate", map[string]any{
		"transfer_id": id, "file_size_bytes": len(ciphertext),
	}).want(200, "").json()
	size := int(up["part_size"].(float64))
	arrived(nil)
	etags := map[float64]string{}
	put := func(part map[string]any) {
		t.Helper()
		number := part["part_number"].(float64)
		from := (int(number) - 1) * size
		body := ciphertext[from:min(len(ciphertext), from+size)]
		etags[number] = s.call("PUT", part["upload_url"].(string), body).want(200, "").Header.Get("ETag")
	}
	put(up["part_urls"].([]any)[1].(map[string]any))
	arrived(float64(size))

	got := s.send("POST", "/api/presigned/resume", ask).want(200, "").json()
	if got["transfer_id"] != id || got["upload_id"] != up["upload_id"] || got["part_size"] != up["part_size"] ||
		got["file_size_bytes"] != float64(len(ciphertext)) || got["assembled"] != nil {
		t.Fatal(got)
	}
	want := map[string]any{"part_number": 2.0, "size": float64(size), "etag": etags[2]}
	if parts := got["parts"].([]any); len(parts) != 1 || !maps.Equal(parts[0].(map[string]any), want) {
		t.Fatalf("the store has %v, want %v", parts, want)
	}
	lacking := got["part_urls"].([]any)
	if len(lacking) != 2 {
		t.Fatalf("%d parts are missing, want 2", len(lacking))
	}
	for _, p := range lacking {
		put(p.(map[string]any))
	}
	got = s.send("POST", "/api/presigned/resume", ask).want(200, "").json()
	if got["part_urls"] != nil {
		t.Fatal(got)
	}
	s.send("POST", "/api/presigned/complete", map[string]any{
		"transfer_id": id, "upload_id": up["upload_id"], "parts": got["parts"], // as they were told
	}).want(200, "")
	got = s.send("POST", "/api/presigned/resume", ask).want(200, "").json()
	if len(got) != 2 || got["transfer_id"] != id || got["assembled"] != true {
		t.Fatal(got)
	}
	arrived(float64(len(ciphertext)))
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	arrived(nil)
	s.send("POST", "/api/presigned/resume", ask).refused(409, "not_pending")
	if got := s.call("GET", "/api/transfers/download/"+id, nil).want(200, ""); !bytes.Equal(got.Body, ciphertext) {
		t.Fatal("the bytes differ")
	}
}

func TestUploadURL(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 3000)
	id := s.send("POST", "/api/transfers/create", nil).json()["transfer_id"].(string)
	answer := s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()
	if answer["transfer_id"] != id || answer["expires_in"] != 3600.0 {
		t.Fatal(answer)
	}
	url := answer["upload_url"].(string)
	proxied := s.call("GET", "/api/presigned/upload-url/"+id, nil, "X-Sgraph-Access-Token", s.token,
		"X-Forwarded-Proto", "https").want(200, "").json()
	if by := proxied["upload_url"].(string); !strings.HasPrefix(by, "https://"+strings.TrimPrefix(s.url, "http://")+"/") {
		t.Errorf("asked by TLS, the URL is %s", by)
	}
	s.call("PUT", url, ciphertext).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	s.send("GET", "/api/presigned/upload-url/"+id, nil).want(404, "")
	other, _ := sealed(t, 10)
	s.call("PUT", url, other) // whatever it answers
	if got := s.call("GET", "/transfers/download/"+id, nil).want(200, ""); !bytes.Equal(got.Body, ciphertext) {
		t.Fatal("the payload changed after it was completed")
	}
}

func TestInfoRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	if h := s.call("GET", "/info/health", nil).want(200, "").json(); h["status"] != "ok" || len(h) != 1 {
		t.Fatal(h)
	}
	ready := s.call("GET", "/info/ready", nil).want(200, "").json()
	if ready["status"] != "ok" || ready["ledger"] != "ok" || ready["store"] != "ok" || ready["disk"] != "ok" {
		t.Fatal(ready)
	}
	st := s.call("GET", "/info/status", nil).want(200, "").json()
	if st["status"] != "operational" || st["environment"] != "local" || st["name"] == "" || st["version"] == "" {
		t.Fatal(st)
	}
	for path, key := range map[string]string{"/info/version": "version", "/info/versions": "go",
		"/info/server": "server_id"} {
		if v := s.call("GET", path, nil).want(200, "").json(); v[key] == nil {
			t.Errorf("%s answers %v", path, v)
		}
	}
	if s.call("GET", "/info/health", nil).Header.Get("fast-api-request-id") == "" {
		t.Error("no request id")
	}
	cfg := s.call("GET", "/api/send/config", nil).want(200, "").json()
	if cfg["max_bytes"] != float64(64<<20) || cfg["token_required"] != true ||
		cfg["max_ttl_seconds"] != float64(30*24*3600) {
		t.Fatal(cfg)
	}
}

func TestATokenIsRequiredUnlessTheGateIsOpen(t *testing.T) {
	t.Parallel()
	for required, gate := range map[bool]send.Gate{
		true:  send.SharedGate{Accepts: secret.Plain("shared").Accepts},
		false: metered.Gate(send.OpenGate{}), // an open gate is open whatever it is wrapped in
	} {
		s := start(t, func(set *user.Settings) { set.Gate = gate })
		if got := s.call("GET", "/api/send/config", nil).want(200, "").json()["token_required"]; got != required {
			t.Errorf("%T: the pages are told %v, want %v", gate, got, required)
		}
	}
}

// A page is made of few files, which browsers keep for good, and says itself which.
func TestPagesAreMadeOfFewFiles(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	part := regexp.MustCompile(`"(/assets/[^"#]+)`)
	for _, path := range []string{"/", "/d/", "/how"} {
		parts := map[string]bool{}
		for _, m := range part.FindAllStringSubmatch(string(s.call("GET", path, nil).want(200, "").Body), -1) {
			parts[m[1]] = true
		}
		if len(parts) < 4 || len(parts) > 6 {
			t.Errorf("%s is made of %v", path, parts)
		}
		for name := range parts {
			r := s.call("GET", name, nil).want(200, "")
			if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || len(r.Body) == 0 {
				t.Errorf("%s: %d bytes, %q", name, len(r.Body), r.Header.Get("Cache-Control"))
			}
		}
	}
	if r := s.call("GET", "/favicon.ico", nil).want(200, ""); !strings.HasPrefix(r.Header.Get("Content-Type"), "image/") {
		t.Errorf("the icon is %q", r.Header.Get("Content-Type"))
	}
}

func TestPagesOfEveryVersionOpen(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for path, has := range map[string]string{
		"/": "<html", "/send": "<html", "/d/": "<html", "/d/4abd0a491ed3": "<html", "/how": "<html",
		"/send/v0/v0.1/v0.1.4/index.html": "<html", "/send/v0/v0.1/v0.1.4/download.html": "<html",
		"/en/download/": "<html", "/pt-PT/browse/": "<html", "/tlh/gallery/": "<html", "/v/": "<html",
	} {
		r := s.call("GET", path, nil).want(200, "")
		if !bytes.Contains(r.Body, []byte(has)) {
			t.Errorf("%s is not a page", path)
		}
		csp := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: CSP is %q", path, csp)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control": "no-store",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestCORSIsClosedUnlessConfigured(t *testing.T) {
	t.Parallel()
	closed := start(t, nil)
	if h := closed.call("GET", "/info/health", nil, "Origin", "https://a.example").
		Header.Get("Access-Control-Allow-Origin"); h != "" {
		t.Errorf("closed, and allows %q", h)
	}
	s := start(t, func(set *user.Settings) { set.CORSOrigins = []string{"https://a.example"} })
	r := s.call(http.MethodOptions, "/api/transfers/create", nil, "Origin", "https://a.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-sgraph-access-token").want(204, "")
	if r.Header.Get("Access-Control-Allow-Origin") != "https://a.example" ||
		r.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error(r.Header)
	}
	for _, name := range []string{"x-sgraph-access-token", "x-sgraph-transfer-delete-auth"} {
		if !strings.Contains(strings.ToLower(r.Header.Get("Access-Control-Allow-Headers")), name) {
			t.Errorf("%s is not allowed", name)
		}
	}
	if h := s.call("GET", "/info/health", nil, "Origin", "https://b.example").
		Header.Get("Access-Control-Allow-Origin"); h != "" {
		t.Errorf("another origin is allowed: %q", h)
	}
}

// Whoever presents wrong tokens is soon not let in at all, on whichever route;
// the right one costs nothing.
func TestTokensCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) {
		set.Rates = map[string]send.Rate{"token": {Limit: 5, Window: time.Minute}}
	})
	id := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	ciphertext, _ := sealed(t, 100)
	for range 20 {
		s.send("POST", "/api/transfers/upload/"+id, ciphertext).want(200, "")
	}
	routes := []string{"upload/" + id, "complete/" + id, "create"}
	for i := range 5 {
		s.call("POST", "/transfers/"+routes[i%3], []byte("{}"), "x-sgraph-access-token", "guess").want(401, "")
	}
	for _, route := range routes {
		r := s.call("POST", "/transfers/"+route, []byte("{}"), "x-sgraph-access-token", "guess").
			want(429, "Too many requests")
		if r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	s.call("POST", "/api/presigned/initiate", []byte("{}"), "x-sgraph-access-token", "guess").want(429, "")
}

// A range that cannot be is refused before it is counted, and without a permit.
func TestARefusedRangeLeavesNoPermit(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 500)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	for range 3 {
		r := s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=99999-").want(416, "")
		if p := r.Header.Get("x-sgraph-download-permit"); p != "" {
			t.Fatal("a refusal carries a permit")
		}
	}
	s.call("GET", "/transfers/download/"+id, nil).want(200, "")
	s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=99999-").want(410, "exhausted")
}

func TestWhatLinksTakeIsBounded(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	id := s.send("POST", "/api/transfers/create", nil).json()["transfer_id"].(string)
	up := s.send("POST", "/api/presigned/initiate",
		map[string]any{"transfer_id": id, "file_size_bytes": 100, "num_parts": 5}).want(200, "").json()
	for _, p := range up["part_urls"].([]any) {
		url := p.(map[string]any)["upload_url"].(string)
		s.call("PUT", url, bytes.Repeat([]byte{1}, 1<<20)).want(413, "too large")
		s.call("PUT", url, io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{1}, 1<<20)))).want(413, "") // length not told
	}
	put := s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string)
	ciphertext, _ := sealed(t, 500)
	s.call("PUT", put, ciphertext).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	s.call("PUT", put, ciphertext).want(404, "not in pending state")
}

// Nothing more is taken for a transfer that is completed, whichever way its bytes came.
func TestLinksTakeNothingOnceATransferIsCompleted(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, plain := sealed(t, 500)
	id := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	up := s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": plain}).
		want(200, "").json()
	part := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
	put := s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string)
	s.call("PUT", part, ciphertext).want(200, "")
	s.send("POST", "/api/transfers/upload/"+id, ciphertext).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	before := s.objects()
	for _, url := range []string{part, put} {
		s.call("PUT", url, ciphertext).want(404, "")
	}
	if n := s.objects() - before; n != 0 {
		t.Errorf("%d files are kept of what came afterwards", n)
	}
}

// A URL that something can be put to dies with the token that asked for it.
func TestLinksDieWithTheirToken(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, plain := sealed(t, 500)
	for name, end := range map[string]func(token string) error{
		"revoked": func(token string) error { _, err := s.tokens.Revoke(t.Context(), token); return err },
		"exhausted": func(token string) error {
			if _, err := s.tokens.UpdateLimit(t.Context(), token, 1); err != nil {
				return err
			}
			_, _, err := s.tokens.Use(t.Context(), token, "another upload")
			return err
		},
	} {
		token := "the-token-that-is-" + name
		s.newToken(token, 0)
		as := func(method, path string, body any) reply {
			return s.call(method, path, body, "x-sgraph-access-token", token)
		}
		id := as("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
		up := as("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": plain}).
			want(200, "").json()
		urls := map[string]string{
			"part": up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string),
			"put":  as("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string),
		}
		for _, url := range urls {
			s.call("PUT", url, ciphertext).want(200, "")
			raw, err := base64.RawURLEncoding.DecodeString(url[strings.LastIndex(url, "/")+1:])
			if err != nil || bytes.Contains(raw, []byte(token)) {
				t.Errorf("the token can be read in its URL, %v", err)
			}
		}
		if err := end(token); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(5 * time.Second)
		before := s.objects()
		for kind, url := range urls {
			s.call("PUT", url, ciphertext).refused(401, "token_"+name)
			if n := s.objects() - before; n != 0 {
				t.Errorf("%s: %d files are kept for a token that is %s", kind, n, name)
			}
		}
	}
}

func TestUploadsUnderAnyContentType(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	big, _ := sealed(t, 6_000_000)
	braced := append([]byte("{"), big[:2000]...)
	wrapped := []byte(`{"data":"` + base64.StdEncoding.EncodeToString(big[:3000]) + `"}`)
	for name, c := range map[string]struct{ body, want []byte }{
		"large":                       {big, big},
		"begins with a brace":         {braced, braced},
		"base64 in JSON":              {wrapped, big[:3000]},
		"begins with anything at all": {big[:5000], big[:5000]},
	} {
		for _, mediaType := range []string{"application/json", "application/octet-stream", "text/plain; charset=utf-8"} {
			id := s.send("POST", "/api/transfers/create", nil).json()["transfer_id"].(string)
			s.call("POST", "/api/transfers/upload/"+id, c.body, "x-sgraph-access-token", s.token, "content-type", mediaType).
				want(200, "")
			s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
			if got := s.call("GET", "/api/transfers/download/"+id, nil).want(200, ""); !bytes.Equal(got.Body, c.want) {
				t.Errorf("%s as %s: %d bytes came back", name, mediaType, len(got.Body))
			}
		}
	}
}

// What is not a caller's to say is not taken from them.
func TestFieldsThatAreNotTheCallersAreNotSet(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	id := s.send("POST", "/api/transfers/create", map[string]any{
		"status": "completed", "download_count": -5, "owner": "another", "created_at": "2001-01-01T00:00:00Z",
		"payload": map[string]any{"size": 1, "key": "payload/another"}, "taken_down": true,
	}).want(200, "").json()["transfer_id"].(string)
	told := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json()
	old := strings.HasPrefix(fmt.Sprint(told["created_at"]), "2001")
	if told["status"] != "pending" || told["download_count"] != 0.0 || old {
		t.Errorf("it stands as %v", told)
	}
	s.call("GET", "/api/transfers/download/"+id, nil).refused(404, "not_completed")
}
