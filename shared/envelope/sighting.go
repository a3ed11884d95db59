package envelope

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	idLength  = 12 // hexadecimal digits
	keyLength = 43 // of the alphabet of keys

	maxRun  = 1024 // characters in which a key is looked for
	maxHost = 300  // characters of the name of a service, and its port
)

// state is how much of a link was seen. What is better comes first.
type state uint8

const (
	whole   state = iota // with its key
	derived              // a friendly token, from which the key is derived
	short                // a part of the key is missing
	long                 // there is more than a key
	damaged              // as long as a key, and none
	without              // no key
)

func (s state) faulty() bool { return s == short || s == long || s == damaged }

// sighting is a link, or what is left of one, at a place in a text.
type sighting struct {
	origin   string
	id       string // "" of a friendly token
	friendly string
	key      Key
	state    state
	length   int // of what stands where the key should
}

// sightings returns the links in a text in the simple form.
func sightings(s string) (found []sighting) {
	for at := range len(s) {
		if !isHex(s[at]) || !startsWord(s, at) {
			continue
		}
		id, next, ok := idAt(s, at)
		if !ok {
			continue
		}
		seen, end := keyBehind(s, next)
		if _, ok := nextKey(s, seen, end); ok || isRequested(s, at) {
			continue
		}
		seen.id = id
		if seen.state != whole && !isAnchored(s, at) && !isAlone(s, at, end) {
			continue // something else of twelve digits
		}
		if seen.origin, ok = originBefore(s, at); ok {
			found = append(found, seen)
		}
	}
	for _, m := range patterns().friendly.FindAllStringIndex(s, -1) {
		at, end := m[0], m[1]
		if !startsWord(s, at) || !endsWord(s, end) {
			continue
		}
		before := trimBreak(s[:at])
		inLink := strings.HasSuffix(before, "#") && strings.Contains(token(before), "/")
		if !inLink && !isAlone(s, at, end) {
			continue
		}
		if origin, ok := originBefore(s, at); ok {
			words := strings.ReplaceAll(s[at:end], "\n", "")
			found = append(found, sighting{origin: origin, friendly: words, state: derived})
		}
	}
	return found
}

// idAt returns the ID that begins at a place, and where it ends. Line breaks
// may divide it.
func idAt(s string, at int) (id string, end int, ok bool) {
	digits := make([]byte, 0, idLength)
	for ; len(digits) < idLength; at++ {
		if len(digits) > 0 && at+1 < len(s) && s[at] == '\n' {
			at++
		}
		if at >= len(s) || !isHex(s[at]) {
			return "", at, false
		}
		digits = append(digits, s[at])
	}
	return string(digits), at, endsWord(s, at)
}

// startsWord says whether no letter or digit goes before what begins at a place.
func startsWord(s string, at int) bool {
	for at > 0 && (s[at-1] == '-' || s[at-1] == '_') {
		at--
	}
	return at == 0 || !isAlphanumeric(rune(s[at-1]))
}

// endsWord says whether no letter or digit goes on with what ends at a place.
// Signs may: Markdown emphasises by them.
func endsWord(s string, at int) bool { return trimKey(run(s, at, isKeyByte)) == "" }

// keyBehind reads what follows an ID, and where that ends: "/" and the key, or
// what is left of a path and of a query, "#", and the key.
func keyBehind(s string, at int) (seen sighting, end int) {
	none := sighting{state: without}
	next := skip(s, at, "\n")
	if next < len(s) && s[next] == '/' {
		if seen, end = keyAt(s, next+1); seen.state != without {
			return seen, end
		}
		at, next = next+1, next+1
	}
	if next < len(s) && (s[next] == '?' || s[next] == '&') {
		for next < len(s) && !strings.ContainsRune("# \n\"<>()[]{}|", rune(s[next])) {
			next++
		}
	}
	if next == len(s) || s[next] != '#' {
		return none, at
	}
	next = skip(s, next, "#")
	if _, after, ok := idAt(s, next); ok && after < len(s) && s[after] == '/' {
		return none, at // it is the fragment that says which transfer
	}
	return keyAt(s, next)
}

