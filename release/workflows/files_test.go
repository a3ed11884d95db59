// Package workflows holds the pipelines' files to their rules: actionlint's,
// and those that this repository adds.
package workflows

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// github is the folder of everything that is tested here.
var github = filepath.Join("..", "..", ".github")

// file is one workflow or composite action.
type file struct {
	path string // relative to the repository
	text string
	root yaml.Node
}

// load reads all files that match a pattern; there must be some.
func load(t *testing.T, pattern string) []file {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(github, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("nothing matches %s (%v)", pattern, err)
	}
	var files []file
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := file{path: strings.TrimPrefix(filepath.ToSlash(name), "../../"), text: string(text)}
		if err := yaml.Unmarshal(text, &f.root); err != nil {
			t.Fatalf("%s: %v", f.path, err)
		}
		files = append(files, f)
	}
	return files
}

func workflowFiles(t *testing.T) []file { t.Helper(); return load(t, "workflows/*.yml") }
func actionFiles(t *testing.T) []file   { t.Helper(); return load(t, "actions/*/action.yml") }

func allFiles(t *testing.T) []file {
	t.Helper()
	return append(workflowFiles(t), actionFiles(t)...)
}

// one is load for a single file.
func one(t *testing.T, path string) file { t.Helper(); return load(t, path)[0] }

// decode reads a file, or a part of one, into a value.
func decode[T any](t *testing.T, n *yaml.Node) (v T) {
	t.Helper()
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// workflow is what the rules look at.
type workflow struct {
	On          map[string]yaml.Node
	Permissions map[string]string
	Jobs        map[string]job
}

type job struct {
	Uses        string
	With        map[string]string
	Secrets     any
	Needs       list
	If          string
	RunsOn      string `yaml:"runs-on"`
	Environment struct{ Name, Deployment string }
	Permissions map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Env         map[string]string
	Outputs     map[string]string
	Concurrency struct {
		Group, Queue string
		Cancel       bool `yaml:"cancel-in-progress"`
	}
	Steps []step
}

// list is a YAML list, or the one value that is written without.
type list []string

func (l *list) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = list{n.Value}
		return nil
	}
	return n.Decode((*[]string)(l))
}

type step struct {
	ID, Name, Uses, Run, If string
	Timeout                 int `yaml:"timeout-minutes"`
	With, Env               map[string]string
}

// action is a composite action.
type action struct {
	Name, Description string
	Inputs            map[string]struct {
		Description string
		Required    bool
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			step  `yaml:",inline"`
			Shell string
		}
	}
}

// steps answers every step of a file, of a workflow or an action.
func (f file) steps(t *testing.T) []step {
	t.Helper()
	var all []step
	for _, j := range decode[workflow](t, &f.root).Jobs {
		all = append(all, j.Steps...)
	}
	for _, s := range decode[action](t, &f.root).Runs.Steps {
		all = append(all, s.step)
	}
	return all
}
