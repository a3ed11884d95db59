package traffic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/wire"
)

// Operator asks an admin service, once and without patience.
type Operator struct{ URL, Key string }

// Create makes a token that can be used so often; 0 = as often as one likes.
func (o Operator) Create(ctx context.Context, limit int64) (token string, err error) {
	var made wire.CreateTokenReply
	err = o.ask(ctx, wire.CreateToken, wire.CreateTokenRequest{UsageLimit: limit}, &made)
	return made.TokenName, err
}

// Used is how often a token was used.
func (o Operator) Used(ctx context.Context, token string) (int64, error) {
	var is wire.Token
	err := o.ask(ctx, wire.LookupToken, nil, &is, token)
	return is.UsageCount, err
}

// Told is how often the trail says that something was done to each transfer since a time.
func (o Operator) Told(ctx context.Context, kind audit.Kind, since time.Time) (map[string]int, error) {
	path := fmt.Sprintf("%s?event=%s&outcome=%s&from=%s", wire.ExportEvents.To(), kind, audit.Success,
		since.UTC().Format(time.RFC3339))
	times := map[string]int{}
	err := o.do(ctx, wire.ExportEvents.Method, path, nil, func(body io.Reader) error {
		lines := bufio.NewScanner(body)
		for lines.Scan() {
			var kept audit.Kept
			if err := json.Unmarshal(lines.Bytes(), &kept); err != nil {
				return err
			}
			times[kept.Transfer]++
		}
		return lines.Err()
	})
	return times, err
}

func (o Operator) ask(ctx context.Context, to wire.Route, in, out any, values ...string) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return o.do(ctx, to.Method, to.To(values...), body, func(r io.Reader) error { return json.NewDecoder(r).Decode(out) })
}

func (o Operator) do(ctx context.Context, method, path string, body []byte, read func(io.Reader) error) error {
	r, err := http.NewRequestWithContext(ctx, method, o.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	wire.APIKey(wire.DefaultAPIKey).Set(r.Header, o.Key)
	wire.ContentType.Set(r.Header, "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(res.Body)
		return fmt.Errorf("%s %s answers %s: %s", method, path, res.Status, said)
	}
	return read(res.Body)
}
