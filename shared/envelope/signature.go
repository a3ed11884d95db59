package envelope

import "strings"

// signatures are the formats whose files are compressed already, so that
// nothing else gives them away, and that people send most. A pattern is in hex
// digits, with "?" for one that may be any; spaces are for the reader. Each
// fixes at least 32 bits, and all together they match random bytes with a
// chance below 10^-10, which a test adds up.
var signatures = []struct{ name, pattern string }{
	{"a file with its name in clear", "53474d455441"},
	{"a ZIP archive or office document", "504b0304 ??00 ???? ??00"},
	{"a PDF document", "255044462d"},
	{"a PNG image", "89504e470d0a1a0a"},
	{"a JPEG image", "ffd8ffe0 ???? 4a464946"},
	{"a JPEG image", "ffd8ffe1 ???? 45786966"},
	{"a JPEG image", "ffd8ffe2 ???? 4943435f"},
	{"a JPEG image", "ffd8ffdb 0043"},
	{"a JPEG image", "ffd8ffdb 0084"},
	{"a GIF image", "47494638 3?61"},
	{"a WebP image", "52494646 ???????? 57454250"},
	{"an MP4 or HEIC file", "000000?? 66747970"},
	{"a Matroska or WebM film", "1a45dfa3 ?? 428681"},
	{"a Matroska or WebM film", "1a45dfa3 01000000000000 ?? 428681"},
	{"an MP3 recording", "494433 0? 00 ?0 0?"},
	{"an Ogg recording", "4f676753 0002"},
	{"a FLAC recording", "664c6143 ?0 000022"},
	{"a gzip file", "1f8b08 0? ???????? 0? 0?"},
	{"a gzip file", "1f8b08 0? ???????? 0? ff"},
	{"a bzip2 file", "425a68 3? 314159265359"},
	{"an xz file", "fd377a585a00"},
	{"a Zstandard file", "28b52ffd ?4"},
	{"a Zstandard file", "28b52ffd ?0"},
	{"a 7-Zip archive", "377abcaf271c"},
	{"a RAR archive", "526172211a07"},
}

func init() {
	for i := range signatures {
		signatures[i].pattern = strings.ReplaceAll(signatures[i].pattern, " ", "")
	}
}

// signature returns the name of the format that b begins like, or "".
func signature(b []byte) string {
	for _, s := range signatures {
		if matches(s.pattern, b) {
			return s.name
		}
	}
	return ""
}

func matches(pattern string, b []byte) bool {
	if len(b) < len(pattern)/2 {
		return false
	}
	const digits = "0123456789abcdef"
	for i := range len(pattern) {
		digit := digits[b[i/2]>>4]
		if i%2 == 1 {
			digit = digits[b[i/2]&15]
		}
		if pattern[i] != '?' && pattern[i] != digit {
			return false
		}
	}
	return true
}
