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
	told := map[string]int{}
	for _, d := range g.of("aws:sns/topicSubscription:TopicSubscription") {
		told[d.text("protocol")]++
		if d.text("protocol") == "https" && !isSecret(d.at("endpoint")) {
			t.Error("the webhook is no secret")
		}
	}
	if told["email"] != 2 || told["https"] != 2 {
		t.Errorf("%v subscriptions, want one of each per region", told)
	}
}

func TestADomainBringsCertificatesAndRecords(t *testing.T) {
	t.Parallel()
	const cloudFront, domain = "Z2FDTNDATAQYW2", "send.example.org"
	g := record(t, "prod", map[string]string{"sgraph-send:domain": domain})
	for service, host := range map[string]string{"user": domain, "admin": "admin." + domain} {
		front := g.named(t, "aws:cloudfront/distribution:Distribution", service)
		if front.text("aliases", "0") != host {
			t.Errorf("%s answers to %s", service, asJSON(t, front.Inputs["aliases"]))
		}
		if c := asJSON(t, front.Inputs["viewerCertificate"]); !strings.Contains(c, "TLSv1.2_2021") ||
			!strings.Contains(c, "certificate/"+host) {
			t.Errorf("%s shows %s", service, c)
		}
		if d := g.with(t, "aws:acm/certificate:Certificate", "domainName", host); d.text("validationMethod") != "DNS" {
			t.Errorf("the certificate of %s: %s", host, d.text("validationMethod"))
		}
		proof := g.named(t, "aws:route53/record:Record", service+"-proof")
		if proof.text("name") != "_proof."+host+"." || proof.text("records", "0") == "" {
			t.Errorf("what proves %s: %v", host, proof.Inputs)
		}
		valid := g.named(t, "aws:acm/certificateValidation:CertificateValidation", service)
		if valid.text("validationRecordFqdns", "0") != proof.text("name") {
			t.Errorf("%s does not wait for what proves it", service)
		}
		for _, kind := range []string{"A", "AAAA"} {
			r := g.named(t, "aws:route53/record:Record", service+"-"+strings.ToLower(kind))
			if r.text("type") != kind || r.text("name") != host || r.text("zoneId") != "Z0"+testZone ||
				r.text("aliases", "0", "name") != service+".cloudfront.net" || r.text("aliases", "0", "zoneId") != cloudFront {
				t.Errorf("%s of %s: %v", kind, host, r.Inputs)
			}
		}
	}
	if url := plain(g.told(t, "sgraph-send-user-prod")["SEND__PUBLIC_URL"]).StringValue(); url != "https://"+domain {
		t.Errorf("the service believes it is at %s", url)
	}
}

func TestADomainWithoutAZoneTouchesNothing(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "prod", map[string]string{"sgraph-send:domain": "send.elsewhere.net"})
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("prod")
	err = run(t, s, g)
	for _, part := range []string{"send.elsewhere.net", "found for elsewhere.net", "certificateArn"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("without %q: %v", part, err)
		}
	}
	for _, d := range g.resources {
		if !strings.HasPrefix(d.Type, "pulumi:providers:") {
			t.Errorf("%s %s was declared", d.Type, d.Name)
		}
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
