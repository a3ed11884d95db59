package user_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/secrettest"
)

// planted is what no upload that was refused may leave anywhere. Its length is a
// multiple of three, so that its base64 is the same wherever it repeats.
const planted = "planted in plain text; "

var plaintext = bytes.Repeat([]byte(planted+" "), 5000)

// refusing is a site whose senders have been refused something.
type refusing struct {
	*site
	ciphertext []byte
}

// pending returns a new transfer, and complete one that is done.
func (s refusing) pending() string {
	s.t.Helper()
	return s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
}

func (s refusing) complete() string {
	s.t.Helper()
	return s.transfer(s.ciphertext, map[string]any{"delete_auth_hash": hashOf("secret")})
}

func (s refusing) putURL(id string) string {
	s.t.Helper()
	return s.send("GET", "/api/presigned/upload-url/"+id, nil).want(200, "").json()["upload_url"].(string)
}

// begin opens an upload in parts, and part is the URL of its first.
func (s refusing) begin(id string, size int) (uploadID, part string) {
	s.t.Helper()
	up := s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": id, "file_size_bytes": size}).
		want(200, "").json()
	return up["upload_id"].(string), up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
}

// arrivals are the ways on which the bytes of an upload arrive at a pending
// transfer. The last reply says whether they are taken.
var arrivals = map[string]func(s refusing, id string, body []byte) reply{
	"upload": func(s refusing, id string, body []byte) reply {
		return s.send("POST", "/api/transfers/upload/"+id, body)
	},
	"length not told": func(s refusing, id string, body []byte) reply {
		return s.send("POST", "/api/transfers/upload/"+id, io.MultiReader(bytes.NewReader(body)))
	},
	"base64 in JSON": func(s refusing, id string, body []byte) reply {
		return s.send("POST", "/api/transfers/upload/"+id, map[string]any{"data": base64.StdEncoding.EncodeToString(body)})
	},
	"base64 in the query": func(s refusing, id string, body []byte) reply {
		data := url.QueryEscape(base64.StdEncoding.EncodeToString(body[:min(len(body), 50_000)]))
		return s.send("POST", "/api/transfers/upload/"+id+"?data="+data, nil)
	},
	"put": func(s refusing, id string, body []byte) reply { return s.call("PUT", s.putURL(id), body) },
	"put, length not told": func(s refusing, id string, body []byte) reply {
		return s.call("PUT", s.putURL(id), io.MultiReader(bytes.NewReader(body)))
	},
	"parts": func(s refusing, id string, body []byte) reply {
		uploadID, part := s.begin(id, len(body))
		etag := s.call("PUT", part, body).want(200, "").Header.Get("ETag")
		s.send("POST", "/api/presigned/complete", map[string]any{
			"transfer_id": id, "upload_id": uploadID, "parts": []map[string]any{{"part_number": 1, "etag": etag}},
		}).want(200, "")
		return s.send("POST", "/api/transfers/complete/"+id, nil)
	},
}

// reserved returns what senders have reserved, by their counters.
func (s refusing) reserved() string {
	s.t.Helper()
	var all []string
	for i := range 256 {
		for r, err := range send.Records(s.t.Context(), s.tokens.Ledger, fmt.Sprintf("%s%02x", send.ReservedSets, i)) {
			if err != nil {
				s.t.Fatal(err)
			}
			if r.Count > 0 && strings.HasSuffix(r.Key.ID, "/bytes") {
				all = append(all, fmt.Sprint(r.Key.ID, " ", r.Count))
			}
		}
	}
	return strings.Join(all, ", ")
}

// look fails the test where anything is left of what was refused: an object, a word
// of it in store, ledger or log, or bytes that are reserved for it.
func (s refusing) look(what string, objects int, reserved string) {
	s.t.Helper()
	if n := s.objects() - objects; n != 0 {
		s.t.Errorf("%s: %d files are kept of what was refused", what, n)
	}
	if now := s.reserved(); now != reserved {
		s.t.Errorf("%s: reserved are %q, and were %q before", what, now, reserved)
	}
	kept := secrettest.Kept{"the log": s.log.String()}
	kept.AddFiles(s.t, s.dir)
	kept.Lacks(s.t, map[string]string{
		what + ": plaintext":              planted,
		what + ": plaintext in base64":    base64.StdEncoding.EncodeToString([]byte(planted + " "))[:28],
		what + ": plaintext in the query": url.QueryEscape(planted),
	})
}

