package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// addressee is the request that files are sent to, as a flag: its link.
type addressee struct {
	text    string
	request *envelope.Request // nil where there is none
	asked   client.Asked
}

// Set takes the flag, which read reads.
func (a *addressee) Set(text string) error {
	if text == "" {
		return errNamesNothing
	}
	a.text = text
	return nil
}

// String writes the flag.
func (a *addressee) String() string { return a.text }

// Type names the value in the help text.
func (*addressee) Type() string { return "link" }

// read reads the link, in whatever it came.
func (a *addressee) read() error {
	if a.text == "" {
		return nil
	}
	r, err := envelope.ParseRequest(a.text)
	if err == nil {
		a.request = &r
		return nil
	}
	if _, other := envelope.ParseLink(a.text); send.ReasonOf(err) == envelope.ReasonNoLink && other == nil {
		err = errors.New("that is the link of a transfer, which 'sgsend receive' receives: " +
			"the link of a request has /r/# in it")
	}
	return usage(err)
}

func (a *addressee) isSet() bool { return a.request != nil }

// service is the client of the service that is sent by: with an access token, or, where
// there is a request, by that one's, without any.
func (a *addressee) service(ctx context.Context, e Env, server, token string) (*client.Client, error) {
	if !a.isSet() {
		api, err := service(e, server)
		if err == nil {
			api.Token, err = e.accessToken(ctx, token, api.Server)
		}
		return api, err
	}
	if token != "" {
		return nil, usage(errors.New("who sends to a request needs no access token: leave --token out"))
	}
	if server == "" {
		server = a.request.Origin
	}
	return service(e, server)
}

// look looks what is asked for, and says so. Whoever made the link wrote it.
func (a *addressee) look(ctx context.Context, e Env, api *client.Client) (err error) {
	if a.asked, err = api.Asked(ctx, *a.request); err != nil {
		return err
	}
	if title := clean(a.asked.Title); title != "" {
		fmt.Fprintf(e.notes(), "asked    %s\n", title)
	}
	for i, line := range strings.Split(envelope.CleanNote(a.asked.More), "\n") {
		if i > 0 || line != "" {
			fmt.Fprintf(e.notes(), "         %s\n", line)
		}
	}
	return nil
}

// takes says whether the request takes a file of so many bytes.
func (a *addressee) takes(bytes int64) error {
	if most := a.asked.Info.MaxBytes; a.isSet() && most > 0 && bytes > most {
		return send.Fail(send.TooLarge, "it has %s, and the request takes at most %s each time", size(bytes), size(most))
	}
	return nil
}

// options are what tells its upload from others of the same file.
func (a *addressee) options() []string {
	if !a.isSet() {
		return nil
	}
	return []string{"to", a.request.ID, a.request.Public.String()}
}

// tell says that it was sent. There is no link: who asked has what opens it.
func (a *addressee) tell(ctx context.Context, e Env, s client.Sent, asJSON bool) error {
	if asJSON {
		text, err := json.Marshal(struct {
			RequestID    string    `json:"request_id"`
			TransferID   string    `json:"transfer_id"`
			DeleteSecret string    `json:"delete_secret"`
			ExpiresAt    time.Time `json:"expires_at"`
			SealedBytes  int64     `json:"sealed_bytes"`
		}{a.request.ID, s.Link.ID, s.DeleteSecret, s.ExpiresAt, s.Size})
		if err != nil {
			panic(err) // such values always encode
		}
		return e.printSent(ctx, string(text)+"\n", "it was sent, but that")
	}
	fmt.Fprintln(e.notes(), "sent     only who asked for it can open it")
	tellEnds(e, s)
	return nil
}
