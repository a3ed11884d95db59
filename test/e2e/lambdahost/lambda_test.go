package lambdahost_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// newLambda is a Lambda before as much of AWS as it asks: a zip, and a function
// of any number of versions, with an alias. Version 2 does not start.
func newLambda(t *testing.T) (l *lambdahost.Lambda, endpoint string) {
	t.Helper()
	packed, err := echo()
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(packed)
	var live atomic.Value
	live.Store("1")
	answer := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /zips/echo.zip", func(w http.ResponseWriter, _ *http.Request) { w.Write(packed) })
	mux.HandleFunc("POST /2015-03-31/functions", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("PUT /2015-03-31/functions/echo/aliases/live", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		live.Store(string(body))
	})
	mux.HandleFunc("GET /2015-03-31/functions/echo/aliases/live", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"FunctionVersion": live.Load()})
	})
	mux.HandleFunc("GET /2015-03-31/functions/echo/aliases/split", func(w http.ResponseWriter, _ *http.Request) {
		shares := map[string]any{"AdditionalVersionWeights": map[string]float64{"3": 0.25}}
		answer(w, map[string]any{"FunctionVersion": live.Load(), "RoutingConfig": shares})
	})
	mux.HandleFunc("GET /2015-03-31/functions/echo", func(w http.ResponseWriter, r *http.Request) {
		version := r.URL.Query().Get("Qualifier")
		told := map[string]string{"GREETING": "version " + version}
		if version == "2" {
			told["ECHO_BROKEN"] = "1"
		}
		answer(w, map[string]any{"Configuration": map[string]any{
			"FunctionName": "echo", "Version": version, "Timeout": 60,
			"CodeSha256":  base64.StdEncoding.EncodeToString(digest[:]),
			"Environment": map[string]any{"Variables": told},
		}})
	})
	behind := httptest.NewServer(mux)
	t.Cleanup(behind.Close)
	l = &lambdahost.Lambda{
		Endpoint: behind.URL, Region: "eu-west-2", Log: func(string) io.Writer { return t.Output() },
	}
	if endpoint, err = l.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l, endpoint
}

func send(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := asking.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(said)
}

func TestDeployedFunctionsRun(t *testing.T) {
	t.Parallel()
	l, endpoint := newLambda(t)
	const functions = "/2015-03-31/functions"
	invoke := func(event string) (*http.Response, string) {
		t.Helper()
		return send(t, http.MethodPost, endpoint+functions+"/echo/invocations?Qualifier=live", event)
	}
	if response, _ := invoke("{}"); response.StatusCode != http.StatusNotFound ||
		response.Header.Get("X-Amzn-Errortype") != "ResourceNotFoundException" {
		t.Errorf("before it is there it answers %s, %v", response.Status, response.Header)
	}
	send(t, http.MethodPost, endpoint+functions, `{"Code":{"S3Bucket":"zips","S3Key":"echo.zip"}}`)

	response, said := invoke("{}")
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Amz-Function-Error") != "" ||
		!strings.Contains(said, "version 1") {
		t.Errorf("an invocation answers %s, %s", response.Status, said)
	}
	response, said = invoke(`{"rawPath":"/fail"}`)
	if response.Header.Get("X-Amz-Function-Error") == "" || !strings.Contains(said, "asked to fail") {
		t.Errorf("an invocation that fails answers %s, %s", response.Status, said)
	}
	front := httptest.NewServer(l.URL("echo", "live"))
	defer front.Close()
	for _, version := range []string{"1", "3", "1"} {
		send(t, http.MethodPut, endpoint+functions+"/echo/aliases/live", version)
		if _, said := get(t, front.URL); !strings.Contains(said, "version "+version) {
			t.Errorf("with version %s live its URL answers %s", version, said)
		}
	}
	send(t, http.MethodPut, endpoint+functions+"/echo/aliases/live", "2")
	if response, said := invoke("{}"); response.Header.Get("X-Amz-Function-Error") == "" {
		t.Errorf("what does not start answers %s, %s", response.Status, said)
	}
}

// A share of the calls goes to another version, and each function knows by which alias
// it was called.
func TestAnAliasLeadsToTwoVersions(t *testing.T) {
	t.Parallel()
	l, endpoint := newLambda(t)
	send(t, http.MethodPost, endpoint+"/2015-03-31/functions", `{"Code":{"S3Bucket":"zips","S3Key":"echo.zip"}}`)
	front := httptest.NewServer(l.URL("echo", "split"))
	defer front.Close()
	var got []string
	for range 8 {
		_, said := get(t, front.URL)
		for _, version := range []string{"1", "3"} {
			if strings.Contains(said, "version "+version) {
				got = append(got, version)
			}
		}
		if !strings.Contains(said, ":function:echo:split") {
			t.Errorf("it was called by %s", said)
		}
	}
	if want := "1 1 1 3 1 1 1 3"; strings.Join(got, " ") != want {
		t.Errorf("the versions %v answered, want %s", got, want)
	}
}
