package user

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/lambdahttp/alias"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// AdminGate asks the admin service who may send.
type AdminGate struct {
	BaseURL string        // origin of the admin service
	NextURL string        // of the one to ask for what comes by the alias next; "" = the same
	KeyName string        // header of its API key; "" = the key is a service key
	Key     *secret.Value // what this service shows
	Client  *http.Client

	// OriginSecret, unless nil, is what the admin service asks of whoever does
	// not come by its front: this service goes to it directly.
	OriginSecret *secret.Value

	Log *slog.Logger // nil = nobody is told when it stops asking

	live, next breaker // of the service to ask, and of the one for the alias next
}

// shown is what this service shows the admin service.
type shown struct{ key, origin string }

// shown returns what is to be shown, and what instead of what was refused unless
// that is nil: the same where there is nothing newer.
func (g *AdminGate) shown(ctx context.Context, refused *shown) (s shown, err error) {
	if refused == nil {
		if s.key, err = g.Key.Shown(ctx); err == nil && g.OriginSecret != nil {
			s.origin, err = g.OriginSecret.Shown(ctx)
		}
		return s, err
	}
	if s.key, err = g.Key.Instead(ctx, refused.key); err == nil && g.OriginSecret != nil {
		s.origin, err = g.OriginSecret.Instead(ctx, refused.origin)
	}
	return s, err
}

// Whoever waits for an answer takes one of the requests that a function serves at once
// from those who need none.
const (
	adminTimeout  = 5 * time.Second // of one attempt
	adminTries    = 3
	adminPatience = 8 * time.Second // of all attempts
)

var errAdminAway = &send.Error{
	Code: send.Unavailable, Reason: send.ReasonTokenCheckUnavailable,
	Message: "Token validation service unavailable", RetryAfter: pauseFirst,
}

// Admit looks the token up.
func (g *AdminGate) Admit(ctx context.Context, token string) (send.Admission, error) {
	return send.AdmitActive(ctx, g, token)
}

// Spend uses the token once for the upload.
func (g *AdminGate) Spend(ctx context.Context, token, upload string) error {
	return g.use(ctx, token, wire.UseTokenRequest{Action: wire.UploadCompleted, TransferID: upload})
}

// Book uses the token several times, for one thing.
func (g *AdminGate) Book(ctx context.Context, token, what string, uses int64) error {
	return g.use(ctx, token, wire.UseTokenRequest{Action: wire.RequestCreated, TransferID: what, Uses: uses})
}

func (g *AdminGate) use(ctx context.Context, token string, in wire.UseTokenRequest) error {
	var out wire.UseTokenReply
	// Safe to repeat: the admin service books it once.
	if err := g.ask(ctx, wire.UseToken, in, &out, token); err != nil {
		return err
	}
	switch {
	case out.Reason == "" && out.Success:
		return nil
	case out.Reason == "", out.Reason == send.TokenActive:
		return errAdminAway // not an answer this service understands: refuse
	}
	return out.Reason.Refusal()
}

// Token looks a token up. NotFound.
func (g *AdminGate) Token(ctx context.Context, token string) (send.Token, error) {
	var out wire.Token
	if err := g.ask(ctx, wire.LookupToken, nil, &out, token); err != nil {
		return send.Token{}, err
	}
	return send.Token{
		Hash: send.TokenHash(token), Name: token, Status: out.Status,
		UsageLimit: out.UsageLimit, UsageCount: out.UsageCount,
	}, nil
}

// Record hands events over for the trail, which the admin service keeps.
// Invalid where it will not have them however often they are handed over.
func (g *AdminGate) Record(ctx context.Context, events []audit.Event) error {
	// Safe to repeat: the same event is read once.
	in := wire.RecordEventsRequest{Events: events}
	_, err := g.call(ctx, adminTries, wire.RecordEvents, in, new(wire.RecordEventsReply))
	if errors.Is(err, errNotTaken) {
		return send.Because(send.Invalid, err, "the admin service refused the events")
	}
	return err
}

var (
	errNotTaken = errors.New("the admin service answered 400 Bad Request")
	errRefused  = errors.New("the admin service refused what this service shows it")
	errSilent   = errors.New("the admin service did not answer")
	errUnknown  = errors.New("the admin service knows no such token")
	errNotAsked = errors.New("nobody asks the admin service for a while, which did not answer")
)

