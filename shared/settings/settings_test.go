package settings

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func env(pairs ...string) *Env {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return New(func(name string) string { return m[name] })
}

// read checks what a kind makes of a text; want nil stands for a refusal.
func read[T any](t *testing.T, kind Kind[T], text string, want any) {
	t.Helper()
	got, err := kind.Parse(text)
	switch {
	case want == nil && err == nil:
		t.Errorf("%q is read as %v", text, got)
	case want != nil && err != nil:
		t.Errorf("%q is refused: it %v", text, err)
	case want != nil && !reflect.DeepEqual(any(got), want):
		t.Errorf("%q is read as %v, want %v", text, got, want)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	read(t, Choice("a", "b"), "b", "b")
	read(t, Choice("a", "b"), "B", nil)
	read(t, Bool(), "true", true)
	read(t, Bool(), "yes", nil)
	read(t, Int(1, 3), "3", 3)
	read(t, Int(1, 3), "4", nil)
	read(t, Int(1, 3), "2.0", nil)
	read(t, Bytes(maxObject), "1536", int64(1536))
	read(t, Bytes(maxObject), "5MiB", int64(5<<20))
	read(t, Bytes(maxObject), "2 g", int64(2<<30))
	read(t, Bytes(maxObject), "5TiB", int64(5<<40))
	read(t, Bytes(maxObject), "6TiB", nil)
	read(t, Bytes(maxObject), "99999999T", nil)
	read(t, Bytes(maxObject), "0", nil)
	read(t, Bytes(maxObject), "5MB", nil)
	read(t, Duration(0, 1000*time.Hour), "7d", 7*24*time.Hour)
	read(t, Duration(0, 1000*time.Hour), "90m", 90*time.Minute)
	read(t, Duration(0, time.Hour), "2h", nil)
	read(t, Duration(0, time.Hour), "9999999999d", nil)
	read(t, List(), "a, b,,c ", []string{"a", "b", "c"})
	read(t, Origins(), "https://a.example, http://localhost:3000",
		[]string{"https://a.example", "http://localhost:3000"})
	for _, text := range []string{
		"*", "example.org", "https://a.example/", "https://b.example/x", "https://me@a.example",
	} {
		read(t, Origins(), text, nil)
	}
	read(t, Prefixes(), "10.1.2.3/8, ::1",
		[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")})
	read(t, Prefixes(), "10.0.0.0/33", nil)
	read(t, URL(), "https://send.example.org/", "https://send.example.org")
	for _, text := range []string{"send.example.org", "ftp://a", "https://me@a.example", "https://a.example?q=1"} {
		read(t, URL(), text, nil)
	}
	read(t, Origin(), "https://send.example.org:8443/", "https://send.example.org:8443")
	for _, text := range []string{
		"send.example.org", "https://a.example/send", "https://a.example/send/", "https://a.example//x",
		"https://a.example?q",
	} {
		read(t, Origin(), text, nil)
	}
	read(t, Address(), ":9000", ":9000")
	read(t, Address(), "x:99999", nil)
	read(t, Level(), "warn", slog.LevelWarn)
	read(t, Level(), "loud", nil)
	read(t, HeaderName(), "X-Key", "X-Key")
	read(t, HeaderName(), "X Key", nil)
	read(t, SecretText(), "a-key-of-sixteen", "a-key-of-sixteen")
	read(t, SecretText(), "a-key-of-fiftee", nil)
	read(t, SecretText(), "a-key-of-\nsixteen", nil)
	for _, weak := range []string{
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "9876543210987654",
		"changemechangeme", "passwordpassword", "1234567890123456", "1212343456567878", "                ",
	} {
		read(t, SecretText(), weak, nil)
	}
	read(t, AccessToken(), "one-for-all", "one-for-all")
	read(t, AccessToken(), "base64+with/others=", nil)
	read(t, BucketName(), "a-bucket.name", "a-bucket.name")
	read(t, BucketName(), "A_Bucket", nil)
	read(t, Rates(), "off", map[string]send.Rate{})
	read(t, Rates(), "create=60/90s", nil)
}

// What a stack writes into a function's environment, a service reads as what
// the stack meant.
func TestACanonicalValueMeansTheSame(t *testing.T) {
	t.Parallel()
	canonical(t, Duration(0, 100*day), "7d", "24h", "1h30m")
	canonical(t, Origins(), "https://a.example", "https://a.example, https://b.example,")
	canonical(t, Bytes(maxObject), "5MiB", "7")
}

func canonical[T any](t *testing.T, kind Kind[T], texts ...string) {
	t.Helper()
	for _, text := range texts {
		written, err := kind.canonical(text)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := kind.Parse(text)
		if got, err := kind.Parse(written); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is written as %q, which is %v, %v", text, written, got, err)
		}
	}
}

func TestFaultsAreCollectedNamedAndKeepNoValue(t *testing.T) {
	t.Parallel()
	const secret = "a value that is secret\n"
	e := New(func(string) string { return secret })
	for _, entry := range Table() {
		if _, err := entry.Canonical(secret); err != nil {
			e.Fault(entry.Env, "%v", err)
		}
	}
	if e.Err() == nil {
		t.Fatal("no faults")
	}
	for _, want := range []string{StorageMode.Env, MaxTTL.Env, AdminURL.Env, APIKeyName.Env, TrustedProxies.Env} {
		if !strings.Contains("\n"+e.Err().Error(), "\n"+want+" must ") {
			t.Errorf("no fault names %s in:\n%v", want, e.Err())
		}
	}
	for line := range strings.Lines(e.Err().Error()) {
		// Limits are no secret, and have to be shown to be put right.
		if !strings.HasPrefix(line, RateLimits.Env) && strings.Contains(line, strings.TrimSpace(secret)) {
			t.Errorf("a value is repeated: %s", line)
		}
	}
}

func TestAFaultSaidTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	e := env(StorageMode.Env, "memory")
	e.Service()
	e.Service()
	if want := "SEND__STORAGE_MODE must be one of s3, disk"; e.Err() == nil || e.Err().Error() != want {
		t.Errorf("got %v, want %s", e.Err(), want)
	}
}

func TestTableNamesEachSettingOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range Table() {
		if seen[e.Env] || e.Key != "" && seen[e.Key] {
			t.Errorf("%s or its key %s stands twice", e.Env, e.Key)
		}
		seen[e.Env], seen[e.Key] = true, true
		if e.Doc == "" || !strings.HasSuffix(e.Doc, ".") {
			t.Errorf("%s has no documentation, or half a sentence: %q", e.Env, e.Doc)
		}
		if _, err := e.Canonical(e.KeyDefault); err != nil {
			t.Errorf("what a stack says by default: %s %v", e.Key, err)
		}
		if e.Secret && (e.Key != "" || e.Default != "") {
			t.Errorf("%s is a secret, and stands in a file in the clear", e.Env)
		}
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	e := env(DefaultTTL.Env, "2d", MaxTTL.Env, "1d")
	e.Together(Variable)
	if want := "SEND__DEFAULT_TTL must not be longer than SEND__MAX_TTL"; e.Err() == nil || e.Err().Error() != want {
		t.Errorf("got %v, want %s", e.Err(), want)
	}
	e = env()
	e.Together(Variable)
	if e.Err() != nil {
		t.Errorf("the defaults do not go together: %v", e.Err())
	}
}

func TestServiceNeedsWhatItsModeNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pairs []string
		fault string
	}{
		{nil, "SEND__STORAGE_MODE is not set: set it to the place of the bytes: " +
			"s3 (a bucket of S3, or of what speaks as S3 does) or disk (a folder of this machine)"},
		{[]string{"SEND__STORAGE_MODE", "memory"}, "SEND__STORAGE_MODE must be one of s3, disk"},
		{[]string{"SEND__STORAGE_MODE", "s3", "AWS_REGION", "eu-west-2"},
			"SEND__LEDGER_TABLE is not set: set it to the name of the DynamoDB table that keeps the ledger"},
		{[]string{"SEND__STORAGE_MODE", "s3", "SEND__LEDGER_TABLE", "t", "SEND__S3_REGION", "auto"},
			"AWS_REGION is not set: set it to the region of the table that keeps the ledger"},
		{[]string{"SEND__STORAGE_MODE", "s3", "SEND__LEDGER_MODE", "disk", "SEND__DISK_PATH", "/data"},
			"AWS_REGION is not set: set it, or SEND__S3_REGION, to the region of the bucket"},
		{[]string{"SEND__STORAGE_MODE", "s3", "SEND__LEDGER_MODE", "disk", "SEND__S3_REGION", "auto"},
			"SEND__DISK_PATH is not set: set it to the folder that keeps the data"},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data", "SEND__LEDGER_MODE", "dynamodb",
			"AWS_REGION", "eu-west-2"},
			"SEND__LEDGER_TABLE is not set: set it to the name of the DynamoDB table that keeps the ledger"},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data", "SEND__S3_ENDPOINT", "https://s3.example"},
			"SEND__S3_ENDPOINT is of no use where SEND__STORAGE_MODE is disk: set that to s3, or leave this away"},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data", "SEND__LEDGER_ENDPOINT", "https://d.example"},
			"SEND__LEDGER_ENDPOINT is of no use where the ledger is on disk: set SEND__LEDGER_MODE to dynamodb, " +
				"or leave this away"},
		{[]string{"SEND__STORAGE_MODE", "s3", "AWS_REGION", "eu-west-2", "SEND__LEDGER_TABLE", "t",
			"SEND__S3_ACCESS_KEY_ID", "id"},
			"SEND__S3_SECRET_ACCESS_KEY is not set, and SEND__S3_ACCESS_KEY_ID is: set both, or neither"},
		{[]string{"SEND__STORAGE_MODE", "s3", "AWS_REGION", "eu-west-2", "SEND__LEDGER_TABLE", "t",
			"SEND__S3_SECRET_ACCESS_KEY", "secret"},
			"SEND__S3_ACCESS_KEY_ID is not set, and SEND__S3_SECRET_ACCESS_KEY is: set both, or neither"},
		{[]string{"SEND__STORAGE_MODE", "s3", "AWS_REGION", "eu-west-2", "SEND__LEDGER_TABLE", "t",
			"AWS_ENDPOINT_URL", "nowhere"}, "AWS_ENDPOINT_URL must be a URL such as https://send.example.org"},
		{[]string{"SEND__STORAGE_MODE", "disk"},
			"SEND__DISK_PATH is not set: set it to the folder that keeps the data"},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data"}, ""},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data", "SEND__RATE_LIMITS", "login=often"},
			`SEND__RATE_LIMITS cannot be used: rate limits: "login=often": ` +
				`want a number from 1 to 1000000000, a slash and a time, as in 60/1m, or off`},
	} {
		e := env(c.pairs...)
		e.Service()
		got := ""
		if e.Err() != nil {
			got = e.Err().Error()
		}
		if got != c.fault {
			t.Errorf("%v: got %q, want %q", c.pairs, got, c.fault)
		}
	}
}

