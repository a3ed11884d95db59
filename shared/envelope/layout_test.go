package envelope

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// Every envelope that was ever written, and what only looks like one.
func TestOpenAny(t *testing.T) {
	t.Parallel()
	const meta = `{"filename":"a.txt"}`
	long := `{"filename":"a.txt","x":"` + strings.Repeat("x", maxMeta) + `"}`
	sized := func(json string) string {
		return layoutA + "\x00" + string([]byte{byte(len(json) >> 16), byte(len(json) >> 8), byte(len(json))}) + json
	}
	for name, c := range map[string]struct{ plain, filename, content string }{
		"layout A":                     {sized(meta) + "hello", "a.txt", "hello"},
		"layout A without content":     {sized(meta), "a.txt", ""},
		"layout A with other members":  {sized(`{"size":5,"filename":"a.txt","tags":["x"]}`) + "hello", "a.txt", "hello"},
		"layout A without a name":      {sized(`{}`) + "hello", Nameless, "hello"},
		"layout A, name is no text":    {sized(`{"filename":7}`) + "hello", Nameless, "hello"},
		"layout A, name in capitals":   {sized(`{"Filename":"a.txt"}`) + "hello", Nameless, "hello"},
		"layout B":                     {"SGMETA\x00\x00\x00\x14" + meta + "hello", "a.txt", "hello"},
		"NUL and brace":                {"SGMETA\x00" + meta + "hello", "a.txt", "hello"},
		"NUL and brace, brace in name": {"SGMETA\x00" + `{"filename":"a}{.txt"}` + "}hello", "a}{.txt", "}hello"},
		"dot":                          {"SGMETA." + meta + "hello", "a.txt", "hello"},
		"raw":                          {"hello", Nameless, "hello"},
		"raw, empty":                   {"", Nameless, ""},
		"only the magic":               {"SGMETA", Nameless, "SGMETA"},
		"magic and NUL":                {"SGMETA\x00", Nameless, "SGMETA\x00"},
		"dot, no JSON":                 {"SGMETA.hello", Nameless, "SGMETA.hello"},
		"dot, an array":                {"SGMETA.[1]hello", Nameless, "SGMETA.[1]hello"},
		"layout A, null":               {sized("null") + "hello", Nameless, sized("null") + "hello"},
		"layout A, an array":           {sized("[1]") + "hello", Nameless, sized("[1]") + "hello"},
		"layout A, no JSON":            {sized("hello") + "hello", Nameless, sized("hello") + "hello"},
		"layout A, longer than all":    {layoutA + "\x00\x00\x00\xff" + meta, Nameless, layoutA + "\x00\x00\x00\xff" + meta},
		"layout A, too long":           {sized(long), Nameless, sized(long)},
		"NUL and brace, too long":      {"SGMETA\x00" + long, Nameless, "SGMETA\x00" + long},
	} {
		m, content := openAny([]byte(c.plain))
		if m.Filename != c.filename || string(content) != c.content {
			t.Errorf("%s: %q, %.40q", name, m.Filename, content)
		}
	}
}

func TestMetaEncoding(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Meta{
		`{"filename":"a.txt"}`:                         {Filename: "a.txt"},
		`{"filename":"download"}`:                      {},
		`{"filename":"passwd"}`:                        {Filename: "/etc/passwd"},
		`{"filename":"a & b.txt","type":"text/plain"}`: {Filename: "a & b.txt", Type: "text/plain"},
		`{"filename":"b"}`:                             {Filename: "b", Type: "no type"},
	} {
		if got := string(m.encode()); got != want {
			t.Errorf("%+v: %s", m, got)
		}
	}
}

// However long the name, readers take the envelope.
func TestMetaIsShort(t *testing.T) {
	t.Parallel()
	b := Meta{
		Filename: strings.Repeat("\u2027", 4000),
		Type:     strings.Repeat("a", 63) + "/" + strings.Repeat("b", 63),
	}.seal()
	if m, rest := openAny(b); len(b) > maxMeta || len(rest) > 0 || len(m.Filename) > maxName || m.Type == "" {
		t.Errorf("%d bytes, %d left, %+v", len(b), len(rest), m)
	}
	if !json.Valid(bytes.TrimPrefix(b, b[:len(layoutA)+lengthSize])) {
		t.Error("no JSON")
	}
}
