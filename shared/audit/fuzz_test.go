package audit

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// batchOf is a batch as the trail keeps it.
func batchOf(tb testing.TB, seq int64, prev string) (h header, events []Event, content []byte) {
	tb.Helper()
	at := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC).Add(time.Duration(seq) * time.Minute)
	h = header{Seq: seq, Time: at, Prev: prev}
	events = []Event{
		{Time: at, Kind: TransferCreated, Outcome: Success, Transfer: "000000000000"},
		{Time: at, Kind: Login, Outcome: Denied, Client: "c", Reason: "why", Count: 3, Last: at.Add(time.Second)},
	}
	content, err := encode(h, events)
	if err != nil {
		tb.Fatal(err)
	}
	return h, events, content
}

// FuzzBatch: whatever an object of the trail holds, and whatever it is called,
// it is read or refused; and what is read can be ordered, shown and kept again.
func FuzzBatch(f *testing.F) {
	h, events, content := batchOf(f, 1, "")
	f.Add(keyOf(h, events), content)
	f.Add(root+"2030/01/31/12/"+events[0].ID()+".login.denied.json",
		[]byte(`{"time":"2030-01-31T12:00:00Z","event":"login"}`))
	f.Add("audit/x-y-z-w.ndjson", []byte(`{"chain":1,"seq":-1}`))
	f.Add("----.ndjson", []byte(`null`))
	f.Add("...json", []byte(`{"time":"0000-01-01T00:00:00+23:59"}`))
	f.Add(root, []byte(`{"time":"9999-12-31T23:59:59-23:59","last":"0001-01-01T00:00:00Z","count":-5}`))
	f.Add("", content[:len(content)-5])
	f.Fuzz(func(t *testing.T, key string, content []byte) {
		if p, ok := placeOf(key); ok && (p.key != key || p.chained == (p.id != "") || len(p.first) < idWidth) {
			t.Errorf("%q is %+v", key, p)
		}
		events, err := decode(content)
		if err != nil {
			return
		}
		for _, e := range events {
			if len(e.ID()) < idWidth {
				t.Errorf("%+v has the ID %q", e, e.ID())
			}
		}
		again, err := encode(header{Seq: 1}, events)
		if err != nil {
			t.Fatalf("%q is read as %+v, which cannot be kept: %v", content, events, err)
		}
		if got, err := decode(again); err != nil || len(got) != len(events) {
			t.Errorf("%q is read as %+v, and kept and read again as %+v, %v", content, events, got, err)
		}
	})
}

// FuzzVerify: of a file that somebody hands over, whatever it is, it is said
// what it holds or where it is broken; and nothing of it can be changed unseen.
func FuzzVerify(f *testing.F) {
	_, _, one := batchOf(f, 1, "")
	_, _, two := batchOf(f, 2, hashOf(one))
	whole := strings.Join([]string{`{"begin":{"seq":0,"hash":""}}` + "\n", string(one), string(two),
		`{"end":{"seq":2,"hash":"` + hashOf(two) + `"}}` + "\n"}, "")
	f.Add([]byte(whole), 0, byte(0))
	f.Add([]byte(whole), 70, byte(1))
	f.Add([]byte(whole), len(whole)-20, byte(7))
	f.Add([]byte(whole+"{}\n"), 0, byte(0))
	f.Add([]byte(`{"begin":null}`), 0, byte(0))
	f.Add([]byte(`{"begin":{"seq":9223372036854775807}}`+"\n"+`{"chain":1,"seq":-9223372036854775808,"events":1}`+"\n"),
		0, byte(0))
	f.Add([]byte(`{"begin":{}}`+"\n"+`{"chain":1,"seq":1,"events":-1}`+"\n"), 0, byte(0))
	f.Add([]byte(`{"begin":{}}`+"\n"+`{"stray":"x"}`+"\n"), 0, byte(0))
	f.Add([]byte(strings.Repeat("x", 70<<10)), 0, byte(0))
	f.Fuzz(func(t *testing.T, file []byte, at int, flip byte) {
		found, err := Verify(bytes.NewReader(file), "")
		if broken, ok := errors.AsType[*Broken](err); err != nil && (!ok || broken.Line < 0 || broken.What == "") {
			t.Errorf("%q: %#v", file, err)
		}
		if err == nil && (found.Batches < 0 || found.Events < 0 || found.End.Seq-found.Begin.Seq != int64(found.Batches)) {
			t.Errorf("%q is said to hold %+v", file, found)
		}
		changed := []byte(whole)
		if at < 0 || at >= len(changed) || flip == 0 {
			return
		}
		changed[at] ^= flip
		want, _ := Verify(strings.NewReader(whole), hashOf(two))
		if got, err := Verify(bytes.NewReader(changed), hashOf(two)); err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("byte %d was changed by %x, unseen: %+v, not %+v", at, flip, got, want)
		}
	})
}

// FuzzQuery: what a query may ask for is bounded, whoever asks.
func FuzzQuery(f *testing.F) {
	f.Add(int64(0), int64(3600), "login", "denied", "000000000000", "ab", "000000000000000f-00", 50)
	f.Add(int64(-1<<62), int64(1<<62), "", "", "", "", "", 1)
	f.Add(int64(-3600), int64(-1), "", "", "", "", "", 1)
	f.Add(int64(9223372036-1800), int64(9223372036+1800), "", "", "", "", "", 1)
	f.Add(int64(1e10), int64(1e10+3600), "", "", "", "", "", 1)
	f.Add(int64(1), int64(1), "x", "y", "z", "w", "-000000000000001", 0)
	f.Add(int64(0), int64(3600), "", "", "", "", "+00000000000000f", 1)
	f.Add(int64(0), int64(31*24*3600+1), "", "", "", strings.Repeat("a", 65), "+00000000000000f", 501)
	f.Fuzz(func(t *testing.T, from, to int64, kind, outcome, transfer, token, after string, limit int) {
		q := Query{
			From: time.Unix(from, 0), To: time.Unix(to, 0), Kind: Kind(kind), Outcome: Outcome(outcome),
			Transfer: transfer, Token: token, After: after, Limit: limit,
		}
		if err := q.Check(); err != nil {
			if send.CodeOf(err) != send.Invalid || err.Error() == "" {
				t.Errorf("%+v: %#v", q, err)
			}
			return
		}
		days := 0
		for d := q.To.UTC().Add(-1).Truncate(daily); d.Add(daily).After(q.From) && days <= 40; d = d.Add(-daily) {
			days++
		}
		if at, ok := timeOf(q.After); q.After != "" && (!ok || at.Before(time.Unix(0, 0))) {
			t.Errorf("%q is taken for the ID of an event", q.After)
		}
		if days > 32 || days == 0 || q.Limit < 1 || q.Limit > MaxLimit {
			t.Errorf("%+v may be asked for, of %d days", q, days)
		}
		if idOfTime(q.From) >= idOfTime(q.To) {
			t.Errorf("from %s to %s is no time for IDs: %s to %s", q.From, q.To, idOfTime(q.From), idOfTime(q.To))
		}
		_, _, content := batchOf(t, 1, "")
		events, _ := decode(content)
		for _, e := range events {
			_, _ = q.matches(e), q.of(e.ID())
		}
		q.among([]string{root + "x", "y.ndjson", "....json"})
	})
}
