package send

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Who has a token makes a request, by whose link somebody without one sends to them.
// Whoever sends to it shows what that link grants where a token is shown, and a transfer
// that is completed costs the request one of those that it allows, as it would cost a
// token a use. All of them were booked on the maker's token when the request was made, so
// that a token allows no more by its requests than without.

// RequestStatus is where a request for files stands.
type RequestStatus string

// The statuses. Only open and closed are stored.
const (
	RequestOpen    RequestStatus = "open"
	RequestFull    RequestStatus = "full"    // as many transfers arrived as it allows
	RequestExpired RequestStatus = "expired" // its time is over
	RequestClosed  RequestStatus = "closed"  // its maker closed it, or has no token any more
)

// Refusal is what whoever sends to a request that stands so is told, or nil where
// something can be sent.
func (s RequestStatus) Refusal() error {
	switch s {
	case RequestOpen:
		return nil
	case RequestFull:
		return Fail(Gone, "as many transfers arrived for this request as it allows").With(ReasonRequestFull)
	case RequestExpired:
		return Fail(Gone, "the time of this request is over").With(ReasonRequestExpired)
	}
	return Fail(Gone, "this request was closed").With(ReasonRequestClosed)
}

const (
	// MaxRequestTransfers is how many transfers one request can allow.
	MaxRequestTransfers = 100
	// requestKept is how long a request is kept from its creation on: longer than the
	// token knows that it was booked, so that nothing is made twice of one booking.
	requestKept = tokenUseLife + 24*time.Hour
	// sealedKeySize is the length of a key that is sealed to a request's maker, in bytes.
	sealedKeySize = 80
	// publicKeySize is the length of an X25519 key, in bytes.
	publicKeySize = 32
)

// Request is an invitation to send.
type Request struct {
	ID           string
	Status       RequestStatus
	PublicKey    []byte // to which senders seal the keys of their transfers
	MaxTransfers int64
	Arrived      int64
	MaxBytes     int64 // of each ciphertext
	CreatedAt    time.Time
	ExpiresAt    time.Time
	Label        []byte // sealed
	Maker        string // hash of the token that it was made with; "" where none is asked for

	data requestData
}

// Left returns how many transfers may arrive still.
func (r Request) Left() int64 { return max(0, r.MaxTransfers-r.Arrived) }

