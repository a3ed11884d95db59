package stack

import (
	"os"
	"strings"
	"testing"
)

// These are the names of hosts that run.
func TestNamesOfHostsStay(t *testing.T) {
	t.Parallel()
	n := Names{Account: "123456789012", Region: "eu-west-2", Stack: "qa"}
	for want, got := range map[string]string{
		"sgraph-send-qa":      n.HostGroup(),
		"sgraph-send-host-qa": n.HostRole(),
		"sgsend/ab.rpm":       PackageKey("ab"),
		"arn:aws:autoscaling:eu-west-2:123456789012:autoScalingGroup:*:autoScalingGroupName/sgraph-send-qa": n.HostGroupARN(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if n.HostTemplate() != n.HostGroup() {
		t.Errorf("the launch template is %s", n.HostTemplate())
	}
	page, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{(Names{Stack: "<stack>"}).HostRole(), PackageKey("<sha256>")} {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/settings.md does not say that something is called %s", name)
		}
	}
}
