package envelope

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Nameless is the name of a file whose sender gave none that can be used.
const Nameless = "download"

const (
	maxName      = 255 // bytes, what common file systems allow
	maxExtension = 16  // bytes of an extension that outlive the cutting of a name
)

// CleanName makes a name that is safe to create in any folder of any system
// out of what a sender, who may mean harm, called the file: the last element
// of a path with either slash; without control characters and those that turn
// the direction of writing to hide an extension; with "_" for what Windows
// reserves; without dots and spaces at its ends, so that it does not climb, but
// for one dot at its beginning, as in ".env"; not the name of a device; at most
// 255 bytes, cut before the extension. [Nameless] when nothing is left.
//
// A name with a dot at its beginning may be one that programs obey in the folder
// where it is, such as ".bashrc": who keeps the file decides about that.
func CleanName(name string) string { return cmp.Or(cleanName(name), Nameless) }

// cleanName is CleanName, but "" when nothing is left.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = trimName(strings.Map(safeRune, name))
	if device.MatchString(name) {
		name = "_" + name
	}
	return cutName(name)
}

// device matches what Windows takes for a device, whatever follows the dot.
var device = lazyregexp.New(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\.|$)`)

func safeRune(r rune) rune {
	switch {
	case unicode.IsControl(r), turnsText(r), r == '\u2028', r == '\u2029', r == '\ufeff', r == utf8.RuneError:
		return -1
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	}
	return r
}

// turnsText says whether a rune is one of Unicode's bidirectional controls.
func turnsText(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// trimName trims dots and spaces, but for a single dot that begins a name.
func trimName(name string) string {
	name = strings.TrimFunc(name, unicode.IsSpace)
	trimmed := strings.TrimFunc(name, dotOrSpace)
	if trimmed != "" && strings.HasPrefix(name, "."+trimmed) {
		return "." + trimmed
	}
	return trimmed
}

func dotOrSpace(r rune) bool { return r == '.' || unicode.IsSpace(r) }

func cutName(name string) string {
	if len(name) <= maxName {
		return name
	}
	stem, extension := splitName(name)
	return cutStem(stem, maxName-len(extension)) + extension
}

// splitName splits a name before its extension, which is "" where it is longer
// than one.
func splitName(name string) (stem, extension string) {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= maxExtension {
		return name[:dot], name[dot:]
	}
	return name, ""
}

// cutStem cuts the beginning of a name to so many bytes.
func cutStem(stem string, most int) string {
	if len(stem) <= most {
		return stem
	}
	stem = stem[:most]
	for !utf8.ValidString(stem) { // cut in the middle of a rune
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRightFunc(stem, dotOrSpace)
}
