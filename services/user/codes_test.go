package user_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

// Clients decide by the code of an error, which says why where the status does
// not.
func TestErrorsHaveCodes(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Rules.MaxBytes, set.DirectBytes = 8<<20, 4<<20 })
	s.newToken("revoked", 5)
	if _, err := s.tokens.Revoke(t.Context(), "revoked"); err != nil {
		t.Fatal(err)
	}
	s.newToken("spent", 1)
	if _, _, err := s.tokens.Use(t.Context(), "spent", ""); err != nil {
		t.Fatal(err)
	}
	const secret = "3ab2d7a90dbf0bc1a5d9f8b4dd3dcb5b6e9f6a2ad5b8a5a7f2b6d1f1a0c3e4d5" // the hash of none that is known
	ciphertext, plain := sealed(t, 100)
	create := func(fields map[string]any) string {
		t.Helper()
		return s.send("POST", "/api/transfers/create", fields).want(200, "").json()["transfer_id"].(string)
	}
	upload := func(fields map[string]any, body []byte) reply {
		t.Helper()
		return s.send("POST", "/api/transfers/upload/"+create(fields), body)
	}
	var (
		pending   = create(map[string]any{"transfer_id": "0123456789ab"})
		sent      = s.transfer(ciphertext, nil)
		deletable = s.transfer(ciphertext, map[string]any{"delete_auth_hash": secret})
		spent     = s.transfer(ciphertext, map[string]any{"max_downloads": 1})
		brief     = s.transfer(ciphertext, map[string]any{
			"expires_at": s.clock.Now().Add(time.Minute).UTC().Format(time.RFC3339),
		})
		withParts = create(map[string]any{"file_size_bytes": 6 << 20})
	)
	s.call("GET", "/api/transfers/download/"+spent, nil).want(200, "")
	link := s.call("GET", "/api/presigned/download-url/"+sent, nil).want(200, "").json()["download_url"].(string)
	permit := s.call("GET", "/api/transfers/download/"+sent, nil).want(200, "").Header.Get("x-sgraph-download-permit")
	again := func() reply {
		return s.call("GET", "/api/transfers/download/"+sent, nil, "x-sgraph-download-permit", permit)
	}
	for range 2 {
		again().want(200, "")
	}
	parts := s.send("POST", "/api/presigned/initiate", map[string]any{
		"transfer_id": withParts, "file_size_bytes": 6 << 20,
	}).want(200, "").json()["upload_id"].(string)
	assemble := func(uploadID string, etag string) reply {
		return s.send("POST", "/api/presigned/complete", map[string]any{
			"transfer_id": withParts, "upload_id": uploadID, "parts": []map[string]any{{"part_number": 1, "etag": etag}},
		})
	}
	s.newToken("narrow", 1)
	open := func() reply {
		return s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", "narrow")
	}
	for range 5 {
		open().want(200, "")
	}
	for _, c := range []struct {
		code   string
		status int
		reply  reply
	}{
		{"token_required", 401, s.call("POST", "/api/transfers/create", nil)},
		{"token_unknown", 401, s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", "none")},
		{"token_revoked", 401, s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", "revoked")},
		{"token_exhausted", 401, s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", "spent")},
		{"invalid", 400, s.send("POST", "/api/transfers/create", `{"file_size_bytes":"many"}`)},
		{"bad_label", 400, s.send("POST", "/api/transfers/create", map[string]any{"label": "bm8gbGFiZWw="})},
		{"too_many_pending", 429, open()},
		{"id_taken", 409, s.send("POST", "/api/transfers/create", map[string]any{"transfer_id": pending})},
		{"too_large", 413, s.send("POST", "/api/transfers/create", map[string]any{"file_size_bytes": 9 << 20})},
		{"transfer_not_found", 404, s.call("GET", "/api/transfers/info/ffffffffffff", nil)},
		{"transfer_not_found", 404, s.call("GET", "/api/transfers/download/ffffffffffff", nil)},
		{"transfer_not_found", 404, s.call("GET", "/api/presigned/download-url/ffffffffffff", nil)},
		{"transfer_not_found", 404, s.send("POST", "/api/transfers/upload/ffffffffffff", ciphertext)},
		{"not_completed", 404, s.call("GET", "/api/transfers/download/"+pending, nil)},
		{"not_completed", 409, s.call("GET", "/api/presigned/download-url/"+pending, nil)},
		{"not_uploaded", 404, s.send("POST", "/api/transfers/complete/"+pending, nil)},
		{"not_pending", 404, s.send("POST", "/api/transfers/upload/"+sent, ciphertext)},
		{"not_pending", 409, s.send("POST", "/api/presigned/initiate", map[string]any{
			"transfer_id": sent, "file_size_bytes": 1,
		})},
		{"exhausted", 410, s.call("GET", "/api/transfers/download/"+spent, nil)},
		{"out_of_range", 416, s.call("GET", "/api/transfers/download/"+sent, nil, "Range", "bytes=9999-")},
		{"empty_body", 400, s.send("POST", "/api/transfers/upload/"+pending, []byte{})},
		{"use_presigned", 413, s.send("POST", "/api/transfers/upload/"+pending, make([]byte, 5<<20))},
		{"not_ciphertext", 400, upload(nil, bytes.Repeat([]byte("plain text "), 100))},
		{"size_mismatch", 400, upload(map[string]any{"file_size_bytes": plain + 1}, ciphertext)},
		{"unknown_version", 400, upload(nil, append([]byte("SGSEND\x00\x09"), ciphertext...))},
		{"damaged", 400, upload(nil, append([]byte("SGSEND\x00\x02"), ciphertext...))},
		{"upload_not_found", 404, assemble("none", `"x"`)},
		{"parts_mismatch", 400, assemble(parts, `"x"`)},
		{"delete_secret_required", 400, s.call("DELETE", "/api/transfers/delete/"+deletable, nil)},
		{"wrong_delete_secret", 403, s.call("DELETE", "/api/transfers/delete/"+deletable, nil,
			"x-sgraph-transfer-delete-auth", "wrong")},
		{"delete_not_enabled", 409, s.call("DELETE", "/api/transfers/delete/"+sent, nil,
			"x-sgraph-transfer-delete-auth", "any")},
		{"link_not_genuine", 403, s.call("GET", link[:len(link)-2]+"xx", nil)},
		{"link_mismatch", 403, s.call("PUT", link, []byte("x"))},
		{"permit_spent", 410, again()},
		{"link_mismatch", 403, s.call("GET", "/api/transfers/download/"+deletable, nil, "x-sgraph-download-permit", permit)},
		{"not_found", 404, s.call("GET", "/no/such/path", nil)},
		{"method_not_allowed", 405, s.call("POST", "/api/transfers/info/"+sent, nil)},
	} {
		c.reply.refused(c.status, c.code)
	}
	s.clock.Advance(time.Hour + time.Minute)
	s.call("GET", "/api/transfers/download/"+brief, nil).refused(410, "expired")
	s.call("GET", link, nil).refused(410, "link_expired")
	s.call("GET", "/api/transfers/download/"+sent, nil, "x-sgraph-download-permit", permit).refused(410, "link_expired")
}

// refused fails the test unless a request was refused for this reason.
func (r reply) refused(status int, code string) {
	r.t.Helper()
	if r.Status != status || r.json()["code"] != code {
		r.t.Errorf("%d %.300s, want %d and the code %s", r.Status, r.Body, status, code)
	}
}

// A transfer that was deleted says so, and not only that it is not there.
func TestDeletedTransfersSaySo(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hashOf("the secret")})
	s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "the secret").want(200, "")
	for _, path := range []string{"/api/transfers/download/", "/api/presigned/download-url/"} {
		s.call("GET", path+id, nil).refused(404, "deleted")
	}
	s.send("POST", "/api/transfers/complete/"+id, nil).refused(404, "deleted")
}