// Ledger and bytes are chosen apart, and what nobody says is as it always was.
func TestBytesAndLedgerAreChosenApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pairs         []string
		bytes, ledger string
		onDisk        bool
		at            Buckets
	}{
		{[]string{"SEND__STORAGE_MODE", "disk"}, Disk, Disk, true, Buckets{}},
		{[]string{"SEND__STORAGE_MODE", "s3"}, S3, DynamoDB, false, Buckets{Region: "eu-west-2"}},
		{[]string{"SEND__STORAGE_MODE", "s3", "SEND__LEDGER_MODE", "disk", "SEND__S3_REGION", "auto",
			"SEND__S3_ENDPOINT", "https://s3.example/", "AWS_ENDPOINT_URL", "https://other.example"},
			S3, Disk, true, Buckets{Endpoint: "https://s3.example", Region: "auto", PathStyle: true}},
		{[]string{"SEND__STORAGE_MODE", "s3", "SEND__S3_ENDPOINT", "https://s3.example", "SEND__S3_PATH_STYLE", "false"},
			S3, DynamoDB, false, Buckets{Endpoint: "https://s3.example", Region: "eu-west-2"}},
		{[]string{"SEND__STORAGE_MODE", "s3", "AWS_ENDPOINT_URL_S3", "https://a.example", "AWS_ENDPOINT_URL", "https://b"},
			S3, DynamoDB, false, Buckets{Endpoint: "https://a.example", Region: "eu-west-2", PathStyle: true}},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__LEDGER_MODE", "dynamodb"}, Disk, DynamoDB, true, Buckets{}},
	} {
		e := env(append(c.pairs, "SEND__DISK_PATH", "/data", "SEND__LEDGER_TABLE", "table", "AWS_REGION", "eu-west-2")...)
		s := e.Service()
		if e.Err() != nil || s.Mode != c.bytes || s.LedgerMode != c.ledger || s.KeepsOnDisk() != c.onDisk || s.S3 != c.at {
			t.Errorf("%v: bytes in %s, ledger in %s, on disk %v, buckets %+v, %v",
				c.pairs, s.Mode, s.LedgerMode, s.KeepsOnDisk(), s.S3, e.Err())
		}
	}
}

