package wire_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func TestHeadersSayWhatTheyAreOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, h := range wire.Headers() {
		if seen[h.Key()] {
			t.Errorf("%s is declared twice", h.Name)
		}
		seen[h.Key()] = true
		if h.SetBy == 0 && (h.ReadBy != 0 || h.Passed) {
			t.Errorf("%s: nobody sets it, and yet it is read or passed on", h.Name)
		}
	}
}

// CloudFront takes ten headers at most.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
func TestForwardedHeadersAreFew(t *testing.T) {
	t.Parallel()
	for _, s := range []wire.Service{wire.User, wire.Admin} {
		if n := len(wire.Forwarded(s, wire.APIKey("x-key"))); n > 10 {
			t.Errorf("service %d reads %d headers that CloudFront has to be told", s, n)
		}
	}
}

func TestTheAPIKeysHeaderIsLikeAllOthers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x-some-key", wire.GatewayKey.Name} {
		key := wire.APIKey(name)
		for what, of := range map[string][]wire.Header{
			"secret": wire.Secret(key), "forwarded": wire.Forwarded(wire.Admin, key),
		} {
			n := 0
			for _, h := range of {
				if h.Key() == http.CanonicalHeaderKey(name) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s is named %d times among the %s ones", name, n, what)
			}
		}
		if slices.Contains(wire.Names(wire.Forwarded(wire.User, key)), name) {
			t.Errorf("%s is forwarded to the user service", name)
		}
	}
}

func TestHeadersAreThoseOfHTTP(t *testing.T) {
	t.Parallel()
	for _, h := range append(wire.Headers(), wire.APIKey("x-some-key"), wire.Header{Name: "x-other"}) {
		in := http.Header{}
		if h.Set(in, "value"); in.Get(h.Name) != "value" || h.Get(in) != "value" {
			t.Errorf("%s: what is set is not what is got", h.Name)
		}
		if h.Del(in); len(in) != 0 || h.Get(in) != "" {
			t.Errorf("%s is not deleted", h.Name)
		}
	}
}

var inBraces = regexp.MustCompile(`\{(\w+)(:.*?)?\}`)

func TestWhatPathsHoldIsDeclared(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{"locale": true, "page": true} // of old links
	for _, p := range wire.Parameters() {
		declared[p.Name] = true
	}
	seen := map[string]bool{}
	for _, r := range wire.Routes() {
		for _, path := range r.Paths {
			if key := r.Method + " " + path + string(rune('0'+r.Service)); seen[key] {
				t.Errorf("%s %s is declared twice", r.Method, path)
			} else {
				seen[key] = true
			}
			for _, m := range inBraces.FindAllStringSubmatch(path, -1) {
				if !declared[m[1]] {
					t.Errorf("%s: what {%s} is is not declared", path, m[1])
				}
			}
		}
	}
}

