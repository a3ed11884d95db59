package user_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/send"
)

// countingGate counts what is asked of a gate that keeps no tokens itself: each
// is a call of the admin service.
type countingGate struct {
	send.Gate
	admitted, spent, lookedUp atomic.Int64
}

func (g *countingGate) Admit(ctx context.Context, token string) (send.Admission, error) {
	if token != "" { // that none was brought is known without asking
		g.admitted.Add(1)
	}
	return g.Gate.Admit(ctx, token)
}

func (g *countingGate) Spend(ctx context.Context, token, upload string) error {
	g.spent.Add(1)
	return g.Gate.Spend(ctx, token, upload)
}

func (g *countingGate) Token(ctx context.Context, token string) (send.Token, error) {
	g.lookedUp.Add(1)
	return g.Gate.Token(ctx, token)
}

// asks are the calls of the admin service that a request costs.
type asks struct{ admit, spend, lookUp int64 }

func (g *countingGate) since() asks {
	return asks{g.admitted.Swap(0), g.spent.Swap(0), g.lookedUp.Swap(0)}
}

// Whatever a sender asks for, and however an upload comes, the gate is asked
// once.
func TestASenderIsAdmittedOncePerRequest(t *testing.T) {
	t.Parallel()
	var gate *countingGate
	s := start(t, func(set *user.Settings) {
		gate = &countingGate{Gate: set.Gate}
		set.Gate = gate
	})
	body, plain := sealed(t, 3000)
	inText := base64.StdEncoding.EncodeToString(body)
	like := append([]byte("{"), body[1:]...)
	costs := func(what, method, path string, body any, status int, want asks) reply {
		t.Helper()
		gate.since()
		r := s.send(method, path, body).want(status, "")
		if got := gate.since(); got != want {
			t.Errorf("%s: the gate is asked %+v, want %+v", what, got, want)
		}
		return r
	}
	once := asks{admit: 1}

	create := map[string]any{"file_size_bytes": plain}
	id := costs("create", "POST", "/api/transfers/create", create, 200, once).json()["transfer_id"].(string)
	upload := "/api/transfers/upload/" + id
	costs("upload a body", "POST", upload, body, 200, once)
	costs("upload a body of unknown size", "POST", upload, struct{ *bytes.Reader }{bytes.NewReader(body)}, 200, once)
	costs("upload JSON", "POST", upload, `{"data":"`+inText+`"}`, 200, once)
	costs("upload JSON that is no base64", "POST", upload, `{"data":"?"}`, 400, once)
	costs("upload what begins like JSON", "POST", upload, like, 200, once)
	costs("upload in the query", "POST", upload+"?data="+url.QueryEscape(inText), nil, 200, once)
	link := costs("ask for a URL", "GET", "/api/presigned/upload-url/"+id, nil, 200, once).json()["upload_url"].(string)
	costs("put", "PUT", link, body, 200, once)
	costs("put again at once", "PUT", link, body, 200, asks{})
	s.clock.Advance(5 * time.Second)
	costs("put again later", "PUT", link, body, 200, once)

	initiate := map[string]any{"transfer_id": id, "file_size_bytes": len(body)}
	up := costs("begin parts", "POST", "/api/presigned/initiate", initiate, 200, once).json()["upload_id"].(string)
	few := `{"transfer_id":"` + id + `","upload_id":"` + up + `","parts":[{"part_number":1,"etag":"none"}]}`
	costs("assemble", "POST", "/api/presigned/complete", few, 400, once)
	many := strings.Replace(few, `"parts":[`, `"parts":[`+strings.Repeat(`{"part_number":2,"etag":"x"},`, 5000), 1)
	costs("assemble many", "POST", "/api/presigned/complete", many, 400, once)
	costs("cancel", "POST", "/api/presigned/cancel/"+id+"/"+up, nil, 200, once)

	costs("upload again", "POST", upload, body, 200, once)
	costs("complete", "POST", "/api/transfers/complete/"+id, nil, 200, asks{spend: 1})
	costs("complete again", "POST", "/api/transfers/complete/"+id, nil, 200, asks{})
	costs("upload too late", "POST", upload, body, 404, once)

	for _, free := range []string{
		"/api/transfers/info/" + id, "/api/transfers/download/" + id, "/api/transfers/download-base64/" + id,
		"/api/presigned/download-url/" + id, "/api/send/config", "/api/presigned/capabilities",
	} {
		costs(free, "GET", free, nil, 200, asks{})
	}
	costs("check a token", "GET", "/api/transfers/check-token/"+s.token, nil, 200, asks{lookUp: 1})
}
