package verify

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// reference is something that a page, a script or a style has in it which the release's
// has not, as far as it can be seen without running it: to say what an answer that
// differs is up to. That it differs, its digest says.
type reference struct {
	what    string
	address *url.URL // to look there, too; nil = it leads nowhere, or to somebody else
}

// maxReferences is how many of one answer are told.
const maxReferences = 10

var (
	tag       = regexp.MustCompile(`(?is)<(script|link|iframe|frame|object|embed|base|meta|style|form)\b([^>]*)`)
	attribute = regexp.MustCompile(`(?is)\b(src|href|data|action|http-equiv|type|srcdoc)\s*=\s*` +
		`("[^"]*"|'[^']*'|[^\s"'>]+)`)
	handler  = regexp.MustCompile(`(?is)<[a-z][^>]*\s(on[a-z]+)\s*=`)
	imported = regexp.MustCompile("\\b(?:import|from|importScripts|Worker|register)\\s*\\(?\\s*[\"'`]([^\"'`\\s]+)[\"'`]")
	absolute = regexp.MustCompile("\\b(?:https?|wss?):/?/?[^\\s\"'`<>)\\\\]+")
)

// references returns what an answer from an address refers to beyond what known says.
func references(at *url.URL, body []byte, page bool, known func(path string) bool) (found []reference) {
	text := string(body)
	add := func(what string, to *url.URL) {
		if len(found) < maxReferences && !slices.ContainsFunc(found, func(r reference) bool { return r.what == what }) {
			found = append(found, reference{what, to})
		}
	}
	refer := func(how, to string) {
		address, err := at.Parse(strings.TrimSpace(to))
		if err != nil {
			add(fmt.Sprintf("%s %s", how, clean(to)), nil)
		} else if own := address.Host == at.Host && address.Scheme == at.Scheme; !own {
			add(fmt.Sprintf("%s %s, which is elsewhere", how, clean(address.Redacted())), nil)
		} else if !known(address.Path) {
			add(fmt.Sprintf("%s %s, which the release does not have", how, clean(address.RequestURI())), address)
		}
	}
	if !page {
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			refer("it loads", m[1])
		}
		for _, m := range absolute.FindAllString(text, -1) {
			if !strings.HasPrefix(m, "http://www.w3.org/") { // names of languages, which nobody asks for
				refer("it names", m)
			}
		}
		return found
	}
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		name, has := strings.ToLower(m[1]), attributes(m[2])
		src := has["src"] + has["data"]
		switch {
		case name == "script" && strings.EqualFold(has["type"], "importmap"):
			add("it has an import map", nil)
		case name == "script" && src == "":
			add("it has a script within", nil)
		case name == "style":
			add("it has a style within", nil)
		case name == "base", name == "meta" && has["http-equiv"] != "":
			add(fmt.Sprintf("it has <%s %s>", name, clean(has["http-equiv"]+has["href"])), nil)
		case has["srcdoc"] != "":
			add("it has another page within", nil)
		}
		for _, to := range []string{src, has["href"], has["action"]} {
			if to != "" {
				refer("it refers to", to)
			}
		}
	}
	for _, m := range handler.FindAllStringSubmatch(text, -1) {
		add(fmt.Sprintf("it has a script within, as %s", clean(m[1])), nil)
	}
	return found
}

// attributes are those of a tag.
func attributes(tag string) map[string]string {
	all := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		all[strings.ToLower(m[1])] = html.UnescapeString(strings.Trim(m[2], `"'`))
	}
	return all
}