// keyAt reads the key that begins at a place. White space may divide it where
// what follows completes it.
func keyAt(s string, at int) (seen sighting, end int) {
	from := skip(s, at, "\n\"")
	narrow, end := gather(s, from, isKeyByte)
	if k, ok := decodeKey(narrow); ok {
		return sighting{key: k, state: whole}, end
	}
	wide, wideEnd := gather(s, from, isBase64Byte)
	if k, ok := decodeKey(wide); ok {
		return sighting{key: k, state: whole}, wideEnd
	}
	n, w := len(trimKey(narrow)), len(trimKey(wide))
	switch {
	case w == 0, strings.Contains(s[at:from], "\n"): // the next line need not be ours
		return sighting{state: without}, at
	case w < keyLength:
		return sighting{state: short, length: w}, wideEnd
	case n > keyLength:
		return sighting{state: long, length: n}, end
	}
	return sighting{state: damaged, length: n}, wideEnd
}

// gather returns the characters of a key from a place on, and where they end.
// It goes on behind white space while there are fewer than a key has, unless
// what stands there can be a word.
func gather(s string, at int, in func(byte) bool) (text string, end int) {
	text = run(s, at, in)
	end = at + len(text)
	for text != "" && len(text) < keyLength && end < len(s) && (s[end] == ' ' || s[end] == '\n') {
		more := run(s, end+1, in)
		after := end + 1 + len(more)
		if more == "" || len(more) > keyLength {
			break
		}
		if isWord(more) && !(s[end] == '\n' && len(more) <= 2 && endsLine(s, after)) {
			break
		}
		text += more
		end = after
	}
	return text, end
}

// isWord says whether a text can be words or numbers that somebody wrote.
func isWord(text string) bool { return len(text) <= keyLength && patterns().word.MatchString(text) }

// endsLine says whether nothing but a closing sign follows in a line.
func endsLine(s string, at int) bool {
	at = skip(s, at, `>)]"=`)
	return at == len(s) || s[at] == '\n'
}

// run returns the characters of a set from a place on.
func run(s string, at int, in func(byte) bool) string {
	end := at
	for end < len(s) && end-at < maxRun && in(s[end]) {
		end++
	}
	return s[at:end]
}

func skip(s string, at int, signs string) int {
	for at < len(s) && strings.IndexByte(signs, s[at]) >= 0 {
		at++
	}
	return at
}

// trimKey drops what can end no key: the last character of one carries two
// zero bits.
func trimKey(text string) string { return strings.TrimRight(text, "-_+/") }

// isAnchored says whether what begins at a place stands where links have it.
func isAnchored(s string, at int) bool {
	before := trimBreak(s[:at])
	return strings.HasSuffix(before, "#") || strings.HasSuffix(before, "/d/") ||
		strings.HasSuffix(before, "?id=") || strings.HasSuffix(before, "&id=")
}

// isAlone says whether a text holds nothing else that could be read.
func isAlone(s string, from, to int) bool {
	return !strings.ContainsFunc(s[:from], isAlphanumeric) && !strings.ContainsFunc(s[to:], isAlphanumeric)
}

// trimBreak drops the quotes, and the line break, that may stand between an
// address and what follows its "#" or its last "/".
func trimBreak(s string) string {
	if t := strings.TrimRight(s, "\"\n"); strings.HasSuffix(t, "#") || strings.HasSuffix(t, "/") ||
		strings.HasSuffix(t, "=") {
		return t
	}
	return s
}

// token returns the last part of a text that has no white space and none of
// the signs that do not stand in addresses.
func token(s string) string { return s[strings.LastIndexAny(s, " \n\"<>(){}|,;")+1:] }

// originBefore returns the service of a link whose ID begins at a place: ""
// where it names none, and false where it names what is none.
func originBefore(s string, at int) (origin string, ok bool) {
	before := trimBreak(s[:at])
	address := token(before)
	origin, ok = originIn(address)
	before = before[:len(before)-len(address)]
	if !strings.HasSuffix(before, "\n") || strings.Contains(address, "://") {
		return origin, ok
	}
	// A line break may divide the address. Where it divides the name of the
	// service, nobody can tell what it is.
	above := token(strings.TrimSuffix(before, "\n"))
	scheme := strings.LastIndex(above, "://")
	switch {
	case strings.Contains(above, "#"):
		return origin, ok
	case scheme >= 0 && !strings.ContainsAny(above[scheme+3:], "/?"):
		return "", true
	case ok && origin == "":
		return originIn(above)
	}
	return origin, ok
}