// requestData is a request's part of a record that no condition looks at.
type requestData struct {
	PublicKey []byte    `json:"public_key"`
	GrantHash string    `json:"grant_hash"`
	AuthHash  string    `json:"auth_hash"`
	MaxBytes  int64     `json:"max_bytes,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	Label     []byte    `json:"label,omitempty"`
	Maker     string    `json:"maker,omitempty"`
	For       string    `json:"for"` // whom transfers that are under way are counted for
}

// NewRequest is what a request is made from.
type NewRequest struct {
	PublicKey    []byte
	GrantHash    string
	AuthHash     string
	MaxTransfers int64 // 0 = one
	MaxBytes     int64 // 0 = what the service takes
	ExpiresAt    string
	Label        []byte
	SenderHash   string // of whoever makes it
}

func requestKey(id string) Key { return Key{RequestSets + id[:2], id} }

// requestID returns the ID of a request, which follows from what it is made with: so that
// making it again finds it.
func requestID(token, grantHash string) string {
	h := sha256.Sum256([]byte("request/" + TokenHash(token) + "/" + grantHash))
	return hex.EncodeToString(h[:6])
}

// CreateRequest makes a request, and books on the token as many uses as it allows
// transfers. Where the same was made before it is returned, and first is false. What
// Gate.Admit and Gate.Book return; Invalid for values that cannot be, TooLarge, Conflict
// where another request has that grant, Forbidden for who shows what a request grants.
func (t *Transfers) CreateRequest(ctx context.Context, token string, n NewRequest) (rq Request, first bool, err error) {
	now := t.Now().UTC()
	expires, err := t.expiry(n.ExpiresAt, now, now)
	n.MaxTransfers = cmp.Or(n.MaxTransfers, 1)
	_, granted := readGrant(token)
	switch {
	case granted:
		return rq, false, Fail(Forbidden, "an access token is needed to make a request: what a request grants is none")
	case err != nil:
		return rq, false, err
	case len(n.PublicKey) != publicKeySize:
		return rq, false, Fail(Invalid, "public_key must be an X25519 key: 32 bytes in base64url without padding")
	case !hashForm.MatchString(n.GrantHash) || !hashForm.MatchString(n.AuthHash):
		return rq, false, Fail(Invalid, "grant_hash and auth_hash must each be a hex SHA-256 (64 characters)")
	case n.MaxTransfers < 0 || n.MaxTransfers > MaxRequestTransfers:
		return rq, false, Fail(Invalid, "max_transfers must be 1 to %d", MaxRequestTransfers)
	case n.MaxBytes < 0:
		return rq, false, Fail(Invalid, "max_bytes must be 0 (what the service takes) or more")
	case n.MaxBytes > t.Rules.MaxBytes:
		return rq, false, t.tooLarge()
	}
	d := requestData{
		PublicKey: n.PublicKey, GrantHash: strings.ToLower(n.GrantHash), AuthHash: strings.ToLower(n.AuthHash),
		MaxBytes: n.MaxBytes, CreatedAt: now, Label: n.Label,
	}
	r := Record{
		Key: requestKey(requestID(token, d.GrantHash)), Version: 1, State: string(RequestOpen), Limit: n.MaxTransfers,
		Expires: expires, Purge: now.Add(requestKept),
	}
	// Looked for first: of a token whose last uses it took none is left.
	if rq, err = t.sameRequest(ctx, r, d); CodeOf(err) != NotFound {
		return rq, false, err
	}
	from, tooFew := t.Admit(ctx, token)
	switch {
	case tooFew != nil && ReasonOf(tooFew) != ReasonTokenExhausted:
		return rq, false, tooFew
	case tooFew == nil && from.Remaining != Unlimited && from.Remaining < n.MaxTransfers:
		tooFew = Fail(Invalid, "the access token has %d uses left, and so a request can allow no more than "+
			"%d transfers", from.Remaining, from.Remaining)
	}
	d.Maker, d.For = from.ID, reserving(from, n.SenderHash)
	if r.Data, err = json.Marshal(d); err != nil {
		return rq, false, Because(Internal, err, "a request's record cannot be written")
	}
	// Where too few are left they may have been booked for this very request, which could not be kept then.
	err = t.Gate.Book(ctx, token, requestBooking(r), n.MaxTransfers)
	if tooFew != nil && err != nil && CodeOf(err) != Unavailable {
		return rq, false, tooFew
	}
	if err != nil {
		return rq, false, err
	}
	err = t.Ledger.Create(ctx, r)
	if CodeOf(err) == Conflict { // the same call came twice at once
		rq, err = t.sameRequest(ctx, r, d)
		return rq, false, err
	}
	if err != nil {
		return rq, false, err
	}
	rq, err = t.readRequest(r)
	return rq, true, err
}

// requestBooking names what is booked on a token for a request: nothing else, and no
// other number of uses.
func requestBooking(r Record) string {
	return fmt.Sprintf("%s-request-%d", r.Key.ID, r.Limit)
}

// sameRequest returns the request that is kept in the place of one that is made. NotFound,
// Conflict where it is another one.
func (t *Transfers) sameRequest(ctx context.Context, r Record, d requestData) (Request, error) {
	kept, err := t.Ledger.Get(ctx, r.Key)
	if err != nil {
		return Request{}, err
	}
	rq, err := t.readRequest(kept)
	if err != nil {
		return rq, err
	}
	if rq.data.GrantHash != d.GrantHash || rq.data.AuthHash != d.AuthHash || rq.MaxTransfers != r.Limit ||
		!slices.Equal(rq.PublicKey, d.PublicKey) {
		return Request{}, Fail(Conflict, "another request has this grant_hash").With(ReasonIDTaken)
	}
	return rq, nil
}

func (t *Transfers) readRequest(r Record) (Request, error) {
	var d requestData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return Request{}, Because(Internal, err, "a request's record cannot be read")
	}
	rq := Request{
		ID: r.Key.ID, Status: RequestStatus(r.State), PublicKey: d.PublicKey, MaxTransfers: r.Limit, Arrived: r.Count,
		MaxBytes: t.Rules.MaxBytes, CreatedAt: d.CreatedAt, ExpiresAt: r.Expires, Label: d.Label, Maker: d.Maker, data: d,
	}
	if d.MaxBytes > 0 {
		rq.MaxBytes = min(rq.MaxBytes, d.MaxBytes)
	}
	switch {
	case rq.Status != RequestOpen:
		rq.Status = RequestClosed
	case r.Expired(t.Now()):
		rq.Status = RequestExpired
	case r.Exhausted():
		rq.Status = RequestFull
	}
	return rq, nil
}

// Request returns a request as it stands. NotFound.
func (t *Transfers) Request(ctx context.Context, id string) (Request, error) {
	if !idForm.MatchString(id) {
		return Request{}, noRequest()
	}
	r, err := t.Ledger.Get(ctx, requestKey(id))
	if CodeOf(err) == NotFound {
		return Request{}, noRequest()
	}
	if err != nil {
		return Request{}, err
	}
	rq, err := t.readRequest(r)
	if err != nil || rq.Status == RequestClosed || rq.Maker == "" {
		return rq, err
	}
	over, err := withdrawn(ctx, t.Ledger, rq.Maker, rq.CreatedAt)
	if over {
		rq.Status = RequestClosed
	}
	return rq, err
}

func noRequest() error {
	return Fail(NotFound, "Request not found").With(ReasonRequestNotFound)
}

// grantForm is what a sender shows: a request's ID, and what its link grants.
var grantForm = lazyregexp.New(`^request\.([0-9a-f]{12})\.([A-Za-z0-9_-]{43})$`)

// grant is what a sender shows to whom a request was given.
type grant struct{ request, secret string }

// readGrant reads what is shown in the place of an access token; false for one that is.
// No access token looks like that: none has a dot.
func readGrant(shown string) (g grant, granted bool) {
	m := grantForm.FindStringSubmatch(shown)
	if m == nil {
		return g, false
	}
	return grant{m[1], m[2]}, true
}

// admitGrant admits whom a request was given to. Unauthorized, and Gone where nothing
// more can be sent to it.
func (t *Transfers) admitGrant(ctx context.Context, shown string, g grant) (Sender, error) {
	rq, err := t.Request(ctx, g.request)
	if CodeOf(err) == NotFound {
		return Sender{}, unknownGrant()
	}
	if err != nil {
		return Sender{}, err
	}
	if !sameHash(secretHash(g.secret), rq.data.GrantHash) {
		return Sender{}, unknownGrant()
	}
	return Sender{Admission{TokenHash(shown), rq.Left()}, shown, &rq}, rq.Status.Refusal()
}

func unknownGrant() error {
	return Fail(Unauthorized, "Unknown request").With(ReasonRequestUnknown)
}

// checkSealedKey refuses what a transfer cannot have of a key that is sealed to who made
// its request.
func (s Sender) checkSealedKey(key []byte) error {
	switch {
	case s.request == nil && len(key) > 0:
		return Fail(Invalid, "sealed_key is for transfers to a request alone").With(ReasonBadSealedKey)
	case s.request != nil && len(key) != sealedKeySize:
		return Fail(Invalid, "a transfer to a request needs its sealed_key: %d bytes in base64", sealedKeySize).
			With(ReasonBadSealedKey)
	}
	return nil
}

// spendUse books a completed transfer, once: on the token that it is sent with, or on its
// request. Unauthorized, and Gone where the request takes nothing more.
func (t *Transfers) spendUse(ctx context.Context, token string, tr Transfer) error {
	if tr.Request == "" {
		return t.Gate.Spend(ctx, token, tr.upload())
	}
	rq, err := t.Request(ctx, tr.Request)
	if CodeOf(err) == NotFound {
		return unknownGrant()
	}
	if err != nil {
		return err
	}
	mark := Record{
		Key: Key{ArrivedSets + tr.Request, tr.upload()}, Purge: tr.CreatedAt.Add(MaxLifetime + remembered),
	}
	if rq.Status == RequestClosed { // also what the condition below does not know of
		_, err := t.Ledger.Get(ctx, mark.Key)
		if CodeOf(err) == NotFound {
			return rq.Status.Refusal()
		}
		return err // nil: it was counted before
	}
	r, err := t.Ledger.Spend(ctx, requestKey(tr.Request), Spend{State: string(RequestOpen), Now: t.Now(), Once: &mark})
	switch {
	case errors.Is(err, ErrRepeated):
		return nil
	case CodeOf(err) == NotFound:
		return unknownGrant()
	case CodeOf(err) != Conflict:
		return err
	}
	if rq, readErr := t.readRequest(r); readErr == nil && rq.Status != RequestOpen {
		return rq.Status.Refusal()
	}
	return Because(Unavailable, err, "the transfer could not be booked; try again")
}

// ownRequest returns a request for who made it. NotFound, Forbidden for a wrong secret.
func (t *Transfers) ownRequest(ctx context.Context, id, secret string) (Request, error) {
	rq, err := t.Request(ctx, id)
	if err == nil && !sameHash(secretHash(secret), rq.data.AuthHash) {
		return Request{}, Fail(Forbidden, "the secret is not the one of this request").With(ReasonWrongRequestSecret)
	}
	return rq, err
}

// arrivedAtOnce is how many transfers a listing reads at the same time.
const arrivedAtOnce = 8

// Arrived returns the transfers that were completed for a request, the earliest first,
// for whoever has its secret. NotFound, Forbidden for a wrong secret.
func (t *Transfers) Arrived(ctx context.Context, id, secret string) ([]Transfer, error) {
	if _, err := t.ownRequest(ctx, id, secret); err != nil {
		return nil, err
	}
	marks, err := t.Ledger.List(ctx, ArrivedSets+id, "", 2*MaxRequestTransfers) // no more than it allows
	if err != nil {
		return nil, err
	}
	all := make([]Transfer, len(marks))
	var group errgroup.Group
	group.SetLimit(arrivedAtOnce)
	for i, mark := range marks {
		group.Go(func() error {
			transfer, _, _ := strings.Cut(mark.Key.ID, "-")
			tr, err := t.Info(ctx, transfer)
			if err == nil && tr.upload() == mark.Key.ID && tr.Status != Pending {
				all[i] = tr
			}
			if CodeOf(err) == NotFound { // forgotten
				err = nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(tr Transfer) bool { return tr.ID == "" })
	slices.SortFunc(all, func(x, y Transfer) int {
		return cmp.Or(x.CreatedAt.Compare(y.CreatedAt), cmp.Compare(x.ID, y.ID))
	})
	return all, nil
}

// CloseRequest ends a request for whoever has its secret: nothing more is taken, and what
// arrived stays. closed is false when it was closed before. NotFound, Forbidden.
func (t *Transfers) CloseRequest(ctx context.Context, id, secret string) (rq Request, closed bool, err error) {
	if rq, err = t.ownRequest(ctx, id, secret); err != nil {
		return rq, false, err
	}
	_, err = update(ctx, t.Ledger, requestKey(id), func(r *Record) error {
		closed = r.State != string(RequestClosed)
		r.State = string(RequestClosed)
		return nil
	})
	if CodeOf(err) == NotFound {
		err = noRequest()
	}
	rq.Status = RequestClosed
	return rq, closed, err
}

// What is noted of a token whose requests are over, for the service that keeps those: its
// state, and until when what was made with it is over even where it is reactivated.
const (
	tokenWithdrawn = "withdrawn"
	tokenBack      = ""
)

// withdrawn says whether what was requested with a token at a time is over.
func withdrawn(ctx context.Context, l Ledger, token string, at time.Time) (bool, error) {
	r, err := l.Get(ctx, Key{WithdrawnSet, token})
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return r.State == tokenWithdrawn || at.Before(r.Expires), err
}

// withdrawnNote is the change that notes whether requests that were made with a token are
// over.
func (t *Tokens) withdrawnNote(ctx context.Context, hash string, change func(*Record)) (Change, error) {
	return t.note(ctx, Key{WithdrawnSet, hash}, func(r *Record) {
		r.Purge = t.Now().Add(requestKept)
		change(r)
	})
}

// note is the change of a record, or the beginning of one where none is kept.
func (t *Tokens) note(ctx context.Context, key Key, change func(*Record)) (Change, error) {
	r, err := t.Ledger.Get(ctx, key)
	isNew := CodeOf(err) == NotFound
	if err != nil && !isNew {
		return Change{}, err
	}
	r.Key = key
	change(&r)
	if isNew {
		return Change{Create: &r}, nil
	}
	return Change{Replace: &r}, nil
}
