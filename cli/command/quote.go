package command

import (
	"regexp"
	"strings"
)

// asFile writes the path of a file so that no program takes it for a flag.
func asFile(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

var plain = regexp.MustCompile(`^[\pL\pN@%+=:,./_-]+$`)

// quoted writes a word as a shell reads it.
func quoted(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