// After every upload that was refused, whichever way it came and for whichever
// reason, nothing of it is left.
func TestNothingIsLeftOfAnyRefusedUpload(t *testing.T) {
	t.Parallel()
	refusal := func(change func(*user.Settings)) refusing {
		ciphertext, _ := sealed(t, 500)
		s := refusing{start(t, change), ciphertext}
		s.newToken("other", 0)
		s.newToken("revoked", 0)
		return s
	}
	as := func(token string) func(s refusing, id string) reply {
		return func(s refusing, id string) reply {
			return s.call("POST", "/api/transfers/upload/"+id, plaintext, "x-sgraph-access-token", token)
		}
	}
	upload := func(s refusing, id string) reply { return arrivals["upload"](s, id, plaintext) }
	small := func(set *user.Settings) { set.Rules.MaxBytes = 50_000 }
	kinds := map[string]struct {
		change func(*user.Settings)
		id     func(s refusing) string // of the transfer; nil = a pending one
		send   func(s refusing, id string) reply
		status int
	}{
		"without a token":   {send: as(""), status: 401},
		"unknown token":     {send: as("no such token"), status: 401},
		"another's token":   {send: as("other"), status: 404},
		"unknown transfer":  {id: func(refusing) string { return "ffffffffffff" }, send: upload, status: 404},
		"malformed ID":      {id: func(refusing) string { return "no-id" }, send: upload, status: 404},
		"completed already": {id: refusing.complete, send: upload, status: 404},
		"revoked token": {send: func(s refusing, id string) reply {
			if _, err := s.tokens.Revoke(t.Context(), s.token); err != nil {
				t.Fatal(err)
			}
			return upload(s, id)
		}, status: 401},
		"token of a link is revoked": {send: func(s refusing, id string) reply {
			link := s.putURL(id)
			if _, err := s.tokens.Revoke(t.Context(), s.token); err != nil {
				t.Fatal(err)
			}
			return s.call("PUT", link, plaintext)
		}, status: 401},
		"deleted": {id: func(s refusing) string {
			id := s.send("POST", "/api/transfers/create", map[string]any{"delete_auth_hash": hashOf("secret")}).
				json()["transfer_id"].(string)
			s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "secret").want(200, "")
			return id
		}, send: upload, status: 404},
		"expired": {id: func(s refusing) string {
			id := s.send("POST", "/api/transfers/create", map[string]any{
				"expires_at": s.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339),
			}).json()["transfer_id"].(string)
			s.clock.Advance(2 * time.Hour)
			return id
		}, send: upload, status: 410},
		"link is over": {send: func(s refusing, id string) reply {
			link := s.putURL(id)
			s.clock.Advance(2 * time.Hour)
			return s.call("PUT", link, plaintext)
		}, status: 410},
		"link is not genuine": {send: func(s refusing, id string) reply {
			return s.call("PUT", s.putURL(id)+"x", plaintext)
		}, status: 403},
		"too large":                  {change: small, send: upload, status: 413},
		"too large, length not told": {change: small, send: arrival("length not told"), status: 413},
		"too large, put":             {change: small, send: arrival("put"), status: 413},
		"too large, put, length not told": {
			change: small, send: arrival("put, length not told"), status: 413,
		},
		"part is too large": {send: func(s refusing, id string) reply {
			_, part := s.begin(id, 10)
			return s.call("PUT", part, plaintext)
		}, status: 413},
		"part is too large, length not told": {send: func(s refusing, id string) reply {
			_, part := s.begin(id, 10)
			return s.call("PUT", part, io.MultiReader(bytes.NewReader(plaintext)))
		}, status: 413},
		"too large for the service itself": {
			change: func(set *user.Settings) { set.DirectBytes = 50_000 }, send: upload, status: 413,
		},
		"not of the declared size": {id: func(s refusing) string {
			return s.send("POST", "/api/transfers/create", map[string]any{"file_size_bytes": 7}).json()["transfer_id"].(string)
		}, send: upload, status: 400},
		"sender has too much under way": {change: func(set *user.Settings) { set.Rules.PendingBytes = 50_000 },
			send: upload, status: 429},
		"all have too much under way": {change: func(set *user.Settings) { set.Rules.PendingBytesAll = 50_000 },
			send: upload, status: 507},
		"cancelled": {send: func(s refusing, id string) reply {
			uploadID, part := s.begin(id, len(plaintext))
			s.call("PUT", part, plaintext).want(200, "")
			s.send("POST", "/api/presigned/cancel/"+id+"/"+uploadID, nil).want(200, "")
			return s.send("POST", "/api/presigned/complete", map[string]any{
				"transfer_id": id, "upload_id": uploadID, "parts": []map[string]any{{"part_number": 1, "etag": `"x"`}},
			})
		}, status: 404},
		"label that is none": {send: func(s refusing, _ string) reply {
			return s.send("POST", "/api/transfers/create",
				map[string]any{"label": base64.StdEncoding.EncodeToString(plaintext[:512])})
		}, status: 400},
		"fields that cannot be": {send: func(s refusing, _ string) reply {
			return s.send("POST", "/api/transfers/create", map[string]any{
				"content_type_hint": strings.Repeat(planted, 20), "transfer_id": planted,
			})
		}, status: 400},
	}
	for way, arrive := range arrivals {
		for name, body := range map[string][]byte{"plaintext": plaintext, "short plaintext": plaintext[:1200]} {
			k := kinds["too large"]
			k.change, k.status = nil, 400
			k.send = func(s refusing, id string) reply { return arrive(s, id, body) }
			kinds[name+", "+way] = k
		}
	}
	for what, k := range kinds {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := refusal(k.change)
			s.t = t
			var id string
			if k.id == nil {
				id = s.pending()
			} else {
				id = k.id(s)
			}
			if strings.Contains(what, "put") || strings.Contains(what, "link") {
				s.putURL(id) // what may come there stays reserved
			}
			if strings.HasPrefix(what, "part is") {
				s.begin(id, 10)
			}
			objects, reserved := s.objects(), s.reserved()
			if got := k.send(s, id); got.Status != k.status {
				t.Errorf("answered with %d %.200s, want %d", got.Status, got.Body, k.status)
			}
			s.look(what, objects, reserved)
			completed := s.send("POST", "/api/transfers/complete/"+id, nil).Status == 200
			if completed && what != "completed already" {
				t.Error("it can be completed")
			}
		})
	}
}

