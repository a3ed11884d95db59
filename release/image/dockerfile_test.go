package image_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// instruction is one of a Dockerfile.
type instruction struct {
	name  string
	flags map[string]string // without their dashes
	rest  string
}

// list reads the value in the exec form, which no shell interprets.
func (i instruction) list() (list []string, ok bool) {
	err := json.Unmarshal([]byte(i.rest), &list)
	return list, err == nil
}

// stage is what a FROM begins.
type stage struct {
	base, name string
	body       []instruction
}

// all returns the instructions of a stage that have the name.
func (s stage) all(name string) []instruction {
	return slices.DeleteFunc(slices.Clone(s.body), func(i instruction) bool { return i.name != name })
}

var flag = regexp.MustCompile(`^--([a-z-]+)=(\S+)\s+`)

// parse reads a Dockerfile: its arguments before the first stage, and the stages.
// https://docs.docker.com/reference/dockerfile/.
func parse(text string) (args map[string]string, stages []stage) {
	args = map[string]string{}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	text = strings.ReplaceAll(strings.Join(lines, "\n"), "\\\n", " ")
	for line := range strings.SplitSeq(text, "\n") {
		name, rest, _ := strings.Cut(line, " ")
		i := instruction{name: strings.ToUpper(name), flags: map[string]string{}, rest: strings.TrimSpace(rest)}
		for m := flag.FindStringSubmatch(i.rest); m != nil; m = flag.FindStringSubmatch(i.rest) {
			i.flags[m[1]], i.rest = m[2], i.rest[len(m[0]):]
		}
		switch {
		case i.name == "FROM":
			base, as, _ := strings.Cut(i.rest, " ")
			words := strings.Fields(as)
			s := stage{base: base, body: []instruction{i}}
			if len(words) == 2 {
				s.name = words[1]
			}
			stages = append(stages, s)
		case len(stages) > 0:
			last := &stages[len(stages)-1]
			last.body = append(last.body, i)
		case i.name == "ARG":
			key, value, _ := strings.Cut(i.rest, "=")
			args[key] = value
		}
	}
	return args, stages
}

// expand puts values in place of variables.
func expand(text string, args map[string]string) string {
	return os.Expand(text, func(name string) string { return args[name] })
}

// faults holds a Dockerfile to rules, those of hadolint that it can break.
func faults(text string) (all []string) {
	fault := func(format string, a ...any) { all = append(all, fmt.Sprintf(format, a...)) }
	args, stages := parse(text)
	known := map[string]bool{}
	for _, s := range stages {
		base := expand(s.base, args)
		tag := base[strings.LastIndex(base, "/")+1:]
		if !known[base] && base != "scratch" && !strings.Contains(base, "@sha256:") &&
			(!strings.Contains(tag, ":") || strings.HasSuffix(tag, ":latest")) {
			fault("base %s is another one every day", base)
		}
		if platform := s.body[0].flags["platform"]; platform != "" && platform != "$BUILDPLATFORM" {
			fault("stage %s is for %s alone", s.name, platform)
		}
		if known[s.name] {
			fault("two stages are called %s", s.name)
		}
		dir := ""
		for _, i := range s.body {
			switch i.name {
			case "ADD", "MAINTAINER", "SHELL", "ONBUILD":
				fault("%s has no use here", i.name)
			case "WORKDIR":
				dir = i.rest
				if !strings.HasPrefix(dir, "/") {
					fault("WORKDIR %s depends on the base", dir)
				}
			case "COPY":
				words := strings.Fields(i.rest)
				if from := i.flags["from"]; from != "" && !known[from] {
					fault("COPY from %s, which is no stage", from)
				}
				if to := words[len(words)-1]; dir == "" && !strings.HasPrefix(to, "/") {
					fault("COPY to %s, wherever that is", to)
				}
			case "RUN":
				if strings.Contains(i.rest, "|") && !strings.Contains(i.rest, "pipefail") {
					fault("RUN goes on when the left of a pipe fails")
				}
			case "CMD", "ENTRYPOINT":
				if _, ok := i.list(); !ok {
					fault("%s %s needs a shell", i.name, i.rest)
				}
			case "ENV", "ARG":
				if regexp.MustCompile(`(?i)(secret|password|token|key)\w*=`).MatchString(i.rest) {
					fault("%s %s is kept in the image", i.name, i.rest)
				}
			}
		}
		known[s.name] = s.name != ""
	}
	last := stages[len(stages)-1]
	if last.base != "scratch" {
		fault("the image is more than the program: %s", last.base)
	}
	for _, name := range []string{"USER", "HEALTHCHECK", "ENTRYPOINT", "CMD", "STOPSIGNAL"} {
		if n := len(last.all(name)); n != 1 {
			fault("%d %s, want one", n, name)
		}
	}
	for _, i := range last.all("USER") {
		if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(i.rest) {
			fault("USER %s may be root, or needs a file that says who that is", i.rest)
		}
	}
	for _, i := range last.all("HEALTHCHECK") {
		if _, ok := (instruction{rest: strings.TrimPrefix(i.rest, "CMD ")}).list(); !ok {
			fault("HEALTHCHECK %s needs a shell", i.rest)
		}
	}
	return all
}

