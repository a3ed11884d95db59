package envelope

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

// keyVectors are the texts that people give as a key, and what they mean.
var keyVectors = []keyVector{
	{linkKey, linkKey},
	{secondKey, secondKey},
	{standard.Replace(secondKey), secondKey},
	{standard.Replace(secondKey) + "=", secondKey},
	{linkKey[:20] + "\n" + linkKey[20:], linkKey},
	{secondKey[:20] + "  " + secondKey[20:] + ".", secondKey},
	{"the key is " + linkKey + ", see you", linkKey},
	{"Key:" + linkKey, linkKey},
	{linkKey + " " + linkKey, linkKey},
	{plain, linkKey},
	{"here it is: " + plain + " thanks", linkKey},
	{"/" + linkKey, linkKey},
	{"%2F" + linkKey + "%3D", linkKey},
}

// noKeys are texts that no key is read from, and why.
var noKeys = []noLinkVector{
	{"", ReasonNoLink},
	{"the key is under the mat", ReasonNoLink},
	{linkID, ReasonShortKey},
	{linkKey[1:], ReasonShortKey},
	{linkKey[:42] + "+", ReasonShortKey},
	{"the key is " + linkKey[:42], ReasonNoLink},
	{linkKey[:40] + " the", ReasonNoLink},
	{"the " + linkKey[:40], ReasonDamagedKey},
	{linkKey + "A", ReasonLongKey},
	{linkKey + linkKey, ReasonLongKey},
	{linkKey[:42] + "9", ReasonDamagedKey},
	{linkKey + " " + secondKey, ReasonSeveralLinks},
	{plain + " " + secondKey, ReasonSeveralLinks},
	{strings.Repeat(" ", maxText) + linkKey, ReasonLongText},
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	check := func(text, key string) {
		t.Helper()
		if k, err := ParseKey(text); err != nil || k.String() != key {
			t.Errorf("%q: %v, %v", text, k, err)
		}
	}
	for _, c := range keyVectors {
		check(c.In, c.Key)
	}
	for _, c := range noKeys {
		if k, err := ParseKey(c.In); k != (Key{}) || send.CodeOf(err) != send.Invalid || send.ReasonOf(err) != c.Reason {
			t.Errorf("%q, which is %s: %v, %s, %v", c.In, c.Reason, k, send.ReasonOf(err), err)
		}
	}
	for _, w := range wrappings {
		if !w.Address && w.Name != "slanted Markdown" { // a key may begin with the sign
			check(w.apply(linkKey), linkKey)
			check(w.apply(secondKey), secondKey)
		}
	}
	if one, two := NewKey(), NewKey(); one == two {
		t.Error("a key twice")
	}
}

func FuzzParseKey(f *testing.F) {
	for i, c := range keyVectors {
		f.Add(c.In)
		f.Add(wrappings[i%len(wrappings)].apply(c.In))
	}
	for _, c := range noKeys {
		if len(c.In) < 1000 {
			f.Add(c.In)
		}
	}
	f.Fuzz(func(t *testing.T, in string) {
		k, err := ParseKey(in)
		switch {
		case err == nil:
			if !stands(k, in) {
				t.Fatalf("%q: the key %s is nowhere in it", in, k)
			}
		case send.CodeOf(err) != send.Invalid || k != (Key{}) || !slices.Contains(reasons, send.ReasonOf(err)):
			t.Fatalf("%q: %v, %v", in, k, err)
		}
	})
}

func TestKeyStaysOutOfLogs(t *testing.T) {
	t.Parallel()
	k := NewKey()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "key", k, "link", Link{ID: "a", Key: k, HasKey: true})
	if strings.Contains(b.String(), k.String()) || strings.Contains(b.String(), fmt.Sprint([32]byte(k))) {
		t.Errorf("the key is in the log: %s", &b)
	}
}
