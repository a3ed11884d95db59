package looks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSheetHasEveryState(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SEND_LOOKS", dir)
	t.Run("on a phone", func(t *testing.T) {
		Keep(t, "sent, with <six> words", []byte("a"), "firefox", "phone", Colours(true))
		Keep(t, "sent, with <six> words", []byte("b"), "chromium", "desktop", Colours(false))
	})
	Keep(t, "at first", []byte("c"), "chromium", "phone", Colours(false))
	if err := os.WriteFile(filepath.Join(dir, "other.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again, as after the tests of another package
		if err := Sheet(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"pages: 2<", "<h2>at-first ", `"SheetHasEveryState.sent-with-six-words.firefox-phone-dark.png"`,
		"chromium-desktop-light<",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "index?*[0-9]")); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
