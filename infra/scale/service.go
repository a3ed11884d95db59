package scale

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/partitions"
)

// function is what was asked of one.
type function struct {
	requests float64
	busy     time.Duration // of all requests together
}

func (f function) minus(o function) function {
	return function{f.requests - o.requests, f.busy - o.busy}
}

// service is the domain, with its limits and its trail, on a model of AWS. What its
// routes do with it, they do here without HTTP; that nothing is forgotten, a test holds
// to what is counted over the services themselves (infra/cost/work.go).
type service struct {
	ctx     context.Context
	now     time.Time
	chance  *rand.Rand
	waiting *waiting
	ledger  *ledger
	store   *store

	transfers *send.Transfers
	tokens    *send.Tokens
	limiter   *send.Limiter
	told      map[string]*audit.Outbox // by the service
	delivered time.Duration            // for which handing events over took
	user      function
	admin     function
	label     []byte
	made      int
	known     map[string]bool // tokens that there are
	faults    []error
}

func newService(ctx context.Context, rules send.Rules, size int64) *service {
	wait := &waiting{}
	s := &service{
		ctx: ctx, now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), chance: rand.New(rand.NewPCG(1, 2)), waiting: wait,
		ledger: &ledger{Ledger: partitions.New(), waiting: wait, together: map[send.Key]float64{}},
		store:  &store{waiting: wait, size: size, prefixes: map[string]requests{}},
		label: envelope.SealLabel(envelope.NewKey(), envelope.Label{
			Files: []envelope.LabelFile{{Name: "a.bin", Type: "application/octet-stream", Size: 1}}, Count: 1, Size: 1,
		}),
		known: map[string]bool{},
	}
	now := func() time.Time { return s.now }
	s.ledger.Now = now
	secret := send.Secret("of the simulation, and of nothing else")
	s.tokens = &send.Tokens{Ledger: s.ledger, Names: secret.Names, Now: now}
	s.transfers = &send.Transfers{
		Ledger: s.ledger, Store: s.store, Links: links{}, Gate: gate{s}, Rules: rules, Now: now,
		Form: func([]byte, int64, int64) error { return nil }, Beside: s.beside,
	}
	s.limiter = send.NewLimiter(s.ledger, send.DefaultRates, now,
		func(_ context.Context, _ string, err error) { s.failed(err) })
	trail := &audit.Trail{
		Store: s.store, Ledger: s.ledger, Now: now,
		TokenIDs: func(context.Context) (send.TokenIDs, error) { return secret.TokenIDs(), nil },
	}
	outbox := func(of string) *audit.Outbox {
		return &audit.Outbox{
			Ledger: s.ledger, Now: now, Frozen: true, Meter: metric.Meter{Service: of}, Log: slog.New(slog.DiscardHandler),
			Deliver: func(ctx context.Context, events []audit.Event) error {
				before := wait.total()
				err := trail.Append(ctx, events)
				s.delivered += wait.total() - before + Hop
				return err
			},
		}
	}
	s.told = map[string]*audit.Outbox{metric.User: outbox(metric.User), metric.Admin: outbox(metric.Admin)}
	return s
}

func (s *service) failed(err error) {
	if err != nil {
		s.faults = append(s.faults, err)
	}
}

// event is one of a success. Each is of another request, as always.
func (s *service) event(kind audit.Kind, transfer string) audit.Event {
	s.made++
	return audit.Event{
		Time: s.now, Kind: kind, Transfer: transfer, Request: fmt.Sprint(s.made), Outcome: audit.Success,
	}
}

// tell puts an event into the trail.
func (s *service) tell(of string, kind audit.Kind, transfer string) {
	s.told[of].Put(s.ctx, s.event(kind, transfer))
}

// beside is the event that a transfer was created, or completed, which is written with that.
func (s *service) beside(_ context.Context, t send.Transfer) []send.Record {
	kind := audit.TransferCreated
	if t.Status == send.Completed {
		kind = audit.TransferCompleted
	}
	return s.told[metric.User].Beside(s.event(kind, t.ID))
}

// ask is a request of a function, which is busy while it waits.
func (s *service) ask(f *function, do func() error) {
	before := s.waiting.total()
	s.failed(do())
	f.requests++
	f.busy += s.waiting.total() - before + Request
}

// gate is the user service's: it asks the admin function, and waits for it.
type gate struct{ *service }

func (g gate) asks(do func() error) (err error) {
	g.ask(&g.admin, func() error { err = do(); return nil })
	g.waiting.add(Hop + Request) // the ledger has been waited for already
	return err
}

func (g gate) Admit(ctx context.Context, token string) (send.Admission, error) {
	return send.AdmitActive(ctx, g, token)
}

func (g gate) Token(ctx context.Context, token string) (t send.Token, err error) {
	err = g.asks(func() (err error) { t, err = g.tokens.Token(ctx, token); return err })
	return t, err
}

func (g gate) Spend(ctx context.Context, token, upload string) error {
	return g.asks(func() error {
		told := g.told[metric.Admin]
		_, stood, err := g.tokens.Use(ctx, token, upload, told.Beside(g.event(audit.TokenUsed, upload[:12]))...)
		if err == nil {
			err = stood.Refusal()
		}
		told.Kept(ctx)
		return err
	})
}

