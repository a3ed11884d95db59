package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// within runs what may wait for another program without end, such as opening a
// pipe, and returns when it has, or when ctx ends.
func within[T any](ctx context.Context, wait func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := wait()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// open opens a file, which of a pipe takes until its other end is open.
func open(ctx context.Context, path string, flag int) (*os.File, error) {
	if fd, ok := inherited(path); ok {
		if fd < 3 {
			return []*os.File{os.Stdin, os.Stdout, os.Stderr}[fd], nil
		}
		return os.NewFile(fd, path), nil
	}
	return within(ctx, func() (*os.File, error) { return os.OpenFile(path, flag, 0) })
}

var descriptor = regexp.MustCompile(`^/(?:dev/fd|proc/self/fd)/(\d{1,9})$`)

// inherited returns the descriptor that a path such as /dev/fd/3 is of. To
// open the path would begin at the beginning of a file again, and fails where
// it is a socket.
func inherited(path string) (fd uintptr, ok bool) {
	path = filepath.Clean(path)
	for i, name := range []string{"/dev/stdin", "/dev/stdout", "/dev/stderr"} {
		if path == name {
			return uintptr(i), true
		}
	}
	m := descriptor.FindStringSubmatch(path)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return uintptr(n), err == nil
}

// reading returns what r has, until ctx ends: to wait for a terminal or a pipe
// must not outlast it.
func reading(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	context.AfterFunc(ctx, func() { in.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	return out
}

// writing returns a writer to w, until ctx ends: who reads there may have
// stopped. Close says whether all was written.
func writing(ctx context.Context, w io.Writer) io.WriteCloser {
	out, in := io.Pipe()
	o := &outlet{PipeWriter: in, ctx: ctx, written: make(chan error, 1)}
	context.AfterFunc(ctx, func() { out.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(w, out)
		out.CloseWithError(err)
		o.written <- err
	}()
	return o
}

type outlet struct {
	*io.PipeWriter
	ctx     context.Context
	written chan error
}

func (o *outlet) Close() error {
	o.PipeWriter.Close()
	select {
	case err := <-o.written:
		return err
	case <-o.ctx.Done():
		return context.Cause(o.ctx)
	}
}

// copyTo writes all of a content to w, until ctx ends.
func copyTo(ctx context.Context, w io.Writer, content io.Reader) error {
	o := writing(ctx, w)
	_, err := io.Copy(o, content)
	if closed := o.Close(); err == nil {
		err = closed
	}
	return err
}

// outputError is a failure of the standard output.
type outputError struct{ error }

func (e *outputError) Error() string {
	cause := e.error
	if p, ok := errors.AsType[*os.PathError](cause); ok {
		cause = p.Err
	}
	return fmt.Sprintf("standard output: %v", cause)
}

func (e *outputError) Unwrap() error { return e.error }

var (
	errClosed  = errors.New("standard output is closed")
	errNothing = errors.New("standard input is closed; give a FILE, or </dev/null for an empty one")
)

// listening says whether what is written to the standard output goes anywhere.
func (e Env) listening() error {
	if f, ok := e.Out.(*os.File); ok && closed(f) {
		return errClosed
	}
	return nil
}

// readerGone says whether an error is that nobody reads the standard output
// any more, which is no fault.
func readerGone(err error) bool {
	_, ours := errors.AsType[*outputError](err)
	return ours && errors.Is(err, syscall.EPIPE)
}

// output writes a content to the standard output.
func (e Env) output(ctx context.Context, content io.Reader) error {
	return copyTo(ctx, e.stdout(), content)
}

// stdout is the standard output, whose failures say that they are its.
func (e Env) stdout() *stdout { return &stdout{w: e.Out} }

// stdout remembers its first failure, for who does not ask.
type stdout struct {
	w   io.Writer
	err error
}

func (s *stdout) Write(p []byte) (n int, err error) {
	if n, err = s.w.Write(p); err != nil {
		err = &outputError{err}
	}
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// print writes what a command made to the standard output.
func (e Env) print(ctx context.Context, text string) error {
	return e.output(ctx, strings.NewReader(text))
}
