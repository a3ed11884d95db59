package main

import (
	"bytes"
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"sgraph.ai/send/test/e2e/traffic"
)

// transferSh is transfer.sh, which keeps files in a folder.
type transferSh struct {
	process
	deletes sync.Map // of where a file is, where it is deleted
}

func newTransferSh(dir string) (server, error) {
	bin, err := installed("transfer.sh")
	if err != nil {
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	return &transferSh{process: process{
		dir: dir, url: "http://" + address, health: "/health.html",
		command: func() *exec.Cmd {
			return exec.Command(bin, "--provider", "local", "--listener", address,
				"--basedir", filepath.Join(dir, "files")+"/", "--temp-path", filepath.Join(dir, "tmp"))
		},
	}}, err
}

func (*transferSh) name() string { return "transfer.sh" }

func (t *transferSh) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	name := strconv.FormatUint(f.id, 36)
	headers, b, err := ask(ctx, c, http.MethodPut, t.url+"/"+name, f.source(), f.size)
	url := string(bytes.TrimSpace(b))
	t.deletes.Store(url, headers.Get("X-Url-Delete"))
	return url, err
}

func (t *transferSh) forget(ctx context.Context, c *http.Client, url string) error {
	at, _ := t.deletes.LoadAndDelete(url)
	_, err := body(ctx, c, http.MethodDelete, strings.TrimSpace(at.(string)), nil, 0)
	return err
}
