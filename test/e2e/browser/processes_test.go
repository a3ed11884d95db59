package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is one of a browser, and of which kind: "browser", "tab", and what else there is.
type process struct {
	pid  int
	kind string
}

// processes are those that a profile has.
func (p *profile) processes() (all []process) {
	p.t.Helper()
	entries, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range entries {
		b, _ := os.ReadFile(path)
		words := strings.Fields(strings.ReplaceAll(string(b), "\x00", " ")) // children have spaces between
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if kind := p.Process(pid, words); kind != "" {
			all = append(all, process{pid, kind})
		}
	}
	return all
}

// kill ends the browser as a crash does, and what it leaves behind.
func (p *profile) kill() {
	p.t.Helper()
	p.tolerate("") // what it complained of dies with it
	for _, one := range p.processes() {
		if one.kind == "browser" {
			_ = syscall.Kill(one.pid, syscall.SIGKILL)
		}
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left := slices.DeleteFunc(p.processes(), func(one process) bool { return isOver(one.pid) })
		if len(left) == 0 {
			return
		}
		for _, one := range left {
			_ = syscall.Kill(one.pid, syscall.SIGKILL)
		}
		if time.Now().After(end) {
			p.t.Fatalf("processes are left of a browser that was killed: %v", left)
		}
	}
}

// isOver says whether a process has ended, and is not yet waited for.
func isOver(pid int) bool {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(b), ") Z ")
}
