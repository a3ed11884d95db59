package envelope

import (
	"strings"
	"testing"
)

// names are what a sender may call a file, and what it is called on disk.
var names = []struct{ in, out string }{
	{"a.txt", "a.txt"},
	{"Übersicht 2024 (final).pdf", "Übersicht 2024 (final).pdf"},
	{"写真👨‍👩‍👧.png", "写真👨‍👩‍👧.png"},
	{"", "download"},
	{".", "download"},
	{"..", "download"},
	{" . . ", "download"},
	{"/", "download"},
	{"../../etc/passwd", "passwd"},
	{`C:\Users\x\report.doc`, "report.doc"},
	{"a/b\\c/..", "download"},
	{".env", ".env"},
	{" .env.local. ", ".env.local"},
	{"a/.gitignore", ".gitignore"},
	{"\u202e.a", ".a"},
	{"...a", "a"},
	{"..a", "a"},
	{". a", "a"},
	{".con", ".con"},
	{"." + strings.Repeat("x", 300), "." + strings.Repeat("x", 254)},
	{"a.txt. . ", "a.txt"},
	{"a\x00b\nc\x1b[31m\x7f.txt", "abc[31m.txt"},
	{"invoice\u202efdp.exe", "invoicefdp.exe"},
	{"\u2067a\u2069\u200f.txt", "a.txt"},
	{"\ufeffa.txt", "a.txt"},
	{"a\u2028b\u2029.txt", "ab.txt"},
	{"a:stream", "a_stream"},
	{`<a>|"b"?*.txt`, "_a___b___.txt"},
	{"CON", "_CON"},
	{"nul.txt", "_nul.txt"},
	{"aux .tar.gz", "_aux .tar.gz"},
	{"com1.log", "_com1.log"},
	{"lpt¹", "_lpt¹"},
	{"COM10", "COM10"},
	{"console.log", "console.log"},
	{"null", "null"},
	{"a\xff\xfeb", "ab"},
	{"a\u00a0", "a"},
	{strings.Repeat("x", 300), strings.Repeat("x", 255)},
	{strings.Repeat("x", 300) + ".txt", strings.Repeat("x", 251) + ".txt"},
	{strings.Repeat("é", 200) + ".tar", strings.Repeat("é", 125) + ".tar"},
	{strings.Repeat("x", 100) + "." + strings.Repeat("y", 200), strings.Repeat("x", 100) + "." + strings.Repeat("y", 154)},
	{"x" + strings.Repeat(" ", 300) + ".txt", "x.txt"},
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for _, n := range names {
		if got := CleanName(n.in); got != n.out {
			t.Errorf("%.60q: %q, not %q", n.in, got, n.out)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, n := range names {
		f.Add(n.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		name := CleanName(in)
		if name == "" || len(name) > maxName || strings.ContainsAny(name, "/\\\x00\n:") ||
			name == "." || strings.HasPrefix(name, "..") || strings.HasPrefix(name, ". ") {
			t.Fatalf("%q: %q", in, name)
		}
		if again := CleanName(name); again != name {
			t.Fatalf("%q: %q, then %q", in, name, again)
		}
	})
}
