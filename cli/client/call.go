package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"

	"sgraph.ai/send/shared/wire"
)

// Call is one request for a route, for who speaks what this package does not. It is
// not repeated: only who makes it knows whether that does harm.
type Call struct {
	Route  wire.Route
	Values []string   // of the parameters in its path
	Query  url.Values // nil = none
	In     any        // what goes as JSON; nil = nothing
	Header []string   // in pairs
}

// Call makes a request, and reads the JSON that answers it into out, unless that
// is nil.
func (c *Client) Call(ctx context.Context, q Call, out any) error {
	return c.Open(ctx, q, func(body io.Reader) error { return decode(body, out) })
}

// Open makes a request, and has read what answers it, as it comes. What read
// returns is returned as it is.
func (c *Client) Open(ctx context.Context, q Call, read func(io.Reader) error) error {
	var body []byte
	headers := q.Header
	if q.In != nil {
		var err error
		if body, err = json.Marshal(q.In); err != nil {
			return err
		}
		headers = append([]string{wire.ContentType.Name, "application/json"}, headers...)
	}
	path := q.Route.To(q.Values...)
	if len(q.Query) > 0 {
		path += "?" + q.Query.Encode()
	}
	res, done, err := c.do(ctx, q.Route.Method, c.Server+path, bytes.NewReader(body), headers...)
	if err != nil {
		return err
	}
	defer done()
	return read(res.Body)
}