// What an operator took down says so, and its bytes go as soon as anybody asks about it.
func TestWhatWasTakenDownSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hashOf("the secret")})
	url := s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "").json()["download_url"].(string)
	operators := &send.Transfers{Ledger: s.tokens.Ledger, Now: s.clock.Now}
	if _, first, err := operators.TakeDown(t.Context(), id); err != nil || !first {
		t.Fatal(first, err)
	}
	for _, path := range []string{"/api/transfers/download/", "/api/presigned/download-url/"} {
		s.call("GET", path+id, nil).refused(404, "taken_down")
	}
	s.call("GET", url, nil).refused(404, "taken_down")
	s.send("POST", "/api/transfers/complete/"+id, nil).refused(404, "taken_down")
	if n := s.objects(); n == 0 {
		t.Fatal("the bytes are gone before anybody asked")
	}
	info := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json()
	if info["status"] != "deleted" || info["taken_down"] != true || info["erased"] != true {
		t.Errorf("info is %v", info)
	}
	if n := s.objects(); n > 0 {
		t.Errorf("%d objects are left", n)
	}
	other := s.transfer(ciphertext, nil)
	if info := s.call("GET", "/api/transfers/info/"+other, nil).want(200, "").json(); info["taken_down"] != false {
		t.Errorf("info is %v", info)
	}
}

func TestGatesThatCannotBeAskedSaySo(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) {
		set.Gate = adminGate(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	})
	s.send("POST", "/api/transfers/create", nil).refused(503, "token_check_unavailable")

	shared := start(t, func(set *user.Settings) { set.Gate = send.SharedGate{Accepts: secret.Plain("shared").Accepts} })
	shared.call("POST", "/api/transfers/create", nil).refused(401, "token_required")
	shared.send("POST", "/api/transfers/create", nil).refused(401, "token_unknown")
}

func TestLimitsHaveACode(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Rates = map[string]send.Rate{"info": {Limit: 1, Window: time.Minute}} })
	codes := map[string]int{}
	for range 10 { // at most two windows
		codes[fmt.Sprint(s.call("GET", "/api/transfers/info/ffffffffffff", nil).json()["code"])]++
	}
	if codes["limited"] < 8 || codes["limited"]+codes["transfer_not_found"] != 10 {
		t.Error(strings.Trim(fmt.Sprint(codes), "map"))
	}
}
