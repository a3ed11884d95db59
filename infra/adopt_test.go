package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/moto"
)

// adopting is a stack that is told to take over what is left of it.
func adopting(t *testing.T, name string) settings.Settings {
	t.Helper()
	s, err := parseStack(t, name, map[string]string{
		"sgraph-send:adopt": "true", "sgraph-send:protect": "true",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keeperAt(t *testing.T, endpoint string) keeper {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-west-2"), config.WithBaseEndpoint(endpoint),
		config.WithRetryMaxAttempts(1),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	return keeperOf(c)
}

// leave makes a bucket and a table with tags, as a destroyed stack leaves them.
func leave(t *testing.T, k keeper, bucket, table string, tags map[string]string) {
	t.Helper()
	_, err := k.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket,
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{
			LocationConstraint: s3types.BucketLocationConstraintEuWest2,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	create := &dynamodb.CreateTableInput{
		TableName:            &table,
		BillingMode:          dynamodbtypes.BillingModePayPerRequest,
		KeySchema:            []dynamodbtypes.KeySchemaElement{{AttributeName: aws.String("a"), KeyType: "HASH"}},
		AttributeDefinitions: []dynamodbtypes.AttributeDefinition{{AttributeName: aws.String("a"), AttributeType: "S"}},
	}
	var tagging s3types.Tagging
	for key, value := range tags {
		tagging.TagSet = append(tagging.TagSet, s3types.Tag{Key: &key, Value: &value})
		create.Tags = append(create.Tags, dynamodbtypes.Tag{Key: &key, Value: &value})
	}
	if len(tags) > 0 {
		if _, err := k.s3.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{
			Bucket: &bucket, Tagging: &tagging,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.dynamodb.CreateTable(t.Context(), create); err != nil {
		t.Fatal(err)
	}
}

func TestAdoptionFindsWhatIsTheStacksOwn(t *testing.T) {
	t.Parallel()
	k := keeperAt(t, moto.Start(t))
	prod, qa, dev := adopting(t, "prod"), adopting(t, "qa"), adopting(t, "dev")
	ours := func(name string) map[string]string {
		return map[string]string{"project": stack.Project, "stack": name, "stage": name}
	}
	leave(t, k, prod.Bucket(stack.Transfers), prod.Ledger(), ours("prod"))
	leave(t, k, qa.Bucket(stack.Cache), "another", ours("prod"))
	leave(t, k, dev.Bucket(stack.Transfers), "a-third", nil)

	found, err := k.find(t.Context(), prod)
	got, want := slices.Sorted(maps.Keys(found)), []string{prod.Bucket(stack.Transfers), prod.Ledger()}
	if slices.Sort(want); err != nil || !slices.Equal(got, want) {
		t.Errorf("of prod there is %v, want %v (%v)", got, want, err)
	}
	for _, other := range []settings.Settings{qa, dev} {
		found, err := k.find(t.Context(), other)
		if err == nil || !strings.Contains(err.Error(), "nothing was touched") || len(found) > 0 {
			t.Errorf("%s adopts %v: %v", other.Stack, found, err)
		}
	}
	if other, err := parseStack(t, "qa", nil); err != nil {
		t.Error(err)
	} else if found, err := k.find(t.Context(), other); err != nil || len(found) > 0 {
		t.Errorf("without being told to, qa finds %v: %v", found, err)
	}
}

// Bucket names are the whole world's: whoever guesses one can have it first.
func TestAnotherAccountsBucketIsNotAdopted(t *testing.T) {
	t.Parallel()
	prod := adopting(t, "prod")
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Expected-Bucket-Owner") == testAccount {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`))
	}))
	t.Cleanup(aws.Close)
	found, err := keeperAt(t, aws.URL).find(t.Context(), prod)
	if err == nil || !strings.Contains(err.Error(), "another account") || len(found) > 0 {
		t.Errorf("found %v: %v", found, err)
	}
}

func TestWhatIsLeftIsTakenOverAndNothingElse(t *testing.T) {
	t.Parallel()
	s := adopting(t, "prod")
	g := accountOf("prod")
	g.left = remains{s.Bucket(stack.Transfers): true, s.Ledger(): true}
	if err := run(t, s, g); err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	for _, d := range g.resources {
		if d.Import != "" {
			taken[d.Import] = true
			if d.text("bucket") != d.Import && d.text("name") != d.Import {
				t.Errorf("%s takes %s over", d.Name, d.Import)
			}
		}
	}
	if !maps.Equal(taken, g.left) {
		t.Errorf("taken over is %v, want %v", taken, g.left)
	}
}

func TestABucketThatIsKeptStaysClosed(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.resources {
			of, setting := strings.CutPrefix(d.Type, "aws:s3/bucket")
			kept := setting && !strings.HasPrefix(of, "Object") && !strings.HasPrefix(of, "Cors") &&
				!strings.HasPrefix(of, "Metric") && !strings.HasPrefix(d.Name, "assets") // which is not kept
			if kept && d.Retain != (stack == "prod") {
				t.Errorf("%s %s: retain is %v", d.Type, d.Name, d.Retain)
			}
		}
	})
}
