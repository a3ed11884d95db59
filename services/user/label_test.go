package user_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
)

// The sealed label goes in with create and comes out with info, which costs
// nothing, as it went in.
func TestLabels(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	key := envelope.NewKey()
	label := base64.StdEncoding.EncodeToString(envelope.SealLabel(key, envelope.Label{
		Files: []envelope.LabelFile{{Name: "a.txt", Size: 5}}, Size: 5, Note: "for you",
	}))
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, map[string]any{
		"label": label, "max_downloads": 1, "delete_auth_hash": hashOf("the secret"),
	})
	info := s.call("GET", "/api/transfers/info/"+id, nil).want(200, "").json()
	if info["label"] != label || info["download_count"] != 0.0 {
		t.Fatalf("info is %v", info)
	}
	s.call("GET", "/transfers/download/"+id, nil).want(200, "")
	if info := s.call("GET", "/transfers/info/"+id, nil).want(200, "").json(); info["label"] != label {
		t.Errorf("while the download can be resumed, info is %v", info)
	}
	s.call("DELETE", "/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "the secret").want(200, "")
	if info := s.call("GET", "/transfers/info/"+id, nil).want(200, "").json(); info["label"] != nil {
		t.Errorf("when it is deleted, info is %v", info)
	}
	plain := s.transfer(ciphertext, nil)
	if info := s.call("GET", "/transfers/info/"+plain, nil).want(200, "").json(); info["label"] != nil {
		t.Errorf("without a label, info is %v", info)
	}
}

// Of a label the service sees its form only, and holds it to that.
func TestLabelsHaveTheirForm(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	good := envelope.SealLabel(envelope.NewKey(), envelope.Label{Note: strings.Repeat("😀", envelope.MaxNote)})
	other := bytes.Clone(good)
	other[0] = 2
	for name, label := range map[string]any{
		"no base64":         "*",
		"another version":   base64.StdEncoding.EncodeToString(other),
		"too short":         base64.StdEncoding.EncodeToString(good[:len(good)-1]),
		"too long":          base64.StdEncoding.EncodeToString(append(bytes.Clone(good), make([]byte, 8192)...)),
		"another alphabet":  base64.URLEncoding.EncodeToString(good),
		"without padding":   strings.TrimRight(base64.StdEncoding.EncodeToString(good), "="),
		"a text of another": "files",
	} {
		r := s.send("POST", "/transfers/create", map[string]any{"label": label})
		if r.Status != 400 || r.json()["code"] != "bad_label" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	s.send("POST", "/transfers/create", map[string]any{"label": 7}).want(400, "label must be a text")
	s.send("POST", "/transfers/create", map[string]any{"label": base64.StdEncoding.EncodeToString(good)}).want(200, "")
	s.send("POST", "/transfers/create", map[string]any{"label": ""}).want(200, "")
}
