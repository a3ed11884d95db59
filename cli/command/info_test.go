package command

import (
	"bytes"
	"strings"
	"testing"
	"text/tabwriter"

	"sgraph.ai/send/shared/envelope"
)

// A label is of somebody whom nobody knows: what it says moves no cursor, turns
// no text, and looks like no other row.
func TestLabelsAreSafeToShow(t *testing.T) {
	t.Parallel()
	key := envelope.NewKey()
	l, err := envelope.OpenLabel(key, envelope.SealLabel(key, envelope.Label{
		Files: []envelope.LabelFile{
			{Name: "a\x1b]0;title\x07\tb\u202egpj.exe\nstatus  deleted", Size: 2048},
			{Name: "\x9b2J", Size: envelope.Unknown},
		},
		Count: 12, Size: 5 << 20, Note: "first\x1b[2J\r\nstatus\tdeleted\u2066\n\n\n\nlast",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	showLabel(w, l)
	w.Flush()
	want := strings.Join([]string{
		"file   a]0;titlebgpj.exestatus  deleted (2.0 KiB)",
		"file   2J",
		"files  12 in all (5.0 MiB)",
		"note   first[2J",
		"       status deleted",
		"       ",
		"       last",
		"",
	}, "\n")
	if b.String() != want {
		t.Errorf("shown is\n%s\nwant\n%s", &b, want)
	}
}
