package send_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/history"
	"sgraph.ai/send/shared/test/ledgertest"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
)

// ask asks the domain.
func (f *fixture) ask(ctx context.Context, a asked) told {
	name := ""
	if a.Name > 0 {
		name = fmt.Sprintf("%032x", a.Name)
	}
	if isToken(a) {
		return f.askToken(ctx, a, name)
	}
	if isRequest(a) {
		return f.askRequest(ctx, a)
	}
	return f.askTransfer(ctx, a, name)
}

func (f *fixture) askToken(ctx context.Context, a asked, once string) told {
	var tok send.Token
	var err error
	switch a.Op {
	case "create":
		_, err = f.tokens.Create(ctx, send.NewToken{Name: a.Thing, UsageLimit: a.Limit})
		return told{Code: send.CodeOf(err), Count: -1}
	case "use":
		tok, stood, err := f.tokens.Use(ctx, a.Thing, once)
		o := told{Code: send.CodeOf(err), Status: string(stood), Count: -1}
		if stood == send.TokenActive && once == "" { // of a use with a name the count may be of later
			o.Count = tok.UsageCount
		}
		return o
	case "revoke":
		tok, err = f.tokens.Revoke(ctx, a.Thing)
	case "reactivate":
		tok, err = f.tokens.Reactivate(ctx, a.Thing)
	case "limit":
		tok, err = f.tokens.UpdateLimit(ctx, a.Thing, a.Limit)
	default:
		tok, err = f.tokens.Token(ctx, a.Thing)
	}
	if err != nil {
		return told{Code: send.CodeOf(err), Count: -1}
	}
	return told{Status: string(tok.Status), Count: tok.UsageCount}
}

func (f *fixture) askTransfer(ctx context.Context, a asked, name string) told {
	id := fmt.Sprintf("%.11s%d", hash(a.Thing), a.Transfer)
	from, err := f.Admit(ctx, a.Thing)
	if err != nil {
		return told{Code: send.CodeOf(err), Count: -1}
	}
	o := told{Count: -1}
	switch a.Op {
	case "create":
		_, err = f.Create(ctx, from, send.NewTransfer{
			ID: id, DeclaredBytes: declaredHere, MaxDownloads: a.Limit, DeleteAuthHash: secretHash("secret"),
		})
	case "upload":
		_, err = f.Upload(ctx, from, id, bytes.NewReader(make([]byte, declaredHere)), declaredHere)
	case "complete":
		_, o.First, err = f.Complete(ctx, a.Thing, id)
	case "claim":
		var c send.Claim
		c, err = f.Claim(ctx, id, name)
		if errors.Is(err, send.ErrRepeated) {
			return o
		}
		if o.First = err == nil; o.First && name == "" {
			o.Count = c.Transfer.Downloads
		}
	case "delete":
		o.First, err = f.Transfers.Delete(ctx, id, "secret")
	case "look":
		var tr send.Transfer
		if tr, err = f.Info(ctx, id); err == nil {
			o.Status, o.Count = string(tr.Status), tr.Downloads
		}
	}
	o.Code = send.CodeOf(err)
	return o
}

// maker has the token that requests are made with.
const maker = "maker"

// askRequest asks for a request of the maker's, or as who has its link.
func (f *fixture) askRequest(ctx context.Context, a asked) told {
	o := told{Count: -1}
	grant := base64.RawURLEncoding.EncodeToString([]byte(hash(a.Thing))[:32])
	id := hash("request/" + send.TokenHash(maker) + "/" + hash(grant))[:12]
	shown := "request." + id + "." + grant
	transfer := fmt.Sprintf("%.11s%d", hash(a.Thing), a.Transfer%len(requesting{}.transfers))
	var err error
	switch a.Op {
	case "make":
		var rq send.Request
		rq, o.First, err = f.CreateRequest(ctx, maker, send.NewRequest{
			PublicKey: make([]byte, 32), GrantHash: hash(grant), AuthHash: hash("secret"),
			MaxTransfers: mostArriveHere, MaxBytes: largestHere,
		})
		if err == nil && rq.ID != id {
			err = send.Fail(send.Internal, "it is %s, and not %s", rq.ID, id)
		}
	case "look":
		var rq send.Request
		if rq, err = f.Request(ctx, id); err == nil {
			o.Status, o.Count = string(rq.Status), rq.Arrived
		}
	case "close":
		_, o.First, err = f.CloseRequest(ctx, id, "secret")
	case "complete":
		_, o.First, err = f.Complete(ctx, shown, transfer)
	default:
		var from send.Sender
		if from, err = f.Admit(ctx, shown); err != nil {
			break
		}
		if a.Op == "create" {
			_, err = f.Create(ctx, from, send.NewTransfer{ID: transfer, SealedKey: sealedKey})
		} else {
			_, err = f.Upload(ctx, from, transfer, bytes.NewReader(make([]byte, a.Limit)), a.Limit)
		}
	}
	o.Code = send.CodeOf(err)
	return o
}

