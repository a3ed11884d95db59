package documented

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sgraph.ai/send/infra/settings"
)

// asks are commands that want to be confirmed.
var asks = []string{"destroy", "stack rm", "state unprotect"}

// pulumi keeps its state in the session's folder.
func (s *session) pulumi(c call) error {
	for _, verb := range asks {
		if words := strings.Fields(verb); c.begins(append([]string{"pulumi"}, words...)...) {
			c.args = append(c.args, "--yes")
		}
	}
	if c.begins("pulumi", "stack", "output") {
		return output(c)
	}
	if i := slices.Index(c.args, "--local"); i > 0 { // that would be in the user's own folder
		c.args[i] = "file://" + filepath.Join(s.dir, "home")
	}
	if c.begins("pulumi", "config", "set") && c.dir == s.dir { // bootstrap/ has its own settings, and a test
		stack, err := s.stackOf(c)
		if err != nil {
			return err
		}
		s.stacks[stack] = true
	}
	return c.run(append(c.args, "--non-interactive"))
}

// output prints an address for what a stack tells once it is up, which none of these is: it has to be what the program
// tells.
func output(c call) error {
	name := c.args[len(c.args)-1]
	program, err := os.ReadFile(filepath.Join(root, "infra", "outputs.go"))
	if err != nil || !strings.Contains(string(program), strconv.Quote(name)) {
		return fmt.Errorf("the program does not tell %s (%w)", name, err)
	}
	_, err = fmt.Fprintf(c.out, "https://%s.example.org\n", strings.ToLower(name))
	return err
}

// stackOf is the one that a command is about.
func (s *session) stackOf(c call) (string, error) {
	if i := slices.Index(c.args, "--stack"); i > 0 {
		return c.args[i+1], nil
	}
	var said bytes.Buffer
	c.out = &said
	err := c.run([]string{"pulumi", "stack", "--show-name"})
	return strings.TrimSpace(said.String()), err
}

// told are what a stack is told by its environment, unless its file tells it.
var told = map[string]string{
	"AWS_ACCOUNT_ID":                               "123456789012",
	"FAST_API__AUTH__API_KEY__NAME":                "X-API-Key",
	"FAST_API__AUTH__API_KEY__VALUE":               "the-key-of-the-tests",
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://cache.example.org",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-API-Key",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           "the-key-of-the-tests",
}

// deployable has the stack files that the page wrote be some that the program takes.
func (s *session) deployable() {
	for stack := range s.stacks {
		config, err := readStack(filepath.Join(s.dir, "Pulumi."+stack+".yaml"))
		if err != nil {
			s.t.Errorf("%s: %v", s.page.name, err)
			continue
		}
		env := maps.Clone(told)
		maps.DeleteFunc(env, func(name, _ string) bool { return config["sgraph-send:"+name] != "" })
		_, err = settings.Parse(stack, config, nil, func(name string) (string, bool) {
			value, is := env[name]
			return value, is
		})
		if err != nil {
			s.t.Errorf("%s: after its commands, %v", s.page.name, err)
		}
	}
}

func readStack(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var read struct{ Config map[string]any }
	if err := yaml.Unmarshal(text, &read); err != nil {
		return nil, err
	}
	config := map[string]string{}
	for key, value := range read.Config {
		config[key] = fmt.Sprint(value)
	}
	return config, nil
}
