package lambdahttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// get is an event of a request.
func getEvent(method, path string) string {
	return `{"version":"2.0","rawPath":"` + path + `","headers":{},` +
		`"requestContext":{"http":{"method":"` + method + `","sourceIp":"203.0.113.7"}}}`
}

// answer runs a handler for one request as the runtime's client would, and
// returns the reply with its body.
func answer(
	t *testing.T, ctx context.Context, f Function, text string,
) (*events.LambdaFunctionURLStreamingResponse, string, error) {
	t.Helper()
	v, err := f.invoke(ctx, parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	resp := v.(*events.LambdaFunctionURLStreamingResponse)
	body, err := io.ReadAll(resp.Body)
	resp.Close()
	return resp, string(body), err
}

func handler(h http.HandlerFunc) Function { return Function{Handler: h} }

func TestReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		h      http.HandlerFunc
		status int
		header map[string]string
		body   string
	}{
		"small": {"GET", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/x")
			w.Header().Add("Vary", "Origin")
			w.Header().Add("Vary", "Accept")
			w.WriteHeader(201)
			w.WriteHeader(500) // a mistake that changes nothing
			io.WriteString(w, "hello ")
			io.WriteString(w, "world")
		}, 201, map[string]string{"Content-Type": "text/x", "Vary": "Origin, Accept"}, "hello world"},
		"nothing": {"GET", func(http.ResponseWriter, *http.Request) {}, 200, nil, ""},
		"sniffed": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html>")
		}, 200, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<!doctype html>"},
		"HEAD": {"HEAD", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, strings.Repeat("x", 9000))
		}, 200, nil, ""},
		"no content": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			io.WriteString(w, "x")
		}, 204, nil, ""},
		"information": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(404)
		}, 404, nil, ""},
		"large": {"GET", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "begin")
			for range 1000 {
				io.WriteString(w, strings.Repeat("x", 1000))
			}
		}, 200, nil, "begin" + strings.Repeat("x", 1_000_000)},
		"flushed": {"GET", func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).Flush()
			w.(http.Flusher).Flush()
			io.WriteString(w, "after")
		}, 200, nil, "after"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, body, err := answer(t, t.Context(), handler(c.h), getEvent(c.method, "/"))
			if err != nil || resp.StatusCode != c.status || body != c.body {
				t.Errorf("%d, %d bytes, %v", resp.StatusCode, len(body), err)
			}
			for k, v := range c.header {
				if resp.Headers[k] != v {
					t.Errorf("%s is %q, want %q", k, resp.Headers[k], v)
				}
			}
		})
	}
}

func TestCookiesOfAReply(t *testing.T) {
	t.Parallel()
	resp, _, _ := answer(t, t.Context(), handler(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2", HttpOnly: true})
	}), getEvent("GET", "/"))
	if len(resp.Cookies) != 2 || resp.Cookies[1] != "b=2; HttpOnly" || resp.Headers["Set-Cookie"] != "" {
		t.Errorf("%q, %v", resp.Cookies, resp.Headers)
	}
}

// The reply has to be on its way before the handler has written all of it.
func TestReplyIsStreamed(t *testing.T) {
	t.Parallel()
	more := make(chan bool)
	v, _ := handler(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first")
		http.NewResponseController(w).Flush()
		<-more
		io.WriteString(w, "second")
	}).invoke(t.Context(), parse(t, getEvent("GET", "/")))
	resp := v.(*events.LambdaFunctionURLStreamingResponse)
	p := make([]byte, 100)
	if n, err := resp.Body.Read(p); string(p[:n]) != "first" || err != nil {
		t.Fatalf("%q, %v", p[:n], err)
	}
	close(more)
	if rest, err := io.ReadAll(resp.Body); string(rest) != "second" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	resp.Close()
}

func TestPanicOfAHandler(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := handler(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "held back")
		panic("the inner works")
	})
	f.Log = slog.New(slog.NewJSONHandler(&log, nil))
	resp, body, err := answer(t, t.Context(), f, getEvent("GET", "/"))
	if resp.StatusCode != 500 || body != `{"detail":"An unexpected error occurred."}` || err != nil {
		t.Errorf("%d %s %v", resp.StatusCode, body, err)
	}
	if !strings.Contains(log.String(), "the inner works") || !strings.Contains(log.String(), "function_test.go") {
		t.Errorf("logged %s", &log)
	}

	log.Reset()
	f.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 10_000))
		panic(http.ErrAbortHandler)
	})
	resp, body, err = answer(t, t.Context(), f, getEvent("GET", "/"))
	if resp.StatusCode != 200 || err == nil || log.Len() != 0 {
		t.Errorf("%d, %d bytes, %v: looks complete; logged %s", resp.StatusCode, len(body), err, &log)
	}
}

