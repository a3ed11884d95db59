package lambdahttp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asFunction makes this test binary the process of a Lambda function.
const asFunction = "LAMBDAHTTP_TEST_FUNCTION"

func TestMain(m *testing.M) {
	if os.Getenv(asFunction) != "" {
		if !Running() {
			panic("not running")
		}
		start := function().Start
		if os.Getenv(asFunction) == byLibrary {
			start = startByLibrary
		}
		if err := start(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func function() Function {
	served := 0
	meanwhile, late := make(chan bool), make(chan string, 1)
	return Function{
		Flush: func() { fmt.Print("flush;") },
		Invoked: func(_ context.Context, event json.RawMessage) (any, error) {
			if strings.Contains(string(event), "fail") {
				return nil, fmt.Errorf("it failed: %w", io.ErrClosedPipe)
			}
			return ignored{"this is ignored"}, nil
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			served++
			switch r.URL.Path {
			case "/panic":
				panic("no")
			case "/abort":
				w.Write(make([]byte, 100_000))
				panic(http.ErrAbortHandler)
			case "/hang":
				time.Sleep(time.Hour)
			case "/late": // reads on when the next event is there
				<-meanwhile
				late <- hashed(r.Body)
			case "/meanwhile":
				own := hashed(r.Body)
				close(meanwhile)
				fmt.Fprint(w, <-late, own)
			case "/stream":
				for range 100 {
					w.Write(make([]byte, 10_000))
				}
			default:
				if r.URL.Path == "/" {
					fmt.Fprint(w, served)
				}
			}
		}),
	}
}

// hashed reads a body, and tells what was in it.
func hashed(body io.Reader) string {
	h := sha256.New()
	n, err := io.Copy(h, body)
	return fmt.Sprintf("%d bytes %x, %v;", n, h.Sum(nil), err)
}

// upload is an event of one, and what the function reads of it.
func upload(path string, size int) (event, read string) {
	body := make([]byte, size)
	rand.Read(body)
	event = strings.NewReplacer("/api/transfers/upload/a%2Fb%20c", path,
		"AAECA/8=", base64.StdEncoding.EncodeToString(body)).Replace(sample)
	return event, hashed(bytes.NewReader(body))
}

// TestRuntime runs a process against the Runtime API, as Lambda does.
func TestRuntime(t *testing.T) {
	t.Parallel()
	type reply struct{ head, body, failure string }
	todo, replies := make(chan string), make(chan reply)
	var patience atomic.Int64 // how long the next invocation may take
	patience.Store(int64(time.Hour))
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime/invocation/"); path {
		case "next":
			select {
			case text := <-todo:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
				deadline := time.Now().Add(time.Duration(patience.Load()))
				w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(deadline.UnixMilli(), 10))
				io.WriteString(w, text)
			case <-r.Context().Done():
			}
		case "1/response":
			all, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			head, body, _ := strings.Cut(string(all), strings.Repeat("\x00", 8))
			w.WriteHeader(http.StatusAccepted)
			replies <- reply{head, body, r.Trailer.Get("Lambda-Runtime-Function-Error-Type")}
		default:
			t.Errorf("the function says %s", path)
			w.WriteHeader(http.StatusAccepted)
			replies <- reply{}
		}
	}))
	defer api.Close()

	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), asFunction+"=1", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"))
	var out strings.Builder
	process.Stdout, process.Stderr = &out, &out
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	ask := func(text string) reply {
		t.Helper()
		todo <- text
		select {
		case r := <-replies:
			return r
		case <-time.After(2 * time.Minute):
			t.Fatal("no reply")
			return reply{}
		}
	}
	status := func(r reply) int {
		var head struct{ StatusCode int }
		json.Unmarshal([]byte(r.head), &head)
		return head.StatusCode
	}
	if r := ask(getEvent("GET", "/")); status(r) != 200 || r.body != "1" || r.failure != "" {
		t.Errorf("first: %+v", r)
	}
	if r := ask(getEvent("GET", "/panic")); status(r) != 500 || r.failure != "" {
		t.Errorf("panic: %+v", r)
	}
	if r := ask(getEvent("GET", "/stream")); status(r) != 200 || len(r.body) != 1_000_000 || r.failure != "" {
		t.Errorf("stream: %d, %d bytes, %q", status(r), len(r.body), r.failure)
	}
	if r := ask(getEvent("GET", "/abort")); status(r) != 200 || r.failure == "" {
		t.Errorf("abort: %d, %d bytes: looks complete", status(r), len(r.body))
	}
	if r := ask(`{}`); !strings.Contains(r.head, "ignored") {
		t.Errorf("ping: %+v", r)
	}
	patience.Store(int64(time.Second))
	if r := ask(getEvent("GET", "/hang")); status(r) != 503 {
		t.Errorf("hang: %+v", r)
	}
	patience.Store(int64(time.Hour))
	if r := ask(getEvent("GET", "/")); r.body != "6" {
		t.Errorf("the instance did not stay alive: %+v", r)
	}
	first, firstRead := upload("/late", 1<<20)
	second, secondRead := upload("/meanwhile", 1<<20+1)
	patience.Store(int64(time.Second))
	if r := ask(first); status(r) != 503 {
		t.Errorf("late: %+v", r)
	}
	patience.Store(int64(time.Hour))
	if r := ask(second); r.body != firstRead+secondRead {
		t.Errorf("the uploads are read as\n%s, and are\n%s", r.body, firstRead+secondRead)
	}
	process.Process.Kill()
	process.Wait()
	if n := strings.Count(out.String(), "flush;"); n < 6 {
		t.Errorf("%d flushes: %s", n, &out)
	}
}
