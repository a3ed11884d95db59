package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// OwnRequest is a request for files that was made here, and what opens all that is
// sent to it, which is nowhere else.
type OwnRequest struct {
	Server       string        `json:"server"`            // the origin of its service
	ID           string        `json:"request,omitempty"` // "" as long as the service has not said it
	Seed         []byte        `json:"seed"`              // of the link
	Key          []byte        `json:"private_key"`       // an envelope.RequestKey
	Secret       string        `json:"secret"`            // what the service knows its maker by
	Title        string        `json:"title"`
	Note         string        `json:"note,omitempty"` // what else is said; "" = nothing
	MaxTransfers int64         `json:"max_transfers"`
	MaxBytes     int64         `json:"max_bytes,omitempty"` // sealed, of each transfer; 0 = what the service takes
	Lifetime     time.Duration `json:"lifetime,omitempty"`  // by the service's clock; 0 leaves it to the service
	Begun        time.Time     `json:"begun"`               // by the clock of this machine
	ExpiresAt    time.Time     `json:"expires_at,omitzero"` // as the service said
}

// NewRequest gives a request keys of its own. It is to be kept before the service is
// asked for it: what is sent to it nothing else opens.
func (c *Client) NewRequest(r OwnRequest) (OwnRequest, error) {
	key, err := envelope.NewRequestKey()
	if err != nil {
		return r, err
	}
	seed := envelope.NewKey()
	r.Server, r.ID, r.ExpiresAt = c.Server, "", time.Time{}
	r.Seed, r.Key, r.Secret, r.Begun = seed[:], key[:], send.RandomSecret(), time.Now().Round(0)
	if n := utf8.RuneCountInString(r.said()); n > envelope.MaxNote {
		return r, send.Because(send.Invalid, ErrOption,
			"title and note have %d characters together, and at most %d go with a request", n, envelope.MaxNote)
	}
	return r, nil
}

// Same says whether a request asks a service for the same as another.
func (r OwnRequest) Same(server string, other OwnRequest) bool {
	return r.Server == server && r.Title == other.Title && r.Note == other.Note &&
		r.MaxTransfers == other.MaxTransfers && r.MaxBytes == other.MaxBytes && r.Lifetime == other.Lifetime
}

// said is the note of the request's label.
func (r OwnRequest) said() string {
	if r.Note == "" {
		return r.Title
	}
	return r.Title + "\n\n" + r.Note
}

func (r OwnRequest) key() (k envelope.RequestKey, err error) {
	if len(r.Key) != len(k) {
		return k, errOwnRequest
	}
	return envelope.RequestKey(r.Key), nil
}

var errOwnRequest = errors.New("what is kept of the request is not whole")

// Link is the one to send by.
func (r OwnRequest) Link() (l envelope.Request, err error) {
	key, err := r.key()
	if err == nil && len(r.Seed) != len(l.Seed) {
		err = errOwnRequest
	}
	if err != nil {
		return l, err
	}
	public, err := key.Public()
	return envelope.Request{Origin: r.Server, ID: r.ID, Seed: envelope.Key(r.Seed), Public: public}, err
}

// CreateRequest has the service open a request, and returns it as the service did. As long
// as nobody has its answer the same call finds what it made, and books nothing more.
func (c *Client) CreateRequest(ctx context.Context, r OwnRequest) (OwnRequest, error) {
	link, err := r.Link()
	if err != nil {
		return r, err
	}
	label := envelope.Label{
		Files: []envelope.LabelFile{{Name: r.Title, Size: envelope.Unknown}},
		Count: 1, Size: envelope.Unknown, Note: r.said(),
	}
	in := wire.CreateRequestRequest{
		PublicKey: link.Public.String(), GrantHash: hexSum(link.Grant()), AuthHash: hexSum(r.Secret),
		MaxTransfers: r.MaxTransfers, MaxBytes: r.MaxBytes,
		Label: base64.StdEncoding.EncodeToString(envelope.SealLabel(link.Seed, label)),
	}
	if r.Lifetime > 0 {
		ends, err := c.expiry(ctx, r.Lifetime)
		if err != nil {
			return r, err
		}
		in.ExpiresAt = ends.UTC().Format(time.RFC3339)
	}
	var out wire.CreateRequestReply
	if err := c.call(ctx, to(wire.CreateRequest), in, &out, c.authorized()...); err != nil {
		return r, err
	}
	if !idForm.MatchString(out.RequestID) {
		return r, errID
	}
	r.ID, r.ExpiresAt = out.RequestID, out.ExpiresAt.Time
	return r, nil
}

// idForm is that of what the service calls transfers and requests.
var idForm = regexp.MustCompile(`^[0-9a-f]{12}$`)

var errID = send.Fail(send.Unavailable, "the service gave an answer that cannot be read")

