package traffic_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/traffic"
)

// faulty stands before S3 and DynamoDB, which do nothing amiss at first.
func faulty(t *testing.T, seed uint64) (s3, ledger *traffic.Faulty) {
	t.Helper()
	before := func(endpoint string, away func(http.ResponseWriter)) *traffic.Faulty {
		f, err := traffic.NewFaulty(endpoint, seed, traffic.OfAWS, away)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.Close)
		return f
	}
	s3 = before(*moto.Config(t).BaseEndpoint, func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
	})
	ledger = before(*dynamolocal.Config(t).BaseEndpoint, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		const of = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
		fmt.Fprintf(w, `{"__type":%q,"message":"slower"}`, of)
	})
	return s3, ledger
}

// meets is what a few hundred requests meet, one after the other.
func meets(t *testing.T, seed uint64) (all []string) {
	t.Helper()
	nothing := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer nothing.Close()
	f, err := traffic.NewFaulty(nothing.URL, seed, []traffic.Fault{traffic.Error500, traffic.Error429, traffic.CutRequest},
		nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Often.Store(3)
	// Otherwise a client asks again when its connection is reset, or not, by whether that was used before.
	once := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 300 {
		resp, err := once.Get(f.URL)
		if err != nil {
			all = append(all, "reset")
			continue
		}
		resp.Body.Close()
		all = append(all, resp.Status)
	}
	return all
}

// S3 and DynamoDB are slow, lose the line before and after, fail, turn away, cut what they are asked and what they
// answer, and doubt the clock: nothing that was acknowledged is lost, and every limit holds.
func TestFaultsOfAWS(t *testing.T) {
	t.Parallel()
	by := seed(t)
	s3, ledger := faulty(t, by)
	s := serve(t,
		"SEND__STORAGE_MODE=s3", "SEND__S3_BUCKET="+moto.Bucket(t), "SEND__S3_ENDPOINT="+s3.URL,
		"CACHE__SERVICE__BUCKET_NAME="+moto.Bucket(t),
		"SEND__LEDGER_MODE=dynamodb", "SEND__LEDGER_TABLE="+dynamolocal.Table(t), "SEND__LEDGER_ENDPOINT="+ledger.URL,
		"AWS_REGION="+moto.Region, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing",
	)
	p := suffering(s, by)
	p.Rate = 3 // the simulators are slower than what they stand for
	watched := flat(t, s.PIDs)
	report, rations := during(t, p, s.Operator(), func() {
		s3.Often.Store(15)
		ledger.Often.Store(15)
		time.Sleep(nightly.Or(5*time.Second, 10*time.Minute))
		s3.Often.Store(0)
		ledger.Often.Store(0)
	})
	watched()
	t.Logf("met of S3 %v, of DynamoDB %v", s3.Met(), ledger.Met())
	for _, f := range []*traffic.Faulty{s3, ledger} {
		for _, fault := range traffic.OfAWS {
			if nightly.Or(false, true) && f.Met()[fault] == 0 && (f == ledger || fault != traffic.LostWrite) {
				t.Errorf("nobody met that %s", fault)
			}
		}
	}
	afterwards(t, p, report, s.Operator(), rations)
}
