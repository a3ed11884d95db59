package parity

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// What somebody who means harm, or has another program, writes.

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// times repeats what f makes.
func times(n int, f func() string) string {
	var b strings.Builder
	for range n {
		b.WriteString(f())
	}
	return b.String()
}

// letters are what names and notes consist of, besides letters.
var letters = []string{
	"a", "b", ".", "..", " ", "/", `\\`, ":", "?", "*", "<", "|", "é", "日", "👍", "\\u0000", "\\n", "\\r", "\\t", "\\u001f",
	"\\u007f", "\\u0085", "\\u00a0", "\\u202e", "\\u2066", "\\u2028", "\\u200f", "\\u061c", "\\ufeff", "\\ufffd",
	"\\ud83d", "\\udc4d", "\\ud83d\\udc4d", "\\ud800x", "\\uDBFF\\uDFFF", "\u202e", "\u2028", "\ufeff", "\ufffd",
	"\u0085", "\u3000", "\u180e", "\u200b", "CON", "nul", "com¹", "lpt9", "conin$", "\\\"", "\\/",
	"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	"\xc0\xaf", "\x7f", "\u0130", "\u00df", "\u212a", ".tar.gz", ".env",
}

// text is the inside of a JSON string.
func text(r *rand.Rand) string {
	n := pick(r, 0, 1, 2, 3, 5, 10, 40)
	if r.IntN(30) == 0 {
		n = 400
	}
	return times(n, func() string { return pick(r, letters...) })
}

