package repository

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	codeBlock = regexp.MustCompile("(?s)```.*?```")
	code      = regexp.MustCompile("`[^`\n]*`")
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#{1,6} +(.*?) *$`)
	noAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// links are where a page's links lead, as they are written.
func links(text string) (to []string) {
	text = code.ReplaceAllString(codeBlock.ReplaceAllString(text, ""), "")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		to = append(to, m[1])
	}
	return to
}

// anchors are the names by which GitHub reaches a page's headings.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
		name := strings.ToLower(noAnchor.ReplaceAllString(m[1], ""))
		name = strings.ReplaceAll(name, " ", "-")
		again := name
		for n := 1; names[again]; n++ {
			again = name + "-" + strconv.Itoa(n)
		}
		names[again] = true
	}
	return names
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, page := range find(t, ".md") {
		for _, to := range links(read(t, page)) {
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			seen++
			file, anchor, _ := strings.Cut(to, "#")
			target := page
			if file != "" {
				target = path.Join(path.Dir(page), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: nothing is at %s", page, to)
				continue
			}
			if anchor != "" && !anchors(read(t, target))[anchor] {
				t.Errorf("%s: %s has no heading %q", page, target, anchor)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d links were found", seen)
	}
}

// What has an index is listed in it: pages at the top in README.md, those of
// docs in its index, and those of a folder of docs in the folder's own, or in
// none where every page belongs to something else, as playbooks do to alarms.
func TestEveryPageIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]map[string]bool{}
	for _, page := range find(t, ".md") {
		if path.Base(page) != "README.md" {
			continue
		}
		listed[path.Dir(page)] = map[string]bool{}
		for _, to := range links(read(t, page)) {
			file, _, _ := strings.Cut(to, "#")
			listed[path.Dir(page)][path.Join(path.Dir(page), file)] = true
		}
	}
	for _, page := range find(t, ".md") {
		dir := path.Dir(page)
		if path.Base(page) == "README.md" || strings.HasPrefix(dir, ".github") ||
			strings.HasPrefix(dir, "release/site/content") {
			continue // the site's own pages are there for its readers alone
		}
		index, has := listed[dir]
		if has && !index[page] || !has && !listed[path.Dir(dir)][dir] {
			t.Errorf("%s is in no index: the README.md beside it, or the one above that names its folder", page)
		}
	}
}

// What code, scripts and pages say of a page by its path, they say of one that
// is there; and a section of the wire contract that is named has that number.
func TestPagesThatAreNamedAreThere(t *testing.T) {
	t.Parallel()
	var (
		named    = regexp.MustCompile(`\bdocs/[\w/-]+\.md`)
		cited    = regexp.MustCompile(`docs/contract\.md,? ((?:[0-9]+(?:\.[0-9]+)?(?:, | and | to )?)+)`)
		number   = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?`)
		sections = map[string]bool{}
	)
	for _, m := range heading.FindAllStringSubmatch(read(t, "docs/contract.md"), -1) {
		first, _, _ := strings.Cut(m[1], " ")
		sections[strings.TrimSuffix(first, ".")] = true
	}
	all := map[string]string{}
	for _, ending := range []string{".go", ".md", ".js", ".mjs", ".py", ".sh", ".yml", ".yaml", "Makefile"} {
		for _, file := range find(t, ending) {
			all[file] = read(t, file)
		}
	}
	citations := 0
	for _, file := range slices.Sorted(maps.Keys(all)) {
		// A comment may break a line between a page and its section.
		text := regexp.MustCompile(`\s*\n\s*(?://|#|\*)? *`).ReplaceAllString(all[file], " ")
		for _, page := range named.FindAllString(text, -1) {
			if _, err := os.Stat(filepath.Join(root, page)); err != nil && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s names %s, which is not there", file, page)
			}
		}
		for _, m := range cited.FindAllStringSubmatch(text, -1) {
			for _, n := range number.FindAllString(m[1], -1) {
				citations++
				if !sections[n] {
					t.Errorf("%s cites section %s of docs/contract.md, which has none of that number", file, n)
				}
			}
		}
	}
	if citations < 3 {
		t.Errorf("only %d citations of the wire contract were found", citations)
	}
}

// A page that names a file or folder of the repository names one that is there.
func TestPathsInPagesAreThere(t *testing.T) {
	t.Parallel()
	top := regexp.MustCompile(`^(?:\.github|bootstrap|cli|docs|infra|release|services|shared|test|tools)/[\w./@-]+$`)
	seen := 0
	for _, page := range find(t, ".md") {
		for _, quote := range code.FindAllString(codeBlock.ReplaceAllString(read(t, page), ""), -1) {
			name := strings.Trim(quote, "`")
			if !top.MatchString(name) {
				continue
			}
			seen++
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s names %s, which is not there", page, name)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d paths were found", seen)
	}
}
