package send_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/moto"
)

// What was taken down nobody gets any more, whatever they had of it, and its bytes go.
func TestWhatIsTakenDownIsGone(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const secret = "the delete secret"
	id := f.completed(t, send.NewTransfer{Label: []byte("sealed"), DeleteAuthHash: hash(secret)}, noise(100))
	claim, err := f.Claim(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	operators := &send.Transfers{Ledger: f.ledger, Now: f.clock.Now} // who have no way to the bytes
	tr, first, err := operators.TakeDown(t.Context(), id)
	if err != nil || !first || !tr.TakenDown || tr.Erased || tr.Standing(f.clock.Now()) != send.TakenDown {
		t.Fatalf("taken down: %+v, %v, %v", tr, first, err)
	}
	if tr, first, err = operators.TakeDown(t.Context(), id); err != nil || first || !tr.TakenDown {
		t.Errorf("taken down again: %+v, %v, %v", tr, first, err)
	}

	refused := func(err error) {
		t.Helper()
		want(t, err, send.NotFound, "")
		if send.ReasonOf(err) != send.ReasonTakenDown {
			t.Errorf("the reason is %s", send.ReasonOf(err))
		}
	}
	_, err = f.Claim(t.Context(), id, "")
	refused(err)
	_, err = f.Resumable(t.Context(), claim.Transfer.ID)
	refused(err)
	_, err = f.DownloadURL(t.Context(), id, "")
	refused(err)
	_, err = f.Confirm(t.Context(), claim)
	refused(err)
	_, err = f.ChangeExpiry(t.Context(), id, secret, f.clock.Now().Add(time.Hour).Format(time.RFC3339))
	refused(err)
	_, _, err = f.Complete(t.Context(), f.token, id)
	refused(err)
	if got := f.label(t, id); got != "" {
		t.Errorf("its label is %q", got)
	}

	tr, err = f.Info(t.Context(), id)
	if err != nil || tr.Status != send.Deleted || !tr.TakenDown {
		t.Fatalf("it stands as %+v, %v", tr, err)
	}
	if tr, err = f.Retract(t.Context(), tr); err != nil || !tr.Erased {
		t.Fatalf("retracted: %+v, %v", tr, err)
	}
	if left := f.objects(t); len(left) > 0 || f.labels(t, id) > 0 {
		t.Errorf("left are %v, and %d labels", left, f.labels(t, id))
	}
	if deleted, err := f.Delete(t.Context(), id, secret); err != nil || deleted {
		t.Errorf("deleted by its sender: %v, %v", deleted, err)
	}
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if tr, err = f.Info(t.Context(), id); err != nil || !tr.TakenDown || !tr.Erased {
		t.Errorf("swept: %+v, %v", tr, err)
	}
}

// Where nobody retracts, the next sweep does; what was reserved is given back, and nobody
// is told that something expired.
func TestWhatIsTakenDownIsSwept(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(f *fixture) string{
		"pending":   func(f *fixture) string { return f.created(t, send.NewTransfer{DeclaredBytes: 100}) },
		"uploaded":  func(f *fixture) string { return f.uploaded(t, send.NewTransfer{}, noise(100)) },
		"completed": func(f *fixture) string { return f.completed(t, send.NewTransfer{Label: []byte("l")}, noise(100)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := setUp(t)
			f.Removed = func(_ send.Transfer, why send.Reason) { t.Errorf("somebody is told of %s", why) }
			id := begin(f)
			if _, first, err := f.TakeDown(t.Context(), id); err != nil || !first {
				t.Fatal(first, err)
			}
			body := noise(10)
			_, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(body), int64(len(body)))
			want(t, err, send.NotFound, "")
			if _, err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := f.objects(t); len(left) > 0 || f.labels(t, id) > 0 {
				t.Errorf("left are %v", left)
			}
			owner := send.TokenHash(f.token)
			rs, err := f.ledger.List(t.Context(), send.ReservedSets+owner[:2], "", 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rs {
				if r.Count != 0 {
					t.Errorf("%s: %d are still reserved", r.Key.ID, r.Count)
				}
			}
		})
	}
}

// What is over cannot be taken down: there is nothing left to take.
func TestTakingDownWhatIsOver(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for _, id := range []string{"", "x", "0123456789ab"} {
		_, _, err := f.TakeDown(t.Context(), id)
		want(t, err, send.NotFound, "Transfer not found")
	}
	deleted := f.completed(t, send.NewTransfer{DeleteAuthHash: hash("secret")}, noise(10))
	if _, err := f.Delete(t.Context(), deleted, "secret"); err != nil {
		t.Fatal(err)
	}
	_, _, err := f.TakeDown(t.Context(), deleted)
	want(t, err, send.NotFound, "")
	if send.ReasonOf(err) != send.ReasonDeleted {
		t.Errorf("the reason is %s", send.ReasonOf(err))
	}
	expired := f.completed(t, send.NewTransfer{}, noise(10))
	f.clock.Advance(25 * time.Hour)
	_, _, err = f.TakeDown(t.Context(), expired)
	want(t, err, send.Gone, "expired")
}

// What a later version keeps in a record outlives being taken down by an earlier one.
func TestTakingDownKeepsTheRecord(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{}, noise(10))
	key := send.Key{Set: send.TransferSets + id[:2], ID: id}
	r, err := f.ledger.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	r.Data = []byte(`{"of_later":[1],` + string(r.Data[1:]))
	if err := f.ledger.Replace(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.TakeDown(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if r, err = f.ledger.Get(t.Context(), key); err != nil || !hasField(t, r.Data, "of_later") {
		t.Errorf("%s, %v", r.Data, err)
	}
}

func hasField(t *testing.T, data []byte, name string) bool {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	return slices.Contains(slices.Collect(maps.Keys(fields)), name)
}

// Every transfer is on just one page, in both ledgers, however long the pages are, and
// what is asked for is found.
func TestTransfersAreListed(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		ledger func(t *testing.T, f *fixture) send.Ledger
		limits []int
	}{
		"in a file": {
			func(_ *testing.T, f *fixture) send.Ledger { return f.ledger }, []int{1, 2, 3, 5, 11, 12, 13, 100},
		},
		"in DynamoDB": { // simulated, where it takes its time
			func(t *testing.T, _ *fixture) send.Ledger { return dynamo.New(moto.Table(t), moto.Load(t)) }, []int{5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.ledger = kind.ledger(t, f)
			f.Ledger, f.tokens.Ledger = f.ledger, f.ledger
			f.token = "one"
			f.newToken(t, f.token, 0)
			f.newToken(t, "another", 0)
			var all []string
			// Some sets have many, most none, the first and the last some.
			for i, first := range []string{"00", "00", "00", "0a", "77", "77", "77", "77", "77", "ff", "ff"} {
				id := fmt.Sprintf("%s%010x", first, 3*i)
				all = append(all, f.created(t, send.NewTransfer{ID: id}))
			}
			down := all[6]
			if _, _, err := f.TakeDown(t.Context(), down); err != nil {
				t.Fatal(err)
			}
			others, err := f.Create(t.Context(), f.admitted(t, "another"), send.NewTransfer{ID: "fffffffffff0"})
			if err != nil {
				t.Fatal(err)
			}
			every := append(slices.Clone(all), others.ID)
			ofToken := func(hash string) bool { return hash == send.TokenHash("another") }
			for _, limit := range kind.limits {
				f.listed(t, send.TransferQuery{Limit: limit}, every)
				f.listed(t, send.TransferQuery{Limit: limit, Status: send.TakenDown}, []string{down})
				f.listed(t, send.TransferQuery{Limit: limit, Token: ofToken}, []string{others.ID})
				f.listed(t, send.TransferQuery{Limit: limit, Status: send.Completed}, nil)
			}
		})
	}
	f := setUp(t)
	_, err := f.List(t.Context(), send.TransferQuery{Limit: 1, After: "nowhere"})
	want(t, err, send.Invalid, "after must be")
}

// listed fails the test unless the pages of what is asked for have just those transfers.
func (f *fixture) listed(t *testing.T, q send.TransferQuery, all []string) {
	t.Helper()
	var got []string
	for pages := 0; ; pages++ {
		p, err := f.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Transfers) > q.Limit || pages > len(all) {
			t.Fatalf("page %d has %d transfers of %d", pages, len(p.Transfers), q.Limit)
		}
		for _, tr := range p.Transfers {
			got = append(got, tr.ID)
		}
		if q.After = p.After; q.After == "" {
			break
		}
	}
	if !slices.Equal(got, all) {
		t.Errorf("%+v: got %v, want %v", q, got, all)
	}
}

