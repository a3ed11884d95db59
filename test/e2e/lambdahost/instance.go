package lambdahost

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// initTimeout is how long a process may take until it asks for work. Lambda
// gives it ten seconds; this machine may be busier.
const initTimeout = time.Minute

// instance is one process of a function and its end of the Runtime API.
type instance struct {
	config Config
	api    *http.Server
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has exited
	ready  chan struct{} // closed when it first asks for work
	failed chan error    // what it says when it cannot start
	work   chan *invocation

	mu      sync.Mutex
	current *invocation
}

// invocation is one event on its way.
type invocation struct {
	id       string
	alias    string // by which the function was called
	event    []byte
	deadline time.Time
	begun    chan reply
}

// reply is what came back: an error, or a body that is still coming.
type reply struct {
	err  error
	body io.Reader
	// streamed says that the body begins with status and headers.
	streamed bool
	// trailer holds, after the body, an error that broke it off.
	trailer http.Header
	// taken is closed by whoever has read the body.
	taken chan struct{}
}

// start runs a process and waits until it asks for work.
func start(ctx context.Context, config Config, bootstrap string) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &instance{
		config: config, ended: make(chan struct{}), ready: make(chan struct{}),
		failed: make(chan error, 1), work: make(chan *invocation, 1),
	}
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", i.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", i.response)
	mux.HandleFunc("POST "+base+"invocation/{id}/error", i.invocationError)
	mux.HandleFunc("POST "+base+"init/error", i.initError)
	i.api = &http.Server{Handler: mux}
	go i.api.Serve(listener)

	i.cmd = exec.Command(bootstrap)
	i.cmd.Dir = strings.TrimSuffix(bootstrap, "/bootstrap")
	i.cmd.Env = i.environment(listener.Addr().String())
	i.cmd.Stdout, i.cmd.Stderr = config.Log, config.Log
	// A group of its own stands still as a whole. Should this process end before, Linux
	// continues and ends a group that nobody is left to continue.
	i.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	i.mu.Lock() // it may ask for work before it is known here
	err = i.cmd.Start()
	i.mu.Unlock()
	if err != nil {
		i.api.Close()
		return nil, err
	}
	go func() {
		i.cmd.Wait()
		close(i.ended)
		i.api.Close()
	}()
	select {
	case <-i.ready:
		return i, nil
	case err := <-i.failed:
		i.kill()
		return nil, err
	case <-i.ended:
		return nil, errors.New("the process exited before it asked for work")
	case <-time.After(initTimeout):
		i.kill()
		return nil, fmt.Errorf("the process did not ask for work within %s", initTimeout)
	case <-ctx.Done():
		i.kill()
		return nil, ctx.Err()
	}
}

// environment is the function's own with what Lambda adds. Nothing of this
// process's environment gets through.
func (i *instance) environment(api string) []string {
	c := i.config
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          api,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "lambdahost",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_REGION":                      c.Region,
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_ACCESS_KEY_ID":               "lambdahost",
		"AWS_SECRET_ACCESS_KEY":           "lambdahost",
		"AWS_SESSION_TOKEN":               "lambdahost",
		"LAMBDA_TASK_ROOT":                i.cmd.Dir,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"_HANDLER":                        "bootstrap",
		"TZ":                              ":UTC",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin",
		"TMPDIR":                          os.TempDir(),
	}
	maps.Copy(env, c.Environment)
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// name answers the id that stands in a Function URL's host name.
func (i *instance) name() string { return i.config.Name }

// dead says that the process is gone.
func (i *instance) dead() bool {
	select {
	case <-i.ended:
		return true
	default:
		return false
	}
}

// kill ends the process.
func (i *instance) kill() {
	i.cmd.Process.Kill()
	<-i.ended
}

// invoke hands the process an event.
func (i *instance) invoke(ctx context.Context, alias string, event []byte) *invocation {
	deadline, _ := ctx.Deadline()
	v := &invocation{id: requestID(), alias: alias, event: event, deadline: deadline, begun: make(chan reply, 1)}
	i.mu.Lock()
	i.current = v
	i.mu.Unlock()
	i.work <- v
	return v
}

func requestID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// next is where the process waits for work. Until there is some it stands still: what it
// had begun and not ended goes on, if ever, when its next event comes.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	select {
	case <-i.ready:
	default:
		close(i.ready)
	}
	i.mu.Unlock()
	select {
	case v := <-i.work:
		i.hand(w, v)
		return
	default:
	}
	i.signal(syscall.SIGSTOP)
	select {
	case v := <-i.work:
		i.signal(syscall.SIGCONT)
		i.hand(w, v)
	case <-r.Context().Done():
	}
}

// signal is for the process and what it started.
func (i *instance) signal(s syscall.Signal) {
	if !i.dead() {
		_ = syscall.Kill(-i.cmd.Process.Pid, s)
	}
}

// hand gives the process its work.
func (i *instance) hand(w http.ResponseWriter, v *invocation) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", v.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(v.deadline.UnixMilli(), 10))
	arn := fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", i.config.Region, i.config.Name)
	if v.alias != "" {
		arn += ":" + v.alias
	}
	h.Set("Lambda-Runtime-Invoked-Function-Arn", arn)
	h.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0")
	w.Write(v.event)
}

// response takes the reply to an event, as it comes.
func (i *instance) response(w http.ResponseWriter, r *http.Request) {
	v := i.finish(r.PathValue("id"))
	if v == nil {
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	got := reply{
		body: r.Body, taken: make(chan struct{}), trailer: r.Trailer,
		streamed: r.Header.Get("Content-Type") == "application/vnd.awslambda.http-integration-response",
	}
	v.begun <- got
	select {
	case <-got.taken:
	case <-r.Context().Done():
	}
	w.WriteHeader(http.StatusAccepted)
}

// invocationError takes the news that an event failed.
func (i *instance) invocationError(w http.ResponseWriter, r *http.Request) {
	said, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if v := i.finish(r.PathValue("id")); v != nil {
		v.begun <- reply{err: fmt.Errorf("%s: %s", r.Header.Get("Lambda-Runtime-Function-Error-Type"), said)}
	}
	w.WriteHeader(http.StatusAccepted)
}

// initError takes the news that the process cannot start.
func (i *instance) initError(w http.ResponseWriter, r *http.Request) {
	said, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	select {
	case i.failed <- fmt.Errorf("the process cannot start: %s", said):
	default:
	}
	w.WriteHeader(http.StatusAccepted)
}

// finish answers the invocation that a reply is for, once.
func (i *instance) finish(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	v := i.current
	if v == nil || v.id != id {
		return nil
	}
	i.current = nil
	return v
}
