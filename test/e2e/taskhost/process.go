package taskhost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is what a task or a unit runs.
type program struct {
	root     string   // of its file system; "" = the machine's
	within   *process // whose root it has in place of that
	args     []string
	env      map[string]string
	user     string   // numeric, as in 65532:65532; "" = the one who tests
	readOnly bool     // the root
	writable []string // folders in it that are not, though
	log      io.Writer
}

// process is a program that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // once it has ended
}

// isolate makes a root of its own of $1, read-only where $2 is "ro", with the folders
// in $5 to write to, and becomes in it, as the user $3 of the group $4, the program of
// the rest.
const isolate = `
set -eu
root=$1 mode=$2 user=$3 group=$4 folders=$5
shift 5
mount --bind "$root" "$root"
mkdir -p "$root/dev" "$root/proc"
mount -t proc proc "$root/proc"
: > "$root/dev/null"
mount --bind /dev/null "$root/dev/null"
for folder in $folders; do
	mkdir -p "$root/$folder"
	mount -t tmpfs -o "mode=0700,uid=$user,gid=$group" tmpfs "$root/$folder"
done
if [ "$mode" = ro ]; then mount -o remount,bind,ro "$root"; fi
exec chroot --groups= --userspec="+$user:+$group" "$root" "$@"
`

// start starts a program: in a root and as a user of its own where whoever tests may
// do that, and else as any other.
func (p program) start() (*process, error) {
	args := p.args
	user, group, _ := strings.Cut(cmp.Or(p.user, "0:0"), ":")
	switch {
	case p.within != nil:
		args = append([]string{
			"nsenter", "--target", strconv.Itoa(p.within.cmd.Process.Pid), "--mount", "--root", "--wdns=/",
			"--setuid", user, "--setgid", group,
		}, args...)
	case p.root != "" && os.Geteuid() == 0:
		mode := "rw"
		if p.readOnly {
			mode = "ro"
		}
		args = append([]string{
			"unshare", "--mount", "--propagation", "private", "sh", "-c", isolate, "sh", p.root, mode, user, group,
			strings.Join(p.writable, " "),
		}, args...)
	case p.root != "":
		args = append([]string{filepath.Join(p.root, args[0])}, args[1:]...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	// It is this machine's, whatever an image says, since who isolates needs it.
	cmd.Env = append(cmd.Env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", p.log, p.log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	running := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		running.err = cmd.Wait()
		close(running.ended)
	}()
	return running, nil
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// stop asks it to end, and ends it when the time is over. It is an error to need that,
// or to be told that something failed.
func (p *process) stop(ctx context.Context, within time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-p.ended:
		if _, failed := errors.AsType[*exec.ExitError](p.err); failed {
			return fmt.Errorf("it ended with %w", p.err)
		}
		return nil
	case <-ctx.Done():
		_ = p.cmd.Process.Kill()
		<-p.ended
		return fmt.Errorf("it did not end within %s", within)
	}
}
