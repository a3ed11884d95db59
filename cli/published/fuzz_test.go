package published

import (
	"strings"
	"testing"
)

// FuzzSums: whatever is given out as a list of digests, what is read of it are digests of
// files by names that lead nowhere.
func FuzzSums(f *testing.F) {
	const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, text := range []string{
		sum + "  sgsend-linux-amd64\n", sum + " *sgsend", sum + "  ../sgsend\n" + sum + "  a\r\n",
		strings.ToUpper(sum) + "  a",
		sum + "  a\n" + strings.Repeat("0", 64) + "  a\n", strings.Repeat("x", 70000) + "\n" + sum + "  b", "\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for name, sum := range Sums(text) {
			leads := name == "" || strings.ContainsAny(name, "/\\\x00 \r\n")
			if leads || len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" {
				t.Errorf("%q lists %q as %q", text, sum, name)
			}
			if !strings.Contains(string(text), sum+"  "+name) {
				t.Errorf("%q does not say that %q is %q", text, name, sum)
			}
		}
	})
}
