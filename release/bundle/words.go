package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Of a catalogue of words, which is JSON of i18next and has all that is said by any page, a page fetches what it says
// itself: first what stands in its markup, before which nothing is shown, then what its script says, each in a file
// that is called after the one that says it, as index.html.de.json.

// language is how a catalogue is called.
var language = regexp.MustCompile(`^[a-z]{2}\.json$`)

// original is the language of the sources, of whose words nobody fetches any.
const original = "en"

// saying is what a page says about whose words it fetches: its own and those of its script.
var saying = regexp.MustCompile(` data-whose="([^" ]+\.html) ([^" ]+\.js)"`)

// words takes the catalogues out of a tree, and puts in what each page and its script say, in each language.
func words(tree, site map[string][]byte) error {
	sayers := map[string]func(text string) bool{}
	for name, content := range site {
		m := saying.FindSubmatch(content)
		if m == nil {
			continue
		}
		page, script := string(m[1]), string(m[2])
		if page != name || tree[script] == nil {
			return fmt.Errorf("%s wants the words of %s and %s", name, page, script)
		}
		sayers[page], sayers[script] = inMarkup(string(content)), inScript(string(tree[script]), tree)
	}
	for _, name := range slices.Collect(maps.Keys(tree)) {
		if !language.MatchString(name) {
			continue
		}
		var all map[string]string
		if err := json.Unmarshal(tree[name], &all); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(tree, name)
		if name == original+".json" {
			continue
		}
		for sayer, says := range sayers {
			some := map[string]string{}
			for key, text := range all {
				if says(key) {
					some[key] = text
				}
			}
			tree[sayer+"."+name] = written(some)
		}
	}
	return nil
}

var (
	// hole stands in a text for an element, or for what is within one.
	hole    = regexp.MustCompile(`</?\d+/?>`)
	tag     = regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`)
	value   = regexp.MustCompile(`="([^"]*)"`)
	blanks  = regexp.MustCompile(`\s+`)
	form    = regexp.MustCompile(`_(zero|one|two|few|many|other)$`)
	escaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
)

// inMarkup says of a text whether it stands in a page's markup, or at least its characters do, in a row: a word too
// many harms nobody.
func inMarkup(page string) func(text string) bool {
	plain := func(s string) string { return blanks.ReplaceAllString(html.UnescapeString(s), " ") }
	said := []string{plain(tag.ReplaceAllString(page, ""))}
	for _, m := range value.FindAllStringSubmatch(page, -1) {
		said = append(said, plain(m[1]))
	}
	all := strings.Join(said, "\n")
	return func(text string) bool {
		return strings.Contains(all, blanks.ReplaceAllString(hole.ReplaceAllString(text, ""), " "))
	}
}

// inScript says of a text whether it is a literal of a script, or of one that is loaded later.
func inScript(script string, tree map[string][]byte) func(text string) bool {
	sources := []string{script}
	for name, content := range tree {
		if strings.HasSuffix(name, later) {
			sources = append(sources, string(content))
		}
	}
	all := strings.Join(sources, "\n")
	return func(text string) bool {
		text = escaper.Replace(form.ReplaceAllString(text, ""))
		for _, quote := range []string{`"`, `'`, "`"} {
			if strings.Contains(all, quote+strings.ReplaceAll(text, quote, `\`+quote)+quote) {
				return true
			}
		}
		return false
	}
}

// written is a catalogue as a file, in the order of its keys.
func written(catalogue map[string]string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	_ = e.Encode(catalogue) // strings, into memory
	return b.Bytes()
}
