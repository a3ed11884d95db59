package envelope

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	k := NewKey()
	text := k.String()
	for _, s := range []string{text, text + "=", `"` + text + `"`, "'" + text + "'", " " + text + "\n"} {
		if got, err := ParseKey(s); err != nil || got != k {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	zero := strings.Repeat("A", 43)
	for _, s := range []string{"", zero[1:], zero + "A", zero[1:] + "B", zero[1:] + "+", strings.Repeat("A", 44)} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("%q is taken for a key", s)
		}
	}
	if one, two := NewKey(), NewKey(); one == two {
		t.Error("a key twice")
	}
}

func TestKeyStaysOutOfLogs(t *testing.T) {
	t.Parallel()
	k := NewKey()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "key", k, "link", Link{ID: "a", Key: k, HasKey: true})
	if strings.Contains(b.String(), k.String()) || strings.Contains(b.String(), fmt.Sprint([32]byte(k))) {
		t.Errorf("the key is in the log: %s", &b)
	}
}
