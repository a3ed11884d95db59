package lambdahttp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// byLibrary has AWS's library speak to the Runtime API for the function of the tests.
const byLibrary = "by the library"

func startByLibrary(ctx context.Context) error {
	f := function()
	lambda.StartWithOptions(func(ctx context.Context, event json.RawMessage) (any, error) {
		e, err := read(event)
		if err != nil {
			return nil, err
		}
		return f.invoke(ctx, e)
	}, lambda.WithContext(ctx))
	return errors.New("it has ended")
}

// said is what a function said to the Runtime API of one event.
type said struct {
	Method, Path, ContentType string
	Encoding                  []string
	Body                      any // an error as JSON, since its order means nothing
	Trailer                   http.Header
}

// TestSaysWhatTheLibrarySays holds what Lambda is told against what AWS's own library
// tells it of the same events: that is what is known to work there.
func TestSaysWhatTheLibrarySays(t *testing.T) {
	t.Parallel()
	events := []string{
		getEvent("GET", "/"), getEvent("HEAD", "/"), getEvent("GET", "/stream"),
		getEvent("GET", "/abort"), // breaks off
		getEvent("GET", "/panic"), getEvent("GET", "/none"),
		`{}`, `{"fail": true}`,
	}
	ours, its := listen(t, "1", events), listen(t, byLibrary, events)
	for i, event := range events {
		if !reflect.DeepEqual(ours[i], its[i]) {
			t.Errorf("%s: Lambda is told\n%.500v\nand by the library\n%.500v", event, ours[i], its[i])
		}
	}
}

// listen hands events to a process of the tests' function, and hears what it says.
func listen(t *testing.T, as string, events []string) (all []said) {
	t.Helper()
	todo, heard := make(chan string), make(chan said)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/next") {
			select {
			case text := <-todo:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", "an-event")
				w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Hour).UnixMilli(), 10))
				_, _ = io.WriteString(w, text)
			case <-r.Context().Done():
			}
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s := said{r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.TransferEncoding, string(body), r.Trailer}
		if strings.HasSuffix(r.URL.Path, "/error") {
			s.Body = nil
			if err := json.Unmarshal(body, &s.Body); err != nil {
				t.Error(err)
			}
		}
		w.WriteHeader(http.StatusAccepted)
		heard <- s
	}))
	defer api.Close()

	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), asFunction+"="+as, runtimeAddress+"="+strings.TrimPrefix(api.URL, "http://"))
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	}()
	for _, text := range events {
		select {
		case todo <- text:
		case <-time.After(2 * time.Minute):
			t.Fatalf("%s: nobody asks for it", text)
		}
		select {
		case s := <-heard:
			all = append(all, s)
		case <-time.After(2 * time.Minute):
			t.Fatalf("%s: nothing is said of it", text)
		}
	}
	return all
}
