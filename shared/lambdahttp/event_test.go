package lambdahttp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-lambda-go/events"
)

// sample is an event as AWS documents it.
const sample = `{
  "version": "2.0", "routeKey": "$default",
  "rawPath": "/api/transfers/upload/a%2Fb%20c",
  "rawQueryString": "x=1&x=2&y=%20+&empty=",
  "cookies": ["session=abc", "theme=dark"],
  "headers": {
    "host": "id.lambda-url.eu-west-1.on.aws", "x-sgraph-access-token": "tok\u00e9n \"q\"",
    "content-type": "application/octet-stream", "x-forwarded-for": "1.1.1.1", "accept": "a, b"
  },
  "queryStringParameters": {"x": "1,2"},
  "requestContext": {
    "accountId": "anonymous", "apiId": "id", "authentication": null, "authorizer": {"iam": {"userId": "\\\"}"}},
    "domainName": "id.lambda-url.eu-west-1.on.aws", "domainPrefix": "id",
    "http": {
      "method": "POST", "path": "/decoded", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "agent"
    },
    "requestId": "id", "routeKey": "$default", "stage": "$default",
    "time": "01/Mar/2026:12:00:00 +0000", "timeEpoch": 1772366400000
  },
  "body": "AAECA/8=", "pathParameters": null, "isBase64Encoded": true, "stageVariables": null
}`

func parse(t testing.TB, text string) *event {
	t.Helper()
	e := &event{}
	if err := json.Unmarshal([]byte(text), e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRequestOfAnEvent(t *testing.T) {
	t.Parallel()
	r := parse(t, sample).request(t.Context())
	body, err := io.ReadAll(r.Body)
	if err != nil || !bytes.Equal(body, []byte{0, 1, 2, 3, 255}) || r.ContentLength != 5 {
		t.Errorf("body %v, length %d, %v", body, r.ContentLength, err)
	}
	for name, c := range map[string][2]string{
		"method":     {r.Method, "POST"},
		"uri":        {r.RequestURI, "/api/transfers/upload/a%2Fb%20c?x=1&x=2&y=%20+&empty="},
		"path":       {r.URL.Path, "/api/transfers/upload/a/b c"},
		"raw path":   {r.URL.EscapedPath(), "/api/transfers/upload/a%2Fb%20c"},
		"query":      {r.URL.RawQuery, "x=1&x=2&y=%20+&empty="},
		"host":       {r.Host, "id.lambda-url.eu-west-1.on.aws"},
		"host field": {r.Header.Get("Host"), ""},
		"remote":     {r.RemoteAddr, "203.0.113.7:0"},
		"token":      {r.Header.Get("x-sgraph-access-token"), `tokén "q"`},
		"list":       {r.Header.Get("Accept"), "a, b"},
		"cookies":    {r.Header.Get("Cookie"), "session=abc; theme=dark"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %q, want %q", name, c[0], c[1])
		}
	}
	if c, err := r.Cookie("theme"); err != nil || c.Value != "dark" {
		t.Errorf("cookie: %v, %v", c, err)
	}
	if r.TLS == nil {
		t.Error("the request is not secure")
	}
}

func TestRequestOfAnOddEvent(t *testing.T) {
	t.Parallel()
	e := parse(t, `{"requestContext":{"http":{"method":"GET","sourceIp":"2001:db8::1"},"domainName":"d"},`+
		`"rawPath":"/%zz","body":"say \"hi\"\n\\ \u00e9"}`)
	r := e.request(t.Context())
	if r.URL.Path != "/%zz" || r.Host != "d" || r.RemoteAddr != "[2001:db8::1]:0" || r.Header == nil {
		t.Errorf("%+v", r)
	}
	if b, err := io.ReadAll(r.Body); string(b) != "say \"hi\"\n\\ é" || r.ContentLength != int64(len(b)) || err != nil {
		t.Errorf("body %q, length %d, %v", b, r.ContentLength, err)
	}
	for _, text := range []string{
		`{}`, `[]`, `"x"`, `17`, `true`, `{"requestContext":null}`, `{"requestContext":{"http":[1,{"method":"GET"}]}}`,
		`{"source":"aws.events","detail":{"a":["}",{"b":"\\"}]},"headers":7,"cookies":{},"body":null,"rawPath":[]}`} {
		if e := parse(t, text); e.method != "" || string(e.raw) != text {
			t.Errorf("%s is taken for a request: %+v", text, e)
		}
	}
}

// A body of nothing but escapes must not take time that grows with its square.
func TestEscapedBodyIsLinear(t *testing.T) {
	t.Parallel()
	e := parse(t, `{"requestContext":{"http":{"method":"POST"}},"body":"`+strings.Repeat(`\n`, 2<<20)+`"}`)
	if n := len(e.body.String()); n != 2<<20 {
		t.Errorf("%d bytes", n)
	}
}

func TestBase64Body(t *testing.T) {
	t.Parallel()
	for size := range 40 {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(rand.Int())
		}
		encoded := []byte(base64.StdEncoding.EncodeToString(data))
		if n := decodedLen(encoded); n != int64(size) {
			t.Errorf("%d bytes: length %d", size, n)
		}
		if err := iotest.TestReader(&base64Body{rest: encoded}, data); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		for _, step := range []int{1, 2, 3, 4, 5, 7} {
			var got []byte
			b := &base64Body{rest: encoded}
			for p := make([]byte, step); ; {
				n, err := b.Read(p)
				got = append(got, p[:n]...)
				if err != nil {
					break
				}
			}
			if !bytes.Equal(got, data) {
				t.Errorf("%d bytes, %d at a time: %x, want %x", size, step, got, data)
			}
		}
	}
	for _, bad := range []string{"A", "AA", "AA=", "A===", "AAAA!AAA", "AA==AAAA", "====", "AAAAA"} {
		if _, err := io.ReadAll(&base64Body{rest: []byte(bad)}); err == nil {
			t.Errorf("%q is taken", bad)
		}
		if _, err := io.ReadAll(iotest.OneByteReader(&base64Body{rest: []byte(bad)})); err == nil {
			t.Errorf("%q is taken, byte by byte", bad)
		}
	}
}

// member is a name in an object: as it means, and as it is written.
type member struct{ name, written string }

// members returns the names in an object of JSON, as often as they are there.
func members(text string) (all []member) {
	d := json.NewDecoder(strings.NewReader(text))
	for _, _ = d.Token(); d.More(); { // after the brace
		begin := d.InputOffset()
		name, err := d.Token()
		written := strings.Trim(text[begin:d.InputOffset()], ", \t\r\n")
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			break
		}
		all = append(all, member{name.(string), written})
	}
	return all
}

