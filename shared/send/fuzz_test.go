package send_test

import (
	"context"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

var cleanForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,128}$`)

// FuzzCleanName: what a name becomes is one, and is not changed again; only what
// is too long is refused.
func FuzzCleanName(f *testing.F) {
	for _, s := range []string{
		"plain-name_1", " \"quoted\" ", "\u200bzero\u200bwidth\ufeff", "“typographic”", "a b/c", "é", "\xff\xfe",
		"../../etc/passwd",
		strings.Repeat("a", 129), strings.Repeat("é", 128), strings.Repeat("é", 129), " ' \u200b' x", "\x00", "«»",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := send.CleanName(s)
		if err != nil {
			if send.CodeOf(err) != send.Invalid || utf8.RuneCountInString(s) <= 128 {
				t.Errorf("%q is refused: %v", s, err)
			}
			return
		}
		if !cleanForm.MatchString(got) {
			t.Errorf("%q becomes %q, which is no name", s, got)
		}
		if again, err := send.CleanName(got); err != nil || again != got {
			t.Errorf("%q becomes %q, and that %q, %v", s, got, again, err)
		}
		if cleanForm.MatchString(s) && got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

// FuzzSigned: what is signed comes back as it was, and nothing else is believed.
func FuzzSigned(f *testing.F) {
	clock := clocktest.At(time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC))
	signer := send.Secret("a secret for tests").Signer("fuzz", clock.Now)
	genuine := signer.Sign(clock.Now().Add(time.Hour), "get", "payload/1")
	f.Add("get", "payload/1", int64(3600), genuine)
	f.Add("", "", int64(0), "")
	f.Add("a", "b", int64(-1), genuine[:len(genuine)-1])
	f.Add("a", "b", int64(1<<62), genuine[:43])
	f.Add("a", "b", int64(1), genuine+"A")
	f.Add("\xff", "\"\n", int64(1), base64.RawURLEncoding.EncodeToString(make([]byte, 40)))
	f.Fuzz(func(t *testing.T, one, two string, seconds int64, text string) {
		if fields, _, err := signer.Verify(text); err == nil {
			if raw, _ := base64.RawURLEncoding.DecodeString(text); genuine != base64.RawURLEncoding.EncodeToString(raw) {
				t.Errorf("%q is believed: %q", text, fields)
			}
		} else if code := send.CodeOf(err); code != send.Forbidden {
			t.Errorf("%q: %v", text, err)
		}
		if strings.Contains(one+two, "\x00") || seconds < -1<<40 || seconds > 1<<40 {
			return
		}
		until := clock.Now().Add(time.Hour).Truncate(time.Second).Add(time.Duration(seconds%(1<<30)) * time.Second)
		signed := signer.Sign(until, one, two)
		fields, got, err := signer.Verify(signed)
		switch over := !clock.Now().Before(until); {
		case over && send.CodeOf(err) != send.Gone:
			t.Errorf("what held until %s is answered %v", until, err)
		case !over && (err != nil || !slices.Equal(fields, []string{one, two}) || !got.Equal(until)):
			t.Errorf("%q, %q until %s became %q until %s, %v", one, two, until, fields, got, err)
		}
		if strings.Trim(signed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%q cannot stand in a URL", signed)
		}
	})
}

// FuzzParseRates: whatever a setting says of the limits, what is read can be
// counted for every network around a client, and what is not is said in words.
func FuzzParseRates(f *testing.F) {
	for _, s := range []string{
		"", "off", " off ", "create=5/1m", "create=60/1m,download=off", "token=0/1m", "download=5/90s", "login=x",
		"info=5/1m,info=6/1m", "create=9223372036854775807/1m", "create=4611686018427387905/24h", "=1/1m", "create=1/1m/2",
		"create=+1/1m", "create=1/60000ms", "off,create=1/1m", ",,,", "create=1/1e3m", "create=-5/1m", "info=1/-1m",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rates, err := send.ParseRates(s)
		if err != nil {
			if send.CodeOf(err) != send.Invalid || rates != nil || !strings.HasPrefix(err.Error(), "rate limits: ") {
				t.Errorf("%q: %v, %v", s, rates, err)
			}
			return
		}
		for name, rate := range rates {
			if _, known := send.DefaultRates[name]; !known {
				t.Errorf("%q makes a limit %q", s, name)
			}
			if rate.Limit < 1 || rate.Window < time.Minute || rate.Window > 24*time.Hour || rate.Window%time.Minute != 0 {
				t.Errorf("%q makes %s %+v", s, name, rate)
			}
			// A /64, a /56 and a /48 may each do four times what the one within may.
			if wide := rate.Limit * 4 * 4; wide/16 != rate.Limit || wide < 1 {
				t.Errorf("%q makes %s %+v, which cannot be counted for wider networks", s, name, rate)
			}
		}
	})
}

// oneRecord is a ledger that has one record for every key.
type oneRecord struct {
	send.Ledger
	record send.Record
}

func (l oneRecord) Get(_ context.Context, k send.Key) (send.Record, error) {
	l.record.Key = k
	return l.record, nil
}

func (l oneRecord) List(_ context.Context, set, after string, _ int) ([]send.Record, error) {
	if after != "" {
		return nil, nil
	}
	l.record.Key = send.Key{Set: set, ID: "000000000000"}
	return []send.Record{l.record}, nil
}

func (l oneRecord) Spend(_ context.Context, k send.Key, s send.Spend) (send.Record, error) {
	l.record.Key = k
	return s.Apply(l.record)
}

func (oneRecord) Create(context.Context, send.Record) error     { return nil }
func (oneRecord) Replace(context.Context, send.Record) error    { return nil }
func (oneRecord) Apply(context.Context, ...send.Change) error   { return nil }
func (oneRecord) Delete(context.Context, send.Key, int64) error { return nil }

// FuzzRecord: whatever a damaged ledger has in the place of a transfer or of a
// token, it is read or refused.
func FuzzRecord(f *testing.F) {
	f.Add("completed", int64(1), int64(2), []byte(`{"declared_bytes":5,"created_at":"2030-01-31T12:00:00Z",`+
		`"payload":{"key":"payloads/1","size":5},"labelled":true,"reserved":{"bytes":5},`+
		`"retire_at":"2030-01-31T12:00:00Z"}`))
	f.Add("pending", int64(0), int64(0),
		[]byte(`{"created_at":"2030-01-31T12:00:00Z","multipart":{"upload_id":"u","key":"k"}}`))
	f.Add("active", int64(1), int64(50),
		[]byte(`{"sealed_name":"AAAA","created_by":"x","created_at":"2030-01-31T12:00:00Z"}`))
	f.Add("deleted", int64(-1), int64(-1), []byte(`null`))
	f.Add("", int64(1<<62), int64(1), []byte(``))
	f.Add("completed", int64(0), int64(1),
		[]byte(`{"payload":{"size":-9223372036854775808},"created_at":"0000-01-01T00:00:00Z"}`))
	f.Add("active", int64(0), int64(0), []byte(`{"metadata":{"a":[{}]}}`))
	clock := clocktest.At(time.Date(2030, 1, 31, 12, 30, 0, 0, time.UTC))
	f.Fuzz(func(t *testing.T, state string, count, limit int64, data []byte) {
		ledger := oneRecord{record: send.Record{Version: 1, State: state, Count: count, Limit: limit, Data: data}}
		tokens := &send.Tokens{Ledger: ledger, Names: send.Secret("a secret for tests").Names, Now: clock.Now}
		transfers := &send.Transfers{Ledger: ledger, Gate: tokens, Now: clock.Now}
		ctx := t.Context()
		_, info := transfers.Info(ctx, "000000000000")
		_, available := transfers.Available(ctx, "000000000000")
		_, resumable := transfers.Resumable(ctx, "000000000000")
		_, claimed := transfers.Claim(ctx, "000000000000", "")
		_, token := tokens.Token(ctx, "name")
		_, _, used := tokens.Use(ctx, "name", "")
		_, listed := tokens.List(ctx)
		for what, err := range map[string]error{
			"info": info, "available": available, "resumable": resumable, "claimed": claimed, "token": token, "used": used,
			"listed": listed,
		} {
			if err != nil && (send.CodeOf(err) == "" || err.Error() == "") {
				t.Errorf("%s: %#v", what, err)
			}
		}
	})
}
