package wire_test

import (
	"testing"

	"sgraph.ai/send/shared/wire"
)

func TestInvite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ origin, token, want string }{
		{"https://send.example.org", "send-1_a", "https://send.example.org/#invite/send-1_a"},
		{"", "send-1_a", ""},
		{"https://send.example.org", "", ""},
	} {
		if got := wire.Invite(c.origin, c.token); got != c.want {
			t.Errorf("Invite(%q, %q) = %q, not %q", c.origin, c.token, got, c.want)
		}
	}
	for text, want := range map[string]string{
		"https://send.example.org/#invite/send-1_a": "send-1_a",
		"send-1_a":                    "send-1_a",
		"":                            "",
		"https://send.example.org/#a": "https://send.example.org/#a", // the service says that there is no such token
	} {
		if got := wire.Invited(text); got != want {
			t.Errorf("Invited(%q) = %q, not %q", text, got, want)
		}
	}
}