func TestServiceKnowsWhereItRuns(t *testing.T) {
	t.Parallel()
	local := env().Service()
	lambda := env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001").Service()
	if local.Environment != Local || local.TLS || lambda.Environment != Lambda || !lambda.TLS {
		t.Errorf("got %+v and %+v", local, lambda)
	}
	told := env(EmbedMetrics.Env, "true").Service()
	if local.EmbedMetrics || !lambda.EmbedMetrics || !told.EmbedMetrics {
		t.Errorf("counts go into the log: %v, %v on Lambda, %v where it is told so",
			local.EmbedMetrics, lambda.EmbedMetrics, told.EmbedMetrics)
	}
	if !reflect.DeepEqual(local.Rates, send.DefaultRates) {
		t.Errorf("limits are %v where nobody says anything", local.Rates)
	}
}

// A fault says what is wrong, and not what was said: it goes to the log.
func TestFaultsTellNoSecret(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, e := range Table() {
		if !e.Secret {
			continue
		}
		for _, value := range []string{
			"canary", "canary\nand more than one line", "https://canary:canary@canary.example/canary?canary", "canary, \x00",
			"://canary", strings.Repeat("canary ", 100), "canary%zz", "http://canary%zz/", "\u200bcanary",
		} {
			if _, err := e.Canonical(value); err != nil {
				if refused++; strings.Contains(err.Error(), "canary") {
					t.Errorf("%s tells its value: %v", e.Env, err)
				}
			}
		}
	}
	if refused < 20 {
		t.Errorf("only %d values are refused", refused)
	}
}