func (g gate) Book(ctx context.Context, token, what string, uses int64) error {
	return g.tokens.Book(ctx, token, what, uses)
}

// token makes a token, once.
func (s *service) token(name string) string {
	if !s.known[name] {
		_, err := s.tokens.Create(s.ctx, send.NewToken{Name: name})
		s.failed(err)
		s.known[name] = true
	}
	return name
}

// hex is that many digits by chance.
func (s *service) hex(digits int) string {
	text := ""
	for len(text) < digits {
		text += fmt.Sprintf("%016x", s.chance.Uint64())
	}
	return text[:digits]
}

// allow counts a request for a client.
func (s *service) allow(limit, client string) error {
	d, err := s.limiter.Allow(s.ctx, limit, client)
	if err == nil && !d.Allowed {
		err = send.Fail(send.Limited, "the limit %s", limit)
	}
	return err
}

// send sends a transfer, and returns its ID.
func (s *service) send(token, client string) (id string) {
	s.ask(&s.user, func() error { // create
		if err := s.allow(send.LimitCreate, client); err != nil {
			return err
		}
		from, err := s.transfers.Admit(s.ctx, token)
		if err != nil {
			return err
		}
		t, err := s.transfers.Create(s.ctx, from, send.NewTransfer{
			ID: s.hex(12), DeclaredBytes: s.store.size, MaxDownloads: 1000, Label: s.label, DeleteAuthHash: s.hex(64),
			SenderHash: s.hex(64), ContentTypeHint: "application/octet-stream",
		})
		id = t.ID
		s.told[metric.User].Kept(s.ctx)
		return err
	})
	if s.store.size <= cost.DirectBytes {
		s.ask(&s.user, func() error {
			from, err := s.transfers.Admit(s.ctx, token)
			if err != nil {
				return err
			}
			body := io.LimitReader(zeros{}, s.store.size)
			_, err = s.transfers.Upload(s.ctx, from, id, body, s.store.size)
			s.waiting.add(seconds(float64(s.store.size) / upLine))
			return err
		})
	} else {
		s.parts(token, id)
	}
	s.ask(&s.user, func() error {
		_, _, err := s.transfers.Complete(s.ctx, token, id)
		s.told[metric.User].Kept(s.ctx)
		return err
	})
	return id
}

// parts puts the bytes of a transfer to S3.
func (s *service) parts(token, id string) {
	var up send.MultipartUpload
	admitted := func(do func(send.Sender) error) func() error {
		return func() error {
			from, err := s.transfers.Admit(s.ctx, token)
			if err != nil {
				return err
			}
			return do(from)
		}
	}
	s.ask(&s.user, admitted(func(from send.Sender) (err error) {
		up, err = s.transfers.Initiate(s.ctx, from, id, s.store.size, 0)
		return err
	}))
	parts := make([]send.Part, len(up.PartURLs))
	for i, u := range up.PartURLs {
		s.store.count(u.URL, aPut)
		parts[i] = send.Part{Number: u.Number, ETag: "etag"}
	}
	s.ask(&s.user, admitted(func(from send.Sender) error {
		_, err := s.transfers.Assemble(s.ctx, from, id, up.UploadID, parts)
		return err
	}))
}

// receive receives a transfer.
func (s *service) receive(id, client string) {
	claim := s.hex(32)
	s.ask(&s.user, func() error { // info
		if err := s.allow(send.LimitInfo, client); err != nil {
			return err
		}
		t, err := s.transfers.Info(s.ctx, id)
		if err != nil {
			return err
		}
		_, err = s.transfers.Label(s.ctx, t)
		return err
	})
	s.ask(&s.user, func() error {
		if err := s.allow(send.LimitDownload, client); err != nil {
			return err
		}
		defer s.tell(metric.User, audit.TransferDownloaded, id)
		if s.store.size > cost.DirectBytes {
			u, err := s.transfers.DownloadURL(s.ctx, id, claim)
			if err == nil {
				s.store.count(u.URL, aGet)
			}
			return err
		}
		// Was it counted before, could it be, and only then it is.
		if _, err := s.transfers.Claimed(s.ctx, id, claim); send.CodeOf(err) != send.NotFound {
			return err
		}
		if _, err := s.transfers.Available(s.ctx, id); err != nil {
			return err
		}
		c, err := s.transfers.Claim(s.ctx, id, claim)
		if err != nil {
			return err
		}
		body, err := s.transfers.Open(s.ctx, c.Transfer, 0, s.store.size)
		if err != nil {
			return err
		}
		s.waiting.add(seconds(float64(s.store.size) / downLine))
		return body.Close()
	})
	s.ask(&s.user, func() error { // confirm
		if err := s.allow(send.LimitDownload, client); err != nil {
			return err
		}
		c, err := s.transfers.Claimed(s.ctx, id, claim)
		if err != nil {
			return err
		}
		_, err = s.transfers.Confirm(s.ctx, c)
		s.tell(metric.User, audit.TransferConfirmed, id)
		return err
	})
}

// page loads a page, of which the parts come from CloudFront.
func (s *service) page() { s.ask(&s.user, func() error { return nil }) }

// zeros are the bytes that everybody sends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
