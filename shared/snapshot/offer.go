// Package snapshot hands out a ledger that one process holds to others of the same
// machine, as it is at one moment: by a socket in a folder beside it that is open to
// the user of that process, and to root, alone.
package snapshot

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sgraph.ai/send/shared/bolt"
)

const (
	// folder is beside the ledger, and what keeps others from the socket in it: not
	// every system looks at the permissions of the socket itself.
	folder = "control"
	socket = "ledger"

	route = "/ledger"

	// patience is how long somebody who asked may not take a byte: a snapshot that
	// nobody reads lets the ledger's file grow.
	patience = 30 * time.Second
)

// Offer hands out the ledger of a data folder to whoever may, until it is closed. The
// process must hold the ledger: what an earlier one left is removed.
func Offer(dir string, ledger *bolt.Ledger) (io.Closer, error) { return offer(dir, ledger, patience) }

func offer(dir string, ledger *bolt.Ledger, patience time.Duration) (io.Closer, error) {
	if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := os.Chmod(filepath.Join(dir, folder), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(filepath.Join(dir, folder, socket)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	at, release, err := address(dir)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("unix", at)
	if err != nil {
		release()
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+route, &handler{ledger, patience})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: patience}
	go s.Serve(ln) //nolint:errcheck // it ends when it is closed
	return closer(func() error {
		defer release()
		return s.Close()
	}), nil
}

type closer func() error

func (c closer) Close() error { return c() }

// address returns where the socket of a data folder is, until it is released. An
// address has room for about a hundred bytes: to a longer path Linux knows a shorter
// way.
func address(dir string) (at string, release func(), err error) {
	at = filepath.Join(dir, folder, socket)
	if len(at) < 100 {
		return at, func() {}, nil
	}
	f, err := os.Open(filepath.Dir(at))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", f.Fd(), socket), func() { f.Close() }, nil
}

type handler struct {
	ledger   *bolt.Ledger
	patience time.Duration
}

func (h *handler) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	begun := false
	err := h.ledger.Snapshot(func(size int64, file io.WriterTo) error {
		begun = true
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		_, err := file.WriteTo(&impatient{w, http.NewResponseController(w), h.patience})
		return err
	})
	switch {
	case err != nil && begun:
		panic(http.ErrAbortHandler) // so that it is seen that the rest is missing
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

// impatient is an answer that nobody may leave waiting.
type impatient struct {
	w        io.Writer
	control  *http.ResponseController
	patience time.Duration
}

func (i *impatient) Write(b []byte) (int, error) {
	if err := i.control.SetWriteDeadline(time.Now().Add(i.patience)); err != nil {
		return 0, err
	}
	return i.w.Write(b)
}
