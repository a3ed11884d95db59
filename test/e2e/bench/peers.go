package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

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

func (s *serveProcess) stop() { _ = s.Stop() }

func (*serveProcess) name() string { return "sgsend serve" }

func (s *serveProcess) pids() []int { return []int{s.PID()} }

func (s *serveProcess) upload(ctx context.Context, c *http.Client, size int64) (string, error) {
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
		&source{size}, size, wire.AccessToken.Name, s.Token, wire.ContentType.Name, "application/octet-stream")
	return s.URL + wire.DownloadTransfer.To(created.TransferID), err
}

func (s *serveProcess) ready(ctx context.Context, c *http.Client, url string) (string, error) {
	_, err := body(ctx, c, wire.CompleteTransfer.Method, s.URL+wire.CompleteTransfer.To(path.Base(url)),
		nil, 0, wire.AccessToken.Name, s.Token)
	return url, err
}

func (s *serveProcess) forget(ctx context.Context, c *http.Client, url string) {
	body(ctx, c, wire.DeleteTransfer.Method, s.URL+wire.DeleteTransfer.To(path.Base(url)),
		nil, 0, wire.DeleteAuth.Name, deleteSecret)
}

// deleteSecret is what the transfers of a run are deleted with.
const deleteSecret = "bench"

// resetPeak starts the peak of resident memory anew (proc(5), clear_refs).
func (s *serveProcess) resetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte("5"), 0)
}

// peak returns the peak of resident memory, in bytes.
func (s *serveProcess) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, errors.New("the system does not tell the peak of resident memory")
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10, err
}

// bareProcess is a handler with nothing around it, in a process of its own.
type bareProcess struct {
	url string
	cmd *exec.Cmd
}

// bareArgument makes this program the bare handler, with a folder behind it.
const bareArgument = "bare"

func startBare(ctx context.Context, dir string) (*bareProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	b := &bareProcess{cmd: exec.CommandContext(ctx, self, bareArgument, dir)}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	_, err = fmt.Fscanln(out, &b.url)
	return b, err
}

// serveBare is the bare handler. It prints its origin first.
func serveBare(dir string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
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
	fmt.Println("http://" + ln.Addr().String())
	return http.Serve(ln, mux)
}

func (b *bareProcess) stop() {
	b.cmd.Process.Kill()
	b.cmd.Wait()
}

func (*bareProcess) name() string { return "bare Go handler" }

func (b *bareProcess) pids() []int { return []int{b.cmd.Process.Pid} }

func (b *bareProcess) upload(ctx context.Context, c *http.Client, size int64) (string, error) {
	url := b.url + "/file/" + strconv.FormatInt(time.Now().UnixNano(), 36)
	_, err := body(ctx, c, "PUT", url, &source{size}, size)
	return url, err
}

func (*bareProcess) ready(_ context.Context, _ *http.Client, url string) (string, error) {
	return url, nil
}
func (*bareProcess) forget(ctx context.Context, c *http.Client, url string) {
	body(ctx, c, "DELETE", url, nil, 0)
}

// nginxProcess is nginx with its WebDAV module.
type nginxProcess struct{ bareProcess }

func (*nginxProcess) name() string { return "nginx (dav)" }

func (n *nginxProcess) pids() []int { return childrenOf(n.cmd.Process.Pid) }

func (n *nginxProcess) stop() {
	n.cmd.Process.Signal(syscall.SIGTERM)
	n.cmd.Wait()
}

func startNginx(ctx context.Context, dir string) (*nginxProcess, error) {
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "root", "file"), 0o755); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := ln.Addr().String()
	ln.Close()
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
	cmd := exec.CommandContext(ctx, bin, "-e", filepath.Join(dir, "error.log"), "-c", conf)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	n := &nginxProcess{bareProcess{"http://" + address, cmd}}
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return n, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	n.stop()
	return nil, fmt.Errorf("nginx did not start: %s", &said)
}
