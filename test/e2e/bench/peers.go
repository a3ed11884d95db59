package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/traffic"
)

// serveProcess is `sgsend serve`.
type serveProcess struct{ *traffic.Service }

func startServe(ctx context.Context, dir string) (*serveProcess, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s, err := traffic.Serve(ctx, dir)
	return &serveProcess{s}, err
}

func (*serveProcess) name() string                      { return "sgsend serve" }
func (s *serveProcess) start(ctx context.Context) error { return s.Start(ctx) }
func (s *serveProcess) stop()                           { s.Kill() }
func (s *serveProcess) pids() []int                     { return []int{s.PID()} }
func (s *serveProcess) small() string                   { return s.URL + wire.Health.To() }
func (*serveProcess) most() (int64, string)             { return 0, "" }

func (s *serveProcess) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	hash := sha256.Sum256([]byte(deleteSecret))
	asked, err := json.Marshal(wire.CreateTransferRequest{DeleteAuthHash: hex.EncodeToString(hash[:])})
	if err != nil {
		return "", err
	}
	b, err := body(ctx, c, wire.CreateTransfer.Method, s.URL+wire.CreateTransfer.To(),
		bytes.NewReader(asked), int64(len(asked)), wire.AccessToken.Name, s.Token)
	if err != nil {
		return "", err
	}
	var created wire.CreateTransferReply
	if err := json.Unmarshal(b, &created); err != nil {
		return "", err
	}
	_, err = body(ctx, c, wire.UploadTransfer.Method, s.URL+wire.UploadTransfer.To(created.TransferID),
		f.source(), f.size, wire.AccessToken.Name, s.Token, wire.ContentType.Name, "application/octet-stream")
	return s.URL + wire.DownloadTransfer.To(created.TransferID), err
}

func (s *serveProcess) ready(ctx context.Context, c *http.Client, url string) (string, error) {
	_, err := body(ctx, c, wire.CompleteTransfer.Method, s.URL+wire.CompleteTransfer.To(path.Base(url)),
		nil, 0, wire.AccessToken.Name, s.Token)
	return url, err
}

func (s *serveProcess) forget(ctx context.Context, c *http.Client, url string) error {
	_, err := body(ctx, c, wire.DeleteTransfer.Method, s.URL+wire.DeleteTransfer.To(path.Base(url)),
		nil, 0, wire.DeleteAuth.Name, deleteSecret)
	return err
}

// deleteSecret is what the transfers of a run are deleted with.
const deleteSecret = "bench"

// resetPeak starts the peak of resident memory anew (proc(5), clear_refs).
func (s *serveProcess) resetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte("5"), 0)
}

// dav is a server that keeps files where they are put.
type dav struct {
	process
	is string
}

func (d *dav) name() string { return d.is }

func (d *dav) upload(ctx context.Context, c *http.Client, f content) (string, error) {
	url := d.url + "/file/" + strconv.FormatUint(f.id, 36)
	_, err := body(ctx, c, http.MethodPut, url, f.source(), f.size)
	return url, err
}

func (*dav) forget(ctx context.Context, c *http.Client, url string) error {
	_, err := body(ctx, c, http.MethodDelete, url, nil, 0)
	return err
}

// bareArgument makes this program the bare handler, at an address with a folder behind it.
const bareArgument = "bare"

// newBare is a handler with nothing around it.
func newBare(dir string) (*dav, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	return &dav{process{
		dir: dir, url: "http://" + address, health: "/health",
		command: func() *exec.Cmd { return exec.Command(self, bareArgument, address, dir) },
	}, "bare Go handler"}, err
}

// serveBareIfAsked has this program be the bare handler where its arguments say so.
func serveBareIfAsked() {
	if len(os.Args) == 4 && os.Args[1] == bareArgument {
		fmt.Fprintln(os.Stderr, serveBare(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
}

// serveBare is the bare handler.
func serveBare(address, dir string) error {
	path := func(r *http.Request) string { return filepath.Join(dir, filepath.Base(r.URL.Path)) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("{\"status\":\"ok\"}\n"))
	})
	mux.HandleFunc("PUT /file/", func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Create(path(r))
		if err == nil {
			_, err = io.CopyBuffer(struct{ io.Writer }{f}, r.Body, make([]byte, 256<<10))
			f.Close()
		}
		if err != nil {
			http.Error(w, err.Error(), 500)
		}
	})
	mux.HandleFunc("GET /file/", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path(r)) })
	mux.HandleFunc("DELETE /file/", func(w http.ResponseWriter, r *http.Request) { os.Remove(path(r)) })
	return http.ListenAndServe(address, mux)
}

// newNginx is nginx with its WebDAV module.
func newNginx(dir string) (*dav, error) {
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, err
		}
	}
	root := filepath.Join(dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "file"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(root, "health"), []byte("{\"status\":\"ok\"}\n"), 0o644); err != nil {
		return nil, err
	}
	address, err := traffic.Free("127.0.0.1")
	if err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := strings.NewReplacer("DIR", dir, "ADDRESS", address).Replace(`
daemon off; worker_processes auto; pid DIR/pid; error_log DIR/error.log; user root;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; client_max_body_size 0;
  client_body_temp_path DIR/body; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
  client_body_buffer_size 256k;
  server { listen ADDRESS; root DIR/root; location / { dav_methods PUT DELETE; } }
}
`)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return &dav{process{
		dir: dir, url: "http://" + address, health: "/health",
		command: func() *exec.Cmd {
			return exec.Command(bin, "-e", filepath.Join(dir, "error.log"), "-c", conf)
		},
	}, "nginx (dav)"}, nil
}