// FuzzEvent holds the fast reading of events against encoding/json's.
func FuzzEvent(f *testing.F) {
	f.Add(sample)
	f.Add(`{"requestContext":{"http":{"method":"GET"}},"cookies":["a\\\"",""],"headers":{"a":"\ud83d\ude00"}}`)
	f.Add(`{"requestContext":{"http":{"method":"GET"}},"BodY":"a","headerſ":{},"\u0062ody":"b"}`)
	f.Add(`{"requestContext":{"http":{"method":"0"}},"\u0062ody":"0"}`)
	f.Add("\t[ {\"a\" : [ ] } , 1e5 ]\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		e := &event{}
		if json.Unmarshal([]byte(text), e) != nil {
			return
		}
		var want events.LambdaFunctionURLRequest
		if json.Unmarshal([]byte(text), &want) != nil || e.method == "" {
			return // what is no event only must not fail
		}
		given := members(text)
		for _, name := range []string{
			"rawPath", "rawQueryString", "cookies", "headers", "requestContext", "body", "isBase64Encoded",
		} {
			alike := slices.DeleteFunc(slices.Clone(given), func(m member) bool { return !strings.EqualFold(m.name, name) })
			if len(alike) > 1 || len(alike) == 1 && alike[0].written != strconv.Quote(name) {
				return // repeated, or in other letters or escaped, which only encoding/json takes for the same
			}
		}
		if e.path != want.RawPath || e.query != want.RawQueryString || e.base64 != want.IsBase64Encoded ||
			e.body.String() != want.Body || len(e.cookies) != len(want.Cookies) {
			t.Errorf("got %+v\nwant %+v", e, want)
		}
	})
}
