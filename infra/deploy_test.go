package main

import (
	"strings"
	"testing"
)

func TestWrongAccountTouchesNothing(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "dev", nil)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("dev")
	g.account = "999999999999"
	err = run(t, s, g)
	if err == nil || !strings.Contains(err.Error(), "999999999999") || !strings.Contains(err.Error(), testAccount) {
		t.Errorf("the message names not both accounts: %v", err)
	}
	for _, d := range g.resources {
		if !strings.HasPrefix(d.Type, "pulumi:providers:") {
			t.Errorf("%s %s was declared", d.Type, d.Name)
		}
	}
}

func TestOwnNamesReachTheEdgeAndTheService(t *testing.T) {
	t.Parallel()
	g := record(t, "qa", map[string]string{
		"sgraph-send:userDomain":     "send.example.org",
		"sgraph-send:certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
		"sgraph-send:alarmEmail":     "ops@example.org",
	})
	url := plain(g.told(t, "sgraph-send-user-qa")["SEND__PUBLIC_URL"])
	if !url.IsString() || url.StringValue() != "https://send.example.org" {
		t.Errorf("the service believes it is at %v", url)
	}
	for _, d := range g.some(t, "aws:cloudfront/distribution:Distribution") {
		if want := d.Name == "user"; strings.Contains(asJSON(t, d.Inputs["viewerCertificate"]), "TLSv1.2_2021") != want {
			t.Errorf("%s: certificate is %v", d.Name, d.Inputs["viewerCertificate"])
		}
	}
	if n := len(g.of("aws:sns/topicSubscription:TopicSubscription")); n != 2 {
		t.Errorf("%d subscriptions, want one per region", n)
	}
}

func TestOriginSecretRotatesWithoutARefusal(t *testing.T) {
	t.Parallel()
	secrets := func(stack, generation string) []string {
		s, err := parseStack(t, stack, map[string]string{"sgraph-send:originSecretGeneration": generation})
		if err != nil {
			t.Fatal(err)
		}
		return originSecrets(s)
	}
	before, after := secrets("qa", "1"), secrets("qa", "2")
	if after[1] != before[0] {
		t.Error("after a rotation the functions refuse what CloudFront still sends")
	}
	if after[0] == before[0] || before[0] == before[1] {
		t.Error("counting up does not change the secret")
	}
	if secrets("prod", "1")[0] == before[0] {
		t.Error("two stacks share a secret")
	}
}

func TestAdoptedCacheBucketIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	g := record(t, "dev", map[string]string{"CACHE__SERVICE__BUCKET_NAME": "somebody-elses-cache"})
	if n := len(g.of("aws:s3/bucketV2:BucketV2")); n != 2 {
		t.Errorf("%d buckets, want two", n)
	}
	admin := g.with(t, "aws:iam/rolePolicy:RolePolicy", "role", "sgraph-send-admin-dev")
	if !strings.Contains(admin.text("policy"), "arn:aws:s3:::somebody-elses-cache/audit/*") {
		t.Errorf("the admin service cannot use it: %s", admin.text("policy"))
	}
	told := g.told(t, "sgraph-send-admin-dev")["CACHE__SERVICE__BUCKET_NAME"]
	if plain(told).StringValue() != "somebody-elses-cache" || !isSecret(told) {
		t.Errorf("the admin service is told %v", told)
	}
}

func TestAnotherAdminServiceIsAsked(t *testing.T) {
	t.Parallel()
	g := record(t, "dev", map[string]string{"SGRAPH_SEND__ADMIN__BASE_URL": "https://admin.example.org"})
	told := g.told(t, "sgraph-send-user-dev")["SGRAPH_SEND__ADMIN__BASE_URL"]
	if plain(told).StringValue() != "https://admin.example.org" || !isSecret(told) {
		t.Errorf("the user service is told to ask %v", told)
	}
}
