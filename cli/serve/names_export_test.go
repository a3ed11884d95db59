package serve

import (
	"io"
	"strings"
)

// For the tests of what is said about names.
var (
	LeadsHere   = leadsHere
	Uncertified = uncertified
)

// Said is whether a finding is good, and what it says in all.
func Said(f finding) (good bool, text string) {
	return f.good, strings.TrimSpace(f.text + " " + f.advice)
}

// Tell tells findings to who looks on.
func Tell(out io.Writer, all ...finding) {
	o := &onlooker{out: out, advised: map[string]bool{}}
	for _, f := range all {
		o.tell(f)
	}
}
