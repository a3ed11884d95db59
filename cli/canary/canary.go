// Package canary does from time to time what people do: it sends a file
// through the public address of a service, receives it, compares and deletes
// it. It tells in one line of the log, with a metric, whether that works.
//
// It does nothing that is refused, so that it leaves nothing in the audit trail
// that an operator would have to look into.
package canary

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/wire"
)

// Canary is what to try.
type Canary struct {
	Server string            // origin of the user service
	Next   string            // of its alias next; "" = it has none
	Origin []settings.Secret // what that asks of whoever does not come by its front; none = nothing
	Token  settings.Secret   // access token, without a limit; read each round
	Stage  string
	Log    *slog.Logger

	// Where the secrets are, if they are references.
	Ledger     send.Ledger
	Parameters secret.Parameters

	// Margin is what is left of the time that a round has, to tell that it was
	// not enough.
	Margin time.Duration
}

// FromEnv reads what to try from an environment such as os.Getenv.
func FromEnv(getenv func(string) string) (Canary, error) {
	env := settings.New(getenv)
	c := Canary{
		Server: settings.CanaryURL.Required(env),
		Next:   settings.CanaryNextURL.In(env),
		Origin: settings.OriginSecrets.In(env),
		Token:  settings.CanaryToken.Required(env),
		Stage:  settings.Stage.In(env),
		Margin: 2 * time.Second,
	}
	table := ""
	if slices.ContainsFunc(append(slices.Clone(c.Origin), c.Token), inLedger) {
		table = settings.LedgerTable.Required(env)
	}
	if err := env.Err(); err != nil {
		return c, err
	}
	c.Parameters = storage.Parameters()
	if table != "" {
		var err error
		c.Ledger, _, err = storage.Ledger(settings.Service{LedgerMode: settings.DynamoDB, LedgerTable: table})
		return c, err
	}
	return c, nil
}

// inLedger says whether a secret is in the ledger.
func inLedger(s settings.Secret) bool {
	if !s.Set() {
		return false
	}
	ref, refers := s.Reference()
	return refers && ref.From == settings.FromLedger
}

// Scheduled is one round: where people are, or, if the event says so, where a version
// is tried before they come. Of that no metric tells.
func (c Canary) Scheduled(ctx context.Context, event json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-c.Margin))
		defer cancel()
	}
	if asked := (wire.CanaryRound{}); json.Unmarshal(event, &asked) == nil && asked.Next {
		return c.atNext(ctx)
	}
	began := time.Now()
	err := c.round(ctx, client.Client{Server: c.Server})
	took := slog.Int64("duration_ms", time.Since(began).Milliseconds())

	m := metric.Meter{Service: metric.Canary, Stage: c.Stage, Embed: true}
	var counts metric.Counts
	if err != nil {
		counts.Add(metric.CanaryFailed, 1)
		m.Log(m.Logger(c.Log), slog.LevelError, "the canary found a fault", &counts, took, slog.String("cause", err.Error()))
		return nil, err
	}
	counts.Add(metric.CanarySucceeded, 1)
	m.Log(m.Logger(c.Log), slog.LevelInfo, "the canary is well", &counts, took)
	return wire.CanaryReply{Status: wire.OK}, nil
}

// atNext is a round at the alias next.
func (c Canary) atNext(ctx context.Context) (any, error) {
	if c.Next == "" {
		return nil, errors.New("the canary was told of no alias next")
	}
	at := client.Client{Server: c.Next}
	if len(c.Origin) > 0 {
		shown, err := c.sources().Value(c.Origin...).Shown(ctx)
		if err != nil {
			return nil, err
		}
		at.Transport = client.Fronted{Secret: shown, Origins: []string{c.Next}}
	}
	if err := c.round(ctx, at); err != nil {
		c.Log.Error("the canary found a fault at next", slog.String("cause", err.Error()))
		return nil, err
	}
	c.Log.Info("the canary is well at next")
	return wire.CanaryReply{Status: wire.OK, Next: true}, nil
}

// sources are where secrets are read anew.
func (c Canary) sources() *secret.Sources {
	return &secret.Sources{Ledger: c.Ledger, Parameters: c.Parameters}
}

// life is how long a file stays that could not be deleted.
const life = 10 * time.Minute

// round sends, receives, compares and deletes, somewhere.
func (c Canary) round(ctx context.Context, at client.Client) error {
	// Unlike any other, so that nothing older can be received in its place.
	name, content := rand.Text(), make([]byte, 64<<10)
	rand.Read(content) // never fails: crypto/rand
	service, sent, err := c.send(ctx, at, name, content)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	received := receive(ctx, service, sent.Link, name, content)
	if err := service.Delete(ctx, sent.Link.ID, sent.DeleteSecret); err != nil {
		return errors.Join(received, fmt.Errorf("delete: %w", err))
	}
	return received
}

// send sends a file. A token that is refused is read again, once: a deploy may
// have changed it since.
func (c Canary) send(
	ctx context.Context, at client.Client, name string, content []byte,
) (*client.Client, client.Sent, error) {
	token := c.sources().Value(c.Token)
	shown, err := token.Shown(ctx)
	if err != nil {
		return nil, client.Sent{}, err
	}
	for again := false; ; again = true {
		service := &client.Client{Server: at.Server, Transport: at.Transport, Token: shown}
		sent, err := service.Send(ctx, client.File{
			Meta: envelope.Meta{Filename: name}, Content: bytes.NewReader(content), Size: int64(len(content)),
		}, client.Options{Lifetime: life})
		if again || send.CodeOf(err) != send.Unauthorized {
			return service, sent, err
		}
		newer, failed := token.Instead(ctx, shown)
		if failed != nil || newer == shown {
			return service, sent, err
		}
		shown = newer
	}
}

func receive(ctx context.Context, service *client.Client, link envelope.Link, name string, content []byte) error {
	var got bytes.Buffer
	meta, err := service.Receive(ctx, link, client.Into(&got))
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	if meta.Filename != name || !bytes.Equal(got.Bytes(), content) {
		return errors.New("compare: what was received is not what was sent")
	}
	return nil
}
