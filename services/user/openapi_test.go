package user_test

import (
	"bytes"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/openapitest"
)

// story is how far a test has gone with what the examples are about.
type story struct {
	*site
	id      string         // of the transfer
	secret  string         // that deletes it
	payload []byte         // sealed
	values  map[string]any // of what nobody knows before
}

func (s *story) create() {
	s.send("POST", "/api/transfers/create", map[string]any{
		"transfer_id": s.id, "delete_auth_hash": hashOf(s.secret),
	}).want(200, "")
}

func (s *story) upload() {
	s.create()
	s.send("POST", "/api/transfers/upload/"+s.id, s.payload).want(200, "")
}

func (s *story) complete() {
	s.upload()
	s.send("POST", "/api/transfers/complete/"+s.id, nil).want(200, "")
}

func (s *story) parts() {
	s.create()
	begun := s.send("POST", "/api/presigned/initiate", map[string]any{
		"transfer_id": s.id, "file_size_bytes": len(s.payload),
	}).want(200, "").json()
	s.values["upload_id"] = begun["upload_id"]
	part := begun["part_urls"].([]any)[0].(map[string]any)
	s.values["etag"] = s.call("PUT", part["upload_url"].(string), s.payload).want(200, "").Header.Get("ETag")
}

func (s *story) request() {
	made := s.send("POST", "/api/requests/create", map[string]any{
		"public_key": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo", "grant_hash": hashOf("grant"),
		"auth_hash": hashOf(s.secret),
	}).want(200, "").json()
	s.values["request_id"] = made["request_id"]
}

func (s *story) link(field, path string) {
	url := s.send("GET", path+s.id, nil).want(200, "").json()[field].(string)
	s.values["link"] = url[strings.LastIndex(url, "/")+1:]
}

// before is what an operation needs to have happened for its example to work.
var before = map[string]func(*story){
	"uploadTransfer":   (*story).create,
	"completeTransfer": (*story).upload,
	"transferInfo":     (*story).complete,
	"downloadTransfer": (*story).complete,
	"downloadBase64":   (*story).complete,
	"confirmDownload": func(s *story) {
		s.complete()
		s.call("GET", "/api/transfers/download/"+s.id, nil,
			"x-sgraph-download-claim", "00112233445566778899aabbccddeeff").want(200, "")
	},
	"changeExpiry":     (*story).complete,
	"deleteTransfer":   (*story).complete,
	"initiateUpload":   (*story).create,
	"resumeUpload":     (*story).parts,
	"assembleUpload":   (*story).parts,
	"cancelUpload":     (*story).parts,
	"uploadURL":        (*story).create,
	"downloadURL":      (*story).complete,
	"putLink":          func(s *story) { s.create(); s.link("upload_url", "/api/presigned/upload-url/") },
	"getLink":          func(s *story) { s.complete(); s.link("download_url", "/api/presigned/download-url/") },
	"requestInfo":      (*story).request,
	"requestTransfers": (*story).request,
	"closeRequest":     (*story).request,
}

// try sends an operation's example, with other values, to a service of its own, as
// whoever has this credential.
func try(
	t *testing.T, o openapitest.Operation, as string, values map[string]any, without ...string,
) openapitest.Answer {
	t.Helper()
	s := &story{site: start(t, nil), id: "4abd0a491ed3", secret: "correct horse battery staple", values: map[string]any{}}
	s.newToken("send-7f3a", 10)
	s.payload, _ = sealed(t, 1000)
	s.values["expires_at"] = s.clock.Now().Add(2 * time.Hour).Format(time.RFC3339)
	if prepare := before[o.ID]; prepare != nil {
		prepare(s)
	}
	maps.Copy(s.values, values)
	r := o.Example(t, s.values, without...)
	if o.ID == "uploadTransfer" || o.ID == "putLink" {
		r.Body = s.payload
	}
	switch as {
	case "access_token":
		r.Header.Set("X-Sgraph-Access-Token", s.token)
	case "access_token_in_query":
		r.Target += "?access_token=" + s.token
	case "delete_secret":
		r.Header.Set("X-Sgraph-Transfer-Delete-Auth", s.secret)
	case "request_secret":
		r.Header.Set("X-Sgraph-Request-Auth", s.secret)
	case "download_claim":
		r.Header.Set("X-Sgraph-Download-Claim", "00112233445566778899aabbccddeeff")
	case "":
		if len(o.Security) > 0 {
			r.Header.Del("X-Sgraph-Download-Claim")
		}
	}
	req := httptest.NewRequest(r.Method, r.Target, bytes.NewReader(r.Body))
	req.Header = r.Header
	w := httptest.NewRecorder()
	s.service.ServeHTTP(w, req)
	a := openapitest.Answer{
		Method: r.Method, Path: req.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes(),
	}
	openapitest.Served(t).Judge(t, a)
	return a
}

// The description's examples work, for those who may call, and for nobody else.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	for _, o := range openapitest.Served(t).Operations {
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			o.Try(t, func(as string, values map[string]any, without ...string) openapitest.Answer {
				return try(t, o, as, values, without...)
			}, "download_permit") // which no example can know
		})
	}
}
