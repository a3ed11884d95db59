package envelope

import (
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

const (
	linkID  = "0123456789ab"
	linkKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	origin  = "https://send.example.org"
)

// links are the texts that people paste, and what they mean.
var links = []struct {
	in, origin, id, key, friendly string
}{
	{origin + "/d/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "/#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID, origin, linkID, "", ""},
	{origin + "/d/" + linkID, origin, linkID, "", ""},
	{"http://localhost:8080/d/#" + linkID + "/" + linkKey, "http://localhost:8080", linkID, linkKey, ""},
	{"http://[::1]:8080/d/#" + linkID + "/" + linkKey, "http://[::1]:8080", linkID, linkKey, ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{
		origin + "/send/v0/v0.1/v0.1.4/download.html?token=community-x#" + linkID + "/" + linkKey,
		origin, linkID, linkKey, "",
	},
	{origin + "/send/v0/v0.1/v0.1.4/download.html#" + linkID, origin, linkID, "", ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html?id=" + linkID, origin, linkID, "", ""},
	{origin + "/download?id=" + linkID + "#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/en-gb/download/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/en-gb/gallery/#" + linkID + "/" + linkKey + "|folder/photo 1.jpg", origin, linkID, linkKey, ""},
	{origin + "/en-gb/gallery/#" + linkID + "/" + linkKey + "%7Cphoto.jpg", origin, linkID, linkKey, ""},
	{origin + "/en-gb/browse/#apple-mango-5623", origin, "4abd0a491ed3", "", "apple-mango-5623"},
	{origin + "/en-gb/v/#apple-mango-5623|a.txt", origin, "4abd0a491ed3", "", "apple-mango-5623"},
	{"apple-mango-5623", "", "4abd0a491ed3", "", "apple-mango-5623"},
	{"#apple-mango-5623", "", "4abd0a491ed3", "", "apple-mango-5623"},
	{linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{"#" + linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{linkID + "#" + linkKey, "", linkID, linkKey, ""},
	{linkID, "", linkID, "", ""},
	{linkID + "/", "", linkID, "", ""},
	{`"` + origin + "/d/#" + linkID + "/" + linkKey + `"`, origin, linkID, linkKey, ""},
	{origin + `/d/#"` + linkID + "/" + linkKey + `'`, origin, linkID, linkKey, ""},
	{origin + "/d/#%22" + linkID + "/" + linkKey + "%22", origin, linkID, linkKey, ""},
	{"  " + origin + "/d/#" + linkID + "/" + linkKey + "=\r\n", origin, linkID, linkKey, ""},
}

var noLinks = []string{
	"", "#", "/", "/d/#", origin, origin + "/d/", origin + "/d/#", origin + "/#/" + linkKey,
	"send.example.org/d/#" + linkID + "/" + linkKey,
	"ftp://send.example.org/d/#" + linkID, "javascript://x/#" + linkID, "https:///d/#" + linkID,
	origin + "/d/#" + linkID + "/" + linkKey[1:],
	origin + "/d/#" + linkID + "/" + linkKey + "/x",
	origin + "/d/" + linkID + "#" + linkKey[1:],
	origin + "/d/#../../x/" + linkKey, origin + "/d/#a b", origin + "/d/#%2e%2e/" + linkKey,
	origin + "/d/#" + strings.Repeat("a", 129),
}

func TestParseLink(t *testing.T) {
	t.Parallel()
	for _, c := range links {
		l, err := ParseLink(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		key := ""
		if l.HasKey {
			key = l.Key.String()
		}
		if l.Origin != c.origin || l.ID != c.id || key != c.key || l.Friendly != c.friendly {
			t.Errorf("%s: %+v", c.in, l)
		}
	}
	for _, in := range noLinks {
		if l, err := ParseLink(in); send.CodeOf(err) != send.Invalid {
			t.Errorf("%q is taken for a link: %+v, %v", in, l, err)
		}
	}
}

func TestOpenKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		linkID:                 "",
		linkID + "/" + linkKey: linkKey,
		"apple-mango-5623":     "5RrU12USo7kBvFH7BM8OJ4qOt-HGsXZbH3NwxIr3sy0",
	} {
		l, err := ParseLink(in)
		if err != nil {
			t.Fatal(err)
		}
		if k, ok := l.OpenKey(); ok != (want != "") || ok && k.String() != want {
			t.Errorf("%s: %v, %v", in, k, ok)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	for _, c := range links {
		f.Add(c.in)
	}
	for _, in := range noLinks {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		l, err := ParseLink(in)
		if err != nil {
			if send.CodeOf(err) != send.Invalid || l != (Link{}) {
				t.Fatalf("%q: %+v, %v", in, l, err)
			}
			return
		}
		if l.Origin == "" {
			l.Origin = origin
		}
		if again, err := ParseLink(l.String()); err != nil || again != l {
			t.Fatalf("%q: %+v, then %+v, %v", in, l, again, err)
		}
	})
}
