package lambdahost_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// echo is the deployment package of testdata/echo.
var echo = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "echo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", binary, "./testdata/echo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
})

// function starts the echo function and answers its URL.
func function(t *testing.T, change func(*lambdahost.Config)) (string, *lambdahost.Function) {
	t.Helper()
	packed, err := echo()
	if err != nil {
		t.Fatal(err)
	}
	config := lambdahost.Config{
		Name: "echo", Zip: packed, Region: "eu-west-2", Timeout: time.Minute,
		Environment: map[string]string{"GREETING": "hello"}, Log: t.Output(),
	}
	if change != nil {
		change(&config)
	}
	f, err := lambdahost.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.Close(); f.Stop() })
	return server.URL, f
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := asking.Client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestAnyEventCanBeHandedOver(t *testing.T) {
	t.Parallel()
	_, f := function(t, nil)
	got, err := f.Invoke(t.Context(), []byte(`{"rawPath":"/cookies"}`))
	if err != nil || !bytes.Contains(got, []byte(`"statusCode":201`)) || !bytes.HasSuffix(got, []byte("\x00set")) {
		t.Errorf("it answers %q, %v", got, err)
	}
	for path, says := range map[string]string{"/fail": "asked to fail", "/exit": "exited"} {
		_, err := f.Invoke(t.Context(), []byte(`{"rawPath":"`+path+`"}`))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestEventIsPayloadTwo(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	binary := []byte{0xff, 0x00, 0x01}
	request, _ := http.NewRequest(http.MethodPut, url+"/a%2Fb/c?x=1&x=2&y=%20", bytes.NewReader(binary))
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Add("X-Many", "one")
	request.Header.Add("X-Many", "two")
	request.Header.Set("Cookie", "a=1; b=2")
	response, err := asking.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got struct {
		Event          events.LambdaFunctionURLRequest
		Greeting, Home string
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	e := got.Event
	if e.Version != "2.0" || e.RawPath != "/a%2Fb/c" || e.RawQueryString != "x=1&x=2&y=%20" ||
		e.RequestContext.HTTP.Method != http.MethodPut {
		t.Errorf("the event is %+v", e)
	}
	if !e.IsBase64Encoded || e.Body != base64.StdEncoding.EncodeToString(binary) {
		t.Errorf("the body is %q, base64 %v", e.Body, e.IsBase64Encoded)
	}
	if e.Headers["x-many"] != "one,two" || len(e.Cookies) != 2 || e.QueryStringParameters["x"] != "1,2" ||
		e.RequestContext.HTTP.SourceIP != "127.0.0.1" {
		t.Errorf("the event is %+v", e)
	}
	if got.Greeting != "hello" || got.Home != "" {
		t.Errorf("the environment holds GREETING=%q HOME=%q", got.Greeting, got.Home)
	}
}

func TestTextTravelsAsItIs(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	response, err := asking.Client.Post(url+"/", "application/json", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got struct {
		Event events.LambdaFunctionURLRequest
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Event.IsBase64Encoded || got.Event.Body != `{"a":1}` {
		t.Errorf("the body is %q, base64 %v", got.Event.Body, got.Event.IsBase64Encoded)
	}
}

func TestRepliesAreStreamed(t *testing.T) {
	t.Parallel()
	release := filepath.Join(t.TempDir(), "release")
	url, _ := function(t, func(c *lambdahost.Config) { c.Environment = map[string]string{"ECHO_RELEASE": release} })
	response, err := asking.Client.Get(url + "/slowly")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != "first" {
		t.Fatalf("read %q, %v: the first part waits for the rest", first, err)
	}
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(response.Body)
	if err != nil || string(rest) != "second" {
		t.Errorf("then %q, %v", rest, err)
	}
}

func TestLargeRepliesPass(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	if status, body := get(t, url+"/large"); status != 200 || len(body) != 20<<20 {
		t.Errorf("got %d and %d bytes", status, len(body))
	}
}

func TestCookiesAndStatus(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	response, err := asking.Client.Get(url + "/cookies")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 201 || len(response.Header.Values("Set-Cookie")) != 2 {
		t.Errorf("got %d, %v", response.StatusCode, response.Header)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	body := bytes.NewReader(make([]byte, lambdahost.MaxRequestBytes+1))
	response, err := asking.Client.Post(url+"/", "application/octet-stream", body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestFailuresAnswer502(t *testing.T) {
	t.Parallel()
	url, _ := function(t, func(c *lambdahost.Config) { c.Timeout = 10 * time.Second })
	for _, path := range []string{"/fail", "/exit", "/sleep"} {
		if status, _ := get(t, url+path); status != http.StatusBadGateway {
			t.Errorf("%s answers %d", path, status)
		}
		if status, _ := get(t, url+"/wait"); status != http.StatusOK {
			t.Errorf("after %s the function answers %d", path, status)
		}
	}
}

func TestHalfAReplyIsNotAWholeOne(t *testing.T) {
	t.Parallel()
	url, _ := function(t, nil)
	response, err := asking.Client.Get(url + "/broken")
	if err != nil {
		return // broken before it began is broken too
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("half a reply passed for the whole: %q", body)
	}
}

func TestAFunctionThatCannotStart(t *testing.T) {
	t.Parallel()
	url, f := function(t, func(c *lambdahost.Config) { c.Environment = map[string]string{"ECHO_BROKEN": "1"} })
	if status, _ := get(t, url+"/"); status != http.StatusBadGateway {
		t.Errorf("it answers %d", status)
	}
	if n := f.Instances(); n != 0 {
		t.Errorf("%d instances are left", n)
	}
}

func TestInstancesAreStartedLateAndUsedAgain(t *testing.T) {
	t.Parallel()
	url, f := function(t, nil)
	if n := f.Instances(); n != 0 {
		t.Errorf("%d instances before the first request", n)
	}
	for range 3 {
		get(t, url+"/")
	}
	if n := f.Instances(); n != 1 {
		t.Errorf("%d instances for requests one after the other", n)
	}
}

func TestConcurrencyIsReserved(t *testing.T) {
	t.Parallel()
	url, f := function(t, func(c *lambdahost.Config) { c.Concurrency = 2 })
	results := make(chan int, 6)
	for range cap(results) {
		go func() {
			response, err := asking.Client.Get(url + "/wait")
			if err != nil {
				results <- 0
				return
			}
			response.Body.Close()
			results <- response.StatusCode
		}()
	}
	counts := map[int]int{}
	for range cap(results) {
		counts[<-results]++
	}
	if counts[http.StatusTooManyRequests] == 0 || counts[http.StatusOK] < 2 || counts[0] != 0 {
		t.Errorf("answers: %v", counts)
	}
	if n := f.Instances(); n > 2 {
		t.Errorf("%d instances", n)
	}
}

func TestAZipWithoutBootstrapIsRefused(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	if _, err := w.Create("main"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := lambdahost.Start(lambdahost.Config{Name: "empty", Zip: packed.Bytes()}); err == nil {
		t.Error("it started")
	}
}
