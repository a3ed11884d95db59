package stack

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/settings"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// visits are the routes of the contract that a stack answered, and how.
type visits struct {
	mu       sync.Mutex
	answered map[string]map[int]bool // statuses, by service, method and template
}

// watch answers the address of a front that notes what a service answers.
func (v *visits) watch(t *testing.T, of wire.Service, address string) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return newServer(t, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error {
			v.note(of, r.Request, r.StatusCode)
			return nil
		},
	})
}

var parameter = regexp.MustCompile(`\{\w+(?::((?:[^{}]|\{[^{}]*\})*))?\}`)

// template is what a route's path matches.
func template(path string) *regexp.Regexp {
	quoted := parameter.ReplaceAllStringFunc(path, func(p string) string {
		if of := parameter.FindStringSubmatch(p)[1]; of != "" {
			return "(?:" + of + ")"
		}
		return "[^/]+"
	})
	return regexp.MustCompile("^" + quoted + "$")
}

func (v *visits) note(of wire.Service, r *http.Request, status int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.answered == nil {
		v.answered = map[string]map[int]bool{}
	}
	for _, route := range wire.Routes() {
		for _, path := range route.Paths {
			if route.Service&of == 0 || route.Method != r.Method || !template(path).MatchString(r.URL.Path) {
				continue
			}
			name := routeName(of, route)
			if v.answered[name] == nil {
				v.answered[name] = map[int]bool{}
			}
			v.answered[name][status] = true
		}
	}
}

func routeName(of wire.Service, route wire.Route) string {
	return fmt.Sprintf("%v %s %s", of, route.Method, route.Path())
}

// instead is how routes are answered that have no use on AWS, where S3 takes and
// hands out what these do elsewhere.
var instead = map[string]int{
	routeName(wire.User, wire.PutLink): http.StatusForbidden,
	routeName(wire.User, wire.GetLink): http.StatusForbidden,

	// No stack of the tests has a receiver of webhooks: there is none to reveal or to test.
	routeName(wire.Admin, wire.RevealWebhook): http.StatusConflict,
	routeName(wire.Admin, wire.TestWebhook):   http.StatusConflict,

	// Nor has it a provider of single sign-on.
	routeName(wire.Admin, wire.BeginSignOn): http.StatusConflict,
}

// all fails for each route of the contract that was not asked, or only in vain.
func (v *visits) all(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, route := range wire.Routes() {
		for _, of := range []wire.Service{wire.User, wire.Admin} {
			if route.Service&of == 0 {
				continue
			}
			name := routeName(of, route)
			worked := false
			for status := range v.answered[name] {
				worked = worked || status < http.StatusBadRequest || status == instead[name]
			}
			if !worked {
				t.Errorf("%s was answered %v", name, v.answered[name])
			}
		}
	}
}

