package repository

import (
	"regexp"
	"strings"
	"testing"
)

var promise = regexp.MustCompile(`(?m)^\*\*(?:Does not get|What keeps it)`)

// What the threat model says that somebody does not get names what shows it, and every
// part of it a test.
func TestThreatsNameWhatStopsThem(t *testing.T) {
	t.Parallel()
	text := read(t, "docs/threat-model.md")
	promises := 0
	for section := range strings.SplitSeq(text, "\n## ") {
		title, body, _ := strings.Cut(section, "\n")
		switch title {
		case "# The threat model", "What is protected", "What nobody here protects against":
			continue
		}
		if !namedTest.MatchString(body) {
			t.Errorf("%q names no test", title)
		}
		for paragraph := range strings.SplitSeq(body, "\n\n") {
			if promise.MatchString(strings.TrimSpace(paragraph)) {
				promises++
				if len(links(paragraph)) == 0 {
					t.Errorf("%q: nothing is named that shows this: %.100s", title, paragraph)
				}
			}
		}
	}
	if promises < 7 {
		t.Errorf("%d promises were found", promises)
	}
}
