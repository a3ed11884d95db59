package verify

import (
	"crypto/rand"
	"encoding/hex"
	"math/big"
	"regexp"
)

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// locales begin old links.
var locales = []string{"en", "de", "es", "fr", "ja", "pt-BR", "en-GB"}

// address is a path of a list with words in the place of what stands for any: others
// each time, so that a service cannot know beforehand what it will be asked for.
func address(path string) string {
	return placeholder.ReplaceAllStringFunc(path, func(name string) string {
		if name == "{locale}" {
			return locales[below(len(locales))]
		}
		return unforeseen()
	})
}

// unforeseen is a word of the form of a transfer's ID.
func unforeseen() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// below is a random number from 0.
func below(n int) int {
	i, _ := rand.Int(rand.Reader, big.NewInt(int64(n))) // never fails
	return int(i.Int64())
}
