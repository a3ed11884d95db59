package client

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"sgraph.ai/send/shared/send"
)

// FuzzRefusal: whatever a server refuses with, or something before it, the error is one
// line that a terminal can show, and waits for no time that is none.
func FuzzRefusal(f *testing.F) {
	for _, answer := range []string{
		"410 Gone\r\nContent-Type: application/json\r\n\r\n{\"detail\":\"expired\",\"code\":\"expired\"}",
		"403 \x1b]0;title\x07\x1b[2J\r\n\r\n", "499 \u202etxt.exe\r\n\r\n{\"detail\":\"\\u202e\\u0007\\u001b[31m\"}",
		"307 Moved\r\nLocation: https://evil%E2%80%AE.example/\r\n\r\n", "302 Found\r\nLocation: //\x1b[2J\r\n\r\n",
		"429 Slow\r\nRetry-After: 99999999999999999999\r\nDate: x\r\n\r\n{\"detail\":[{\"loc\":[\"a\\n\"],\"msg\":\"b\"}]}",
		"429 Slow\r\nRetry-After: 9223372036854775807\r\n\r\n[",
		"503 Away\r\nRetry-After: -1\r\n\r\n{\"detail\":{},\"code\":7}",
		"500 \r\n\r\n{\"detail\":\"" + strings.Repeat("a\\n", 5000) + "\",\"code\":\"x\\u001b\"}",
	} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		asked, err := http.NewRequest(http.MethodGet, "https://send.example/api", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 "+answer)), asked)
		if err != nil {
			return // no client is given it
		}
		defer res.Body.Close()
		err = refusal(res)
		e, is := err.(*send.Error)
		if !is || e.RetryAfter < 0 {
			t.Fatalf("%q is %#v", answer, err)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q is shown as %q", answer, err)
		}
	})
}
