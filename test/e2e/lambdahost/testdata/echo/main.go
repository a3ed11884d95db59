// Command echo is a bare function for the host's own tests. It speaks the
// Runtime API through AWS's library and answers according to the path.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func main() {
	if os.Getenv("ECHO_BROKEN") != "" {
		os.Exit(3)
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, e events.LambdaFunctionURLRequest) (*events.LambdaFunctionURLStreamingResponse, error) {
	reply := &events.LambdaFunctionURLStreamingResponse{
		StatusCode: 200,
		Headers:    map[string]string{"Content-Type": "application/json"},
	}
	switch e.RawPath {
	case "/fail":
		return nil, errors.New("asked to fail")
	case "/exit":
		os.Exit(1)
	case "/sleep":
		time.Sleep(time.Minute)
	case "/wait":
		time.Sleep(200 * time.Millisecond)
		reply.Body = strings.NewReader("waited")
	case "/cookies":
		reply.StatusCode, reply.Cookies = 201, []string{"a=1; Path=/", "b=2"}
		reply.Body = strings.NewReader("set")
	case "/large":
		reply.Headers = map[string]string{"Content-Type": "application/octet-stream"}
		reply.Body = io.LimitReader(zeros{}, 20<<20)
	case "/slowly":
		r, w := io.Pipe()
		go func() {
			io.WriteString(w, "first")
			for !exists(os.Getenv("ECHO_RELEASE")) {
				time.Sleep(10 * time.Millisecond)
			}
			io.WriteString(w, "second")
			w.Close()
		}()
		reply.Body = r
	case "/later":
		go func() {
			for !exists(os.Getenv("ECHO_RELEASE")) {
				time.Sleep(10 * time.Millisecond)
			}
			os.WriteFile(os.Getenv("ECHO_LATER"), nil, 0o600)
		}()
		reply.Body = strings.NewReader("begun")
	case "/broken":
		r, w := io.Pipe()
		go func() {
			io.WriteString(w, "half")
			w.CloseWithError(errors.New("the rest is lost"))
		}()
		reply.Body = r
	default:
		invocation, _ := lambdacontext.FromContext(ctx)
		text, err := json.Marshal(map[string]any{
			"event": e, "greeting": os.Getenv("GREETING"), "home": os.Getenv("HOME"),
			"invoked": invocation.InvokedFunctionArn,
		})
		if err != nil {
			return nil, err
		}
		reply.Body = strings.NewReader(string(text))
	}
	return reply, nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
