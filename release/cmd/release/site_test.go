package main

import "testing"

// GitHub tells the address of a site with a slash at its end and without one.
func TestBelowWhichPathASiteIs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://owner.github.io/name/": "/name/", "https://owner.github.io/name": "/name/",
		"https://docs.example.org/": "/", "https://docs.example.org": "/", "": "/",
	} {
		if got, err := base(address); err != nil || got != want {
			t.Errorf("%q is below %q, %v, want %q", address, got, err, want)
		}
	}
	if got, err := base("https://[owner"); err == nil {
		t.Errorf("what is no address is below %q", got)
	}
}