func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// value is a JSON value, or what is nearly one.
func value(r *rand.Rand) string {
	switch r.IntN(30) {
	case 0:
		return pick(r, "0", "-0", "5.0", "1e3", "9007199254740991", "null", "true", "[]", "{}", "[1]", `{"a":1}`)
	case 1:
		return pick(r, "0", "-0", "1", "5.0", "1e3", "1E+2", "0.5", "-1",
			"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740991.4",
			"1e999", "-1e999", "1e-400", "01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "123456789012345678901234567890")
	case 2:
		return pick(r, "null", "true", "false", "nul", "True", "undefined")
	case 3:
		return pick(r, "[]", "{}", "[1]", `{"a":1}`, "[1,]", `{"a":1,}`, "[", "{", `{"filename":"inner.txt"}`)
	case 4:
		return deep(pick(r, 1, 30, 200, 999, 1000, 1001, 5000, 10000, 10001, 12000))
	case 5:
		return pick(r, `'a'`, `"a`, "\"a\nb\"", "\"\x00\"", `"\x41"`, `"\u12"`, `"\q"`)
	}
	return `"` + text(r) + `"`
}

func space(r *rand.Rand) string {
	switch n := r.IntN(40); {
	case n > 6:
		return ""
	case n > 1:
		return pick(r, " ", "\n", "\t", "\r\n")
	}
	return pick(r, " ", "\n", "\t", "\r\n", "\u00a0", "\ufeff", "\v", "\f", "/**/", "\x00")
}

// object is a JSON object of members, or what is nearly one.
func object(r *rand.Rand, members ...string) string {
	var all []string
	for _, m := range members {
		for range pick(r, 0, 1, 1, 1, 1, 2) {
			all = append(all, m)
		}
	}
	if r.IntN(5) == 0 {
		name := pick(r, "__proto__", "constructor", "toString",
			"Filename", "FILENAME", "file\\u006eame", "filename ", "ﬁlename", "")
		all = append(all, fmt.Sprintf(`"%s":%s`, name, value(r)))
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	s := space(r) + "{" + strings.Join(all, ","+space(r)) + space(r) + "}" + space(r)
	if r.IntN(25) == 0 {
		s = pick(r, "", "null", "[]", `"filename"`, "7", s+"x", s+s, "["+s+"]", strings.ToUpper(s), s[:len(s)/2], "\ufeff"+s)
	}
	return s
}

func metadata(r *rand.Rand) string {
	return object(r, `"filename":`+value(r), `"filename":"`+text(r)+`"`, `"type":`+value(r), `"x":`+value(r))
}

// plaintext is what is sealed in a file: an envelope of some kind, and content.
func plaintext(r *rand.Rand) []byte {
	meta := metadata(r)
	n := len(meta)
	if r.IntN(10) == 0 {
		n = pick(r, 0, n-1, n+1, n+3, n/2, 65536, 65537, 1<<31, 1<<32-1)
	}
	if r.IntN(40) == 0 { // at the bound
		meta = `{"filename":"a.txt","x":"` + strings.Repeat("y", pick(r, 65536, 65535, 65537, 65538)-27) + `"}`
		n = len(meta)
	}
	sized := string(binary.BigEndian.AppendUint32(nil, uint32(n))) + meta
	content := string(random(r, pick(r, 0, 1, 7, 100)))
	if r.IntN(20) == 0 {
		content = pick(r, "}", `"}`, "SGMETA", "{}", " ")
	}
	return []byte(pick(r,
		"SGMETA\x00"+sized, "SGMETA\x00"+sized, "SGMETA\x00"+sized, "SGMETA\x00"+sized, "SGMETA"+sized, "SGMETA."+meta,
		"SGMETA\x00"+meta, "SGMETB\x00"+sized, "sgmeta\x00"+sized, "SGMETA", "SGMETA\x00", "SGMETA\x01"+sized,
		"SGMETA{"+meta, meta, "",
	) + content)
}

// spoiled is a file that was changed on its way.
func spoiled(r *rand.Rand, sealed []byte) []byte {
	at := r.IntN(len(sealed) + 1)
	switch r.IntN(6) {
	case 0:
		return sealed[:at]
	case 1:
		return append(sealed, random(r, pick(r, 1, 16, 17))...)
	case 2:
		return append(append([]byte{}, sealed[:at]...), sealed[min(at+1, len(sealed)):]...)
	case 3:
		at = min(at, 60) // the header
	}
	if at < len(sealed) {
		sealed[at] ^= 1 << r.IntN(8)
	}
	return sealed
}

// file is a sealed file.
func file(r *rand.Rand, key []byte) (plain, sealed []byte) {
	plain = plaintext(r)
	if r.IntN(3) == 0 {
		sealed = sealV1(r, key, plain)
	} else {
		sealed = sealV2(r, key, segments(r, plain))
	}
	if r.IntN(4) == 0 {
		sealed = spoiled(r, sealed)
	}
	return plain, sealed
}

// segments cuts a plaintext as the format says, most of the time.
func segments(r *rand.Rand, plain []byte) []segment {
	if r.IntN(25) == 0 { // long enough for several segments
		n := firstRoom - len(plain)
		plain = append(plain, make([]byte, pick(r, n, n+1, firstRoom, firstRoom+nextRoom))...)
	}
	all := cut(plain)
	end := &all[len(all)-1]
	switch r.IntN(14) {
	case 0:
		end.last = false
	case 1:
		end.number++
	case 2: // a last one that is empty
		end.last = false
		all = append(all, segment{nil, end.number + 1, true})
	case 3: // too short for one that is not the last
		half := len(end.plain) / 2
		rest := segment{end.plain[half:], end.number + 1, true}
		end.plain, end.last = end.plain[:half], false
		all = append(all, rest)
	case 4: // one more behind the last
		all = append(all, segment{[]byte("more"), end.number + 1, true})
	}
	return all
}

func fileOfLabel(r *rand.Rand) string {
	if r.IntN(15) == 0 {
		return value(r)
	}
	return object(r, `"name":`+value(r), `"size":`+pick(r, "0", "7", value(r)),
		`"type":`+pick(r, value(r), `"text/plain"`, `"Text/Plain"`, `"a/b;c"`))
}

// label is a sealed label.
func label(r *rand.Rand, key []byte) (plain, sealed []byte) {
	files := make([]string, pick(r, 0, 1, 1, 1, 1, 1, 1, 2, 5, 101))
	for i := range files {
		files[i] = fileOfLabel(r)
		if len(files) > 100 {
			files[i] = "{}"
		}
	}
	pictures := []string{
		`"/9j/"`, `"/9j/4AAQ"`, `"iVBORw0KGgo="`, `"UklGRgAAAABXRUJQ"`,
		`"/9j_"`, `"/9j/ 4AAQ"`, `"/9j/4A="`, `"/9j/4A=="`, `"/9j/4B=="`,
		`"\u002f9j/"`, `"/9j/\n"`, `""`, value(r),
	}
	if r.IntN(20) == 0 {
		pictures = []string{`"/9j/` + strings.Repeat("AAAA", pick(r, 1705, 1706, 1707)) + `"`}
	}
	listed := `"files":[` + strings.Join(files, ",") + "]"
	if r.IntN(20) == 0 {
		listed = `"files":` + value(r)
	}
	s := object(r, listed, listed, `"count":`+value(r), `"size":`+value(r), `"note":`+value(r),
		fmt.Sprintf(`"picture":{"type":%s,"data":%s}`,
			pick(r, `"image/jpeg"`, `"image/png"`, `"image/webp"`, `"image/gif"`, `"toString"`, value(r)), pick(r, pictures...)))
	plain = []byte(s)
	sealed = sealLabel(r, key, plain)
	if r.IntN(8) == 0 {
		sealed = spoiled(r, sealed)
	}
	return plain, sealed
}

// wrappings are what programs do to links; see the vectors, which this adds chance to.
var wrappings = []func(r *rand.Rand, s string) string{
	func(r *rand.Rand, s string) string {
		return s + pick(r, ".", ",", ")", ">", "!", "?", "…", "/", `"`, "'", "]", "*", "_", " ")
	},
	func(r *rand.Rand, s string) string {
		return pick(r, "(", "<", `"`, "[a](", "see ", "‘", "“", "\u200b", "\ufeff") + s
	},
	func(r *rand.Rand, s string) string {
		return strings.ReplaceAll(s, "#", pick(r, "%23", "&#35;", "##", "%2523", "&num;", "＃"))
	},
	func(r *rand.Rand, s string) string {
		return strings.ReplaceAll(s, "/", pick(r, "%2F", "%2f", "&#47;", "&sol;"))
	},
	func(r *rand.Rand, s string) string {
		at := r.IntN(len(s) + 1)
		return s[:at] + pick(r, "=\n", "=\r\n", "\n", " ", "\u200b", "\u00ad", "\u2060", "\n> ", "\t") + s[at:]
	},
	func(_ *rand.Rand, s string) string {
		return strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	},
	func(_ *rand.Rand, s string) string { return strings.NewReplacer("-", "+", "_", "/").Replace(s) + "=" },
	func(r *rand.Rand, s string) string { return s + " " + s[:r.IntN(len(s)+1)] },
	func(r *rand.Rand, s string) string { return s[r.IntN(len(s)+1):] },
	func(r *rand.Rand, s string) string { return s[:r.IntN(len(s)+1)] },
	func(_ *rand.Rand, s string) string { return strings.ToUpper(s) },
	func(r *rand.Rand, s string) string {
		b := []byte(s)
		if len(b) > 0 {
			b[r.IntN(len(b))] = "A0#/-%\xff&"[r.IntN(8)]
		}
		return string(b)
	},
}

const keyLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// link is a link as people and programs hand it over. It is valid UTF-8: so are all
// texts that a browser has.
func link(r *rand.Rand) string {
	id := times(12, func() string { return string("0123456789abcdef"[r.IntN(16)]) })
	key := times(42, func() string { return string(keyLetters[r.IntN(64)]) }) + string("AEIMQUYcgkosw048"[r.IntN(16)])
	origin := pick(r, "https://send.example.org", "http://127.0.0.1:8080", "https://send.example.org/send",
		"https://[::1]:8080", "")
	s := pick(r,
		origin+"/d/#"+id+"/"+key, origin+"/d/#"+id, origin+"/d/"+id+"#"+key, origin+"/?id="+id+"#"+key, id+"/"+key, id,
		origin+"/en/download/#apple-mango-5623", "apple-mango-5623", key,
	)
	for range r.IntN(4) {
		s = pick(r, wrappings...)(r, s)
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// asJSON is a line.
func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and bytes
	}
	return append(b, '\n')
}
