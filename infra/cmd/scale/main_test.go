package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestTheCommand(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	args := []string{"-root", "../../..", "-rate", "2", "-rate", "0.5", "-bytes", "1000", "-set", "sweepMinutes=5"}
	if err := run(t.Context(), args, &text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"| 0.5 a second | 2 a second |", "US dollars a month", "a sweep has too little time",
		"uploads with one token"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, &text)
		}
	}
	for _, bad := range [][]string{
		{"-rate", "0"}, {"-rate", "NaN"}, {"-rate", "1e6"}, {"-rate", "many"}, {"-bytes", "0"}, {"-stack", "none"},
		{"-set", "sweepMinutes"}, {"-set", "sweepMinutes=0"},
	} {
		if err := run(t.Context(), append([]string{"-root", "../../.."}, bad...), &text); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