// dockerfile is the one for people.
func dockerfile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDockerfileKeepsRules(t *testing.T) {
	t.Parallel()
	text := dockerfile(t)
	for _, f := range faults(text) {
		t.Error(f)
	}
	for _, change := range [][2]string{
		{"GO=golang:1.26", "GO=golang"},
		{"GO=golang:1.26", "GO=example.org:5000/golang:latest"},
		{"--platform=$BUILDPLATFORM", "--platform=linux/amd64"},
		{"FROM scratch", "FROM alpine:3.22"},
		{"FROM scratch", "FROM scratch AS build"},
		{"WORKDIR /src", "WORKDIR src"},
		{"WORKDIR /src\n", ""},
		{"COPY . .", "ADD . ."},
		{"--from=build", "--from=builder"},
		{"&& \\\n    mkdir", "| tee log && \\\n    mkdir"},
		{"USER 65532:65532", "USER 0:0"},
		{"USER 65532:65532", "USER nonroot"},
		{"USER 65532:65532\n", ""},
		{"HEALTHCHECK", "# HEALTHCHECK"},
		{`CMD ["/sgsend", "health"]`, "CMD /sgsend health"},
		{`ENTRYPOINT ["/sgsend"]`, "ENTRYPOINT /sgsend"},
		{`CMD ["serve"]`, "CMD serve"},
		{"STOPSIGNAL SIGTERM\n", ""},
		{"VERSION=dev", "API_KEY=dev"},
	} {
		spoiled := strings.Replace(text, change[0], change[1], 1)
		if spoiled == text {
			t.Errorf("the Dockerfile has no %q", change[0])
		} else if len(faults(spoiled)) == 0 {
			t.Errorf("%q passes", change[1])
		}
	}
}

// What people build is run as what is released is.
func TestDockerfileSaysWhatTheImageSays(t *testing.T) {
	t.Parallel()
	_, stages := parse(dockerfile(t))
	want := configOfImage(t, assemble(t, small(t), version))
	if got := configOf(t, stages[len(stages)-1]); !reflect.DeepEqual(got, want) {
		t.Errorf("the Dockerfile says\n%+v %+v\nand the image\n%+v %+v",
			got, got.Healthcheck, want, want.Healthcheck)
	}
}

var pair = regexp.MustCompile(`(\S+?)=("[^"]*"|\S+)`)

// configOf is how a stage is run, told the version as --build-arg.
func configOf(t *testing.T, s stage) v1.Config {
	t.Helper()
	c := v1.Config{ExposedPorts: map[string]struct{}{}, Volumes: map[string]struct{}{}, Labels: map[string]string{}}
	list := func(i instruction) []string {
		l, ok := i.list()
		if !ok {
			t.Fatalf("%s %s is no list", i.name, i.rest)
		}
		return l
	}
	during := func(i instruction, name string) time.Duration {
		d, err := time.ParseDuration(i.flags[name])
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, i := range s.body {
		switch i.name {
		case "FROM", "COPY", "ARG":
		case "LABEL", "ENV":
			for _, m := range pair.FindAllStringSubmatch(i.rest, -1) {
				value := expand(strings.Trim(m[2], `"`), map[string]string{"VERSION": version})
				if i.name == "ENV" {
					c.Env = append(c.Env, m[1]+"="+value)
				} else {
					c.Labels[m[1]] = value
				}
			}
		case "USER":
			c.User = i.rest
		case "VOLUME":
			for _, v := range list(i) {
				c.Volumes[v] = struct{}{}
			}
		case "EXPOSE":
			for p := range strings.FieldsSeq(i.rest) {
				c.ExposedPorts[p+"/tcp"] = struct{}{}
			}
		case "STOPSIGNAL":
			c.StopSignal = i.rest
		case "ENTRYPOINT":
			c.Entrypoint = list(i)
		case "CMD":
			c.Cmd = list(i)
		case "HEALTHCHECK":
			retries, err := strconv.Atoi(i.flags["retries"])
			if err != nil {
				t.Fatal(err)
			}
			i.rest = strings.TrimPrefix(i.rest, "CMD ")
			c.Healthcheck = &v1.HealthConfig{
				Test:     append([]string{"CMD"}, list(i)...),
				Interval: during(i, "interval"), Timeout: during(i, "timeout"),
				StartPeriod: during(i, "start-period"), Retries: retries,
			}
		default:
			t.Fatalf("nobody knows here what %s does", i.name)
		}
	}
	return c
}

// The image that brings Go is of the release that the workspace is for, and finds
// every module of the workspace, but nothing that is not compiled.
func TestDockerfileBuildsWithTheGoOfTheWorkspace(t *testing.T) {
	t.Parallel()
	work, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		t.Fatal(err)
	}
	release := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(work)
	args, _ := parse(dockerfile(t))
	if release == nil || args["GO"] != "golang:"+string(release[1]) {
		t.Errorf("%s, and go.work says %s", args["GO"], release)
	}
	ignore, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(ignore), "\n")
	if !slices.Contains(lines, "**") {
		t.Error("what nobody thought of is sent along")
	}
	modules := regexp.MustCompile(`(?m)^\t\./(\S+)`).FindAllSubmatch(work, -1)
	for _, m := range modules {
		top, _, _ := strings.Cut(string(m[1]), "/")
		if !slices.Contains(lines, "!"+top) && !slices.Contains(lines, "!"+string(m[1])+"/go.mod") {
			t.Errorf(".dockerignore keeps the module %s back, without which Go does nothing", m[1])
		}
	}
	if len(modules) == 0 {
		t.Error("go.work names no module")
	}
}
