package traffic

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// Service is `sgsend serve` with its data in a folder. It can be killed, and be there again at the same address.
type Service struct {
	URL, Token string

	binary, dir, admin string

	env []string
	cmd *exec.Cmd
	log *os.File
}

// BuildServer builds the command into a folder.
func BuildServer(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "sgsend")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "sgraph.ai/send/cli/cmd/sgsend")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("sgsend cannot be built: %w\n%s", err, out)
	}
	return binary, nil
}

// Serve builds the command and starts it with settings, and with what it logs beside its data.
func Serve(ctx context.Context, dir string, env ...string) (*Service, error) {
	binary, err := BuildServer(ctx, dir)
	if err != nil {
		return nil, err
	}
	return ServeBy(ctx, binary, dir, env...)
}

// ServeBy is Serve by a command that was built.
func ServeBy(ctx context.Context, binary, dir string, env ...string) (*Service, error) {
	s := &Service{binary: binary, dir: dir, env: env}
	var err error
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	for _, origin := range []*string{&s.URL, &s.admin} {
		address, err := Free("127.0.0.1")
		if err != nil {
			return nil, err
		}
		*origin = "http://" + address
	}
	if err := s.Start(ctx); err != nil {
		return nil, err
	}
	if s.Token, err = anyUses(ctx, s.Operator()); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// anyUses makes a token that can be used as often as one likes.
func anyUses(ctx context.Context, o *operator.Service) (token string, err error) {
	made, err := o.CreateToken(ctx, wire.CreateTokenRequest{})
	if err != nil {
		return "", fmt.Errorf("no token can be made: %w", err)
	}
	return made.TokenName, nil
}

// apiKey is what opens the admin service, which is on this machine alone, and as long as this takes.
const apiKey = "for-the-traffic-of-this-machine-alone-0123456789"

// Binary is the command that was built.
func (s *Service) Binary() string { return s.binary }

// Data is the folder of what it keeps.
func (s *Service) Data() string { return filepath.Join(s.dir, "data") }

// PID is that of the process that serves now.
func (s *Service) PID() int { return s.cmd.Process.Pid }

// PIDs is PID for [Watch].
func (s *Service) PIDs() []int { return []int{s.PID()} }

// Operator asks its admin service.
func (s *Service) Operator() *operator.Service {
	return &operator.Service{Address: s.admin, Key: apiKey}
}

// Free is an address of a host of this machine at which nobody listens.
func Free(host string) (address string, err error) {
	ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// Start starts the process, and returns when it answers.
func (s *Service) Start(ctx context.Context) error {
	host := func(origin string) string { return strings.TrimPrefix(origin, "http://") }
	cmd := exec.CommandContext(ctx, s.binary, "serve")
	cmd.Env = append(os.Environ(), "SEND__DISK_PATH="+s.Data(), "SEND__RATE_LIMITS=off",
		"SEND__USER_ADDR="+host(s.URL), "SEND__ADMIN_ADDR="+host(s.admin), "FAST_API__AUTH__API_KEY__VALUE="+apiKey)
	cmd.Env = append(cmd.Env, s.env...)
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "Ctrl-C") {
				ready <- true
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		close(ready)
	}()
	if !<-ready {
		said, _ := os.ReadFile(s.log.Name())
		return errors.Join(fmt.Errorf("sgsend serve does not start: %s", said), cmd.Wait())
	}
	return s.answers(ctx)
}

// answers waits until it does.
func (s *Service) answers(ctx context.Context) error {
	var last error
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; sleep(ctx, 10*time.Millisecond) {
		resp, err := asking.Client.Get(s.URL + "/info/health")
		if last = err; err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return fmt.Errorf("sgsend serve does not answer: %w", last)
}

// Kill ends the process without a word, as a loss of power does but for the disk's part in it.
func (s *Service) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// Stop ends it as a service manager does.
func (s *Service) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	s.log.Close()
	return err
}

// Freeze has it stand still for a while.
func (s *Service) Freeze(d time.Duration) {
	_ = s.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(d)
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
}
