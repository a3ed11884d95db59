package stack

import (
	"slices"
	"testing"
)

// FuzzParseSteps: whatever is read rises to 100, and is read the same when it is written.
func FuzzParseSteps(f *testing.F) {
	for _, text := range []string{"10,50,100", "100", "", "50,10,100", "1 2,,100", "+1,100", "1,100,100", "-1,100"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := ParseSteps(text)
		if err != nil {
			return
		}
		if !slices.IsSorted(steps) || steps[0] < 1 || steps[len(steps)-1] != 100 || len(steps) > mostSteps {
			t.Errorf("%q is read as %v", text, steps)
		}
		if again, err := ParseSteps(FormatSteps(steps, ",")); err != nil || !slices.Equal(again, steps) {
			t.Errorf("%q is read as %v, and that as %v, %v", text, steps, again, err)
		}
	})
}
