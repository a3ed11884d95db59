package user_test

import (
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/test/hostile"
	"sgraph.ai/send/shared/wire"
)

// FuzzRoutes asks the service whatever can be asked, with and without what is
// genuine: it never fails, and says what is wrong as the contract does.
func FuzzRoutes(f *testing.F) {
	s := start(f, func(set *user.Settings) { set.Rules.MaxBytes = 8 << 20 })
	ciphertext, _ := sealed(f, 100)
	sent := s.transfer(ciphertext, map[string]any{"delete_auth_hash": hashOf("the secret")})
	pending := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	parts := s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": pending, "file_size_bytes": 100}).
		want(200, "").json()
	link := func(u any) string { return u.(string)[strings.LastIndexByte(u.(string), '/')+1:] }
	got, permit := s.begun(sent)
	whole := s.send("GET", "/api/presigned/upload-url/"+pending, nil).want(200, "").json()["upload_url"]

	route := func(r wire.Route) string { return r.Method + " " + r.Path() }
	hostile.Fuzz(f, hostile.Service{
		Handler: s.service, Of: wire.User,
		Header: http.Header{"X-Sgraph-Access-Token": {s.token}},
		Genuine: map[string]string{
			"sent": sent, "pending": pending, "upload": parts["upload_id"].(string), "permit": permit, "get": link(got),
			"put":        link(whole),
			"part":       link(parts["part_urls"].([]any)[0].(map[string]any)["upload_url"]),
			"ciphertext": string(ciphertext),
		},
		Allowed: []int{http.StatusInsufficientStorage}, // uploads that are begun add up
	},
		hostile.Request{Route: route(wire.CreateTransfer), Body: `{"file_size_bytes":9223372036854775807,` +
			`"content_type_hint":"a/b\r\nx: y","transfer_id":"ffffffffffff","max_downloads":-1,"auto_delete":1,` +
			`"expires_at":"9999-12-31T23:59:59-23:59","delete_auth_hash":"x","label":"AQ=="}`},
		hostile.Request{Route: route(wire.CreateTransfer),
			Body: `{"file_size_bytes":-1,"expires_at":"0000-01-01T00:00:00Z"}`},
		hostile.Request{Route: route(wire.CreateTransfer), Body: `{"max_downloads":9223372036854775807,"label":"` +
			strings.Repeat("A", 684) + `"}`},
		hostile.Request{Route: route(wire.InitiateUpload), Body: `{"transfer_id":"{pending}",` +
			`"file_size_bytes":9223372036854775807,"num_parts":-1}`},
		hostile.Request{Route: route(wire.InitiateUpload), Body: `{"transfer_id":"{pending}",` +
			`"file_size_bytes":9223372036854775807,"part_size":9223372036854775807}`},
		hostile.Request{Route: route(wire.InitiateUpload), Body: `{"transfer_id":"{pending}",` +
			`"file_size_bytes":-9223372036854775808,"part_size":-1}`},
		hostile.Request{Route: route(wire.InitiateUpload),
			Body: `{"transfer_id":"../{pending}","file_size_bytes":1,"num_parts":10001}`},
		hostile.Request{Route: route(wire.AssembleUpload), Body: `{"transfer_id":"{pending}","upload_id":"{upload}",` +
			`"parts":[{"part_number":0,"etag":"x"},{"part_number":-5,"etag":""}]}`},
		hostile.Request{Route: route(wire.AssembleUpload),
			Body: `{"transfer_id":"{pending}","upload_id":"../../{upload}","parts":null}`},
		hostile.Request{Route: route(wire.CancelUpload), One: "{pending}", Two: "../{upload}"},
		hostile.Request{Route: route(wire.CancelUpload), One: "{pending}", Two: "\x00"},
		hostile.Request{Route: route(wire.UploadTransfer), One: "{pending}", Body: "{ciphertext}"},
		hostile.Request{Route: route(wire.UploadTransfer), One: "{pending}", Body: `{"data":"!"}`},
		hostile.Request{Route: route(wire.UploadTransfer), One: "{pending}", Query: "data=%zz"},
		hostile.Request{Route: route(wire.CompleteTransfer), One: "{pending}"},
		hostile.Request{Route: route(wire.TransferInfo), One: "{sent}", Header: "If-None-Match", Value: "*"},
		hostile.Request{Route: route(wire.DownloadTransfer), One: "{sent}", Header: "Range",
			Value: "bytes=-9223372036854775808"},
		hostile.Request{Route: route(wire.DownloadTransfer), One: "{sent}", Header: "X-Sgraph-Download-Permit",
			Value: "{permit}"},
		hostile.Request{Route: route(wire.DownloadTransfer), One: "{sent}", Header: "X-Sgraph-Download-Permit",
			Value: "{permit}x"},
		hostile.Request{Route: route(wire.DownloadURL), One: "{sent}", Header: "X-Forwarded-Proto", Value: "https"},
		hostile.Request{Route: route(wire.DownloadBase64), One: "{sent}", Header: "Range", Value: "bytes=5-4"},
		hostile.Request{Route: route(wire.DeleteTransfer), One: "{sent}", Header: "X-Sgraph-Transfer-Delete-Auth",
			Value: "wrong"},
		hostile.Request{Route: route(wire.PutLink), One: "{put}", Body: "{ciphertext}"},
		hostile.Request{Route: route(wire.PutLink), One: "{part}", Body: "x"},
		hostile.Request{Route: route(wire.PutLink), One: "{get}"},
		hostile.Request{Route: route(wire.GetLink), One: "{get}", Header: "If-Range", Value: `W/"x"`},
		hostile.Request{Route: route(wire.GetLink), One: "{put}"},
		hostile.Request{Route: route(wire.GetLink), One: "{permit}"},
		hostile.Request{Route: route(wire.CheckToken), One: strings.Repeat("é", 129), Header: "X-Sgraph-Access-Token"},
		hostile.Request{Route: route(wire.Config), Header: "Origin", Value: "https://other.example"},
		hostile.Request{Route: "OPTIONS /api/transfers/create", Header: "Access-Control-Request-Method", Value: "POST"},
		hostile.Request{Route: "HEAD /api/transfers/download/{transfer_id}", One: "{sent}"},
		hostile.Request{Route: "TRACE /"},
		hostile.Request{Route: "GET /d/%23000000000000/AAAA", Accept: "text/html"},
		hostile.Request{Route: "GET /assets/../receive.html", Header: "Accept-Encoding", Value: "gzip;q=nan, *"},
		hostile.Request{Route: "GET /assets/app.css", Header: "Range", Value: "bytes=0-0,1-1,2-2"},
	)
}
