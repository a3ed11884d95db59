// Package server says what a host of a stack does at its first start: it
// installs the package of this very deploy, tells both services what the stack
// tells them, starts them, and lets its group know whether they answer.
package server

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Boot is a first start.
type Boot struct {
	Region string
	// Group is the autoscaling group, which holds the host back from its
	// callers under the lifecycle hook of the name Hook until both services answer.
	Group, Hook string
	Package     Package
	Services    []Service
}

// Package is where the rpm is: an object of the stack's own bucket, and what it has
// to be.
type Package struct {
	Bucket, Key string
	SHA256      string // of the whole, in hex
}

// Service is one of the units to start.
type Service struct {
	Name     string            // the instance of the unit sgsend@
	LogGroup string            // of CloudWatch, which is there
	Tells    map[string]string // by environment variable
}

// MaxBytes is how long the script can be.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
const MaxBytes = 16 << 10

//go:embed boot.sh
var source string

var page = template.Must(template.New("boot.sh").Funcs(template.FuncMap{
	"sh":    shellQuoted,
	"lines": environmentFile,
	"agent": agentConfig,
}).Parse(source))

// Script is what the host runs, as root, once. Whoever may look at the host
// in AWS can read it, so that it must hold no secret: [Service.Tells] has the
// references of secrets.
func (b Boot) Script() (string, error) {
	if err := b.check(); err != nil {
		return "", err
	}
	var text strings.Builder
	if err := page.Execute(&text, b); err != nil {
		return "", err
	}
	if text.Len() > MaxBytes {
		return "", fmt.Errorf("what a host does at its start takes %d bytes, of which EC2 allows %d: tell the services less",
			text.Len(), MaxBytes)
	}
	return text.String(), nil
}

var (
	variable = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	name     = regexp.MustCompile(`^[A-Za-z0-9/_][A-Za-z0-9/_.-]*$`)
	unit     = regexp.MustCompile(`^[a-z]+$`)
	digest   = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// check refuses what no quoting could make safe, or what would be something else
// than it looks like.
func (b Boot) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	named := func(what, text string) {
		if !name.MatchString(text) {
			fault("%s is %q, which is no name", what, text)
		}
	}
	named("the region", b.Region)
	named("the group", b.Group)
	named("the hook", b.Hook)
	named("the bucket of the package", b.Package.Bucket)
	named("the key of the package", b.Package.Key)
	if !digest.MatchString(b.Package.SHA256) {
		fault("the digest of the package is no SHA-256 in hex")
	}
	for _, s := range b.Services {
		if !unit.MatchString(s.Name) {
			fault("a service is called %q", s.Name)
		}
		named("the log group of "+s.Name, s.LogGroup)
		for _, told := range slices.Sorted(maps.Keys(s.Tells)) {
			if !variable.MatchString(told) {
				fault("%q is no name of a variable", told)
			}
			if strings.ContainsFunc(s.Tells[told], control) || !utf8.ValidString(s.Tells[told]) {
				fault("%s has characters that no line has", told) // and is not repeated
			}
		}
	}
	return errors.Join(faults...)
}

// control is what is no part of a line of text.
func control(r rune) bool { return r < ' ' || r == 0x7f }

// shellQuoted is a word of the shell that is nothing but the text.
func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// environmentFile is what a service is told, a variable a line. Each begins with
// its name, so that none can end the here-document.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
func environmentFile(tells map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(tells)) {
		fmt.Fprintf(&text, "%s=\"%s\"\n", name, inQuotes.Replace(tells[name]))
	}
	return text.String()
}

var inQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`)

// agentConfig has CloudWatch's agent hand over what the services and the first
// start itself write. The counts of business are in the services' lines, where
// CloudWatch finds them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
func agentConfig(services []Service) (string, error) {
	type file struct {
		Path   string `json:"file_path"`
		Group  string `json:"log_group_name"`
		Stream string `json:"log_stream_name"`
	}
	var files []file
	for i, s := range services {
		if i == 0 {
			files = append(files, file{"/var/log/cloud-init-output.log", s.LogGroup, "{instance_id}/start"})
		}
		files = append(files, file{"/var/log/sgsend/" + s.Name + ".log", s.LogGroup, "{instance_id}"})
	}
	text, err := json.Marshal(map[string]any{
		"logs": map[string]any{
			"logs_collected":       map[string]any{"files": map[string]any{"collect_list": files}},
			"force_flush_interval": 5,
		},
	})
	return string(text), err
}