func TestPathsAreFilledIn(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		wire.CreateTransfer.To():                                        "/api/transfers/create",
		wire.TransferInfo.To("0123456789ab"):                            "/api/transfers/info/0123456789ab",
		wire.LookupToken.To("a b/c"):                                    "/tokens/lookup/a%20b%2Fc",
		wire.CancelUpload.To("x", "y"):                                  "/api/presigned/cancel/x/y",
		wire.UploadTransfer.Beside("/transfers/create", "x"):            "/transfers/upload/x",
		wire.UploadTransfer.Beside("/api/transfers/create", "x"):        "/api/transfers/upload/x",
		wire.Capabilities.Beside("/transfers/create"):                   "/api/presigned/capabilities",
		wire.TransferInfo.Beside("/transfersome/create", "x"):           "/api/transfers/info/x",
		wire.DownloadTransfer.Path():                                    "/api/transfers/download/{transfer_id}",
		wire.Names([]wire.Header{wire.RetryAfter, wire.AccessToken})[1]: "X-Sgraph-Access-Token",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]wire.Error{
		`{"detail":"Not Found","code":"not_found"}`: {Detail: "Not Found", Code: send.Reason(send.NotFound)},
		`{"detail":"of an older service"}`:          {Detail: "of an older service"},
		`{"detail":[{"type":"int_type","loc":["body","a"],"msg":"a must be a whole number","input":null},` +
			`{"type":"x","loc":["body"],"msg":"b","input":null}],"code":"invalid"}`: {
			Detail: "a must be a whole number; b", Code: "invalid", Problems: []wire.Problem{
				{Type: "int_type", Loc: []string{"body", "a"}, Msg: "a must be a whole number"},
				{Type: "x", Loc: []string{"body"}, Msg: "b"},
			},
		},
		`{"detail":{"some":"thing"},"code":"x","more":1}`: {Code: "x"},
		`{}`: {},
	} {
		var got wire.Error
		if err := json.Unmarshal([]byte(body), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read as %#v, %v", body, got, err)
		}
	}
	for want, e := range map[string]wire.Error{
		`{"detail":"d","code":"c"}`: {Detail: "d", Code: "c"},
		`{"detail":[{"type":"t","loc":["body"],"msg":"m","input":null}],"code":"c"}`: {
			Detail: "m", Code: "c", Problems: []wire.Problem{{Type: "t", Loc: []string{"body"}, Msg: "m"}},
		},
	} {
		if got, err := json.Marshal(e); err != nil || string(got) != want {
			t.Errorf("written as %s, %v, want %s", got, err, want)
		}
	}
	got, err := json.Marshal(wire.Refuse("c", "m"))
	want := `{"data":null,"error":null,"message":"m","status":"error","detail":"m","code":"c"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 31, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	b, err := json.Marshal(wire.Time{Time: at})
	if want := `"2030-01-31T11:00:00.123456+00:00"`; err != nil || string(b) != want {
		t.Errorf("%s, %v, want %s", b, err, want)
	}
	for text, want := range map[string]time.Time{
		string(b):                at.Truncate(time.Microsecond),
		`"2030-01-31T12:00:00Z"`: time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC),
		`""`:                     {},
		`"never"`:                {},
	} {
		var got wire.Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
}

// Replies of two shapes have the fields of one of them.
func TestRepliesOfTwoShapes(t *testing.T) {
	t.Parallel()
	for want, reply := range map[string]any{
		`{"valid":false,"reason":"not_found"}`: wire.CheckTokenReply{Reason: "not_found"},
		`{"valid":true,"status":"active","remaining":0,"unlimited":false}`: wire.CheckTokenReply{
			Valid: true, TokenState: &wire.TokenState{Status: "active"},
		},
		`{"success":false,"reason":"revoked"}`: wire.UseTokenReply{Reason: "revoked"},
		`{"success":true,"usage_count":0,"remaining":-1}`: wire.UseTokenReply{
			Success: true, TokenUsage: &wire.TokenUsage{Remaining: -1},
		},
	} {
		got, err := json.Marshal(reply)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
		back := reflect.New(reflect.TypeOf(reply))
		if err := json.Unmarshal(got, back.Interface()); err != nil || !reflect.DeepEqual(back.Elem().Interface(), reply) {
			t.Errorf("%s is read as %+v, %v", got, back.Elem(), err)
		}
	}
}

func TestOwnPath(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://send.example.org/api/presigned/bytes/a.b-c":                    "/api/presigned/bytes/a.b-c",
		"http://[::1]:8080/api/presigned/bytes/a%2Fb?x=1":                       "/api/presigned/bytes/a%2Fb?x=1",
		"/api/presigned/bytes/a":                                                "/api/presigned/bytes/a",
		"https://b.s3.eu-central-1.amazonaws.com/transfers/a?X-Amz-Signature=1": "",
		"http://127.0.0.1:5000/bucket/api/presigned/bytes/a":                    "",
		"https://send.example.org/api/presigned/initiate":                       "",
		"://": "",
		"":    "",
	} {
		if got := wire.OwnPath(link); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}
