package documented

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// session is a shell in a folder that has what the commands of a page take for granted.
type session struct {
	*world
	t      *testing.T
	page   page
	dir    string
	shell  *interp.Runner
	given  bool            // it is what comes before the page's
	failed atomic.Bool     // a command of what is being run, which said so
	stacks map[string]bool // whose settings the page sets
}

// call is a command as the shell calls it.
type call struct {
	args        []string
	env         []string
	dir         string
	in          io.Reader
	out, errors io.Writer
}

func (c call) String() string { return strings.Join(c.args, " ") }

// begins says whether these are the first words of it.
func (c call) begins(words ...string) bool {
	return len(c.args) >= len(words) && slices.Equal(c.args[:len(words)], words)
}

func (w *world) session(t *testing.T, p page) *session {
	t.Helper()
	s := &session{world: w, t: t, page: p, dir: t.TempDir(), stacks: map[string]bool{}}
	for _, name := range []string{"deploy", "bootstrap"} {
		if err := os.CopyFS(filepath.Join(s.dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	stacks, err := filepath.Glob(filepath.Join(root, "Pulumi*.yaml"))
	if err != nil || len(stacks) == 0 {
		t.Fatal("there are no stack files: ", err)
	}
	for _, file := range stacks {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(s.dir, filepath.Base(file)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"infra", "home"} {
		if err := os.Mkdir(filepath.Join(s.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.shell, err = interp.New(
		interp.Dir(s.dir), interp.Env(expand.ListEnviron(s.environment()...)), interp.StdIO(nil, io.Discard, io.Discard),
		interp.Params("-e", "-u", "-o", "pipefail"),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.called }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mine are the variables of this machine that a session has, too: none that could lead
// anywhere else.
var mine = regexp.MustCompile(`^(PATH|LANG|TMPDIR|GOPATH|GOCACHE|GOMODCACHE|GOPROXY|GOSUMDB|PYENV_\w+)=`)

func (s *session) environment() (env []string) {
	for _, entry := range os.Environ() {
		if mine.MatchString(entry) {
			env = append(env, entry)
		}
	}
	home := filepath.Join(s.dir, "home")
	return append(env,
		"HOME="+home,
		"AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing", "AWS_DEFAULT_REGION="+region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
		"PULUMI_BACKEND_URL=file://"+home, "PULUMI_HOME="+home, "PULUMI_CONFIG_PASSPHRASE=of the test",
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true", "PULUMI_SECRETS_PROVIDER=passphrase",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"DOCKER_HOST=unix://"+home+"/nobody", "DOCKER_CONFIG="+home,
		"CLOUDSDK_CONFIG="+home, "CLOUDSDK_CORE_DISABLE_PROMPTS=1", "CLOUDSDK_CORE_CHECK_GCE_METADATA=false",
		"GH_TOKEN=of the test", "GH_NO_UPDATE_NOTIFIER=1",
		"RESTIC_REPOSITORY="+home+"/restic", "RESTIC_PASSWORD=of the test",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+s.dir+"/origin.insteadOf",
		"GIT_CONFIG_VALUE_0=https://github.com/owner/name",
	)
}

// play runs commands, each whatever became of another.
func (s *session) play(commands []*syntax.Stmt) {
	s.t.Helper()
	for _, command := range commands {
		if s.skips(command) {
			continue
		}
		s.failed.Store(false)
		if err := s.shell.Run(s.t.Context(), command); err != nil && !s.failed.Load() {
			s.t.Errorf("%s: %s: %v", s.page.name, shown(command), err)
		}
	}
}

// skips says whether this machine has not all that a command is of. What comes after it
// may need what it would have brought.
func (s *session) skips(command *syntax.Stmt) (is bool) {
	syntax.Walk(command, func(node syntax.Node) bool {
		called, ok := node.(*syntax.CallExpr)
		if !ok || len(called.Args) == 0 {
			return true
		}
		var words []string
		for _, word := range called.Args {
			text, _ := expand.Literal(&expand.Config{}, word) // of what follows from others nothing is asked
			words = append(words, text)
		}
		name, p, known := programOf(words)
		if !known || !s.lacks(name, p) {
			return true
		}
		is = true
		if !s.given {
			s.skip(name, s.page.name)
		}
		if name == "gh" && strings.HasPrefix(strings.Join(words, " "), "gh release download ") {
			if err := s.download(s.shell.Dir, words); err != nil {
				s.t.Errorf("%s: %s: %v", s.page.name, shown(command), err)
			}
		}
		return true
	})
	return is && !sets(command)
}

// sets says whether a command does nothing but set variables. They are set to nothing
// where a program is not here.
func sets(command *syntax.Stmt) bool {
	switch c := command.Cmd.(type) {
	case *syntax.DeclClause:
		return true
	case *syntax.CallExpr:
		return len(c.Args) == 0
	}
	return false
}

// called runs a command that is none of the shell's own.
func (s *session) called(ctx context.Context, args []string) error {
	from := interp.HandlerCtx(ctx)
	line, c := strings.Join(args, " "), call{args: slices.Clone(args), dir: from.Dir, in: from.Stdin, out: from.Stdout}
	var said bytes.Buffer
	c.errors = &said
	for name, variable := range maps.Collect(from.Env.Each) { // the last of a name counts
		if variable.Exported && variable.Kind == expand.String {
			c.env = append(c.env, name+"="+variable.Str)
		}
	}
	err := s.hold(c)
	if err == nil {
		return nil
	}
	s.failed.Store(true)
	s.t.Errorf("%s: %s: %v\n%s", s.page.name, line, err, said.Bytes())
	return interp.ExitStatus(1)
}

// hold has a command run, or held to what it is of.
func (s *session) hold(c call) error {
	line := strings.TrimPrefix(c.String(), "sudo ")
	if _, is := elsewhere[line]; is {
		s.saw(line)
		return nil
	}
	if c.args[0] == "sudo" {
		c.args = c.args[1:]
	}
	if name, p, is := programOf(c.args); is {
		if s.lacks(name, p) {
			return nil
		}
		return p.run(s, c)
	}
	if s.given {
		return c.run(c.args)
	}
	return errUncovered
}

var errUncovered = errors.New("nobody runs this command: name its program in programs_test.go, " +
	"or the test that runs it in elsewhere_test.go")

// run runs a program.
func (c call) run(args []string) error {
	path, err := interp.LookPathDir(c.dir, expand.ListEnviron(c.env...), args[0])
	if err != nil {
		return err
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, c.env, c.in, c.out, c.errors
	return cmd.Run()
}

// refused runs a client of something that is not here, which says so in the end: what it
// has against its arguments it says before.
func (c call) refused(args []string, says *regexp.Regexp) error {
	var said bytes.Buffer
	c.out, c.errors = &said, &said
	err := c.run(args)
	if err == nil || says.Match(said.Bytes()) {
		return nil
	}
	return fmt.Errorf("%w\n%s", err, said.Bytes())
}

// parses has the program read its arguments, and say which there are in place of doing
// anything. So many of the words name the command.
func (c call) parses(words int) error {
	var said bytes.Buffer
	c.out, c.errors = &said, &said
	if err := c.run(slices.Insert(slices.Clone(c.args), words, "--help")); err != nil {
		return fmt.Errorf("%w\n%s", err, said.Bytes())
	}
	return nil
}
