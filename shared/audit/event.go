// Package audit keeps the trail of what was done with tokens and transfers, by
// whom, and what became of it.
//
// An [Event] tells that without a name, a token or any content: people are the
// rotating hashes of their addresses, tokens their IDs. An [Outbox]
// keeps an event as soon as it is told of it, and hands it over afterwards, so
// that nothing is lost while nobody takes it. A [Trail] keeps events in batches,
// each of which holds the hash of the one before: [Verify] finds what was done
// to them.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/send"
)

// Kind is what was done.
type Kind string

// The kinds of events.
const (
	TokenCreated       Kind = "token_created"
	TokenLimitChanged  Kind = "token_limit_changed"
	TokenRevoked       Kind = "token_revoked"
	TokenPurged        Kind = "token_purged" // what is pending with it is to be removed
	TokenReactivated   Kind = "token_reactivated"
	TokenUsed          Kind = "token_used"
	TokenNearlySpent   Kind = "token_nearly_spent" // by this use a tenth of its uses is left
	TokenTried         Kind = "token_tried"        // the user service was asked about one that there is not
	Login              Kind = "login"
	Logout             Kind = "logout"
	SessionEnded       Kind = "session_ended" // by an operator
	TransferCreated    Kind = "transfer_created"
	TransferCompleted  Kind = "transfer_completed"
	TransferDownloaded Kind = "transfer_downloaded"
	TransferConfirmed  Kind = "transfer_confirmed" // its receiver says that a download arrived
	TransferDeleted    Kind = "transfer_deleted"
	TransferExpired    Kind = "transfer_expired" // swept: its bytes are gone

	TransferExpiryChanged Kind = "transfer_expiry_changed"
	TransferTakenDown     Kind = "transfer_taken_down" // by an operator

	RequestCreated Kind = "request_created" // somebody may send without a token
	RequestClosed  Kind = "request_closed"  // by who made it
)

// Kinds are all of them.
var Kinds = []Kind{
	TokenCreated, TokenLimitChanged, TokenRevoked, TokenPurged, TokenReactivated, TokenUsed, TokenNearlySpent, TokenTried,
	Login, Logout, SessionEnded,
	TransferCreated, TransferCompleted, TransferDownloaded, TransferConfirmed, TransferExpiryChanged,
	TransferDeleted, TransferTakenDown, TransferExpired,
	RequestCreated, RequestClosed,
}

// OfUser says whether the user service tells of it: the rest is not for it to
// tell.
func (k Kind) OfUser() bool {
	return k == TokenTried || k != TransferTakenDown &&
		(strings.HasPrefix(string(k), "transfer_") || strings.HasPrefix(string(k), "request_"))
}

// Outcome is what became of it.
type Outcome string

// The outcomes.
const (
	Success Outcome = "success"
	Denied  Outcome = "denied"  // it was not allowed
	Failure Outcome = "failure" // the service could not
)

// Outcomes are all of them.
var Outcomes = []Outcome{Success, Denied, Failure}

// Event is something that was done, or tried.
type Event struct {
	Time     time.Time `json:"time"`
	Kind     Kind      `json:"event"`
	Outcome  Outcome   `json:"outcome"`
	Request  string    `json:"request,omitempty"`  // id under which the log has it
	Client   string    `json:"client,omitempty"`   // hash of the address, another one every day
	Transfer string    `json:"transfer,omitempty"` // its ID, or that of a request for files
	Token    string    `json:"token,omitempty"`    // its hash until the event is kept, then its ID
	Person   string    `json:"person,omitempty"`   // ID of who did it, where they came by single sign-on
	Reason   string    `json:"reason,omitempty"`   // why not, or why
	Bytes    int64     `json:"bytes,omitempty"`    // sealed, of what was completed, or downloaded

	// An event can stand for several that were alike: how many, the first of
	// them at Time, and when the last was. 0 is one.
	Count int64     `json:"count,omitempty"`
	Last  time.Time `json:"last,omitzero"`
}

// Times returns how many events this one stands for.
func (e Event) Times() int64 { return max(e.Count, 1) }

