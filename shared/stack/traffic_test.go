package stack

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStepsRiseToAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"100": "[100]", "10,50,100": "[10 50 100]", "10 50 100": "[10 50 100]", " 1, 100": "[1 100]",
		"": "", "10,50": "", "50,10,100": "", "50,50,100": "", "0,100": "", "-1,100": "", "100,101": "", "ten,100": "",
		"10%,100": "", "1,2,3,4,5,6,7,8,9,100": "[1 2 3 4 5 6 7 8 9 100]", "1,2,3,4,5,6,7,8,9,10,100": "",
		"99999999999999999999,100": "",
	} {
		steps, err := ParseSteps(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q was read as %v", text, steps)
			}
		} else if err != nil || fmt.Sprint(steps) != want {
			t.Errorf("%q was read as %v, %v", text, steps, err)
		}
	}
}

func TestTagsSayHowToMove(t *testing.T) {
	t.Parallel()
	for _, want := range []Traffic{{Steps: []int{100}}, {[]int{10, 50, 100}, 5 * time.Minute}} {
		got, err := TrafficOf(want.Tags())
		if err != nil || got.String() != want.String() {
			t.Errorf("%v was read as %v, %v", want, got, err)
		}
	}
	for name, tags := range map[string]map[string]string{
		"none":                 nil,
		"no wait":              {StepsTag: "100"},
		"no steps":             {WaitTag: "1m"},
		"less than nothing":    {StepsTag: "100", WaitTag: "-1m"},
		"longer than watching": {StepsTag: "100", WaitTag: "16m"},
		"longer than it may":   {StepsTag: "10 50 100", WaitTag: "8m"},
	} {
		if got, err := TrafficOf(tags); err == nil {
			t.Errorf("%s: %v was read as %v", name, tags, got)
		}
	}
	if err := (Traffic{[]int{10, 50, 100}, 8 * time.Minute}).Check(); err == nil || !strings.Contains(err.Error(), "48m") {
		t.Errorf("a move that lasts too long: %v", err)
	}
}
