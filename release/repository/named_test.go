package repository

import (
	"path"
	"regexp"
	"testing"
)

var namedTest = regexp.MustCompile(`\[((?:Test|Fuzz)\w*)\]\(([^)#]+\.go)\)`)

// A test that a page of the documentation names is where it says.
func TestNamedTestsAreThere(t *testing.T) {
	t.Parallel()
	found := 0
	for _, page := range find(t, ".md") {
		for _, m := range namedTest.FindAllStringSubmatch(read(t, page), -1) {
			found++
			file := path.Join(path.Dir(page), m[2])
			if !regexp.MustCompile(`(?m)^func ` + m[1] + `\(`).MatchString(read(t, file)) {
				t.Errorf("%s names %s, which %s has not", page, m[1], file)
			}
		}
	}
	if found == 0 {
		t.Error("no page names a test")
	}
}