// Result returns the event with the outcome that an error means.
func (e Event) Result(err error) Event {
	switch code := send.CodeOf(err); code {
	case "":
		e.Outcome = Success
	case send.Internal, send.Unavailable, send.Full:
		e.Outcome, e.Reason = Failure, string(code)
	default:
		e.Outcome, e.Reason = Denied, told(err)
	}
	return e
}

// told is what an error says to anyone; its cause is for the log alone.
func told(err error) string {
	e, _ := errors.AsType[*send.Error](err)
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, e.Message)
	return text[:min(len(text), maxReason)]
}

const maxReason = 300

// CleanReason returns a reason that a person gave as it is kept, without what is around it.
// Invalid where it is too long, or more than a line of text.
func CleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if !isReason(s) {
		return "", send.Fail(send.Invalid, "reason must be one line of at most %d bytes", maxReason)
	}
	return s, nil
}

// ID returns the event's name: in the order of time, and of its content, so
// that handing over an event twice keeps it once, and no other takes its place.
func (e Event) ID() string {
	digest := sha256.Sum256(e.content())
	return idOfTime(e.Time) + "-" + hex.EncodeToString(digest[:8])
}

func (e Event) content() []byte {
	content, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and a time always can be
	}
	return content
}

func idOfTime(t time.Time) string { return fmt.Sprintf("%016x", t.UnixNano()) }

var (
	transferForm = lazyregexp.New(`^([0-9a-f]{12})?$`)
	tokenForm    = lazyregexp.New(`^([0-9a-f]{64})?$`)
	personForm   = lazyregexp.New(`^([0-9a-f]{32})?$`)
	nameForm     = lazyregexp.New(`^[A-Za-z0-9_-]{0,64}$`)
)

// isReason says whether a text is one that a reason can be: of one line, with no control,
// format or foreign space in it.
func isReason(s string) bool {
	return len(s) <= maxReason && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// TransferID returns what may stand as the ID of a transfer: what has the form
// of one, and otherwise nothing.
func TransferID(s string) string {
	if !transferForm.MatchString(s) {
		return ""
	}
	return s
}

// Events come late when a service could not hand them over; clocks differ.
const (
	latest   = 7 * 24 * time.Hour
	earliest = 5 * time.Minute
)

// Check refuses, with Invalid, what no service hands over at that time.
func (e Event) Check(now time.Time) error {
	switch {
	case e.Time.Before(now.Add(-latest)) || e.Time.After(now.Add(earliest)):
		return send.Fail(send.Invalid, "time must be of the last %d days", latest/(24*time.Hour))
	case e.Count < 0 || e.Count > 1 && e.Last.IsZero():
		return send.Fail(send.Invalid, "count must be how many events this one stands for, until last")
	case !e.Last.IsZero() && (e.Last.Before(e.Time) || e.Last.After(now.Add(earliest))):
		return send.Fail(send.Invalid, "last must be a time from time on")
	case !slices.Contains(Kinds, e.Kind):
		return send.Fail(send.Invalid, "event must be one of %s", list(Kinds))
	case !slices.Contains(Outcomes, e.Outcome):
		return send.Fail(send.Invalid, "outcome must be one of %s", list(Outcomes))
	case !transferForm.MatchString(e.Transfer):
		return send.Fail(send.Invalid, "transfer must be the ID of one")
	case !tokenForm.MatchString(e.Token):
		return send.Fail(send.Invalid, "token must be the hash of one: the hex SHA-256 of its name")
	case !nameForm.MatchString(e.Client) || !nameForm.MatchString(e.Request):
		return send.Fail(send.Invalid, "client and request must be names")
	case !personForm.MatchString(e.Person):
		return send.Fail(send.Invalid, "person must be the ID of one")
	case e.Bytes < 0:
		return send.Fail(send.Invalid, "bytes must not be negative")
	case !isReason(e.Reason):
		return send.Fail(send.Invalid, "reason must be a short text")
	}
	return nil
}

func list[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, x := range all {
		names[i] = string(x)
	}
	return strings.Join(names, ", ")
}
