package operator

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/url"
	"strconv"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Filter says which events are asked for; what is empty asks for all.
type Filter struct {
	From, To time.Time // zero: the last day until now
	Kind     audit.Kind
	Outcome  audit.Outcome
	Transfer string // its ID
	Person   string // their ID, or its beginning
	Token    string // its ID, or the beginning
}

func (f Filter) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	instant := func(name string, t time.Time) {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	instant("from", f.From)
	instant("to", f.To)
	set("event", string(f.Kind))
	set("outcome", string(f.Outcome))
	set("transfer", f.Transfer)
	set("person", f.Person)
	set("token", f.Token)
	return q
}

// Events returns what was kept, the newest first, page by page as it is asked for.
func (s *Service) Events(ctx context.Context, f Filter) iter.Seq2[audit.Kept, error] {
	return func(yield func(audit.Kept, error) bool) {
		q := f.query()
		q.Set("limit", strconv.Itoa(audit.MaxLimit))
		for {
			var p audit.Page
			if err := s.call(ctx, client.Call{Route: wire.ListEvents, Query: q}, &p); err != nil {
				yield(audit.Kept{}, err)
				return
			}
			for _, e := range p.Events {
				if !yield(e, nil) {
					return
				}
			}
			if p.After == "" {
				return
			}
			q.Set("after", p.After)
		}
	}
}

// Export returns all that was kept and is asked for, the newest first, as it comes
// in one answer.
func (s *Service) Export(ctx context.Context, f Filter, each func(audit.Kept) error) error {
	return s.open(ctx, client.Call{Route: wire.ExportEvents, Query: f.query()}, func(body io.Reader) error {
		lines := json.NewDecoder(bufio.NewReader(body))
		for {
			var e audit.Kept
			if err := lines.Decode(&e); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return brokenOff(ctx, err)
			}
			if err := each(e); err != nil {
				return err
			}
		}
	})
}

// Chain writes the chain of the days from one time to another, byte for byte: what
// [audit.Verify] reads.
func (s *Service) Chain(ctx context.Context, f Filter, to io.Writer) error {
	q := f.query()
	q.Set("form", wire.ChainForm)
	return s.open(ctx, client.Call{Route: wire.ExportEvents, Query: q}, func(body io.Reader) error {
		read := &source{r: body}
		_, err := io.Copy(to, read)
		if read.err != nil {
			return brokenOff(ctx, read.err)
		}
		return err
	})
}

// Head says where the chain ends.
func (s *Service) Head(ctx context.Context) (h audit.Head, err error) {
	err = s.call(ctx, client.Call{Route: wire.ChainHead}, &h)
	return h, err
}

// open makes a request whose answer read reads as it comes.
func (s *Service) open(ctx context.Context, q client.Call, read func(io.Reader) error) error {
	q.Header = s.credential()
	return inOurWords((&client.Client{Server: s.Address, Transport: s.Transport}).Open(ctx, q, read))
}

// source remembers why no more of an answer came.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// brokenOff is the error of an answer that has no end.
func brokenOff(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return send.Because(send.Unavailable, err, "the answer broke off, so that some of it is missing; try again")
}