// declaredHere is how large each transfer is, so that reserved bytes bound how many are pending.
const declaredHere = 1000

// boundHere is how many bytes a sender may reserve, which is as much as mostPendingHere transfers do.
const boundHere = mostPendingHere*(declaredHere+64<<10) + declaredHere

// withSenders makes the senders' tokens.
func (f *fixture) withSenders(t testing.TB) *fixture {
	t.Helper()
	f.Rules.PendingBytes = boundHere
	for _, sender := range append(senders, maker) {
		f.newToken(t, sender, 0)
	}
	return f
}

var (
	senders = []string{"sender-a", "sender-b"}
	things  = append([]string{"token-a", "token-b", "request-a", "request-b"}, senders...)
)

// drive has clients ask for things at the same time, each by one of the asks, and returns the history.
func drive(seed uint64, clients, steps int, asks ...func(asked) told) *history.Recorder[asked, told] {
	r := history.Record[asked, told]()
	var wg sync.WaitGroup
	for client := range clients {
		chance := rand.New(rand.NewPCG(seed, uint64(client)))
		wg.Go(func() {
			for range steps {
				r.Calls(client, func() []history.Pair[asked, told] {
					a := some(chance)
					return pairs(a, asks[client%len(asks)](a))
				})
			}
		})
	}
	wg.Wait()
	for _, thing := range things { // what came of it all
		for n := range len(sending{}) {
			r.Call(clients, asked{Op: "look", Thing: thing, Transfer: n}, asks[0])
		}
	}
	return r
}

// pairs are what is asked by one call, and told: what is sent to a request is counted, and then completed.
func pairs(a asked, o told) []history.Pair[asked, told] {
	all := []history.Pair[asked, told]{{In: a, Out: o}}
	if isRequest(a) && a.Op == "complete" {
		a.Op = "count"
		all = append(all, history.Pair[asked, told]{In: a, Out: o})
	}
	return all
}

// some is something that may be asked.
func some(chance *rand.Rand) asked {
	a := asked{Thing: things[chance.IntN(len(things))], Name: chance.IntN(6), Limit: chance.Int64N(4)}
	ops := []string{
		"create", "create", "upload", "upload", "complete", "complete", "claim", "claim", "claim", "delete", "look",
	}
	switch {
	case isToken(a):
		ops = []string{"create", "use", "use", "use", "use", "revoke", "reactivate", "reactivate", "limit", "look"}
		a.Limit *= 3
	case isRequest(a):
		ops = []string{
			"make", "create", "create", "create", "upload", "upload", "upload", "complete", "complete", "complete", "look",
		}
		if chance.IntN(40) == 0 {
			ops = []string{"close"}
		}
		a.Transfer, a.Limit = chance.IntN(len(requesting{}.transfers)), (a.Limit+1)*largestHere/3
	default:
		a.Transfer = chance.IntN(len(sending{}))
	}
	a.Op = ops[chance.IntN(len(ops))]
	return a
}

// place is where a domain is kept that several processes use.
type place struct{ Dynamo, Table, S3, Bucket string }

func (p place) domain() *fixture {
	ledger := dynamo.New(p.Table, func(context.Context) (aws.Config, error) { return moto.At(p.Dynamo), nil })
	store := s3store.New(p.Bucket, func(context.Context) (aws.Config, error) { return moto.At(p.S3), nil })
	tokens := &send.Tokens{Ledger: ledger, Names: send.Secret("a secret for tests").Names, Now: time.Now}
	return &fixture{
		Transfers: &send.Transfers{
			Ledger: ledger, Store: store, Links: pathLinks{}, Gate: tokens, Now: time.Now,
			Form:  func([]byte, int64, int64) error { return nil },
			Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime, PendingBytes: boundHere},
		},
		tokens: tokens,
	}
}

// line is what goes to the other process, and comes back.
type line struct {
	Number int
	Asked  asked
	Told   told
}

// answerAll is the other process.
func answerAll(f *fixture, in io.Reader, out io.Writer) error {
	var mu sync.Mutex
	to := json.NewEncoder(out)
	for from := json.NewDecoder(in); ; {
		var l line
		if err := from.Decode(&l); err != nil {
			return err
		}
		go func() {
			l.Told = f.ask(context.Background(), l.Asked)
			mu.Lock()
			defer mu.Unlock()
			_ = to.Encode(l)
		}()
	}
}

