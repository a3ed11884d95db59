package main

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
)

func TestBucketsArePrivateOwnedEncryptedTLSOnlyAndSwept(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		ours := regexp.MustCompile(
			`^` + testAccount + `--sgraph-send-(transfers|cache|artifacts|assets)--` + stack + `--eu-west-2$`)
		buckets := g.some(t, "aws:s3/bucketV2:BucketV2")
		want := 4
		if stack == "dev" {
			want-- // it has no edge to read the assets from a bucket
		}
		if len(buckets) != want {
			t.Errorf("%d buckets, want %d", len(buckets), want)
		}
		for _, b := range buckets {
			name := b.text("bucket")
			if !ours.MatchString(name) {
				t.Errorf("bucket %q does not follow the pattern", name)
			}
			of := func(kind string) declared { return g.with(t, "aws:s3/"+kind, "bucket", name) }
			block := of("bucketPublicAccessBlock:BucketPublicAccessBlock")
			for _, key := range []string{
				"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets",
			} {
				if block.text(key) != "true" {
					t.Errorf("%s: %s is not set", name, key)
				}
			}
			owner := of("bucketOwnershipControls:BucketOwnershipControls")
			if owner.text("rule", "objectOwnership") != "BucketOwnerEnforced" {
				t.Errorf("%s: the owner is not enforced", name)
			}
			encryption := of("bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2")
			if !strings.Contains(asJSON(t, encryption.Inputs["rules"]), `"sseAlgorithm":"AES256"`) {
				t.Errorf("%s is not encrypted", name)
			}
			tls := of("bucketPolicy:BucketPolicy").text("policy")
			for _, part := range []string{`"Effect":"Deny"`, `"aws:SecureTransport":"false"`, name + `/*"`} {
				if !strings.Contains(tls, part) {
					t.Errorf("%s answers without TLS: %s", name, tls)
				}
			}
			rules := asJSON(t, of("bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2").Inputs["rules"])
			if !strings.Contains(rules, `"abortIncompleteMultipartUpload":{"daysAfterInitiation":1}`) {
				t.Errorf("%s keeps abandoned uploads: %s", name, rules)
			}
		}
	})
}

func TestTransfersExpireByClassTheTrailByAgeAndDeployedArtifactsNever(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2") {
			expiries := map[string]float64{}
			for i := range d.list("rules") {
				n := strconv.Itoa(i)
				if days := plain(d.at("rules", n, "expiration", "days")); days.IsNumber() {
					expiries[d.text("rules", n, "filter", "prefix")] = days.NumberValue()
				}
			}
			want := map[string]float64{}
			switch d.Name {
			case "transfers-lifecycle":
				want = map[string]float64{"transfers/1d/": 2, "transfers/7d/": 8, "transfers/30d/": 31}
			case "cache-lifecycle":
				want = map[string]float64{"audit/": map[string]float64{"dev": 90, "qa": 90, "prod": 365}[stack]}
			}
			if !maps.Equal(expiries, want) {
				t.Errorf("%s expires %v, want %v", d.Name, expiries, want)
			}
		}
	})
}

func TestUploadsAreAllowedFromNamedOriginsOnly(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2") {
			rules := asJSON(t, d.Inputs["corsRules"])
			if strings.Contains(rules, `"*"`) {
				t.Errorf("%s names no origins: %s", d.Name, rules)
			}
			if !strings.Contains(rules, `"allowedHeaders":["content-type","range","if-range"]`) {
				t.Errorf("%s does not let pages resume a download: %s", d.Name, rules)
			}
			for _, origin := range []string{"https://user-url.lambda-url.eu-west-2.on.aws", "send.sgraph.ai"} {
				if !strings.Contains(rules, origin) {
					t.Errorf("%s does not let %s upload: %s", d.Name, origin, rules)
				}
			}
		}
	})
}

func TestOnlyProdIsProtected(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range append(g.some(t, "aws:s3/bucketV2:BucketV2"), g.some(t, "aws:dynamodb/table:Table")...) {
			prod := stack == "prod" && d.Name != "assets" // what is in it, the functions have too
			if d.Protect != prod || d.Retain != prod {
				t.Errorf("%s: protect is %v and retain is %v", d.Name, d.Protect, d.Retain)
			}
			if d.Type == "aws:s3/bucketV2:BucketV2" && (d.text("forceDestroy") == "true") == prod {
				t.Errorf("%s: forceDestroy is %s", d.Name, d.text("forceDestroy"))
			}
			if d.Type != "aws:dynamodb/table:Table" {
				continue
			}
			recovery, kept := d.text("pointInTimeRecovery", "enabled"), d.text("deletionProtectionEnabled")
			if (recovery == "true") != prod || (kept == "true") != prod {
				t.Errorf("%s: point-in-time recovery is %s, deletion protection %s", d.Name, recovery, kept)
			}
		}
	})
}

func TestLedgerForgets(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:dynamodb/table:Table") {
			if d.text("ttl", "attributeName") != "ttl" || d.text("ttl", "enabled") != "true" {
				t.Errorf("%s has no time to live", d.Name)
			}
			if d.text("billingMode") != "PAY_PER_REQUEST" {
				t.Errorf("%s is not on demand", d.Name)
			}
		}
	})
}

// What a stack without a file makes, it takes along when it ends, and its metrics are
// its own.
func TestAStackThatComesAndGoesKeepsNothing(t *testing.T) {
	t.Parallel()
	s, err := settings.Parse("pr-123", nil, nil, func(name string) (string, bool) {
		if name == "AWS_REGION" {
			return "eu-west-2", true
		}
		v, ok := canaries[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("pr-123")
	if err := run(t, s, g); err != nil {
		t.Fatal(err)
	}
	for _, d := range g.resources {
		if d.Protect || d.Retain && d.Type != "aws:s3/bucketObjectv2:BucketObjectv2" {
			t.Errorf("%s %s stays", d.Type, d.Name)
		}
		if d.Type == "aws:s3/bucketV2:BucketV2" && d.text("forceDestroy") != "true" {
			t.Errorf("%s is not emptied", d.Name)
		}
	}
	if stage := plain(g.told(t, "sgraph-send-user-pr-123")["SEND__STAGE"]).StringValue(); stage != "pr-123" {
		t.Errorf("its stage is %q", stage)
	}
}