// ask is call for what a sender waits for: where the admin service does not answer it
// keeps few of them waiting. What is recorded has patience of its own, and takes longer.
func (g *AdminGate) ask(ctx context.Context, to wire.Route, in, out any, token string) error {
	b := &g.live
	if g.triesNext(ctx) {
		b = &g.next
	}
	may, probe, wait := b.enter()
	if !may {
		away := *errAdminAway
		away.Err, away.RetryAfter = errNotAsked, max(away.RetryAfter, wait)
		return &away
	}
	tries := adminTries
	if probe {
		tries = 1
	}
	h, err := g.call(ctx, tries, to, in, out, token)
	if h == silence && errors.Is(ctx.Err(), context.Canceled) {
		h = nothing // it is the sender who did not wait
	}
	if b.leave(probe, h) && g.Log != nil {
		g.Log.Warn("the admin service does not answer: senders are turned away at once", "cause", err)
	}
	if errors.Is(err, errUnknown) {
		return send.TokenNotFound()
	}
	return err
}

// call asks the admin service, a few times if it must: everything asked here is
// safe to repeat. Whatever is not a plain answer is Unavailable: the gate stays
// shut.
func (g *AdminGate) call(
	ctx context.Context, tries int, to wire.Route, in, out any, values ...string,
) (h heard, err error) {
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return nothing, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, adminPatience)
	defer cancel()
	away := *errAdminAway
	show, err := g.shown(ctx, nil)
	if err != nil {
		away.Err = err
		return nothing, &away
	}
	renewed, at := false, 0
	for try := range tries {
		if try > at {
			select {
			case <-time.After(time.Duration(try) * 200 * time.Millisecond):
			case <-ctx.Done():
				return silence, &away
			}
		}
		again, err := g.try(ctx, show, to.Method, to.To(values...), body, out)
		if h = answer; errors.Is(err, errSilent) {
			h = silence
		}
		if err == nil {
			return h, nil
		}
		away.Err = err
		if errors.Is(err, errRefused) && !renewed {
			// The secrets may have changed since they were read.
			renewed = true
			if newer, err := g.shown(ctx, &show); err == nil && newer != show {
				show, at, again = newer, try+1, true
			}
		}
		if !again {
			break
		}
	}
	return h, &away
}

// triesNext says whether what is asked for is tried before it is live: that asks what is
// tried with it.
func (g *AdminGate) triesNext(ctx context.Context) bool {
	return g.NextURL != "" && alias.Of(ctx) == stack.NextAlias
}

// origin is whom to ask.
func (g *AdminGate) origin(ctx context.Context) string {
	if g.triesNext(ctx) {
		return g.NextURL
	}
	return g.BaseURL
}

func (g *AdminGate) try(
	ctx context.Context, show shown, method, path string, body []byte, out any,
) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, g.origin(ctx)+path, bytes.NewReader(body))
	if err != nil {
		return false, withoutURL(err)
	}
	if g.KeyName == "" {
		wire.ServiceKey.Set(req.Header, show.key)
	} else {
		wire.APIKey(g.KeyName).Set(req.Header, show.key)
	}
	if show.origin != "" {
		wire.OriginSecret.Set(req.Header, show.origin)
	}
	if body != nil {
		wire.ContentType.Set(req.Header, "application/json")
	}
	res, err := g.Client.Do(req)
	if err != nil {
		return true, fmt.Errorf("%w: %w", errSilent, withoutURL(err))
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound:
		if saysUnknown(res.Body) {
			return false, errUnknown
		}
		return false, errors.New("the admin service answered " + res.Status)
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return true, errors.New("the admin service answered " + res.Status)
	case res.StatusCode == http.StatusBadRequest:
		return false, errNotTaken
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return false, fmt.Errorf("%w: %s", errRefused, res.Status)
	case res.StatusCode != http.StatusOK:
		return false, errors.New("the admin service answered " + res.Status)
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(out)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", errSilent, err) // it began to, and stopped
	}
	return false, err
}

// saysUnknown says whether a body of a 404 is about a token: an admin service of another
// kind says only in words what there is not, and of what it does not serve, another thing.
func saysUnknown(body io.Reader) bool {
	var says wire.Error
	if json.NewDecoder(io.LimitReader(body, 1<<20)).Decode(&says) != nil {
		return false
	}
	unknown := send.TokenNotFound()
	return says.Code == send.ReasonOf(unknown) || says.Code == "" && says.Detail == unknown.Error()
}

// withoutURL takes the URL out of a client's error: its path holds the token,
// and the error goes to the log.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