// tour asks what nothing else in the test asks, with a user and an admin service as
// they are deployed.
func tour(t *testing.T, userURL, adminURL string) {
	t.Helper()
	admin := client{t: t, base: adminURL, header: http.Header{"X-Api-Key": {apiKey}}}
	const token = "token-of-the-tour"
	admin.post(wire.CreateToken.To(), wire.CreateTokenRequest{TokenName: token, UsageLimit: 9}, nil)
	user := client{t: t, base: userURL, header: http.Header{"X-Sgraph-Access-Token": {token}}}

	t.Run("transfers", func(t *testing.T) { user.at(t).tourTransfers() })
	t.Run("presigned", func(t *testing.T) { user.at(t).tourPresigned() })
	t.Run("requests", func(t *testing.T) { user.at(t).tourRequests() })
	t.Run("pages", func(t *testing.T) {
		u, a := user.at(t), admin.at(t)
		for _, route := range []wire.Route{
			wire.SendPage, wire.ReceivePage, wire.RequestPage, wire.HowPage, wire.Config,
			wire.Description, wire.Reference, wire.OldDescription, wire.OldReference,
			wire.Health, wire.Ready, wire.Status, wire.Server, wire.Version, wire.Versions,
		} {
			u.get(route.To(), nil)
		}
		for _, route := range []wire.Route{
			wire.Description, wire.Reference, wire.OldDescription, wire.OldReference,
			wire.Console, wire.OldConsole, wire.Health, wire.Ready, wire.Status, wire.Server, wire.Version, wire.Versions,
		} {
			a.get(route.To(), nil)
		}
	})
	t.Run("tokens", func(t *testing.T) {
		a, u := admin.at(t), user.at(t)
		u.get(wire.CheckToken.To(token), nil)
		u.post(wire.ValidateToken.To(token), nil, nil)
		a.get(wire.LookupToken.To(token), nil)
		a.post(wire.UseToken.To(token), wire.UseTokenRequest{Action: "tour"}, nil)
		limit := int64(10)
		a.post(wire.UpdateTokenLimit.To(token), wire.UpdateTokenLimitRequest{UsageLimit: &limit}, nil)
		a.get(wire.ListTokens.To(), nil)
		a.get(wire.ListTokenDetails.To(), nil)
		a.post(wire.RevokeToken.To(token), wire.RevokeTokenRequest{Purge: true}, nil)
		a.post(wire.ReactivateToken.To(token), nil, nil)
	})
	t.Run("overview", func(t *testing.T) {
		a, u := admin.at(t), user.at(t)
		var made wire.CreateTransferReply
		u.post(wire.CreateTransfer.To(), wire.CreateTransferRequest{}, &made)
		a.get(wire.ListTransfers.To(), nil)
		a.get(wire.ShowTransfer.To(made.TransferID), nil)
		a.post(wire.TakeDownTransfer.To(made.TransferID), wire.TakeDownTransferRequest{Reason: "a test"}, nil)
	})
	t.Run("watch", func(t *testing.T) {
		a := admin.at(t)
		a.get(wire.Pulse.To(), nil)
		a.get(wire.Services.To(), nil)
		a.get(wire.Activity.To(), nil)
		a.get(wire.Storage.To(), nil)
		a.tourStack()
		var webhook wire.WebhookReply
		if a.get(wire.ShowWebhook.To(), &webhook); webhook.Status != wire.NotConfigured {
			t.Errorf("of the webhook, where none is set, it says %q", webhook.Status)
		}
		for _, route := range []wire.Route{wire.RevealWebhook, wire.TestWebhook} {
			if status, said := a.do(route.Method, route.To(), nil); status != http.StatusConflict {
				t.Errorf("%s answers %d where no webhook is set: %.200s", route.Path(), status, said)
			}
		}
		a.post(wire.RecordEvents.To(), event(), nil)
		a.get(wire.ListEvents.To(), nil)
		export := wire.ExportEvents.To() + "?form=" + wire.ChainForm
		if status, said := a.do(http.MethodGet, export, nil); status != http.StatusOK {
			t.Errorf("the export answers %d: %.200s", status, said)
		}
		a.get(wire.ChainHead.To(), nil)
	})
	t.Run("sessions", func(t *testing.T) { tourSessions(t, adminURL) })
}

// tourStack asks what AWS says of the stack, which is that of the functions.
func (c client) tourStack() {
	c.t.Helper()
	var alarms wire.AlarmsReply
	c.get(wire.Alarms.To(), &alarms)
	if alarms.Status != wire.OK || len(alarms.Alarms) < 20 || len(alarms.Missing) > 0 {
		c.t.Errorf("of alarms it says %+v", alarms)
	}
	for _, a := range alarms.Alarms {
		if a.Playbook == "" || a.Means == "" || a.Since.IsZero() {
			c.t.Errorf("of an alarm it says %+v", a)
		}
	}
	var status wire.StatusReply
	c.get(wire.Status.To(), &status)
	var serving wire.ServingReply
	c.get(wire.Serving.To(), &serving)
	of := map[string]int{settings.Lambda: len(names.Services)}[status.Environment]
	if serving.Admin != status.Version || len(serving.Functions) != of ||
		(serving.Function != "") != (of > 0) {
		c.t.Errorf("of versions it says %+v", serving)
	}
	for _, f := range serving.Functions {
		if f.Live.Version == "" || f.Next == nil || f.Next.Version == "" {
			c.t.Errorf("of versions it says %+v", serving)
		}
	}
}