func arrival(way string) func(s refusing, id string) reply {
	return func(s refusing, id string) reply { return arrivals[way](s, id, plaintext) }
}

// A body that breaks off is refused as well, though nobody is left to be told.
func TestNothingIsLeftOfAnUploadThatBreaksOff(t *testing.T) {
	t.Parallel()
	ciphertext, _ := sealed(t, 200_000)
	s := refusing{start(t, nil), ciphertext}
	id := s.pending()
	link := s.putURL(id)
	_, part := s.begin(id, len(ciphertext))
	objects, reserved := s.objects(), s.reserved()
	ended := make(chan bool, 1)
	behind := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- true }() // it may end in a panic, by which the server breaks off
		s.service.ServeHTTP(w, r)
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: behind}
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	body := append(bytes.Clone(ciphertext[:100_000]), planted...)
	for what, to := range map[string]string{
		"upload": "POST /api/transfers/upload/" + id, "put": "PUT " + strings.TrimPrefix(link, s.url),
		"part": "PUT " + strings.TrimPrefix(part, s.url),
	} {
		for _, length := range []string{
			fmt.Sprint("Content-Length: ", len(ciphertext), "\r\n\r\n"),
			fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", len(ciphertext)),
		} {
			conn, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nX-Sgraph-Access-Token: %s\r\n%s", to, s.token, length)
			conn.Write(body)
			conn.Close()
			<-ended
			s.look(what+" that breaks off", objects, reserved)
		}
	}
}
