package wire

import (
	"regexp"
	"strings"
	"sync"
)

// Earlier versions had pages in each language, whose paths begin with it, and several
// to receive with.
const (
	locale    = "/{locale:[a-z]{2,3}(?:-[A-Za-z]{2,4})?}/"
	receiving = "{page:download|browse|gallery|view|v|welcome}"
)

// The pages of the user service, and where links to earlier versions of them
// still lead.
var (
	// SendPage is where people send.
	SendPage = route(User, get, "/",
		"/send", "/send/", "/send/v0/v0.1/v0.1.4/", "/send/v0/v0.1/v0.1.4/index.html", locale)

	// ReceivePage is where links lead: the ID and the key are behind the #,
	// which browsers keep to themselves.
	ReceivePage = route(User, get, "/d/",
		"/d", "/d/{transfer_id}", "/v/", locale+receiving+"/", locale+receiving,
		"/send/v0/v0.1/v0.1.4/download.html")

	// RequestPage is where links of requests lead: what they hold is behind the #, too.
	RequestPage = route(User, get, "/r/", "/r", "/r/{request_id}")

	// HowPage says how it works.
	HowPage = route(User, get, "/how")

	// Console is where operators work.
	Console = route(Admin, get, "/admin/")

	// OldConsole is where the console, and its login, were: people are sent on.
	OldConsole = route(Admin, get, "/", "/admin", "/admin/v0/v0.1/v0.1.0/index.html", "/auth/set-cookie-form")
)

// placeholder is a parameter in a template, with its form, if it has one; choice is a
// form that says which words it can be.
var (
	placeholder = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{(\w+)(?::((?:[^{}]|\{[^}]*\})*))?\}`)
	})
	choice = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+(\|\w+)+$`) })
)

// Filled is a path's template with what stands for each parameter in its place, as it is:
// where a value is to be escaped, whoever gives it does that.
func Filled(template string, value func(parameter string) string) string {
	return placeholder().ReplaceAllStringFunc(template, func(p string) string {
		return value(placeholder().FindStringSubmatch(p)[1])
	})
}

// Addresses are the paths of a page: once for each word where there is a choice of
// them, and with {name} in the place of any other parameter.
func (r Route) Addresses() (all []string) {
	for _, path := range r.Paths {
		all = append(all, addresses(path)...)
	}
	return all
}

func addresses(template string) (all []string) {
	at := placeholder().FindStringSubmatchIndex(template)
	if at == nil {
		return []string{template}
	}
	words := []string{"{" + template[at[2]:at[3]] + "}"}
	if at[4] >= 0 && choice().MatchString(template[at[4]:at[5]]) {
		words = strings.Split(template[at[4]:at[5]], "|")
	}
	for _, rest := range addresses(template[at[1]:]) {
		for _, word := range words {
			all = append(all, template[:at[0]]+word+rest)
		}
	}
	return all
}