// hexSum is what the service keeps of a secret, to know it again.
func hexSum(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Refused says whether an error is that of a service that did nothing, so that nothing
// can have come of the call.
func Refused(err error) bool {
	if _, ours := errors.AsType[*send.Error](err); !ours {
		return false
	}
	switch send.CodeOf(err) {
	case send.Unavailable, send.Limited, send.Full, send.Internal:
		return false // an attempt before may have been heard
	}
	return true
}

// Request asks how a request stands, which the service tells everyone who has its ID.
// NotFound.
func (c *Client) Request(ctx context.Context, id string) (info wire.RequestInfoReply, err error) {
	err = c.call(ctx, to(wire.RequestInfo, id), nil, &info)
	return info, err
}

// Asked is what a request asks for.
type Asked struct {
	Info  wire.RequestInfoReply
	Title string // "" where nobody says
	More  string // in lines; "" for nothing
}

// Asked looks what a request asks for, of which one has the link. NotFound; Gone where
// nothing can be sent to it any more.
func (c *Client) Asked(ctx context.Context, link envelope.Request) (a Asked, err error) {
	if a.Info, err = c.Request(ctx, link.ID); err != nil {
		return a, err
	}
	if err := a.Info.Status.Refusal(); err != nil {
		why := send.ReasonOf(err)
		return a, send.Fail(send.CodeOf(err), "%s", words[why]).With(why)
	}
	sealed, err := base64.StdEncoding.DecodeString(a.Info.Label)
	if err != nil {
		return a, nil //nolint:nilerr // as one without
	}
	label, err := envelope.OpenLabel(link.Seed, sealed)
	if err != nil { // of another version, or another one than the link is of: one can send all the same
		return a, nil //nolint:nilerr // which is no failure
	}
	title, more, _ := strings.Cut(label.Note, "\n")
	if a.Title, a.More = strings.TrimSpace(title), strings.Trim(more, "\n"); a.Title == "" {
		a.Title = label.Files[0].Name
	}
	return a, nil
}

// Arrived is a transfer that was sent to a request.
type Arrived struct {
	wire.ArrivedTransfer

	// Key is the one of its link; not where Fault says why it does not open: whoever
	// has the link of a request can send anything.
	Key   envelope.Key
	Fault error
}

// Arrived lists what was sent to a request, the earliest first, and opens its keys.
// NotFound; Forbidden for a wrong secret.
func (c *Client) Arrived(ctx context.Context, r OwnRequest) ([]Arrived, error) {
	key, err := r.key()
	if err != nil {
		return nil, err
	}
	var out wire.RequestTransfersReply
	if err := c.call(ctx, to(wire.RequestTransfers, r.ID), nil, &out, wire.RequestAuth.Name, r.Secret); err != nil {
		return nil, err
	}
	var all []Arrived
	for _, t := range out.Transfers {
		if !idForm.MatchString(t.TransferID) { // it is to be part of the name of a file
			return nil, errID
		}
		a := Arrived{ArrivedTransfer: t}
		sealed, err := base64.StdEncoding.DecodeString(t.SealedKey)
		if err != nil {
			sealed = nil // which does not open
		}
		a.Key, a.Fault = key.OpenKey(r.ID, sealed)
		all = append(all, a)
	}
	return all, nil
}

// CloseRequest ends a request; what arrived stays. To close it again is no error.
// NotFound; Forbidden for a wrong secret.
func (c *Client) CloseRequest(ctx context.Context, r OwnRequest) error {
	return c.call(ctx, to(wire.CloseRequest, r.ID), nil, nil, wire.RequestAuth.Name, r.Secret)
}

// sendingTo is a client that sends to a request: what its link grants is shown where an
// access token is shown otherwise.
func (c *Client) sendingTo(r envelope.Request) *Client {
	own := *c
	own.Token = "request." + r.ID + "." + r.Grant()
	return &own
}

// requested is how long is kept what is sent to a request, where its sender does not say:
// a week, so that who asked has time, or what the service has for more or less.
func (c *Client) requested(ctx context.Context) (time.Time, error) {
	rules, now, err := c.rules(ctx)
	if err != nil {
		return time.Time{}, err
	}
	const usual = 7 * 24 * 60 * 60
	seconds := max(rules.DefaultTTLSeconds, usual)
	if rules.MaxTTLSeconds > 0 {
		seconds = min(seconds, rules.MaxTTLSeconds)
	}
	return now.Add(time.Duration(seconds) * time.Second), nil
}

// overRequest says whether an error is that nothing can be sent to a request any more.
func overRequest(err error) bool {
	switch send.ReasonOf(err) {
	case send.ReasonRequestFull, send.ReasonRequestClosed, send.ReasonRequestExpired:
		return true
	}
	return false
}
