package image_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sys/unix"
)

// patience is how long a container may take for anything.
const patience = 2 * time.Minute

// The variables that make of this test's program the first in a container.
const rootVariable, userVariable = "IMAGE_TEST_ROOT", "IMAGE_TEST_USER"

func init() {
	if root := os.Getenv(rootVariable); root != "" {
		fmt.Fprintln(os.Stderr, "becoming the image's program:", enter(root, os.Getenv(userVariable), os.Args[1:]))
		os.Exit(125)
	}
}

// enter becomes a program as a container's runtime does, in namespaces that are
// its own: on a root that nobody can write but for its volume, as its user,
// and without a way to more rights. It returns only if that fails.
func enter(root, user string, args []string) error {
	runtime.LockOSThread()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	var uid, gid int
	if _, err := fmt.Sscanf(user, "%d:%d", &uid, &gid); err != nil {
		return fmt.Errorf("user %q: %w", user, err)
	}
	data := filepath.Join(root, "data")
	for _, step := range []func() error{
		func() error { return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo) },
		func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") },
		func() error { return unix.Mount(root, root, "", unix.MS_BIND, "") },
		func() error { return unix.Mount(data, data, "", unix.MS_BIND, "") },
		func() error {
			return unix.Mount("", root, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, "")
		},
		func() error { return unix.Chroot(root) },
		func() error { return unix.Chdir("/") },
		func() error { return syscall.Setgroups(nil) },
		func() error { return syscall.Setgid(gid) },
		func() error { return syscall.Setuid(uid) },
		func() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, rootVariable) || strings.HasPrefix(v, userVariable)
	})
	return syscall.Exec(args[0], args, env)
}

// container is an image that runs.
type container struct {
	t      *testing.T
	config v1.Config
	cmd    *exec.Cmd
	said   bytes.Buffer
}

// unpack puts the files of an image into a folder, with their owners.
func unpack(t *testing.T, img v1.Image) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(img)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if err == io.EOF {
			return root
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, h.FileInfo().Mode().Perm())
		} else {
			var content []byte
			if content, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(path, content, h.FileInfo().Mode().Perm())
			}
		}
		if err = errors.Join(err, os.Chown(path, h.Uid, h.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

// run starts an image, of which root has the files.
func run(t *testing.T, root string, config v1.Config) *container {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &container{t: t, config: config}
	c.cmd = exec.Command(self, slices.Concat(config.Entrypoint, config.Cmd)...)
	c.cmd.Env = append(slices.Clone(config.Env), rootVariable+"="+root, userVariable+"="+config.User)
	c.cmd.Stdout, c.cmd.Stderr = &c.said, &c.said
	c.cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC |
			syscall.CLONE_NEWUTS,
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			c.cmd.Process.Kill()
			c.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("the container said:\n%s", c.said.String())
		}
	})
	return c
}

// exec runs a command in the container, as docker exec does.
func (c *container) exec(args ...string) (string, error) {
	uid, gid, _ := strings.Cut(c.config.User, ":")
	return c.enter(c.config.Env, append([]string{"--mount", "--pid", "--net", "--ipc", "--uts", "--root", "--wdns=/",
		"--setuid=" + uid, "--setgid=" + gid, "--"}, args...)...)
}

// beside runs a command of this machine in the container's network.
func (c *container) beside(env []string, args ...string) string {
	c.t.Helper()
	out, err := c.enter(append(os.Environ(), env...), append([]string{"--net", "--"}, args...)...)
	if err != nil {
		c.t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(out)
}

func (c *container) enter(env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--target", strconv.Itoa(c.cmd.Process.Pid)}, args...)...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w\n%s%s", err, out, stderr.String())
	}
	return string(out), err
}

// healthy waits until the image's own check says so.
func (c *container) healthy() {
	c.t.Helper()
	check := c.config.Healthcheck.Test
	if check[0] != "CMD" {
		c.t.Fatalf("the check is %v", check)
	}
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		out, err := c.exec(check[1:]...)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("not healthy: %v\n%s", err, out)
		}
	}
}

// stop ends it as a runtime does, which asks first.
func (c *container) stop() {
	c.t.Helper()
	if c.config.StopSignal != "SIGTERM" {
		c.t.Fatalf("it is stopped by %s", c.config.StopSignal)
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	kill := time.AfterFunc(patience, func() { c.cmd.Process.Kill() })
	defer kill.Stop()
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("it did not end well: %v", err)
	}
}

// A transfer goes through the image, as it is pulled and run, and outlives it
// in its volume.
func TestServesOnARootThatNobodyCanWrite(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: only root can run a container without a runtime")
	}
	if _, err := exec.LookPath("nsenter"); err != nil {
		t.Skip("SKIPPED, nothing was tested: there is no nsenter; util-linux has it")
	}
	p := newPlace(t, true)
	if err := assemble(t, released(t), version).Push(t.Context(), p.tag); err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(p.tag, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	root := unpack(t, img)

	c := run(t, root, file.Config)
	c.healthy()
	contained(t, c)
	shown, err := c.exec("sgsend", "serve", "--show-secrets")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`(?m)^\s*Access token\s+(\S+)$`).FindStringSubmatch(shown)
	if token == nil {
		t.Fatalf("no token in %q", shown)
	}
	sgsend, dir := filepath.Join(released(t), "sgsend-linux-"+runtime.GOARCH), t.TempDir()
	content := make([]byte, 11<<20) // more than goes in one request
	rand.Read(content)
	sent := filepath.Join(dir, "sent")
	if err := os.WriteFile(sent, content, 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"SGSEND_SERVER=http://127.0.0.1:8080", "SGSEND_TOKEN=" + token[1], "HOME=" + dir}
	link := c.beside(env, sgsend, "send", sent)
	receive := func(c *container) {
		t.Helper()
		into := t.TempDir()
		c.beside(env, sgsend, "receive", "--output", into, link)
		got, err := os.ReadFile(filepath.Join(into, "sent"))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came, and not those that were sent (%v)", len(got), err)
		}
	}
	receive(c)
	if out, err := c.exec("sgsend", "health", "--ready"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	c.stop()

	again := run(t, root, file.Config)
	again.healthy()
	receive(again)
	again.stop()
}

// contained looks from outside at what the program can do.
func contained(t *testing.T, c *container) {
	t.Helper()
	of := func(file string) string {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	status := of("status")
	for _, want := range []string{
		"Uid:\t65532\t65532\t65532\t65532\n", "Gid:\t65532\t65532\t65532\t65532\n",
		"CapPrm:\t0000000000000000\n", "NoNewPrivs:\t1\n",
	} {
		if !strings.Contains(status, want) {
			t.Errorf("the program lacks %q:\n%s", want, status)
		}
	}
	if mounts := of("mountinfo"); !regexp.MustCompile(`(?m)^\S+ \S+ \S+ \S+ / ro,`).MatchString(mounts) {
		t.Errorf("its root can be written:\n%s", mounts)
	}
}
