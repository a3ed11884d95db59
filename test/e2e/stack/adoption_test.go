package stack

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/nightly"
)

// goesAndComesBack destroys a protected stack, as docs/settings.md says, brings it back
// with what it kept, and ends it for good.
func goesAndComesBack(t *testing.T, pulumi *commandLine, aws simulation, stack string) {
	t.Helper()
	up := []string{"up", "--yes", "--skip-preview", "--non-interactive"}
	destroy := []string{"destroy", "--yes", "--skip-preview", "--non-interactive"}
	n := names.Names{Account: account, Region: region, Stack: stack}
	buckets := []string{n.Bucket(names.Transfers), n.Bucket(names.Cache), n.Bucket(names.Artifacts)}
	aws.put(t, buckets[0], "transfers/1d/a/b", "sealed")
	ledger := aws.items(t, n.Ledger())

	step(t, "protection refuses to destroy", func(t *testing.T) {
		if said, err := pulumi.try(t, destroy...); err == nil || !strings.Contains(said, "protected") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
	})
	step(t, "what is kept stays, and stays closed", func(t *testing.T) {
		pulumi.run(t, "state", "unprotect", "--all", "--yes", "--non-interactive")
		pulumi.run(t, destroy...)
		for _, bucket := range buckets {
			for _, setting := range []string{"publicAccessBlock", "policy", "lifecycle", "encryption", "ownershipControls"} {
				if status, answer := aws.ask(t, "s3", http.MethodGet, "/"+bucket+"?"+setting, "", ""); status != http.StatusOK {
					t.Errorf("%s has lost its %s: %d %s", bucket, setting, status, answer)
				}
			}
		}
		left := aws.tagged(t, stack)
		slices.Sort(left)
		want := []string{"arn:aws:dynamodb:" + region + ":" + account + ":table/" + n.Ledger()}
		for _, bucket := range buckets {
			want = append(want, "arn:aws:s3:::"+bucket)
		}
		if slices.Sort(want); !slices.Equal(left, want) {
			t.Errorf("what is left is\n%v, want\n%v", left, want)
		}
	})
	step(t, "adoption has to be asked for", func(t *testing.T) {
		if said, err := pulumi.try(t, up...); err == nil {
			t.Errorf("pulumi says\n%s", said)
		}
	})

	adopting := *pulumi
	adopting.env = append(slices.Clone(pulumi.env), "SEND_ADOPT=true")
	step(t, "another stack's is not adopted", func(t *testing.T) {
		aws.tag(t, buckets[0], "other")
		said, err := adopting.try(t, up...)
		if err == nil || !strings.Contains(said, "not tagged as a part of stack") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		aws.tag(t, buckets[0], stack)
	})
	step(t, "its own is", func(t *testing.T) {
		adopting.run(t, up...)
		if got := aws.object(t, buckets[0], "transfers/1d/a/b"); string(got) != "sealed" {
			t.Errorf("the payload is %q", got)
		}
		if now := aws.items(t, n.Ledger()); len(now) < len(ledger) {
			t.Errorf("the ledger has %d of %d records", len(now), len(ledger))
		}
	})
	step(t, "and then is as if it had never been away", func(t *testing.T) {
		pulumi.run(t, "preview", "--expect-no-changes", "--diff", "--non-interactive")
		if nightly.Or(false, true) { // no matter who asks
			adopting.run(t, "preview", "--expect-no-changes", "--diff", "--non-interactive")
		}
		if n := strings.Count(pulumi.run(t, "stack", "export"), `"protect": true`); n != len(buckets)+1 {
			t.Errorf("%d things are protected", n)
		}
	})
	step(t, "without protection nothing is left", func(t *testing.T) {
		pulumi.run(t, "config", "rm", "protect")
		pulumi.run(t, up...)
		aws.has(t, stack, "log groups at edge", "log sources at edge", "log targets at edge", "log delivery at edge",
			"topics at edge", "alarms at edge", "firewalls", "address sets", "distributions")
		pulumi.run(t, destroy...)
		aws.gone(t, stack)
		for _, bucket := range buckets {
			if status, _ := aws.ask(t, "s3", http.MethodHead, "/"+bucket, "", ""); status != http.StatusNotFound {
				t.Errorf("%s answers %d", bucket, status)
			}
		}
		pulumi.run(t, "stack", "rm", "--yes", stack)
	})
}