// originIn returns the service that an address names. In that of a redirector
// it is the one that stands last.
func originIn(address string) (origin string, ok bool) {
	for plain := unpercent(address); plain != address; plain = unpercent(address) {
		address = plain
	}
	switch {
	case strings.HasSuffix(address, "?id=") || strings.HasSuffix(address, "&id="):
		address = address[:max(0, strings.LastIndexByte(address, '?'))]
	case strings.HasSuffix(address, "="):
		return "", true // it is a redirector's, and what it leads to names no service
	}
	p := patterns()
	for _, part := range []string{address[strings.LastIndexAny(address, "?=&")+1:], address} {
		if i := strings.LastIndex(part, "://"); i >= 0 {
			scheme, host := "", part[i+3:]
			for from := i; from > 0 && isAlphanumeric(rune(part[from-1])); from-- {
				scheme = part[from-1 : i]
			}
			if end := strings.IndexAny(host, `/?#\`); end >= 0 {
				host = host[:end]
			}
			scheme, host = lower(scheme), lower(host)
			if scheme != "https" && scheme != "http" || !p.host.MatchString(host) {
				return "", false
			}
			return scheme + "://" + host, true
		}
		if host := lower(nameIn(part)); host != "" {
			if p.local.MatchString(host) {
				return "http://" + host, true
			}
			return "https://" + host, true
		}
	}
	return "", true
}

// nameIn returns the name of a service, with its port, that an address without
// a scheme begins with: "" where there is none.
func nameIn(address string) string {
	before, _, found := strings.Cut(strings.TrimLeft(address, "/:_"), "/")
	from := len(before)
	for from > 0 && (isKeyByte(before[from-1]) || strings.IndexByte(".:[]", before[from-1]) >= 0) {
		from--
	}
	if !found || len(before)-from > maxHost {
		return ""
	}
	m := patterns().name.FindStringSubmatch(before[from:])
	if m == nil {
		return ""
	}
	// What a letter goes before is only the end of a name.
	if r, _ := utf8.DecodeLastRuneInString(before[:from]); m[1] == "" && (unicode.IsLetter(r) || unicode.IsNumber(r)) {
		return ""
	}
	return m[2]
}

// keys returns the keys in a text in the simple form, those in links and those
// that stand by themselves.
func keys(s string) (found []sighting) {
	for _, seen := range sightings(s) {
		if seen.state == whole || seen.state.faulty() {
			found = append(found, sighting{key: seen.key, state: seen.state, length: seen.length})
		}
	}
	for at := 0; at < len(s); at++ {
		if !isBase64Byte(s[at]) || at > 0 && isBase64Byte(s[at-1]) && s[at-1] != '/' {
			continue
		}
		seen, end := keyAt(s, at)
		first := run(s, at, isBase64Byte)
		switch {
		case seen.state == whole && (end <= at+len(first) || !isWord(first)):
			found = append(found, seen)
			at = end
		case seen.state.faulty() && isAlone(s, at, end):
			found = append(found, seen)
		}
	}
	return found
}

// wholeKeyWithoutID says whether a key stands behind what should be an ID.
func wholeKeyWithoutID(texts []string) bool {
	return slices.ContainsFunc(texts, func(s string) bool {
		for at := range len(s) {
			if s[at] != '/' {
				continue
			}
			if _, ok := decodeKey(run(s, at+1, isKeyByte)); !ok {
				continue
			}
			from := at
			for from > 0 && isKeyByte(s[from-1]) {
				from--
			}
			if from < at && (isAnchored(s, from) || from == 0) {
				return true
			}
		}
		return false
	})
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' }

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func isKeyByte(b byte) bool { return isAlphanumeric(rune(b)) || b == '-' || b == '_' }

func isBase64Byte(b byte) bool { return isKeyByte(b) || b == '+' || b == '/' }

// lower puts the letters of ASCII in lower case, as names in addresses are
// compared.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
