package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"

	"sgraph.ai/send/test/e2e/traffic"
)

// yopass is Yopass, which keeps files in a folder, and what it knows of them in a Redis or a Memcached.
type yopass struct {
	process
	store process
}

func newYopass(dir string) (server, error) {
	bin, err := installed("yopass-server")
	if err != nil {
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	stored, err := traffic.Free("127.0.0.1")
	if err != nil {
		return nil, err
	}
	store, flags, err := newStore(filepath.Join(dir, "store"), stored)
	if err != nil {
		return nil, err
	}
	return &yopass{process{
		dir: dir, url: "http://" + address, health: "/health",
		command: func() *exec.Cmd {
			return exec.Command(bin, append([]string{
				"--address", "127.0.0.1", "--port", port, "--log-level", "error", "--max-file-size", "1MB",
				"--file-store", "disk", "--file-store-path", filepath.Join(dir, "files"),
			}, flags...)...)
		},
	}, store}, nil
}

// newStore is what it knows files by, and the flags that lead it there.
func newStore(dir, address string) (process, []string, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return process{}, nil, err
	}
	if bin, err := installed("redis-server"); err == nil {
		return process{dir: dir, url: address, command: func() *exec.Cmd {
				return exec.Command(bin, "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", dir)
			}},
			[]string{"--database", "redis", "--redis", "redis://" + address + "/0"}, nil
	}
	if bin, err := installed("memcached"); err == nil {
		return process{dir: dir, url: address, command: func() *exec.Cmd {
				return exec.Command(bin, "-l", "127.0.0.1", "-p", port, "-U", "0", "-u", "root")
			}},
			[]string{"--database", "memcached", "--memcached", address}, nil
	}
	return process{}, nil, errors.New("it needs redis-server or memcached, neither of which is installed")
}

func (*yopass) name() string { return "Yopass" }

func (*yopass) most() (int64, string) {
	return 1 << 20, "it takes no file above 1 MiB without a licence"
}

func (y *yopass) start(ctx context.Context) error {
	if err := y.store.start(ctx); err != nil {
		return err
	}
	return y.process.start(ctx)
}

func (y *yopass) stop() {
	y.process.stop()
	y.store.stop()
}

func (y *yopass) pids() []int { return append(y.process.pids(), y.store.pids()...) }

func (y *yopass) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	b, err := body(ctx, c, http.MethodPost, y.url+"/create/file", f.source(), f.size,
		"Content-Type", "application/octet-stream", "X-Yopass-Expiration", "3600")
	if err != nil {
		return "", err
	}
	var created struct{ Message string }
	if err := json.Unmarshal(b, &created); err != nil {
		return "", fmt.Errorf("%w: %s", err, b)
	}
	return y.url + "/file/" + created.Message, nil
}

func (*yopass) forget(ctx context.Context, c *http.Client, url string) error {
	_, err := body(ctx, c, http.MethodDelete, url, nil, 0)
	return err
}
