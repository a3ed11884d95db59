// Package lambdahost runs Lambda deployment packages on this machine: the very
// zips that were shipped, behind Function URLs of its own.
//
// A Function starts its bootstrap once per concurrent request, up to its
// concurrency, and speaks the Lambda Runtime API with each process. Requests
// become payload 2.0 events; replies are read in the RESPONSE_STREAM protocol
// and passed on as they come. What Lambda bounds is bounded here too: the size
// of a request, the concurrency and the time. And as there, a process stands
// still from the end of one event until its next.
package lambdahost

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"sgraph.ai/send/shared/stack"
)

// MaxRequestBytes is what Lambda accepts as one event's body.
const MaxRequestBytes = 6 << 20

// Config describes a deployed function.
type Config struct {
	Name string
	// Zip is the deployment package, which holds an executable bootstrap.
	Zip []byte
	// Environment is the function's own; the host adds what Lambda adds.
	Environment map[string]string
	// Region is where the function believes to run.
	Region string
	// MemoryMB is told to the function, not enforced.
	MemoryMB int
	// Timeout ends a request, and the process that did not answer it.
	Timeout time.Duration
	// Concurrency is how many requests are served at once; more get 429.
	Concurrency int
	// Log receives what the function writes, from several processes at once, so
	// that it must be safe for concurrent use; nil discards it.
	Log io.Writer
}

// Function is a deployed function that answers HTTP as its Function URL would.
type Function struct {
	config Config
	dir    string

	mu   sync.Mutex
	idle []*instance
	all  map[*instance]bool
	busy int
	down bool
}

// Start unpacks a function. Like Lambda, it starts no process before the first
// request. Stop must be called in the end.
func Start(config Config) (*Function, error) {
	if config.Timeout <= 0 {
		config.Timeout = 3 * time.Second
	}
	if config.Concurrency <= 0 {
		config.Concurrency = 10
	}
	if config.Log == nil {
		config.Log = io.Discard
	}
	dir, err := os.MkdirTemp("", "lambdahost-")
	if err != nil {
		return nil, err
	}
	if err := unpack(config.Zip, dir); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("unpacking %s: %w", config.Name, err)
	}
	return &Function{config: config, dir: dir, all: map[*instance]bool{}}, nil
}

// Stop ends all processes of the function.
func (f *Function) Stop() {
	f.mu.Lock()
	f.down = true
	for i := range f.all {
		i.kill()
	}
	f.mu.Unlock()
	os.RemoveAll(f.dir)
}

// Instances answers how many processes the function has now.
func (f *Function) Instances() int { return len(f.PIDs()) }

// PIDs answers those of its processes.
func (f *Function) PIDs() (all []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.all {
		all = append(all, i.cmd.Process.Pid)
	}
	return all
}

// Cool ends the processes that have nothing to do, without a word, as Lambda does
// from time to time.
func (f *Function) Cool() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.idle {
		i.kill()
		delete(f.all, i)
	}
	f.idle = nil
}

// ServeHTTP is the Function URL of its alias live.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.serve(w, r, stack.LiveAlias) }

// serve is the Function URL of an alias.
func (f *Function) serve(w http.ResponseWriter, r *http.Request, alias string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequestBytes))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	i, err := f.take(r.Context())
	switch {
	case errors.Is(err, errThrottled):
		refuse(w, http.StatusTooManyRequests, "Rate Exceeded.")
		return
	case err != nil:
		fmt.Fprintf(f.config.Log, "lambdahost: %s: %v\n", f.config.Name, err)
		refuse(w, http.StatusBadGateway, "Internal Server Error")
		return
	}
	f.give(i, f.answer(w, r, i, alias, body))
}

// answer has one instance answer one request; it says whether the instance can
// be used again.
func (f *Function) answer(
	w http.ResponseWriter, r *http.Request, i *instance, alias string, body []byte,
) (reusable bool) {
	event, err := json.Marshal(newEvent(r, body, i.name()))
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return true
	}
	// Lambda finishes an event even when its caller has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), f.config.Timeout)
	defer cancel()
	got, err := f.await(ctx, i, alias, event)
	if err != nil {
		fmt.Fprintf(f.config.Log, "lambdahost: %s: %v\n", f.config.Name, err)
		refuse(w, http.StatusBadGateway, "Internal Server Error")
		return ctx.Err() == nil && !i.dead()
	}
	complete := copyReply(w, got)
	close(got.taken)
	if !complete {
		panic(http.ErrAbortHandler) // the caller must not take half for the whole
	}
	return ctx.Err() == nil
}

// Invoke hands the function an event that need not be a request, as a schedule
// does, and answers its reply as it is.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return f.invoke(ctx, "", event)
}

// invoke is Invoke by an alias, or a version, or "" for neither.
func (f *Function) invoke(ctx context.Context, alias string, event []byte) ([]byte, error) {
	i, err := f.take(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.config.Timeout)
	defer cancel()
	defer func() { f.give(i, ctx.Err() == nil && !i.dead()) }()
	got, err := f.await(ctx, i, alias, event)
	if err != nil {
		return nil, err
	}
	defer close(got.taken)
	return io.ReadAll(got.body)
}

// await waits until the reply to an event begins.
func (f *Function) await(ctx context.Context, i *instance, alias string, event []byte) (reply, error) {
	v := i.invoke(ctx, alias, event)
	select {
	case got := <-v.begun:
		return got, got.err
	case <-i.ended:
		return reply{}, errors.New("it exited during a request")
	case <-ctx.Done():
		return reply{}, fmt.Errorf("Task timed out after %s", f.config.Timeout)
	}
}

var errThrottled = errors.New("the reserved concurrency is used up")

// take answers a free instance, or a new one.
func (f *Function) take(ctx context.Context) (*instance, error) {
	f.mu.Lock()
	if f.down {
		f.mu.Unlock()
		return nil, errors.New("the function was stopped")
	}
	for len(f.idle) > 0 {
		i := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if !i.dead() {
			f.busy++
			f.mu.Unlock()
			return i, nil
		}
		delete(f.all, i)
	}
	if f.busy >= f.config.Concurrency {
		f.mu.Unlock()
		return nil, errThrottled
	}
	f.busy++
	f.mu.Unlock()

	i, err := start(ctx, f.config, filepath.Join(f.dir, "bootstrap"))
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.busy--
		return nil, err
	}
	if f.down {
		i.kill()
		return nil, errors.New("the function was stopped")
	}
	f.all[i] = true
	return i, nil
}

// give takes an instance back.
func (f *Function) give(i *instance, reusable bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy--
	if reusable && !f.down {
		f.idle = append(f.idle, i)
		return
	}
	i.kill()
	delete(f.all, i)
}

// refuse answers as the Function URL does in the function's place.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"Message": message})
}

// unpack extracts a deployment package.
func unpack(packed []byte, dir string) error {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return err
	}
	// Linux starts no program that somebody has open for writing, which a process
	// that is forked in this moment has, until it becomes another program.
	syscall.ForkLock.RLock()
	err = os.CopyFS(dir, r)
	syscall.ForkLock.RUnlock()
	if err != nil {
		return err
	}
	// CopyFS keeps the permissions that the zip gives; Lambda needs this one.
	info, err := os.Stat(filepath.Join(dir, "bootstrap"))
	if err != nil {
		return err
	}
	if info.Mode()&0o100 == 0 {
		return errors.New("bootstrap is not executable")
	}
	return nil
}
