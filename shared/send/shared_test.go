package send_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/shared/send"
)

func keep(t *testing.T, ledger send.Ledger, generation int) send.Slots {
	t.Helper()
	v, err := send.SharedOrigin.Keep(t.Context(), ledger, generation)
	if err != nil {
		t.Fatal(err)
	}
	read, err := send.SharedOrigin.Read(t.Context(), ledger)
	if err != nil || read != v {
		t.Fatalf("kept %+v, and read %+v, %v", v, read, err)
	}
	return v
}

// What is shown after a change was accepted before it, and what was shown before
// it is accepted after.
func TestASharedSecretChangesBySlots(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	if _, err := send.SharedOrigin.Read(t.Context(), ledger); send.CodeOf(err) != send.NotFound {
		t.Fatalf("before any deploy: %v", err)
	}
	first := keep(t, ledger, 1)
	if first.Previous != "" || len(first.Current) < 43 || len(first.Next) < 43 || first.Current == first.Next {
		t.Fatalf("the first: %+v", first)
	}
	if again := keep(t, ledger, 1); again != first {
		t.Errorf("repeated, it is %+v", again)
	}
	second := keep(t, ledger, 2)
	if second.Generation != 2 || second.Previous != first.Current || second.Current != first.Next ||
		second.Next == first.Next || second.Next == first.Current {
		t.Errorf("after %+v comes %+v", first, second)
	}
	if back := keep(t, ledger, 1); back != second {
		t.Errorf("an older generation makes it %+v", back)
	}
	far := keep(t, ledger, 70)
	if far.Generation != 70 || far.Previous != second.Current || far.Current != second.Next {
		t.Errorf("after a leap it is %+v", far)
	}
	if got := far.Accepted(); !slices.Equal(got, []string{far.Current, far.Next, far.Previous}) {
		t.Errorf("accepted are %q", got)
	}
	other, err := send.SharedService.Keep(t.Context(), ledger, 1)
	if err != nil || slices.Contains(far.Accepted(), other.Current) {
		t.Errorf("another secret: %+v, %v", other, err)
	}
	if _, err := send.SharedOrigin.Keep(t.Context(), ledger, 0); send.CodeOf(err) != send.Invalid {
		t.Errorf("generation 0: %v", err)
	}
}

func TestASharedSecretChangesOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	for generation := 1; generation < 4; generation++ {
		var all sync.WaitGroup
		values := make([]send.Slots, 12)
		for i := range values {
			all.Go(func() {
				var err error
				if values[i], err = send.SharedOrigin.Keep(t.Context(), ledger, generation); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, v := range values {
			if v != values[0] || v.Generation != generation {
				t.Fatalf("they got %+v", values)
			}
		}
	}
}

// A record that is damaged is told of, and nothing of it.
func TestASharedSecretThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"current":"canary`, `{"current":7,"next":"canary"}`, `{"next":"canary"}`, `canary`, ``,
	} {
		ledger := newSaltLedger(t)
		r := send.Record{Key: send.Key{Set: send.SharedOrigin.Set(), ID: "values"}, Data: []byte(data)}
		if err := ledger.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		_, read := send.SharedOrigin.Read(t.Context(), ledger)
		_, kept := send.SharedOrigin.Keep(t.Context(), ledger, 2)
		for _, err := range []error{read, kept} {
			if send.CodeOf(err) != send.Internal || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", data, err)
			}
		}
	}
}

func TestASharedSecretIsForgotten(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	for range 2 {
		keep(t, ledger, 3)
		if err := send.SharedOrigin.Forget(t.Context(), ledger); err != nil {
			t.Fatal(err)
		}
		if err := send.SharedOrigin.Forget(t.Context(), ledger); err != nil {
			t.Errorf("when it is forgotten: %v", err)
		}
	}
}

// The form of the record is what the services of other versions read.
func TestTheFormOfASharedSecret(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(send.Slots{Generation: 2, Previous: "a", Current: "b", Next: "c"})
	if want := `{"generation":2,"previous":"a","current":"b","next":"c"}`; err != nil || string(b) != want {
		t.Errorf("it is %s, %v", b, err)
	}
}