// event is what another service could tell of.
func event() wire.RecordEventsRequest {
	return wire.RecordEventsRequest{Events: []audit.Event{{
		Time: time.Now(), Kind: audit.TransferDeleted, Outcome: audit.Success, Transfer: strings.Repeat("a", 12),
	}}}
}

// at is the client in a part of the test.
func (c client) at(t *testing.T) client {
	t.Helper()
	c.t = t
	return c
}

func (c client) tourTransfers() {
	c.t.Helper()
	id, secret := c.sendDeletable()
	c.get(wire.TransferInfo.To(id), nil)
	var text wire.DownloadBase64Reply
	c.get(wire.DownloadBase64.To(id), &text)
	c.header = c.header.Clone()
	wire.DownloadClaim.Set(c.header, strings.Repeat("0a", 16))
	if status, said := c.do(http.MethodGet, wire.DownloadTransfer.To(id), nil); status != http.StatusOK {
		c.t.Errorf("the download answers %d: %.200s", status, said)
	}
	c.post(wire.ConfirmDownload.To(id), nil, nil)
	wire.DeleteAuth.Set(c.header, secret)
	c.post(wire.ChangeExpiry.To(id), wire.ChangeExpiryRequest{
		ExpiresAt: time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	}, nil)
	c.decode(http.MethodDelete, wire.DeleteTransfer.To(id), nil, nil)
	never := wire.TransferInfo.To(strings.Repeat("f", 12))
	if status, _ := c.do(http.MethodGet, never, nil); status != http.StatusNotFound {
		c.t.Errorf("a transfer that never was answers %d", status)
	}
}

// tourRequests asks for a file, and sends it as somebody without a token does.
func (c client) tourRequests() {
	c.t.Helper()
	const grant, secret = "canary-grant-of-the-tour-0123456789abcdefgh", "canary-secret-of-the-tour"
	hash := func(text string) string {
		digest := sha256.Sum256([]byte(text))
		return hex.EncodeToString(digest[:])
	}
	var made wire.CreateRequestReply
	c.post(wire.CreateRequest.To(), wire.CreateRequestRequest{
		PublicKey: base64.RawURLEncoding.EncodeToString(make([]byte, 32)), GrantHash: hash(grant), AuthHash: hash(secret),
	}, &made)
	c.get(wire.RequestInfo.To(made.RequestID), nil)
	sender := c
	sender.header = http.Header{}
	wire.AccessToken.Set(sender.header, "request."+made.RequestID+"."+grant)
	id := sender.send(seal(c.t, 1000), map[string]any{"sealed_key": base64.StdEncoding.EncodeToString(make([]byte, 80))})
	c.header = http.Header{}
	wire.RequestAuth.Set(c.header, secret)
	var arrived wire.RequestTransfersReply
	c.get(wire.RequestTransfers.To(made.RequestID), &arrived)
	if len(arrived.Transfers) != 1 || arrived.Transfers[0].TransferID != id {
		c.t.Errorf("what arrived is %+v, want %s", arrived, id)
	}
	c.decode(http.MethodDelete, wire.CloseRequest.To(made.RequestID), nil, nil)
}

// sendDeletable sends a file with all that can go with it, and answers what deletes it.
func (c client) sendDeletable() (id, secret string) {
	c.t.Helper()
	secret = "delete-secret-of-the-test"
	digest := sha256.Sum256([]byte(secret))
	label := envelope.SealLabel(envelope.NewKey(), envelope.Label{
		Files: []envelope.LabelFile{{Name: "canary-file-name"}}, Count: 1, Size: envelope.Unknown,
	})
	return c.send(seal(c.t, 1000), map[string]any{
		"delete_auth_hash": hex.EncodeToString(digest[:]), "label": base64.StdEncoding.EncodeToString(label),
	}), secret
}

// status asks for what may be refused, once.
func (c client) status(method, path string, body []byte) int {
	c.t.Helper()
	response, _ := c.once(method, path, body)
	return response.StatusCode
}

