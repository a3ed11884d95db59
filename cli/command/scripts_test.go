package command_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
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
