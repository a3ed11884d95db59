package repository

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// form is an issue form, as far as GitHub refuses to show one without it.
// docs.github.com: Syntax for GitHub's form schema.
type form struct {
	Name        string
	Description string
	Labels      []string
	Body        []element
}

type element struct {
	Type       string
	ID         string
	Attributes struct {
		Label       string
		Value       string
		Description string
		Placeholder string
		Options     []string
	}
	Validations struct{ Required bool }
}

// strictly decodes a file of .github and refuses fields that nobody reads.
func strictly(t *testing.T, name string, v any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(read(t, name)))
	d.KnownFields(true)
	if err := d.Decode(v); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func TestIssueForms(t *testing.T) {
	t.Parallel()
	const folder = ".github/ISSUE_TEMPLATE"
	forms := 0
	for _, name := range find(t, ".yml") {
		if path.Dir(name) != folder || path.Base(name) == "config.yml" {
			continue
		}
		forms++
		var f form
		strictly(t, name, &f)
		if f.Name == "" || f.Description == "" {
			t.Errorf("%s has no name or no description", name)
		}
		seen, asked := map[string]bool{}, 0
		for _, e := range f.Body {
			switch e.Type {
			case "markdown":
				if e.Attributes.Value == "" {
					t.Errorf("%s: a markdown element says nothing", name)
				}
				continue
			case "input", "textarea":
			case "dropdown":
				if len(e.Attributes.Options) < 2 {
					t.Errorf("%s: %s gives no choice", name, e.ID)
				}
			default:
				t.Errorf("%s: there is no element %q", name, e.Type)
			}
			if asked++; e.ID == "" || seen[e.ID] || e.Attributes.Label == "" {
				t.Errorf("%s: element %d needs a label, and an id of its own", name, asked)
			}
			seen[e.ID] = true
		}
		if asked == 0 {
			t.Errorf("%s asks nothing", name)
		}
	}
	if forms == 0 {
		t.Error("there is no form")
	}

	var config struct {
		Blank    *bool                               `yaml:"blank_issues_enabled"`
		Contacts []struct{ Name, URL, About string } `yaml:"contact_links"`
	}
	strictly(t, folder+"/config.yml", &config)
	if config.Blank == nil || *config.Blank {
		t.Error("issues without a form would be open to holes in the security")
	}
	private := false
	for _, c := range config.Contacts {
		private = private || strings.Contains(c.About, "SECURITY.md")
		if c.Name == "" || c.About == "" || !strings.HasPrefix(c.URL, "https://") {
			t.Errorf("a contact lacks its name, its text or its address: %+v", c)
		}
	}
	if !private {
		t.Error("nothing leads reports of holes in the security elsewhere")
	}
}

// GitHub passes over a line whose path is not there.
func TestOwnersOwnWhatIsThere(t *testing.T) {
	t.Parallel()
	lines := 0
	for line := range strings.Lines(read(t, ".github/CODEOWNERS")) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		if _, err := os.Stat(filepath.Join(root, fields[0])); err != nil && fields[0] != "*" {
			t.Errorf("%s is not there", fields[0])
		}
		if len(fields) < 2 || slices.ContainsFunc(fields[1:], func(o string) bool { return !strings.HasPrefix(o, "@") }) {
			t.Errorf("%s has no owner, or one that is no name", fields[0])
		}
	}
	if lines == 0 {
		t.Error("nobody owns anything")
	}
}

// Everything that names versions of others is kept current.
func TestEveryManifestIsKeptCurrent(t *testing.T) {
	t.Parallel()
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, ".github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for _, u := range config.Updates {
		for _, dir := range append(u.Directories, u.Directory) {
			kept[u.Ecosystem+" "+dir] = true
		}
	}
	for file, ecosystem := range map[string]string{"go.mod": "gomod", "package.json": "npm"} {
		for _, name := range find(t, file) {
			if !kept[ecosystem+" /"+path.Dir(name)] {
				t.Errorf(".github/dependabot.yml does not keep %s current", name)
			}
		}
	}
}
