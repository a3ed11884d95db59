package envelope

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// What programs do to a text on its way is undone in every order until nothing
// is left to undo, and each text on the way there is a reading of its own: what
// looks encoded need not be.

const (
	maxText     = 32 << 10 // bytes of a text in which a link is looked for
	maxReadings = 64
)

// readings returns what a text may mean, each in the simple form that
// sightings reads.
func readings(text string) []string {
	found := []string{strings.Map(visible, valid(text))}
	for i := 0; i < len(found); i++ {
		for _, undo := range []func(string) string{unpercent, unentity, unquoted, unescape} {
			if plain := undo(found[i]); len(found) < maxReadings && !slices.Contains(found, plain) {
				found = append(found, plain)
			}
		}
	}
	for i, text := range found {
		found[i] = simplify(text)
	}
	return slices.Compact(found)
}

// patterns are made when the first link is read, and not when a service starts.
var patterns = sync.OnceValue(func() (p struct {
	percent, entity, softBreak, quoted, escape *regexp.Regexp // encodings

	wordBreak, gap *regexp.Regexp // of the simple form

	word, host, name, local, friendly *regexp.Regexp
}) {
	const lineBreak = `(?:[ \t]*[\r\n][ \t\r\n>]*)?`
	p.percent = regexp.MustCompile(`(?:%` + lineBreak + `[0-9A-Fa-f]` + lineBreak + `[0-9A-Fa-f])+`)
	p.entity = regexp.MustCompile(`&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));`)
	p.softBreak = regexp.MustCompile(`=[ \t]*\r?\n(?:(?:[ \t]*>)+[ \t]?)?`)
	p.quoted = regexp.MustCompile(`(?:=(?:0[9AD]|[2-9A-F][0-9A-F]))+`)
	p.escape = regexp.MustCompile(`\\(?:u[0-9A-Fa-f]{4}|[nrt]|` + lineBreak + "[!-/:-@\\[-`{-~])")

	p.wordBreak = regexp.MustCompile(`<[wW][bB][rR] ?/?>`)
	p.gap = regexp.MustCompile(` *\n[ \n>]*| +`)

	p.word = regexp.MustCompile(`^(?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+)(?:[-_+/](?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+))*$`)
	p.host = regexp.MustCompile(`^(?:[\pL\pN_-]+(?:\.[\pL\pN_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)
	p.name = regexp.MustCompile(`^(.*[:\[\]])?(` +
		`(?:(?:[A-Za-z0-9][A-Za-z0-9_-]*\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)|[0-9]+(?:\.[0-9]+){3}|` +
		`[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)$`)
	p.local = regexp.MustCompile(`^(?:localhost(?::|$)|127\.|\[::1\])`)
	p.friendly = regexp.MustCompile(`[a-z](?:\n?[a-z]){0,31}\n?-\n?[a-z](?:\n?[a-z]){0,31}\n?-\n?[0-9](?:\n?[0-9]){3}`)
	return p
})

// unpercent undoes the percent-encoding of URLs (RFC 3986, 2.1), once. Line
// breaks may divide the characters of one code.
func unpercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	return patterns().percent.ReplaceAllStringFunc(s, unhex)
}

// unquoted undoes the quoted-printable encoding of mail (RFC 2045, 6.7), with
// the marks of a quotation that follow a soft line break. Codes of control
// characters are none of it.
func unquoted(s string) string {
	if !strings.Contains(s, "=") {
		return s
	}
	s = patterns().softBreak.ReplaceAllString(s, "")
	return patterns().quoted.ReplaceAllStringFunc(s, unhex)
}

// unhex returns the text of bytes that are written as a sign and two
// hexadecimal digits each.
func unhex(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n>", r) {
			return -1
		}
		return r
	}, s)
	b := make([]byte, 0, len(s)/3)
	for ; s != ""; s = s[3:] {
		n, _ := strconv.ParseUint(s[1:3], 16, 8) // the pattern lets nothing else through
		b = append(b, byte(n))
	}
	return valid(string(b))
}

// unentity undoes the character references of HTML.
func unentity(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	p := patterns().entity
	return p.ReplaceAllStringFunc(s, func(ref string) string {
		m := p.FindStringSubmatch(ref)
		switch {
		case m[1] != "":
			return character(m[1], 10)
		case m[2] != "":
			return character(m[2], 16)
		}
		if c, ok := entities[m[3]]; ok {
			return c
		}
		return ref
	})
}

// entities are those that stand for a character of a link, or for one that is
// found beside links.
var entities = map[string]string{
	"amp": "&", "apos": "'", "colon": ":", "commat": "@", "dash": "\u2010", "equals": "=", "excl": "!", "gt": ">",
	"hyphen": "\u2010", "lowbar": "_", "lt": "<", "nbsp": "\u00a0", "num": "#", "percnt": "%", "period": ".", "plus": "+",
	"quest": "?", "quot": `"`, "semi": ";", "shy": "\u00ad", "sol": "/", "verbar": "|", "vert": "|", "zwj": "\u200d",
	"zwnj": "\u200c", "NewLine": "\n", "Tab": "\t",
}

// unescape undoes the escapes of JSON and Markdown.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return patterns().escape.ReplaceAllStringFunc(s, func(esc string) string {
		switch esc[1] {
		case 'u':
			return character(esc[2:], 16)
		case 'n', 'r', 't':
			return "\n"
		}
		return esc[len(esc)-1:]
	})
}

// character returns the character of a number; U+FFFD where there is none.
func character(digits string, base int) string {
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return string(utf8.RuneError)
	}
	return string(rune(n))
}

// valid replaces what is no text.
func valid(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }

// simplify brings a text into the form in which links are looked for: without
// what is invisible, with one kind of quotes and hyphens, and with every run of
// white space as one blank, or as one line feed, to which the marks of a
// quotation in the next line belong, where it holds a line break.
func simplify(s string) string {
	p := patterns()
	s = strings.Map(simple, s)
	s = p.wordBreak.ReplaceAllString(s, "")
	return p.gap.ReplaceAllStringFunc(s, func(gap string) string {
		if strings.Contains(gap, "\n") {
			return "\n"
		}
		return " "
	})
}

// visible drops what nobody sees.
func visible(r rune) rune {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff:
		return -1
	}
	return r
}

// simple returns the character that stands for all of its kind.
func simple(r rune) rune {
	switch {
	case r == '\r', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case r == '\t', r == '\v', r == '\f', r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f,
		r == 0x3000:
		return ' '
	case r == 0x2010, r == 0x2011:
		return '-'
	case r == '\'', r == '`', r == 0xab, r == 0xb4, r == 0xbb, r >= 0x2018 && r <= 0x201f, r == 0x2039, r == 0x203a:
		return '"'
	}
	return visible(r)
}
