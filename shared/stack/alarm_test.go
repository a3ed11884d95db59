package stack

import "testing"

func TestDescriptionsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for description, want := range map[string][2]string{
		DescribeAlarm("a request failed: 1 %", "url-5xx"): {"a request failed: 1 %", "url-5xx"},
		"":                                     {"", ""},
		"made by hand":                         {"made by hand", ""},
		DescribeAlarm("it is", "../../secret"): {DescribeAlarm("it is", "../../secret"), ""},
		DescribeAlarm("it is", "a") + " and so on": {DescribeAlarm("it is", "a") + " and so on", ""},
		"It is. What to do: docs/playbooks/a.md":   {"It is. What to do: docs/playbooks/a.md", ""},
	} {
		why, playbook := Alarm{Description: description}.Described()
		if got := [2]string{why, playbook}; got != want {
			t.Errorf("%q is read as %q", description, got)
		}
	}
	const want = "This alarm says that it is so. What to do: docs/playbooks/a-page.md"
	if got := DescribeAlarm("it is so", "a-page"); got != want {
		t.Errorf("it says %q", got) // which is in the e-mails of stacks that are deployed
	}
}