// otherProcess starts it, and returns how it is asked.
func otherProcess(t *testing.T, at place) func(asked) told {
	t.Helper()
	in, out := history.StartProcess(t, at)
	var mu sync.Mutex
	waiting := map[int]chan told{}
	next, to := 0, json.NewEncoder(in)
	go func() {
		for from := json.NewDecoder(out); ; {
			var l line
			if from.Decode(&l) != nil {
				return
			}
			mu.Lock()
			waiting[l.Number] <- l.Told
			delete(waiting, l.Number)
			mu.Unlock()
		}
	}()
	return func(a asked) told {
		answer := make(chan told, 1)
		mu.Lock()
		next++
		waiting[next] = answer
		err := to.Encode(line{Number: next, Asked: a})
		mu.Unlock()
		if err != nil {
			return told{Code: send.Unavailable, Count: -1}
		}
		select {
		case o := <-answer:
			return o
		case <-time.After(time.Minute):
			return told{Code: send.Unavailable, Count: -1}
		}
	}
}

// Whatever several clients ask for at the same time, and though some answers are lost: what they are told could have
// been so one after the other.
func TestHistories(t *testing.T) {
	t.Parallel()
	t.Run("in a file", func(t *testing.T) {
		t.Parallel()
		for seed := range nightly.Or[uint64](12, 400) {
			f := setUp(t).withSenders(t)
			faulty := ledgertest.Fail(f.ledger, 40*int(seed%2), seed)
			f.Ledger, f.tokens.Ledger = faulty, faulty
			r := drive(seed, 6, 60, func(a asked) told { return f.ask(t.Context(), a) })
			history.Must(t, r, tokens)
			history.Must(t, r, transfers)
			history.Must(t, r, requests)
		}
	})
	t.Run("in DynamoDB, by two processes", func(t *testing.T) {
		t.Parallel()
		for seed := range nightly.Or[uint64](2, 30) {
			at := place{
				Dynamo: *dynamolocal.Config(t).BaseEndpoint, Table: dynamolocal.Table(t),
				S3: *moto.Config(t).BaseEndpoint, Bucket: moto.Bucket(t),
			}
			f := at.domain().withSenders(t)
			r := drive(seed, 6, 40, func(a asked) told { return f.ask(t.Context(), a) }, otherProcess(t, at))
			history.Must(t, r, tokens)
			history.Must(t, r, transfers)
			history.Must(t, r, requests)
		}
	})
}

// wrongLedger does what no ledger may: it loses every so many of the writes that it says it made, lets a limit
// overshoot by one, or gives back nothing.
type wrongLedger struct {
	send.Ledger
	loses, overshoots, leaks bool

	mu     sync.Mutex
	writes int
}

func (l *wrongLedger) lost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes++
	return l.loses && l.writes%9 == 0
}

func (l *wrongLedger) Replace(ctx context.Context, r send.Record) error {
	if l.lost() {
		return nil
	}
	return l.Ledger.Replace(ctx, r)
}

func (l *wrongLedger) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	r, err := l.Ledger.Spend(ctx, key, s)
	if l.overshoots && send.CodeOf(err) == send.Conflict && r.State == s.State && r.Count == r.Limit {
		r.Count++
		if l.Ledger.Replace(ctx, r) == nil {
			return r, nil
		}
	}
	return r, err
}

func (l *wrongLedger) Apply(ctx context.Context, changes ...send.Change) error {
	if l.lost() {
		return nil
	}
	if l.leaks {
		changes = slices.DeleteFunc(changes, func(c send.Change) bool { return c.Add != nil && c.Add.Units < 0 })
	}
	return l.Ledger.Apply(ctx, changes...)
}

// What the histories are for is found.
func TestHistoriesFind(t *testing.T) {
	t.Parallel()
	all := func(r *history.Recorder[asked, told], folder string) error {
		return errors.Join(history.Check(r, tokens, folder), history.Check(r, transfers, folder))
	}
	ofRequests := func(r *history.Recorder[asked, told], folder string) error { return history.Check(r, requests, folder) }
	for name, c := range map[string]struct {
		wrong *wrongLedger
		check func(*history.Recorder[asked, told], string) error
	}{
		"a lost write":                       {&wrongLedger{loses: true}, all},
		"a limit that is overshot":           {&wrongLedger{overshoots: true}, all},
		"what is never given back":           {&wrongLedger{leaks: true}, all},
		"a request that goes on":             {&wrongLedger{loses: true}, ofRequests},
		"a request for which one more comes": {&wrongLedger{overshoots: true}, ofRequests},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20) { // not each history has it
				f := setUp(t).withSenders(t)
				c.wrong.Ledger = f.ledger
				f.Ledger, f.tokens.Ledger = c.wrong, c.wrong
				r := drive(seed, 4, 100, func(a asked) told { return f.ask(t.Context(), a) })
				if c.check(r, t.TempDir()) != nil {
					return
				}
			}
			t.Error("it was not found")
		})
	}
}
