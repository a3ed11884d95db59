package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sethvargo/go-diceware/diceware"
)

// The page makes its passphrases of the same words.
func TestWordsAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	assets := filepath.Join("..", "..", "services", "user", "web", "assets")
	text, err := os.ReadFile(filepath.Join(assets, "ui", "eff-large-wordlist.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.TrimSpace(line))
		}
	}
	if len(words) != 7776 {
		t.Fatalf("the page has %d words", len(words))
	}
	for n, word := range words {
		rolled := 0
		for i, place := n, 1; place <= 10_000; i, place = i/6, place*10 {
			rolled += (i%6 + 1) * place
		}
		if ours := diceware.WordListEffLarge().WordAt(rolled); ours != word {
			t.Fatalf("word %d is %q here, and %q in the page", rolled, ours, word)
		}
	}
}