// A page ends after so many transfers, also where it has none of those that are wanted.
func TestAPageOfTransfersIsBounded(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const sets, each = 40, 60
	var creates []send.Change
	for set := range sets {
		for i := range each {
			id := fmt.Sprintf("%02x%010x", set, i)
			creates = append(creates, send.Change{Create: &send.Record{
				Key: send.Key{Set: send.TransferSets + id[:2], ID: id}, State: string(send.Completed),
				Expires: f.clock.Now().Add(time.Hour), Data: []byte("{}"),
			}})
		}
		if err := f.ledger.Apply(t.Context(), creates...); err != nil {
			t.Fatal(err)
		}
		creates = nil
	}
	p, err := f.List(t.Context(), send.TransferQuery{Limit: 10, Status: send.Deleted})
	if err != nil || len(p.Transfers) > 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if want := fmt.Sprintf("%02x%010x", 2000/each, 2000%each-1); p.After != want {
		t.Errorf("it goes on after %s, want %s", p.After, want)
	}
	p, err = f.List(t.Context(), send.TransferQuery{Limit: 10, Status: send.Deleted, After: p.After})
	if err != nil || p.After != "" {
		t.Errorf("then %+v, %v", p, err)
	}
}

// What is asked for is found, too, where it stands behind more of its set than is read at once.
func TestTheEndOfALargeSetIsListed(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	var last string
	for page := range 3 {
		var creates []send.Change
		for i := range 100 {
			last = fmt.Sprintf("05%010x", 100*page+i)
			creates = append(creates, send.Change{Create: &send.Record{
				Key: send.Key{Set: send.TransferSets + "05", ID: last}, State: string(send.Completed),
				Expires: f.clock.Now().Add(time.Hour), Data: []byte(fmt.Sprintf(`{"owner":"%d"}`, 100*page+i)),
			}})
		}
		if err := f.ledger.Apply(t.Context(), creates...); err != nil {
			t.Fatal(err)
		}
	}
	f.listed(t, send.TransferQuery{Limit: 10, Token: func(hash string) bool { return hash == "299" }}, []string{last})
}

// Where a transfer stands is said by what is true of it now.
func TestStandings(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	once := f.completed(t, send.NewTransfer{MaxDownloads: 1}, noise(10))
	stands := func(id string, want send.Status) {
		t.Helper()
		tr, err := f.Info(t.Context(), id)
		if got := tr.Standing(f.clock.Now()); err != nil || got != want || !slices.Contains(send.Standings, got) {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	stands(once, send.Completed)
	if _, err := f.Claim(t.Context(), once, ""); err != nil {
		t.Fatal(err)
	}
	stands(once, send.Exhausted)
	pending := f.created(t, send.NewTransfer{})
	stands(pending, send.Pending)
	gone := f.completed(t, send.NewTransfer{DeleteAuthHash: hash("s")}, noise(10))
	if _, err := f.Delete(t.Context(), gone, "s"); err != nil {
		t.Fatal(err)
	}
	stands(gone, send.Deleted)
	f.clock.Advance(25 * time.Hour)
	stands(pending, send.Expired)
	stands(once, send.Expired)
	stands(gone, send.Deleted)
}
