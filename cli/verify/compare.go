package verify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/wire"
)

// words are what is wrong with an answer, and what is only worth knowing of it.
type words struct{ differences, remarks []string }

func (w *words) differs(format string, a ...any) {
	w.differences = append(w.differences, fmt.Sprintf(format, a...))
}

func (w *words) remark(format string, a ...any) {
	w.remarks = append(w.remarks, fmt.Sprintf(format, a...))
}

// steering are headers by which a browser can be had to run or load something, or to go
// somewhere. No page of a release has one, but for [isOwnWords].
var steering = []string{
	"Clear-Site-Data", "Content-Disposition", "Link", "Origin-Trial", "Refresh", "Service-Worker-Allowed", "SourceMap",
	"Speculation-Rules", "X-SourceMap",
}

// telling are headers by which a browser is had to tell somebody something.
var telling = []string{"Content-Security-Policy-Report-Only", "NEL", "Report-To", "Reporting-Endpoints", "Set-Cookie"}

// compare holds an answer of a service, at its origin, against what the release has, and
// known says which paths that is.
func compare(a *got, want Reply, origin string, known func(path string) bool) words {
	var w words
	if a.status != want.Status {
		w.differs("answered %d, not %d", a.status, want.Status)
	}
	switch {
	case !a.whole:
		w.differs("longer than what the release has: it has %d bytes", want.Size)
	case digest(a.body) != want.SHA256:
		w.differs("not what the release has: %d bytes with SHA-256 %s, not %d with %s",
			len(a.body), digest(a.body), want.Size, want.SHA256)
	}
	for _, name := range listed {
		w.header(name, a.header.Values(name), want.Headers[name], origin)
	}
	for _, name := range steering {
		for _, value := range a.header.Values(name) {
			if name == "Link" && isOwnWords(value, known) {
				continue
			}
			w.differs("has the header %s: %s", name, clean(value))
		}
	}
	for _, name := range telling {
		if a.header.Get(name) != "" {
			w.remark("has the header %s, which no release sends: by it a browser tells something about who looks", name)
		}
	}
	return w
}

// isOwnWords says whether a header has a browser load nothing but words of the release,
// which a page does for a browser of another language: nothing runs by that.
func isOwnWords(link string, known func(path string) bool) bool {
	_, path, _ := strings.Cut(link, "<")
	path, _, _ = strings.Cut(path, ">")
	return link == wire.Preload(path) && known(path) && strings.HasSuffix(path, ".json")
}

// header holds the values of a header against the one that it is to have.
func (w *words) header(name string, values []string, want, origin string) {
	value := strings.Join(values, ", ")
	switch {
	case name == policy && len(values) == 1:
		more, same := connects(value, want)
		if same {
			for _, origin := range more {
				w.remark("pages may fetch from %s, as where ciphertext is kept", clean(origin))
			}
			return
		}
	case name == hsts:
		if strings.HasPrefix(origin, "https:") && (value == "" || strings.Contains(value, "max-age=0")) {
			w.remark("without %s: a browser that is not told https may ask without TLS", hsts)
		}
		return
	case name == "Location" && want != "" && value == origin+want:
		return // the same, in full
	case strings.EqualFold(strings.ReplaceAll(value, " ", ""), strings.ReplaceAll(want, " ", "")) && name != policy:
		return
	}
	if len(values) == 0 {
		w.differs("lacks the header %s: %s", name, clean(want))
	} else if want == "" {
		w.differs("has the header %s: %s", name, clean(value))
	} else {
		w.differs("has another %s: %s", name, clean(value))
	}
}

// connects says whether a policy is the wanted one but for more origins that pages may
// connect to, and which.
func connects(value, want string) (more []string, same bool) {
	if value == want {
		return nil, true
	}
	const directive = "connect-src"
	got, should := directives(value), directives(want)
	if got == nil || should == nil {
		return nil, false
	}
	wanted := strings.Fields(should[directive])
	for source := range strings.FieldsSeq(got[directive]) {
		if !slices.Contains(wanted, source) {
			more = append(more, source)
		}
	}
	for _, source := range more {
		// Words in quotes, schemes and wildcards let in more than one origin.
		if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") || strings.Contains(source, "*") {
			return nil, false
		}
	}
	got[directive] = strings.Join(slices.DeleteFunc(strings.Fields(got[directive]), func(source string) bool {
		return slices.Contains(more, source)
	}), " ")
	return more, maps.Equal(got, should)
}

// directives are the parts of a policy by their names; nil where one comes twice, or
// there are two policies.
func directives(policy string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		if _, twice := all[name]; twice || strings.Contains(part, ",") {
			return nil
		}
		all[name] = strings.TrimSpace(value)
	}
	return all
}

// maxWords is how much is said of what a service sent, in bytes.
const maxWords = 400

// clean makes a text of a service one that cannot move a terminal's cursor, nor pass for
// ours.
func clean(text string) string {
	if len(text) > maxWords {
		text = text[:maxWords] + "..."
	}
	quoted := strconv.QuoteToASCII(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
