package traffic_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/lambdahost"
	"sgraph.ai/send/test/e2e/traffic"
)

// reserved is how many requests the function serves at once, as in a stack.
const reserved = 20

// The zip that is deployed serves as many, behind the Function URL of a simulated Lambda.
func TestNobodyIsTurnedAwayByTheFunction(t *testing.T) {
	t.Parallel()
	zip := built(t, stack.Zip(metric.User))
	s3, ledger := *moto.Config(t).BaseEndpoint, *dynamolocal.Config(t).BaseEndpoint
	f, err := lambdahost.Start(lambdahost.Config{
		Name: "user", Zip: zip, Region: moto.Region, MemoryMB: 512, Timeout: time.Minute, Concurrency: reserved,
		Log: t.Output(),
		Environment: map[string]string{
			"SEND__STORAGE_MODE": "s3", "SEND__S3_BUCKET": moto.Bucket(t), "SEND__S3_ENDPOINT": s3,
			"SEND__LEDGER_MODE": "dynamodb", "SEND__LEDGER_TABLE": dynamolocal.Table(t), "SEND__LEDGER_ENDPOINT": ledger,
			"SGRAPH_SEND__ACCESS_TOKEN": "a-token-of-this-machine-alone-0123456789", "SEND__RATE_LIMITS": "off",
			"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "SEND__LOG_LEVEL": "error",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.Close(); f.Stop() })
	p := people(&traffic.Service{URL: server.URL, Token: "a-token-of-this-machine-alone-0123456789"})
	p.AtOnce, p.Rate = reserved, 4 // each asks for one thing at a time
	r := p.Come(t.Context())
	if err := wrong(r); err != nil {
		t.Error(err)
	}
	if r.Acknowledged != r.People || r.People < 10 {
		t.Errorf("of %d people %d have sent something", r.People, r.Acknowledged)
	}
	var table testLog
	_ = r.WriteTable(&table)
	t.Logf("%d processes\n%s", f.Instances(), table)
}

// built is the zip of a function for this machine.
func built(t *testing.T, name string) []byte {
	t.Helper()
	root, err := artifact.Checkout(".")
	if err != nil {
		t.Fatal(err)
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	var targets []artifact.Target
	for _, one := range artifact.Services {
		if one.Name == name {
			targets = append(targets, one)
		}
	}
	set, err := artifact.ServicesBuilder(root, t.TempDir(), "").Build(t.Context(), targets, architecture)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := set.Find(name, architecture)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Clean(zip.Path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
