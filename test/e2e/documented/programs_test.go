package documented

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// program is something that pages call, by its first word, or by its first two.
type program struct {
	run  func(*session, call) error
	here func() error // whether this machine has it; nothing, where it cannot be without
}

var programs map[string]program

func init() { // some of them ask which there are
	programs = map[string]program{
		"sgsend":       {run: (*session).sgsendInPipe},
		"make":         {run: func(_ *session, c call) error { return c.inCheckout(slices.Insert(c.args, 1, "--dry-run")) }},
		"go":           {run: (*session).goTest},
		"node":         {run: func(_ *session, c call) error { return c.inCheckout(c.args) }, here: onPath("node")},
		"tools/pulumi": {run: func(_ *session, c call) error { return c.inCheckout(c.args) }},

		"cp":        {run: plainly},
		"diff":      {run: plainly},
		"git":       {run: plainly},
		"grep":      {run: plainly},
		"install":   {run: (*session).install},
		"tar":       {run: plainly},
		"sha256sum": {run: (*session).installed},
		"curl":      {run: (*session).asked, here: onPath("curl")},
		"envsubst":  {run: plainly, here: onPath("envsubst")},
		"jq":        {run: plainly, here: onPath("jq")},
		"openssl":   {run: plainly, here: onPath("openssl")},

		"age":        {run: (*session).age, here: onPath("age")},
		"age-keygen": {run: plainly, here: onPath("age")},
		"restic":     {run: plainly, here: onPath("restic")},
		"oras":       {run: (*session).oras, here: oras},

		"aws":    {run: (*session).amazon, here: onPath("aws")},
		"pulumi": {run: (*session).pulumi},

		"gcloud":         {run: (*session).google, here: onPath("gcloud")},
		"docker":         {run: (*session).docker, here: onPath("docker")},
		"docker compose": {run: (*session).docker, here: answers("docker", "compose", "version")},
		"docker buildx":  {run: (*session).docker, here: answers("docker", "buildx", "version")},
		"podman":         {run: (*session).podman, here: onPath("podman", "buildah")},
		"gh":             {run: (*session).gh, here: onPath("gh")},
		"gh attestation": {run: (*session).gh, here: answers("gh", "attestation", "verify", "--help")},
	}
}

// programOf answers whose command it is.
func programOf(words []string) (name string, p program, is bool) {
	if len(words) > 1 {
		name = words[0] + " " + words[1]
		if p, is = programs[name]; is {
			return name, p, true
		}
	}
	p, is = programs[words[0]]
	return words[0], p, is
}

// onPath asks whether one of these is installed.
func onPath(names ...string) func() error {
	return func() (err error) {
		for _, name := range names {
			if _, err = exec.LookPath(name); err == nil {
				return nil
			}
		}
		return fmt.Errorf("it is not installed: %w", err)
	}
}

// answers asks whether what is installed knows a command.
func answers(args ...string) func() error {
	return func() error {
		if err := onPath(args[0])(); err != nil {
			return err
		}
		if said, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			line, _, _ := strings.Cut(string(said), "\n")
			return fmt.Errorf("the one that is installed says %q", line)
		}
		return nil
	}
}

func plainly(_ *session, c call) error { return c.run(c.args) }

// inCheckout runs what is this repository's in it.
func (c call) inCheckout(args []string) error {
	checkout, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	c.dir, c.env = checkout, os.Environ()
	return c.run(args)
}

// piped are commands of ours that others are fed by, or feed.
var piped = regexp.MustCompile(`^sgsend (receive -o - |send --json |backup .* -$|restore .* -$|pages$)`)

// All commands of ours are run by cli/command, TestDocumentedCommandsRun. Here are those
// that stand beside others.
func (s *session) sgsendInPipe(c call) error {
	if !piped.MatchString(c.String()) {
		return nil
	}
	for i, arg := range c.args {
		switch {
		case strings.HasSuffix(arg, "/d/#…"):
			c.args[i] = s.service().link
		case arg == "report.pdf":
			if err := os.WriteFile(filepath.Join(c.dir, arg), []byte("the report"), 0o600); err != nil {
				return err
			}
		case arg == "/var/lib/sgsend" && c.args[1] == "backup":
			c.args[i] = s.service().data
		case arg == "/var/lib/sgsend":
			c.args[i] = filepath.Join(c.dir, "restored")
		}
	}
	switch c.args[1] {
	case "send", "receive":
		c.env = append(c.env, "SGSEND_SERVER="+s.service().url, "SGSEND_TOKEN="+s.service().token)
	}
	c.args[0] = s.sgsend()
	return c.run(c.args)
}

