package documented

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inSentence are commands of programs that tell whether they know a command, perhaps
// without all that it needs.
var inSentence = regexp.MustCompile("`((?:aws|docker|gcloud|gh|pulumi)\\s[^`]+)`")

// unfinished is what they say of one that lacks something.
var unfinished = regexp.MustCompile(
	`flag needs an argument|arguments are required|Must be specified|An error occurred \(`)

// Commands within a sentence exist, and have the flags that they are shown with.
func TestSentences(t *testing.T) {
	t.Parallel()
	w, lines := begin(t), map[string]string{}
	for _, p := range pages(t) {
		for _, m := range inSentence.FindAllStringSubmatch(shellBlock.ReplaceAllString(p.text, ""), -1) {
			line := strings.NewReplacer(`"`, "", "<", "", ">", "").Replace(strings.Join(strings.Fields(m[1]), " "))
			lines[line] = p.name
		}
	}
	if len(lines) < 20 {
		t.Errorf("only %d were found", len(lines))
	}
	s := w.session(t, page{name: "a sentence"})
	for line, page := range lines {
		args := strings.Fields(line)
		name, program, _ := programOf(args)
		if w.lacks(name, program) {
			w.skip(name, page)
			continue
		}
		if err := s.knows(args); err != nil {
			t.Errorf("%s: %s: %v", page, line, err)
		}
	}
	w.tellSkipped(t)
}

// knows has a program read a command that is not to be run.
func (s *session) knows(args []string) error {
	env := append(s.environment(), "AWS_ENDPOINT_URL="+s.aws, "CLOUDSDK_CORE_PROJECT=my-project")
	c := call{args: args, dir: s.dir, env: env}
	switch args[0] {
	case "aws":
		return c.refused(args, unfinished)
	case "gcloud":
		return c.refused(args, regexp.MustCompile(noAccount.String()+"|"+unfinished.String()))
	}
	words := 2
	if slices.Contains([]string{"compose", "config", "secret", "stack"}, args[1]) {
		words = 3
	}
	err := c.parses(words)
	if err != nil && unfinished.MatchString(err.Error()) {
		return nil
	}
	return err
}
