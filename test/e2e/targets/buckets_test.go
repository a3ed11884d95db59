package targets

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3t "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/minio"
	"sgraph.ai/send/shared/test/moto"
)

// expiries are after how many days what lies below a prefix may be removed.
func expiries(t *testing.T) map[string]int {
	t.Helper()
	const day = 24 * time.Hour
	kept, err := settings.AuditRetention.Canonical(settings.AuditRetention.Default)
	if err != nil {
		t.Fatal(err)
	}
	retention, err := time.ParseDuration(kept)
	if err != nil {
		t.Fatal(err)
	}
	days := map[string]int{audit.Prefix: int(retention / day)}
	for _, l := range send.Lifetimes {
		days[l.Prefix()] = int(l.Life/day) + 1
	}
	return days
}

// What clients may do to a bucket from a page, and what they have to be told.
var (
	corsMethods = []string{"GET", "PUT"}
	corsSent    = []string{"content-type", "range", "if-range"}
	corsShown   = []string{"etag", "content-length", "content-range"}
)

// The rules for buckets of S3, and of what takes its rules, are rules of S3 and
// remove nothing that is still to be had.
func TestRulesOfBuckets(t *testing.T) {
	t.Parallel()
	var cors s3t.CORSConfiguration
	var life s3t.BucketLifecycleConfiguration
	strictly(t, "s3-cors.json", &cors)
	strictly(t, "s3-lifecycle.json", &life)
	client, bucket := s3.NewFromConfig(moto.Config(t), func(o *s3.Options) { o.UsePathStyle = true }), moto.Bucket(t)
	if _, err := client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{
		Bucket: &bucket, CORSConfiguration: &cors,
	}); err != nil {
		t.Error(err)
	}
	if _, err := client.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &bucket, LifecycleConfiguration: &life,
	}); err != nil {
		t.Error(err)
	}
	for _, rule := range cors.CORSRules {
		if !slices.Equal(rule.AllowedMethods, corsMethods) || !slices.Equal(rule.AllowedHeaders, corsSent) ||
			!slices.Equal(lower(rule.ExposeHeaders), corsShown) {
			t.Errorf("pages may do %+v", rule)
		}
	}
	days, uploads := map[string]int{}, 0
	for _, rule := range life.Rules {
		switch {
		case rule.Status != s3t.ExpirationStatusEnabled:
			t.Errorf("%s does nothing", aws.ToString(rule.ID))
		case rule.Expiration != nil:
			days[aws.ToString(rule.Filter.Prefix)] = int(aws.ToInt32(rule.Expiration.Days))
		case rule.AbortIncompleteMultipartUpload != nil:
			uploads = int(aws.ToInt32(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation))
		}
	}
	if want := expiries(t); !reflect.DeepEqual(days, want) || time.Duration(uploads)*24*time.Hour != send.UploadLife {
		t.Errorf("what is removed after days is %v, not %v; uploads after %d", days, want, uploads)
	}
}

// MinIO takes those but the one for unfinished uploads, which it removes by itself.
func TestRulesOfMinIOsBuckets(t *testing.T) {
	t.Parallel()
	client, bucket := s3.NewFromConfig(minio.Config(t), func(o *s3.Options) { o.UsePathStyle = true }), minio.Bucket(t)
	var life s3t.BucketLifecycleConfiguration
	strictly(t, "s3-lifecycle.json", &life)
	life.Rules = life.Rules[1:]
	if _, err := client.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &bucket, LifecycleConfiguration: &life,
	}); err != nil {
		t.Error(err)
	}
}

// So are those for buckets of Google Cloud Storage.
func TestRulesOfGooglesBuckets(t *testing.T) {
	t.Parallel()
	var cors []struct{ Method, ResponseHeader []string }
	manifest(t, "gcs-cors", "buckets/gcs-cors.json", &cors)
	for _, rule := range cors {
		if !slices.Equal(rule.Method, corsMethods) ||
			!slices.Equal(lower(rule.ResponseHeader), slices.Concat(corsSent, corsShown)) {
			t.Errorf("pages may do %+v", rule)
		}
	}
	var life struct {
		Rule []struct {
			Action    struct{ Type string }
			Condition struct {
				Age           int
				MatchesPrefix []string
			}
		}
	}
	manifest(t, "gcs-lifecycle", "buckets/gcs-lifecycle.json", &life)
	days, uploads := map[string]int{}, 0
	for _, rule := range life.Rule {
		if rule.Action.Type == "AbortIncompleteMultipartUpload" {
			uploads = rule.Condition.Age
		} else if rule.Action.Type != "Delete" || len(rule.Condition.MatchesPrefix) != 1 {
			t.Errorf("there is a rule %+v", rule)
		} else {
			days[rule.Condition.MatchesPrefix[0]] = rule.Condition.Age
		}
	}
	if want := expiries(t); !reflect.DeepEqual(days, want) || time.Duration(uploads)*24*time.Hour != send.UploadLife {
		t.Errorf("what is removed after days is %v, not %v; uploads after %d", days, want, uploads)
	}
}

// strictly decodes what the command of AWS reads.
func strictly(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/buckets", file))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func lower(texts []string) (all []string) {
	for _, text := range texts {
		all = append(all, strings.ToLower(text))
	}
	return all
}
