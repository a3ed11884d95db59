package command

import (
	"strings"

	"github.com/sethvargo/go-diceware/diceware"
)

// spokenWords is how many make a passphrase: 77 bits, by the EFF's large list, which whoever
// guesses has to stretch each time.
const spokenWords = 6

// newWords makes a passphrase that can be said.
func newWords() string {
	words, err := diceware.Generate(spokenWords)
	if err != nil {
		panic(err) // chance never fails: crypto/rand
	}
	return strings.Join(words, " ")
}
