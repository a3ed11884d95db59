package envelope

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

const (
	linkID  = "0123456789ab"
	linkKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	origin  = "https://send.example.org"
)

// secondKey has every kind of character that a key can have.
const (
	secondID  = "fedcba987654"
	secondKey = "_-9Hq_wA-z0_kR3t-Y_b7uVx_JmP2c-dE8g_LsN4nSE"
	plain     = "https://send.example.org/d/#0123456789ab/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

// links are the texts that people paste, and what they mean.
var links = []linkVector{
	// Every shape that there ever was.
	{origin + "/d/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + secondID + "/" + secondKey, origin, secondID, secondKey, ""},
	{origin + "/d/" + linkID + "#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "/#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "?token=x#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID, origin, linkID, "", ""},
	{origin + "/d/" + linkID, origin, linkID, "", ""},
	{"http://localhost:8080/d/#" + linkID + "/" + linkKey, "http://localhost:8080", linkID, linkKey, ""},
	{"http://[::1]:8080/d/#" + linkID + "/" + linkKey, "http://[::1]:8080", linkID, linkKey, ""},
	{"https://überall.example/d/#" + linkID + "/" + linkKey, "https://überall.example", linkID, linkKey, ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html?token=community-x#" + linkID + "/" + linkKey,
		origin, linkID, linkKey, ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html#" + linkID, origin, linkID, "", ""},
	{origin + "/send/v0/v0.1/v0.1.4/download.html?id=" + linkID, origin, linkID, "", ""},
	{origin + "/download?id=" + linkID + "#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/download?token=x&id=" + linkID + "&lang=en#" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/en-gb/download/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/en-gb/gallery/#" + linkID + "/" + linkKey + "|folder/photo 1.jpg", origin, linkID, linkKey, ""},
	{origin + "/en-gb/gallery/#" + linkID + "/" + linkKey + "%7Cphoto.jpg", origin, linkID, linkKey, ""},
	{origin + "/en-gb/browse/#apple-mango-5623", origin, "4abd0a491ed3", "", "apple-mango-5623"},
	{origin + "/en-gb/v/#apple-mango-5623|a.txt", origin, "4abd0a491ed3", "", "apple-mango-5623"},
	{origin + `/d/#"` + linkID + "/" + linkKey + `'`, origin, linkID, linkKey, ""},
	{origin + "/d/#%22" + linkID + "/" + linkKey + "%22", origin, linkID, linkKey, ""},

	// Without the service.
	{linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{linkID + "/" + linkKey + "|photo.jpg", "", linkID, linkKey, ""},
	{"#" + linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{"/d/#" + linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{linkID + "#" + linkKey, "", linkID, linkKey, ""},
	{linkID, "", linkID, "", ""},
	{linkID + "/", "", linkID, "", ""},
	{"apple-mango-5623", "", "4abd0a491ed3", "", "apple-mango-5623"},
	{"#apple-mango-5623", "", "4abd0a491ed3", "", "apple-mango-5623"},

	// Without the scheme: it is https, except on the machine itself.
	{"send.example.org/d/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{"link:send.example.org:8443/d/" + linkID + "#" + linkKey, "https://send.example.org:8443", linkID, linkKey, ""},
	{"send.example.org/download?id=" + linkID + "#" + linkKey, origin, linkID, linkKey, ""},
	{"192.168.1.20:8080/d/#" + linkID, "https://192.168.1.20:8080", linkID, "", ""},
	{"localhost:8080/d/#" + linkID, "http://localhost:8080", linkID, "", ""},
	{"127.0.0.1:8080/d/#" + linkID, "http://127.0.0.1:8080", linkID, "", ""},
	{"[::1]:8080/d/#" + linkID, "http://[::1]:8080", linkID, "", ""},
	{"链接send.example.org/d/#" + linkID, "", linkID, "", ""},
	{"链接" + plain + "谢谢", origin, linkID, linkKey, ""},
	{"download.html#" + linkID, "", linkID, "", ""},
	{"v0.1.4/download.html#" + linkID, "", linkID, "", ""},

	// The standard alphabet, and padding.
	{origin + "/d/#" + linkID + "/" + linkKey + "=", origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID + "/" + linkKey + "%3D", origin, linkID, linkKey, ""},
	{origin + "/d/#" + secondID + "/" + standard.Replace(secondKey) + "=", origin, secondID, secondKey, ""},
	{origin + "/d/" + secondID + "#" + standard.Replace(secondKey), origin, secondID, secondKey, ""},
	{origin + "/d/#" + secondID + "/" + url.PathEscape(standard.Replace(secondKey)), origin, secondID, secondKey, ""},
	{"here: " + secondID + "/" + standard.Replace(secondKey) + ", thanks", "", secondID, secondKey, ""},

	// Several links that are the same.
	{"[send.example.org/d/#" + linkID + "](" + plain + ")", origin, linkID, linkKey, ""},
	{"<a href=\"" + plain + "\">" + origin + "/d/#" + linkID + "/AAEC…</a>", origin, linkID, linkKey, ""},
	{linkID + "/" + linkKey + " at " + plain, origin, linkID, linkKey, ""},

	// Divided by line breaks in other places than the key.
	{origin + "/d/\n#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/en-gb/\r\n> download/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#\n" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID[:5] + "\r\n" + linkID[5:] + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID + "\n/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID + "/\n" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "#\n" + linkKey + "\nthanks", origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID + "/\nthanks", origin, linkID, "", ""},
	{origin + "/d/#" + linkID + "/" + linkKey[:42] + "\n" + linkKey[42:] + "\n", origin, linkID, linkKey, ""},
	{origin + "/d/#" + linkID + "/" + linkKey[:20] + "  " + linkKey[20:] + " thanks", origin, linkID, linkKey, ""},
	{"https://safelinks.example/?url=https%3A%2F%2Fsend.example.org%2Fd%2F%23" + linkID + "%2F" + linkKey[:9] + "\r\n" +
		linkKey[9:] + "&data=0", origin, linkID, linkKey, ""},
	{"https://safelinks.example/?url=https%3A%2F%2Fsend.example.org%2Fd%2F%2\r\n3" + linkID + "%2\n> F" + linkKey,
		origin, linkID, linkKey, ""},

	// Redirectors.
	{"https://www.google.com/url?q=https%3A%2F%2Fsend.example.org%2Fd%2F#" + linkID + "/" + linkKey,
		origin, linkID, linkKey, ""},
	{"https://r.example/?u=" + linkID + "%2F" + linkKey, "", linkID, linkKey, ""},
	{"mailto:a@b.example?body=See%20" + url.QueryEscape(plain) + "%0D%0Athanks", origin, linkID, linkKey, ""},
	{"HTTPS://Send.Example.ORG/d/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/%23" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{origin + "/d/" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
}

// oddLinks are texts that are read alone, but not in every wrapping.
var oddLinks = []linkVector{
	{"//send.example.org/d/#" + linkID + "/" + linkKey, origin, linkID, linkKey, ""},
	{"https://send.exam\nple.org/d/#" + linkID + "/" + linkKey, "", linkID, linkKey, ""},
	{"https://www.google.com/url?q=send.example.org/d/%23" + linkID + "/" + linkKey + "&sa=D",
		origin, linkID, linkKey, ""},
	{"https://r.example/?u=127.0.0.1:8080/d/%23" + linkID, "http://127.0.0.1:8080", linkID, "", ""},
	{"https://urldefense.example/v3/__" + origin + "/d/*" + linkID + "/" + linkKey + "__;Iw!!abc$",
		origin, linkID, linkKey, ""},
}

var standard = strings.NewReplacer("-", "+", "_", "/")

// noLinks are texts that no link is read from, and why.
var noLinks = []noLinkVector{
	{"", ReasonNoLink}, {"#", ReasonNoLink}, {"/", ReasonNoLink}, {"/d/#", ReasonNoLink},
	{origin, ReasonNoLink}, {origin + "/d/", ReasonNoLink}, {origin + "/d/#", ReasonNoLink},
	{origin + "/#/" + linkKey, ReasonNoLink},
	{linkKey, ReasonNoLink},
	{"it was fixed in " + linkID, ReasonNoLink},
	{"see the well-known-2024 ones", ReasonNoLink},
	{"ftp://send.example.org/d/#" + linkID, ReasonNoLink},
	{"javascript://x/#" + linkID, ReasonNoLink},
	{"https:///d/#" + linkID, ReasonNoLink},
	{"https://send.example.org@elsewhere.example/d/#" + linkID, ReasonNoLink},
	{origin + "/d/#../../x/" + linkKey, ReasonNoLink},
	{origin + "/d/#a b", ReasonNoLink},
	{origin + "/d/#" + strings.Repeat("a", 129), ReasonNoLink},
	{strings.Repeat(" ", maxText) + plain, ReasonLongText},

	{origin + "/d/#" + linkID[1:] + "/" + linkKey, ReasonDamagedID},
	{origin + "/d/#" + linkID + "0/" + linkKey, ReasonDamagedID},
	{origin + "/d/#%2e%2ex/" + linkKey, ReasonNoLink},
	{origin + "/d/#ABCDEF012345/" + linkKey, ReasonDamagedID},

	{origin + "/d/#" + linkID + "/" + linkKey[1:], ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:42], ReasonShortKey},
	{origin + "/d/" + linkID + "#" + linkKey[1:], ReasonShortKey},
	{origin + "/d/#" + linkID + "/AAEC…", ReasonShortKey},
	{linkID + "/" + linkKey[:30], ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:42] + " I think", ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:42] + "\nI think", ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:37] + "\nthanks", ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:33] + "\n2024-05-08", ReasonShortKey},
	{origin + "/d/#" + linkID + "/" + linkKey + "A", ReasonLongKey},
	{origin + "/d/#" + linkID + "/" + linkKey + linkKey, ReasonLongKey},
	{origin + "/d/" + linkID + "#" + linkKey + "AAA", ReasonLongKey},
	{origin + "/d/#" + linkID + "/" + linkKey + "thanks", ReasonLongKey},
	{origin + "/d/#" + linkID + "/" + linkKey[:42] + "9", ReasonDamagedKey},

	{plain + " and " + origin + "/d/#" + secondID + "/" + secondKey, ReasonSeveralLinks},
	{plain + "\n" + origin + "/d/#" + linkID + "/" + secondKey, ReasonSeveralLinks},
	{plain + "\n" + origin + "/d/#" + secondID, ReasonSeveralLinks},
	{plain + "\n" + origin + "/d/%23" + secondID + "%2F" + secondKey, ReasonSeveralLinks},
	{plain + "\nhttps://elsewhere.example/d/#" + linkID + "/" + linkKey, ReasonSeveralLinks},
	{plain + " or " + origin + "/en-gb/v/#apple-mango-5623", ReasonSeveralLinks},
}

func TestParseLink(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(links, oddLinks) {
		c.check(t, c.In)
	}
	for _, c := range noLinks {
		c.check(t, c.In)
	}
}

// check reads a text, which stands for the vector's.
func (c linkVector) check(t *testing.T, text string) {
	t.Helper()
	l, err := ParseLink(text)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return
	}
	key := ""
	if l.HasKey {
		key = l.Key.String()
	}
	if l.Origin != c.Origin || l.ID != c.ID || key != c.Key || l.Friendly != c.Friendly {
		t.Errorf("%q: %+v", text, l)
	}
}

func (c noLinkVector) check(t *testing.T, text string) {
	t.Helper()
	l, err := ParseLink(text)
	if l != (Link{}) || send.CodeOf(err) != send.Invalid || send.ReasonOf(err) != c.Reason {
		t.Errorf("%q, which is %s: %+v, %s, %v", text, c.Reason, l, send.ReasonOf(err), err)
	}
}

// wrappings are what people and programs do to links.
var wrappings = []wrapping{
	{Name: "a dot", Around: "{}."},
	{Name: "a comma", Around: "{},"},
	{Name: "a bracket", Around: "{})"},
	{Name: "an angle", Around: "{}>"},
	{Name: "an exclamation", Around: "{}!"},
	{Name: "a question", Around: "{}?"},
	{Name: "an ellipsis", Around: "{}…"},
	{Name: "three dots", Around: "{}..."},
	{Name: "a slash", Around: "{}/"},
	{Name: "a semicolon", Around: "{};"},
	{Name: "a colon", Around: "{}:"},
	{Name: "a dot of another language", Around: "{}。"},
	{Name: "white space", Around: " \t{} \r\n"},
	{Name: "no-break spaces", Around: "\u00a0{}\u202f"},
	{Name: "angles", Around: "<{}>"},
	{Name: "brackets", Around: "({})"},
	{Name: "square brackets", Around: "[{}]"},
	{Name: "quotes", Around: `"{}"`},
	{Name: "single quotes", Around: `'{}'`},
	{Name: "curly quotes", Around: "“{}”"},
	{Name: "low quotes", Around: "„{}“"},
	{Name: "guillemets", Around: "«{}»"},
	{Name: "a quoted mail", Around: "> > {}\r\n"},
	{Name: "bold Markdown", Around: "**{}**"},
	{Name: "slanted Markdown", Around: "_{}_"},
	{Name: "code in Markdown", Around: "`{}`"},
	{Name: "escapes of Markdown", Replace: [][2]string{{"_", `\_`}, {"#", `\#`}}, First: true},
	{Name: "zero-width spaces", Insert: "\u200b", Every: 7},
	{Name: "soft hyphens", Insert: "\u00ad", Every: 5},
	{Name: "a byte order mark", Around: "\ufeff{}"},
	{Name: "no-break hyphens", Replace: [][2]string{{"-", "\u2011"}}},
	{Name: "# twice", Replace: [][2]string{{"#", "##"}}, First: true},
	{Name: "# encoded", Replace: [][2]string{{"#", "%23"}}},
	{Name: "# as an entity", Replace: [][2]string{{"#", "&#35;"}}},
	{Name: "# as an entity in hex", Replace: [][2]string{{"#", "&#x23;"}}},
	{Name: "# escaped", Replace: [][2]string{{"#", `\u0023`}}},
	{Name: "HTML", Replace: [][2]string{{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"/", "&sol;"}}},
	{Name: "JSON", Replace: [][2]string{{`\`, `\\`}, {`"`, `\"`}, {"/", `\/`}, {"\r", `\r`}, {"\n", `\n`}},
		Around: `{"text":"{}"}`, Words: true},
	{Name: "percent-encoding", Replace: percent},
	{Name: "quoted-printable", Replace: [][2]string{{"=", "=3D"}}, Insert: "=\r\n", Every: 30},
	{Name: "quoted-printable and more", Replace: [][2]string{{"=", "=3D"}, {"#", "=23"}}, Insert: "=\n", Every: 8},
	{Name: "line breaks", Insert: "\r\n", Every: 20, Behind: "#"},
	{Name: "line breaks, indented", Insert: "\n    ", Every: 25, Behind: "#"},
	{Name: "line breaks, quoted", Insert: "\r\n> ", Every: 33, Behind: "#"},
	{Name: "line breaks, quoted twice", Insert: " \n>> ", Every: 12, Behind: "#"},

	{Name: "a sentence", Around: "here it is: {} thanks!", Words: true},
	{Name: "a word before", Around: "Link: {}", Words: true},
	{Name: "lines around", Around: "Hello,\r\n\r\n{}\r\nthanks\r\n-- \r\nBob", Words: true},
	{Name: "letters of another language", Around: "链接：{}，谢谢", Words: true},
	{Name: "Markdown", Around: "[the file]({})", Words: true},
	{Name: "Markdown, the link as its text", Around: "[{}]({})", Words: true},
	{Name: "HTML, an anchor", Around: `<p><a href="{}">the file</a></p>`, Words: true},
	{Name: "URL in angles", Around: "<URL:{}>", Words: true},
	{Name: "a shell's line", Around: "sgsend receive '{}'", Words: true},

	{Name: "without a scheme", Replace: [][2]string{{origin, "send.example.org"}}, Address: true, First: true},
	{Name: "a loud service", Replace: [][2]string{{origin, "HTTPS://SEND.EXAMPLE.ORG"}}, Address: true},
	{Name: "Outlook", Replace: percent, Address: true,
		Around: "https://eur01.safelinks.protection.example/?url={}&data=05%7C02%7Ca%40b.example%7C0&reserved=0"},
	{Name: "Google", Replace: percent, Address: true,
		Around: "https://www.google.example/url?q={}&sa=D&source=docs&ust=1700000000000000&usg=AOvVaw0"},
	{Name: "a redirector that encodes nothing", Around: "https://r.example/?{}", Address: true, First: true},
}

// percent is the percent-encoding of what stands in a query.
var percent = [][2]string{
	{"%", "%25"}, {":", "%3A"}, {"/", "%2F"}, {"#", "%23"}, {"?", "%3F"}, {"=", "%3D"}, {"&", "%26"}, {"|", "%7C"},
	{" ", "%20"}, {"\r", "%0D"}, {"\n", "%0A"}, {`"`, "%22"}, {"<", "%3C"}, {">", "%3E"}, {"+", "%2B"}, {`\`, "%5C"},
	{";", "%3B"}, {"[", "%5B"}, {"]", "%5D"}, {"\u200b", "%E2%80%8B"},
}

// apply wraps a text.
func (w wrapping) apply(text string) string {
	for _, r := range w.Replace {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	at := 0
	if w.Behind != "" {
		at = strings.LastIndex(text, w.Behind) + len(w.Behind)
	}
	if w.Every > 0 && at >= len(w.Behind) {
		var b strings.Builder
		b.WriteString(text[:at])
		for i, r := range []rune(text[at:]) {
			if i > 0 && i%w.Every == 0 {
				b.WriteString(w.Insert)
			}
			b.WriteRune(r)
		}
		text = b.String()
	}
	if w.Around != "" {
		text = strings.ReplaceAll(w.Around, "{}", text)
	}
	return text
}

// suits says whether what is read from a wrapped text must be what is read
// from the text: an ID alone is not looked for in a sentence, and what leads to
// no service has no address to write in another way.
func (w wrapping) suits(l Link, text string) bool {
	anchored := l.HasKey || l.Origin != "" || strings.Contains(text, "#"+linkID)
	divided := strings.ContainsAny(text, " \n")
	return (anchored || !w.Words) && (!divided || w.Behind == "") &&
		(!w.Address || l.Origin != "" && strings.HasPrefix(text, l.Origin))
}

// A link is read in every wrapping, and in every wrapping of every wrapping.
func TestParseLinkInEveryWrapping(t *testing.T) {
	t.Parallel()
	for i, c := range links {
		l, err := ParseLink(c.In)
		if err != nil {
			continue // TestParseLink has said so
		}
		for _, inner := range wrappings {
			if !inner.suits(l, c.In) {
				continue
			}
			wrapped := inner.apply(c.In)
			c.check(t, wrapped)
			if i >= pairedLinks {
				continue
			}
			for _, outer := range wrappings {
				divided := inner.Insert != "" && outer.Behind != "" // what two programs divided is in shreds
				if !outer.First && !divided && outer.suits(l, c.In) {
					c.check(t, outer.apply(wrapped))
				}
			}
			if t.Failed() {
				t.Fatalf("in %s", inner.Name)
			}
		}
	}
}

// pairedLinks is how many of the links are tried in pairs of wrappings.
const pairedLinks = 6

// A key of which a character is missing, or that has one too many, is never
// taken for another key, whatever stands around it.
func TestParseLinkNeverGuessesAKey(t *testing.T) {
	t.Parallel()
	for _, w := range wrappings {
		for i := range secondKey {
			for in, reason := range map[string]send.Reason{
				secondKey[:i] + secondKey[i+1:]:     ReasonShortKey,
				secondKey[:i+1]:                     ReasonShortKey,
				secondKey[:i] + "9" + secondKey[i:]: ReasonLongKey,
			} {
				if in != secondKey && trimKey(in) != "" {
					noLinkVector{"", reason}.check(t, w.apply(origin+"/d/#"+secondID+"/"+in))
				}
			}
			l, _ := ParseLink(w.apply(origin + "/d/#" + secondID + "/" + secondKey[:i] + " thanks, Bob I\nam fine"))
			if l.HasKey {
				t.Errorf("%d characters are taken for a key", i)
			}
		}
		if t.Failed() {
			t.Fatalf("in %s", w.Name)
		}
	}
}

// dice is the generator mulberry32, which is short in every language.
type dice uint32

// roll returns a number below n.
func (d *dice) roll(n int) int {
	*d += 0x6d2b79f5
	a := uint32(*d)
	t := (a ^ a>>15) * (a | 1)
	t ^= t + (t^t>>7)*(t|61)
	return int((t ^ t>>14) % uint32(n))
}

// strays are what [shaken] puts in.
var strays = []rune("#/%&=;:?.,|<>()[]\"'\\ \n\r\t_-+09aAfFzZ\u200b\u00a0…é")

// shaken returns a text that chance makes: one of texts, in up to two
// wrappings, with up to three changes.
func shaken(d *dice, texts []string) string {
	text := texts[d.roll(len(texts))]
	for range d.roll(3) {
		text = wrappings[d.roll(len(wrappings))].apply(text)
	}
	for range d.roll(4) {
		r := []rune(text)
		at := d.roll(len(r) + 1)
		switch d.roll(4) {
		case 0: // lose up to two characters
			r = slices.Delete(r, at, min(len(r), at+1+d.roll(2)))
		case 1: // put one in
			r = slices.Insert(r, at, strays[d.roll(len(strays))])
		case 2: // exchange one
			if at < len(r) {
				r[at] = strays[d.roll(len(strays))]
			}
		case 3: // lose all that follows, or add another text
			if d.roll(4) > 0 {
				r = append(r, []rune(" "+texts[d.roll(len(texts))])...)
			} else {
				r = r[:at]
			}
		}
		text = string(r)
	}
	return text
}

// read returns the hash of what is read from the texts, one line for each: the
// reason, or the origin, the ID, the key and the friendly token with blanks
// between.
func (v shakenVector) read() string {
	var texts []string
	for _, l := range slices.Concat(links, oddLinks) {
		texts = append(texts, l.In)
	}
	for _, l := range noLinks {
		if len(l.In) < 1000 {
			texts = append(texts, l.In)
		}
	}
	h := sha256.New()
	d := dice(v.Seed)
	for range v.Count {
		l, err := ParseLink(shaken(&d, texts))
		switch {
		case err != nil:
			fmt.Fprintln(h, send.ReasonOf(err))
		case l.HasKey:
			fmt.Fprintln(h, l.Origin, l.ID, l.Key, "")
		case l.Friendly != "":
			fmt.Fprintln(h, l.Origin, "", "", l.Friendly)
		default:
			fmt.Fprintln(h, l.Origin, l.ID, "", "")
		}
	}
	return hex.EncodeToString(h.Sum(nil))
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
	for i, c := range links {
		f.Add(c.In)
		f.Add(wrappings[i%len(wrappings)].apply(c.In))
	}
	for _, c := range noLinks {
		if len(c.In) < 1000 {
			f.Add(c.In)
		}
	}
	f.Fuzz(func(t *testing.T, in string) {
		l, err := ParseLink(in)
		if err != nil {
			if send.CodeOf(err) != send.Invalid || l != (Link{}) || !slices.Contains(reasons, send.ReasonOf(err)) {
				t.Fatalf("%q: %+v, %v", in, l, err)
			}
			return
		}
		if l.HasKey && !stands(l.Key, in) {
			t.Fatalf("%q: the key %s is nowhere in it", in, l.Key)
		}
		if l.Origin == "" {
			l.Origin = origin
		}
		if again, err := ParseLink(l.String()); err != nil || again != l {
			t.Fatalf("%q: %+v, then %+v, %v", in, l, again, err)
		}
	})
}

var reasons = []send.Reason{
	ReasonNoLink, ReasonSeveralLinks, ReasonShortKey, ReasonLongKey, ReasonDamagedKey, ReasonDamagedID, ReasonLongText,
}

// stands says whether a text has a key, whatever white space divides it.
func stands(k Key, text string) bool {
	for _, s := range readings(text) {
		s = base64URL.Replace(strings.NewReplacer(" ", "", "\n", "").Replace(s))
		if strings.Contains(s, k.String()) {
			return true
		}
	}
	return false
}