func TestFlushComesLast(t *testing.T) {
	t.Parallel()
	var ended, flushes atomic.Int64
	f := Function{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, strings.Repeat("x", 10_000))
			ended.Add(1)
		}),
		Flush: func() {
			if flushes.Add(1) != ended.Load() {
				t.Error("flushed before the handler ended")
			}
		},
	}
	for range 3 {
		answer(t, t.Context(), f, getEvent("GET", "/"))
	}
	f.Invoked = func(context.Context, json.RawMessage) (any, error) { ended.Add(1); return nil, nil }
	f.invoke(t.Context(), parse(t, "{}"))
	if flushes.Load() != 4 {
		t.Errorf("%d flushes", flushes.Load())
	}
}

// A client that leaves in the middle ends the handler.
func TestReplyThatNobodyTakes(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	v, _ := handler(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1000)); err != nil {
				failed <- err
				return
			}
		}
	}).invoke(t.Context(), parse(t, getEvent("GET", "/")))
	resp := v.(*events.LambdaFunctionURLStreamingResponse)
	io.CopyN(io.Discard, resp.Body, 5000)
	resp.Close()
	if err := <-failed; err == nil {
		t.Error("no error")
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	until := func(t *testing.T, d time.Duration) context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		t.Cleanup(cancel)
		return ctx
	}
	stuck := make(chan bool)
	t.Cleanup(func() { close(stuck) })
	t.Run("a handler that says so", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			resp, body, err := answer(t, until(t, 10*time.Second), handler(func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				w.WriteHeader(503)
				io.WriteString(w, r.Context().Err().Error())
			}), getEvent("GET", "/"))
			took := time.Since(begin)
			if resp.StatusCode != 503 || body != "context deadline exceeded" || err != nil || took != 9500*time.Millisecond {
				t.Errorf("%d %s %v after %v", resp.StatusCode, body, err, time.Since(begin))
			}
		})
	})
	t.Run("a handler that hangs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			release := make(chan bool)
			late := make(chan error, 1)
			resp, body, err := answer(t, until(t, time.Second), handler(func(w http.ResponseWriter, r *http.Request) {
				<-release
				_, err := w.Write(make([]byte, 10_000))
				late <- err
			}), getEvent("GET", "/"))
			if resp.StatusCode != 503 || !json.Valid([]byte(body)) || err != nil || time.Since(begin) >= time.Second+lastWord {
				t.Errorf("%d %s %v after %v", resp.StatusCode, body, err, time.Since(begin))
			}
			close(release)
			if err := <-late; !errors.Is(err, http.ErrHandlerTimeout) {
				t.Errorf("a late reply: %v", err)
			}
		})
	})
	t.Run("a reply that is on its way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			release := make(chan bool)
			resp, body, err := answer(t, until(t, 10*time.Second), handler(func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, "a part")
				w.(http.Flusher).Flush()
				<-release
			}), getEvent("GET", "/"))
			close(release)
			if resp.StatusCode != 200 || body != "a part" || err == nil || time.Since(begin) > 10*time.Second {
				t.Errorf("%d %q %v after %v: looks complete", resp.StatusCode, body, err, time.Since(begin))
			}
		})
	})
}

// What the Runtime API takes.
func TestAnswers(t *testing.T) {
	t.Parallel()
	run := func(f Function, text string) (contentType, answer string, err error) {
		contentType, body, err := f.answer(t.Context(), []byte(text))
		if err != nil {
			return contentType, "", err
		}
		defer body.Close()
		all, err := io.ReadAll(body)
		return contentType, string(all), err
	}
	f := handler(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(202); io.WriteString(w, r.URL.Path) })
	contentType, got, err := run(f, getEvent("GET", "/x"))
	head, body, _ := strings.Cut(got, strings.Repeat("\x00", 8))
	if err != nil || body != "/x" || !strings.Contains(head, `"statusCode":202`) ||
		contentType != "application/vnd.awslambda.http-integration-response" {
		t.Errorf("%s: %q, %v", contentType, got, err)
	}
	for _, text := range []string{`{}`, `{"source":"aws.events"}`, `[]`, `7`} {
		contentType, got, err := run(f, text)
		if err != nil || !strings.Contains(got, "ignored") || contentType != "application/json" {
			t.Errorf("%s: %s: %s, %v", text, contentType, got, err)
		}
	}
	if _, got, err := run(f, `{"requestContext":`); err == nil {
		t.Errorf("no JSON: %s", got)
	}
	f.Invoked = func(_ context.Context, event json.RawMessage) (any, error) {
		switch string(event) {
		case `"panic"`:
			panic("no")
		case `"fail"`:
			return nil, errors.New("it did not work")
		}
		return map[string]string{"got": string(event)}, nil
	}
	for text, want := range map[string]string{
		`{"a":1}`: `{"got":"{\"a\":1}"}`,
		`"fail"`:  "it did not work",
		`"panic"`: "the work failed unexpectedly",
	} {
		_, got, err := run(f, text)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
