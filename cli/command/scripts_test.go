package command_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sgraph.ai/send/shared/test/logtest"
)

// exits runs a command and checks its exit code: exits 3 sgsend info x.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// fill makes a file of so many bytes: fill big.bin 1000.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 >> (i % 5))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// keep puts what was printed last into a variable: keep LINK. With a pattern it
// is the word that follows it in what was printed for people.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 {
		ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
		return
	}
	_, after, ok := strings.Cut(ts.ReadFile("stderr"), args[1]+" ")
	if !ok {
		ts.Fatalf("%q was not printed", args[1])
	}
	ts.Setenv(args[0], strings.Fields(after)[0])
}

// change changes the last character of a variable.
func change(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Getenv(args[0])
	last := "A"
	if strings.HasSuffix(s, last) {
		last = "E"
	}
	ts.Setenv(args[0], s[:len(s)-1]+last)
}

// crlf puts a line end of Windows behind a variable.
func crlf(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], ts.Getenv(args[0])+"\r\n")
}

// unzip unpacks what gzip packed: unzip a.tar.gz a.tar.
func unzip(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	ts.Check(err)
	content, err := io.ReadAll(z)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), content, 0o600))
}

// damage changes a byte of a file: damage a.tar 1000.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	content, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	content[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
}

// lives checks how long what was sent last, with --json, can be received.
func lives(ts *testscript.TestScript, _ bool, args []string) {
	want, err := time.ParseDuration(args[0])
	ts.Check(err)
	var sent struct {
		ExpiresAt time.Time `json:"expires_at"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &sent))
	if off := time.Until(sent.ExpiresAt) - want; off.Abs() > 10*time.Minute {
		ts.Fatalf("it expires at %v, not in %v", sent.ExpiresAt, want)
	}
}

// until runs a command again and again, until it prints what matches: what is handed
// over in passing comes when it comes. until token_created sgsend audit list.
func until(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%q is never printed", args[0])
		}
	}
}

// follows runs a command until it prints what matches, which another command may make
// happen once it runs, and then ends it as Ctrl-C does: follows token_created sgsend
// audit follow -- sgsend token create. Each line that it prints for people may be its
// last.
func follows(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	run, meanwhile := args[1:], []string{}
	if at := slices.Index(run, "--"); at >= 0 {
		run, meanwhile = run[:at], run[at+1:]
	}
	c := exec.Command(run[0], run[1:]...)
	for _, name := range []string{"SGSEND_SERVER", "SGSEND_ADMIN", "SGSEND_API_KEY", "XDG_CONFIG_HOME", "TZ", "PATH"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	var out logtest.Buffer
	c.Stdout, c.Dir = &out, ts.MkAbs(".")
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	deadline := time.After(time.Minute)
	for again := time.NewTicker(2 * time.Second); ; {
		select {
		case <-out.When(func(text string) bool { return want.MatchString(text) }):
			ts.Check(c.Process.Signal(os.Interrupt))
			<-ended
			if code := c.ProcessState.ExitCode(); code != 130 {
				ts.Fatalf("it ended with exit code %d", code)
			}
			ts.Check(os.WriteFile(ts.MkAbs("followed"), []byte(out.String()), 0o600))
			return
		case <-again.C:
			if len(meanwhile) > 0 { // once it has begun, whenever that is
				ts.Check(ts.Exec(meanwhile[0], meanwhile[1:]...))
			}
		case err := <-ended:
			ts.Fatalf("it ended: %v\n%s", err, &out)
		case <-deadline:
			_ = c.Process.Kill()
			ts.Fatalf("%q is never printed, but\n%s", args[0], &out)
		}
	}
}
