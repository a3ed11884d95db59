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
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// Canary is what to try.
type Canary struct {
	Server string          // origin of the user service
	Token  settings.Secret // access token, without a limit; read each round
	Stage  string
	Log    *slog.Logger

	// Where the token is, if it is a reference.
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
		Token:  settings.CanaryToken.Required(env),
		Stage:  settings.Stage.In(env),
		Margin: 2 * time.Second,
	}
	table := ""
	if c.Token.Set() {
		if ref, _ := c.Token.Reference(); ref.From == settings.FromLedger {
			table = settings.LedgerTable.Required(env)
		}
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

// Scheduled is one round.
func (c Canary) Scheduled(ctx context.Context, _ json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-c.Margin))
		defer cancel()
	}
	began := time.Now()
	err := c.round(ctx)
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
	return map[string]string{"status": "ok"}, nil
}

// life is how long a file stays that could not be deleted.
const life = 10 * time.Minute

// round sends, receives, compares and deletes.
func (c Canary) round(ctx context.Context) error {
	// Unlike any other, so that nothing older can be received in its place.
	name, content := rand.Text(), make([]byte, 64<<10)
	rand.Read(content) // never fails: crypto/rand
	service, sent, err := c.send(ctx, name, content)
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
func (c Canary) send(ctx context.Context, name string, content []byte) (*client.Client, client.Sent, error) {
	from := &secret.Sources{Ledger: c.Ledger, Parameters: c.Parameters}
	token := from.Value(c.Token)
	shown, err := token.Shown(ctx)
	if err != nil {
		return nil, client.Sent{}, err
	}
	for again := false; ; again = true {
		service := &client.Client{Server: c.Server, Token: shown}
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
