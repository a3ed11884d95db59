package settings

import (
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) *Env {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return New(func(name string) string { return m[name] })
}

func TestValues(t *testing.T) {
	t.Parallel()
	e := env("S", " text ", "B", "true", "N", "1536", "M", "5MiB", "G", "2 g", "D", "7d", "H", "90m",
		"L", "a, b,,c ", "P", "10.1.2.3/8, ::1", "U", "https://send.example.org/", "A", ":9000", "LV", "warn",
		"C", "disk", "HN", "X-Key", "K", "0123456789abcdef")
	check := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	check("Optional", e.Optional("S", "x"), "text")
	check("Optional fallback", e.Optional("none", "x"), "x")
	check("Required", e.Required("S", "text"), "text")
	check("Bool", e.Bool("B", false), true)
	check("Bytes", e.Bytes("N", 1), int64(1536))
	check("Bytes", e.Bytes("M", 1), int64(5<<20))
	check("Bytes", e.Bytes("G", 1), int64(2<<30))
	check("Duration", e.Duration("D", 0, 0, 1000*time.Hour), 7*24*time.Hour)
	check("Duration", e.Duration("H", 0, 0, 1000*time.Hour), 90*time.Minute)
	check("List", strings.Join(e.List("L"), "|"), "a|b|c")
	p := e.Prefixes("P")
	check("Prefixes", len(p), 2)
	check("Prefixes", p[0], netip.MustParsePrefix("10.0.0.0/8"))
	check("Prefixes", p[1], netip.MustParsePrefix("::1/128"))
	check("URL", e.URL("U", ""), "https://send.example.org")
	check("Address", e.Address("A", "x:1"), ":9000")
	check("Level", e.Level("LV", slog.LevelInfo), slog.LevelWarn)
	check("Choice", e.Choice("C", S3, Disk), Disk)
	check("HeaderName", e.HeaderName("HN", "a header"), "X-Key")
	check("Secret", e.Secret("K", "the key", 16), "0123456789abcdef")
	if err := e.Err(); err != nil {
		t.Error(err)
	}
}

func TestFaultsAreCollectedNamedAndKeepNoValue(t *testing.T) {
	t.Parallel()
	const canary = "canary/value"
	names := []string{"Bool", "Bytes", "Duration", "Prefixes", "URL", "Address", "Level", "Choice", "Secret", "HeaderName"}
	m := map[string]string{}
	for _, n := range names {
		m[n] = canary
	}
	e := New(func(name string) string { return m[name] })
	e.Bool("Bool", true)
	e.Bytes("Bytes", 1)
	e.Duration("Duration", 0, 0, time.Hour)
	e.Prefixes("Prefixes")
	e.URL("URL", "")
	e.Address("Address", "x:1")
	e.Level("Level", slog.LevelInfo)
	e.Choice("Choice", S3, Disk)
	e.Secret("Secret", "the key", 16)
	e.HeaderName("HeaderName", "a header")
	e.Required("Required", "anything")
	if e.Err() == nil {
		t.Fatal("no faults")
	}
	text := e.Err().Error()
	for _, n := range append(names, "Required") {
		if !strings.Contains("\n"+text, "\n"+n+" ") {
			t.Errorf("no fault names %s in:\n%s", n, text)
		}
	}
	if strings.Contains(text, canary) {
		t.Errorf("a value is repeated in:\n%s", text)
	}
}

func TestBoundsAreFaults(t *testing.T) {
	t.Parallel()
	e := env("N", "0", "O", "99999999T", "D", "2h", "DD", "9999999999d", "A", "x:99999")
	e.Bytes("N", 1)
	e.Bytes("O", 1)
	e.Duration("D", 0, 0, time.Hour)
	e.Duration("DD", 0, 0, time.Hour)
	e.Address("A", ":1")
	if n := len(strings.Split(e.Err().Error(), "\n")); n != 5 {
		t.Errorf("%d faults, want 5:\n%v", n, e.Err())
	}
}

func TestServiceNeedsWhatItsModeNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pairs []string
		fault string
	}{
		{nil, "SEND__STORAGE_MODE is not set: set it to one of s3, disk"},
		{[]string{"SEND__STORAGE_MODE", "memory"}, "SEND__STORAGE_MODE must be one of s3, disk"},
		{[]string{"SEND__STORAGE_MODE", "s3"}, "SEND__LEDGER_TABLE is not set: set it to the name of the DynamoDB table that keeps the ledger"},
		{[]string{"SEND__STORAGE_MODE", "disk"}, "SEND__DISK_PATH is not set: set it to the folder that keeps the data"},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data"}, ""},
		{[]string{"SEND__STORAGE_MODE", "disk", "SEND__DISK_PATH", "/data", "SEND__RATE_LIMITS", "login=often"},
			`SEND__RATE_LIMITS cannot be used: rate limits: "login=often": want a number of 1 or more, a slash and a time, as in 60/1m, or off`},
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

func TestServiceKnowsWhereItRuns(t *testing.T) {
	t.Parallel()
	local := env().Service()
	lambda := env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001").Service()
	if local.Environment != Local || local.TLS || lambda.Environment != Lambda || !lambda.TLS {
		t.Errorf("got %+v and %+v", local, lambda)
	}
}