// What is made at random is not taken for weak, in the shortest form either.
func TestRandomSecretsAreNotWeak(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 20_000 {
		if _, err := SecretText().Parse(fmt.Sprintf("%016x", random.Uint64())); err != nil {
			refused++
		}
		for _, text := range []string{send.RandomSecret(), send.RandomToken(), rand32(random)} {
			if _, err := SecretText().Parse(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	if refused > 100 {
		t.Errorf("of 20,000 random keys of 64 bits %d are refused", refused)
	}
}

// rand32 is what openssl rand -hex 32 gives.
func rand32(random *rand.Rand) string {
	return fmt.Sprintf("%016x%016x%016x%016x", random.Uint64(), random.Uint64(), random.Uint64(), random.Uint64())
}

// A secret shows in no print of what it stands in, whether it is one or a name.
func TestASecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	e := env(APIKeyValue.Env, "canary-of-a-secret", OriginSecrets.Env, "canary-of-another, ssm:/canary")
	in := struct {
		One     Secret
		Several []Secret
		hidden  Secret
		pointed *Secret
	}{APIKeyValue.In(e), OriginSecrets.In(e), APIKeyValue.In(e), nil}
	in.pointed = &in.One
	if e.Err() != nil || !in.One.Set() || len(in.Several) != 2 || in.One.Told() != "canary-of-a-secret" {
		t.Fatal(e.Err())
	}
	if ref, is := in.Several[1].Reference(); !is || ref != (Reference{FromParameters, "/canary"}) {
		t.Errorf("the reference is %v, %v", ref, is)
	}
	asJSON, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "in", in, "one", in.One)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "in", in, "one", in.One)
	for _, text := range []string{
		fmt.Sprint(in), fmt.Sprintf("%+v", in), fmt.Sprintf("%#v", in),
		fmt.Sprintf("%s %v %q %x", in.One, in, in.One, in.Several),
		fmt.Sprint(&in), string(asJSON), log.String(),
	} {
		if strings.Contains(text, "canary") || strings.Contains(text, hex.EncodeToString([]byte("canary"))) {
			t.Errorf("printed: %s", text)
		}
	}
}
