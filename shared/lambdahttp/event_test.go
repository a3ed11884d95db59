package lambdahttp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
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
	e, err := read([]byte(text))
	if err != nil {
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
		if e := parse(t, text); e.RequestContext.HTTP.Method != "" || string(e.raw) != text {
			t.Errorf("%s is taken for a request: %+v", text, e)
		}
	}
}

// A body of nothing but escapes must not take time that grows with its square.
func TestEscapedBodyIsLinear(t *testing.T) {
	t.Parallel()
	e := parse(t, `{"requestContext":{"http":{"method":"POST"}},"body":"`+strings.Repeat(`\n`, 2<<20)+`"}`)
	if n := len(e.Body); n != 2<<20 {
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

// FuzzEvent holds the reading of events against encoding/json's: what is taken, and what
// is made of it.
func FuzzEvent(f *testing.F) {
	long := strings.Repeat("AAECA/8A", leastLong/8)
	for _, text := range []string{
		sample,
		`{"requestContext":{"http":{"method":"GET"}},"cookies":["a\\\"",""],"headers":{"a":"\ud83d\ude00"}}`,
		`{"requestContext":{"http":{"method":"GET"}},"BodY":"a","headerſ":{},"\u0062ody":"b"}`,
		"\t[ {\"a\" : [ ] } , 1e5 ]\r\n",
		`{"body":"LONG","isBase64Encoded":true}`, `{"isBase64Encoded":true , "body" : "LONG" }`,
		`{"body":"LONG"}`, `{"body":"LONG","Body":"x","isBase64Encoded":true}`,
		`{"Body":"x","body":"LONG","isBase64Encoded":true}`,
		`{"body":"LONG","body":null,"isBase64Encoded":true}`, `{"body":"LONG","body":"LONGLONG","isBase64Encoded":true}`,
		`{"body":"LONG\\/8=","isBase64Encoded":true}`, "{\"body\":\"LONG\n\",\"isBase64Encoded\":true}",
		"{\"body\":\"LONG\x01\",\"isBase64Encoded\":true}", `{"body":"LONG=","isBase64Encoded":true}`,
		`{"a":{"body":"LONG"},"isBase64Encoded":true}`, `["body":"LONG"]`, `{"a":"body","b":"LONG","isBase64Encoded":true}`,
		`{"body":"LONG`, `{"body":"LONG"`, `{"body":"LONG"}}`, `{"body" "LONG","isBase64Encoded":true}`, `"LONG\`,
		`{"body":{"body":"LONG"}}`,
		`{"a":{"body":"LONG"},"body":"(in place)","isBase64Encoded":true}`,
		`{"body":["LONG"],"isBase64Encoded":true}`, `{"body":"LONG","isBase64Encoded":true,"isBase64Encoded":false}`,
	} {
		f.Add(strings.ReplaceAll(text, "LONG", long))
	}
	f.Fuzz(func(t *testing.T, text string) {
		// The fuzzer seldom comes upon what is long enough by itself.
		text = strings.ReplaceAll(text, "LONG", long)
		plain, err := decode([]byte(text))
		got, readErr := read([]byte(text))
		if err != nil {
			if readErr == nil && reads(got) == nil {
				t.Errorf("%.99q is no JSON, and read", text)
			}
			return
		}
		if readErr != nil {
			t.Fatalf("%.99q is JSON, and not read: %v", text, readErr)
		}
		if strings.ContainsAny(plain.Body, "\r\n") && plain.IsBase64Encoded {
			return // Lambda does not break lines, and base64Body knows of none
		}
		want := []byte(plain.Body)
		if plain.IsBase64Encoded {
			want, err = base64.StdEncoding.DecodeString(plain.Body)
		}
		r, length := got.reader()
		body, bodyErr := io.ReadAll(r)
		if (bodyErr == nil) != (err == nil) {
			t.Errorf("%.99q: the body is read with %v, and by encoding/base64 with %v", text, bodyErr, err)
		}
		if err == nil && (!bytes.Equal(body, want) || length != int64(len(want))) {
			t.Errorf("%.99q: the body has %d bytes of %d, and by encoding/json %d", text, len(body), length, len(want))
		}
		got.Body, got.long, plain.Body = "", nil, ""
		if !reflect.DeepEqual(got, plain) {
			t.Errorf("%.99q: got %+v, want %+v", text, got, plain)
		}
		var aws events.LambdaFunctionURLRequest
		if json.Unmarshal([]byte(text), &aws) == nil && (got.Path != aws.RawPath || got.Query != aws.RawQueryString ||
			got.RequestContext.HTTP.Method != aws.RequestContext.HTTP.Method || !maps.Equal(got.Headers, aws.Headers) ||
			got.RequestContext.HTTP.SourceIP != aws.RequestContext.HTTP.SourceIP || !slices.Equal(got.Cookies, aws.Cookies) ||
			got.RequestContext.DomainName != aws.RequestContext.DomainName || got.IsBase64Encoded != aws.IsBase64Encoded) {
			t.Errorf("%.99q: got %+v, and of AWS's %+v", text, got, aws)
		}
	})
}

// reads reads the body of an event.
func reads(e *event) error {
	r, _ := e.reader()
	_, err := io.Copy(io.Discard, r)
	return err
}