// goTest has the tests that are to be run be there. What else go runs is in elsewhere.
func (s *session) goTest(c call) error {
	if !c.begins("go", "test") {
		return errUncovered
	}
	name, folder := "", c.args[len(c.args)-1]
	if i := slices.Index(c.args, "-run"); i > 0 {
		name = c.args[i+1]
	}
	if !declares(strings.TrimPrefix(folder, "./"), name) {
		return fmt.Errorf("there is no %s in %s", name, folder)
	}
	return nil
}

// asked has a service answer whose page says where it is.
func (s *session) asked(c call) error {
	for i, arg := range c.args {
		c.args[i] = strings.Replace(arg, "http://127.0.0.1:8080", s.service().url, 1)
	}
	return c.run(slices.Insert(c.args, 1, "--fail"))
}

// install has for the machine's folder one of the session's.
func (s *session) install(c call) error {
	for i, arg := range c.args {
		c.args[i] = strings.Replace(arg, "/usr/local/bin", filepath.Join(s.dir, "home"), 1)
	}
	return c.run(c.args)
}

// installed has what a package brings.
func (s *session) installed(c call) error {
	if i := slices.Index(c.args, "/usr/bin/sgsend"); i > 0 {
		c.args[i] = s.sgsend()
	}
	return c.run(c.args)
}

var publicKey = regexp.MustCompile(`public key: (age1\w+)`)

// age has a key for whom it encrypts.
func (s *session) age(c call) error {
	kept, err := os.ReadFile(filepath.Join(c.dir, "key.txt"))
	if err != nil {
		return err
	}
	if i := slices.Index(c.args, "age1…"); i > 0 {
		c.args[i] = string(publicKey.FindSubmatch(kept)[1])
	}
	return c.run(c.args)
}

// amazon asks a simulated AWS. A plugin of the command would keep up a session.
func (s *session) amazon(c call) error {
	bin := filepath.Join(s.dir, "home", "bin")
	if err := errors.Join(
		os.MkdirAll(bin, 0o700),
		os.WriteFile(filepath.Join(bin, "session-manager-plugin"), []byte("#!/bin/sh\n"), 0o700),
	); err != nil {
		return err
	}
	for i, arg := range c.args {
		if arg == "https://storage.example.org" {
			c.args[i] = s.aws
		}
	}
	c.env = append(c.env, "AWS_ENDPOINT_URL="+s.aws, "PATH="+bin+":"+os.Getenv("PATH"))
	return c.run(c.args)
}

// noAccount is what Google's command says when it would ask.
var noAccount = regexp.MustCompile(`do not currently have an active account selected`)

// drain takes what a command is fed, so that who feeds it ends well.
func (c call) drain() {
	if from, is := c.in.(*os.File); is && from != nil {
		_, _ = io.Copy(io.Discard, from) // nobody reads it
	}
}

// anotherTrack is what one says that has a flag only as a beta.
var anotherTrack = regexp.MustCompile(`available in one or more alternate release tracks(?s:.*)gcloud beta`)

func (s *session) google(c call) error {
	defer c.drain()
	if s.again(c.args) {
		return nil
	}
	err := c.refused(c.args, noAccount)
	if err != nil && anotherTrack.MatchString(err.Error()) {
		return c.refused(slices.Insert(c.args, 1, "beta"), noAccount)
	}
	return err
}

// noEngine is what clients of a container engine, and of registries, say when they would ask.
var noEngine = regexp.MustCompile(`(?i)connect to the docker|connection refused`)

func (s *session) docker(c call) error {
	c.env = append(c.env, "HTTPS_PROXY=http://127.0.0.1:1")
	return c.refused(c.args, noEngine)
}

// podman builds as Buildah does, whose flags it has.
func (s *session) podman(c call) error {
	if _, err := exec.LookPath("podman"); err != nil {
		c.args[0] = "buildah"
	}
	return c.parses(2)
}

// gh has its arguments read. What it would have brought is here all the same.
func (s *session) gh(c call) error {
	switch {
	case c.begins("gh", "auth", "token"):
		return c.run(c.args)
	case c.begins("gh", "api"):
		if err := c.parses(2); err != nil {
			return err
		}
		if i := slices.Index(c.args, "--jq"); i > 0 {
			c.in = strings.NewReader(`{"name": "name", "id": 345, "owner": {"login": "owner", "id": 12}}`)
			return c.run([]string{"jq", "-r", c.args[i+1]})
		}
		return nil
	case c.begins("gh", "release", "download"):
		if err := c.parses(3); err != nil {
			return err
		}
		return s.download(c.dir, c.args)
	}
	return c.parses(3)
}
