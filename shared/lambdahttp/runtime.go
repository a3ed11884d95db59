package lambdahttp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// runtimeAPI is where Lambda hands out events and takes what they come to: its Runtime
// API, as https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html has it.
//
// AWS's library for it gives a handler that streams its replies no event but one that
// it decoded with encoding/json, which looks at every byte of an upload twice and takes
// ten times as long as to decode its base64. A test holds what Lambda is told here
// against what that library tells it.
type runtimeAPI struct {
	invocations string // begins the URLs
	client      http.Client
}

func newRuntimeAPI(address string) *runtimeAPI {
	return &runtimeAPI{
		invocations: "http://" + address + "/2018-06-01/runtime/invocation/",
		client:      http.Client{Transport: &http.Transport{DisableCompression: true}}, // by no proxy
	}
}

// invocation is an event that was handed out, and what Lambda says of it.
type invocation struct {
	id, function, trace string
	deadline            time.Time
	payload             []byte
}

// next waits for an event. What was handed out before is over then.
func (a *runtimeAPI) next(ctx context.Context) (in invocation, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.invocations+"next", nil)
	if err != nil {
		return in, err
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return in, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return in, fmt.Errorf("no event, but %s", resp.Status)
	}
	in.id = resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
	in.function = resp.Header.Get("Lambda-Runtime-Invoked-Function-Arn")
	in.trace = resp.Header.Get("Lambda-Runtime-Trace-Id")
	ms, err := strconv.ParseInt(resp.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if err != nil {
		return in, fmt.Errorf("no deadline: %w", err)
	}
	in.deadline = time.UnixMilli(ms)
	// Memory of its own, since a handler that was given up may still read an earlier one.
	var payload bytes.Buffer
	if resp.ContentLength > 0 {
		payload.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	_, err = payload.ReadFrom(resp.Body)
	in.payload = payload.Bytes()
	return in, err
}

// answer hands over what an event came to, as it comes. A body that breaks off does not
// look complete.
func (a *runtimeAPI) answer(ctx context.Context, id, contentType string, body io.Reader) error {
	return a.post(ctx, id+"/response", contentType, body)
}

// fail says why an event came to nothing.
func (a *runtimeAPI) fail(ctx context.Context, id string, err error) error {
	return a.post(ctx, id+"/error", "application/json", bytes.NewReader(described(err)))
}

func (a *runtimeAPI) post(ctx context.Context, path, contentType string, body io.Reader) error {
	b := &breakable{Reader: body, trailer: http.Header{trailerType: nil, trailerBody: nil}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.invocations+path, b)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	r.Trailer = b.trailer
	resp, err := a.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("not taken, but %s", resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// What follows a body that broke off, and says why.
const (
	trailerType = "Lambda-Runtime-Function-Error-Type"
	trailerBody = "Lambda-Runtime-Function-Error-Body"
)

// breakable is a body, and what is to follow it where it breaks off.
type breakable struct {
	io.Reader
	trailer http.Header
}

func (b *breakable) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.trailer.Set(trailerType, kind(err))
		b.trailer.Set(trailerBody, base64.StdEncoding.EncodeToString(described(err)))
		err = io.EOF
	}
	return n, err
}

// described is an error as Lambda takes it.
func described(err error) []byte {
	text, _ := json.Marshal(map[string]string{ // never fails: strings
		"errorType": kind(err), "errorMessage": err.Error(),
	})
	return text
}

// kind is the name of an error's type, as AWS's library gives it.
func kind(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// Start serves events, until ctx ends.
func (f Function) Start(ctx context.Context) error {
	api := newRuntimeAPI(os.Getenv(runtimeAddress))
	for {
		in, err := api.next(ctx)
		if err == nil {
			err = f.handOver(ctx, api, in)
		}
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it is to end, and did
		case err != nil:
			return fmt.Errorf("the Lambda runtime: %w", err)
		}
	}
}

// handOver answers an event, and hands the answer over. An error says that there is no
// way to.
func (f Function) handOver(ctx context.Context, api *runtimeAPI, in invocation) error {
	os.Setenv("_X_AMZN_TRACE_ID", in.trace) // which AWS's SDK reads
	within, cancel := context.WithDeadline(ctx, in.deadline)
	defer cancel()
	within = lambdacontext.NewContext(within, &lambdacontext.LambdaContext{
		AwsRequestID: in.id, InvokedFunctionArn: in.function,
	})
	over := context.WithoutCancel(ctx) // what is begun may be completed when the process is to end
	contentType, body, err := f.answer(within, in.payload)
	if err != nil {
		if f.Log != nil {
			f.Log.Error("an event failed", "cause", err.Error())
		}
		return api.fail(over, in.id, err)
	}
	defer body.Close()
	return api.answer(over, in.id, contentType, body)
}

// answer answers an event with what the Runtime API takes.
func (f Function) answer(ctx context.Context, payload []byte) (contentType string, body io.ReadCloser, err error) {
	e, err := read(payload)
	if err != nil {
		return "", nil, err
	}
	v, err := f.invoke(ctx, e)
	if err != nil {
		return "", nil, err
	}
	if reply, ok := v.(*events.LambdaFunctionURLStreamingResponse); ok {
		return reply.ContentType(), reply, nil
	}
	text, err := json.Marshal(v)
	return "application/json", io.NopCloser(bytes.NewReader(text)), err
}