func (c client) tourPresigned() {
	c.t.Helper()
	c.get(wire.Capabilities.To(), nil)
	sealed := seal(c.t, 6<<20)
	create := func() string {
		var created wire.CreateTransferReply
		c.post(wire.CreateTransfer.To(), wire.CreateTransferRequest{FileSizeBytes: int64(len(sealed))}, &created)
		return created.TransferID
	}

	given := create()
	var upload wire.InitiateUploadReply
	c.post(wire.InitiateUpload.To(), wire.InitiateUploadRequest{
		TransferID: given, FileSizeBytes: int64(len(sealed)),
	}, &upload)
	c.post(wire.ResumeUpload.To(), wire.ResumeUploadRequest{TransferID: given}, nil)
	c.post(wire.CancelUpload.To(given, upload.UploadID), nil, nil)
	var link wire.UploadURLReply
	c.get(wire.UploadURL.To(given), &link)
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPut, link.UploadURL, bytes.NewReader(sealed))
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := asking.Client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		c.t.Errorf("S3 takes the file with %s", response.Status)
	}
	c.post(wire.CompleteTransfer.To(given), nil, nil)

	parts := create()
	c.sendParts(parts, sealed)
	c.post(wire.CompleteTransfer.To(parts), nil, nil)
	if got := c.receive(parts); !bytes.Equal(got, sealed) {
		c.t.Error("what the link gives is not what was sent")
	}
	for _, method := range []string{http.MethodPut, http.MethodGet} {
		if status, said := c.do(method, wire.GetLink.To("none"), nil); status != http.StatusForbidden {
			c.t.Errorf("%s of a link of the service's own answers %d: %.200s", method, status, said)
		}
	}
}

// tourSessions enters as a person, in two browsers.
func tourSessions(t *testing.T, adminURL string) {
	t.Helper()
	browser := func() func(route wire.Route, body any, values ...string) []byte {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		visitor := &http.Client{Jar: &plainJar{jar}}
		return func(route wire.Route, body any, values ...string) []byte {
			t.Helper()
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			at := adminURL + route.To(values...)
			request, err := http.NewRequestWithContext(t.Context(), route.Method, at, bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Sec-Fetch-Site", "same-origin")
			response, err := visitor.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var said bytes.Buffer
			if _, err := said.ReadFrom(response.Body); err != nil || response.StatusCode >= http.StatusBadRequest {
				t.Fatalf("%s answers %s: %.200s (%v)", route.Path(), response.Status, &said, err)
			}
			return said.Bytes()
		}
	}
	here, there, elsewhere := browser(), browser(), browser()
	here(wire.Login, wire.LoginRequest{APIKey: apiKey})
	there(wire.SetAuthCookie, wire.SetAuthCookieRequest{CookieValue: apiKey})
	elsewhere(wire.Login, wire.LoginRequest{APIKey: apiKey})
	here(wire.CurrentSession, nil)
	here(wire.ShowSignOn, nil)
	elsewhere(wire.FinishSignOn, nil) // which leads to the console
	none := client{t: t, base: adminURL}
	if status, said := none.do(http.MethodPost, wire.BeginSignOn.To(), nil); status != http.StatusConflict {
		t.Errorf("a sign-in begins with %d where there is no provider: %.200s", status, said)
	}
	var list wire.ListSessionsReply
	if err := json.Unmarshal(here(wire.ListSessions, nil), &list); err != nil || len(list.Sessions) < 3 {
		t.Fatalf("the sessions are %v, %v", list, err)
	}
	for _, s := range list.Sessions {
		if !s.Current {
			here(wire.EndSession, nil, s.ID)
			break
		}
	}
	here(wire.EndOtherSessions, nil)
	here(wire.Logout, nil)
}

// plainJar keeps cookies that want TLS, which the simulation has not.
type plainJar struct{ http.CookieJar }

func (j *plainJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	secured := *u
	secured.Scheme = "https"
	j.CookieJar.SetCookies(&secured, cookies)
}

func (j *plainJar) Cookies(u *url.URL) []*http.Cookie {
	secured := *u
	secured.Scheme = "https"
	return j.CookieJar.Cookies(&secured)
}
