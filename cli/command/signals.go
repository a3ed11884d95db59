package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Main runs the command line of this process and returns its exit code.
func Main() int {
	ctx, stop := untilSignalled()
	defer stop()
	return Run(ctx, New(Process()), os.Args[1:])
}

// signalled is why a context ended: the first signal.
type signalled struct{ os.Signal }

func (s *signalled) Error() string { return "interrupted" }

// Is says that this is how a context is cancelled.
func (*signalled) Is(target error) bool { return target == context.Canceled }

// exitCode is the one by which shells report a process that a signal ended.
func (s *signalled) exitCode() int {
	if n, ok := s.Signal.(syscall.Signal); ok {
		return exitSignalled + int(n)
	}
	return exitFailure
}

// untilSignalled returns a context that the first signal to end ends, so that
// what was begun is cleared away. A second one ends the process at once.
func untilSignalled() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	ends := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) { // as nohup does
			signal.Notify(ends, s)
		}
	}
	// When a reader is gone, writing to it fails and does not end the process
	// before it has cleared away; nor does a connection that is gone.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		s := <-ends
		signal.Stop(ends)
		cancel(&signalled{s})
	}()
	return ctx, func() { cancel(nil) }
}
