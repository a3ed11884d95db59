package client

import (
	"context"
	"encoding/base64"
	"errors"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

// Waiting is what can be known of a transfer before a download is counted.
type Waiting struct {
	Info wire.TransferInfoReply // what the service tells everyone who has the ID

	// Label is what the sender says of it: a promise, like a file's name. nil
	// where there is none that can be read: transfers of older clients have none,
	// those whose bytes are gone have it no more, and a link without its key opens
	// none.
	Label *envelope.Label
}

// Look asks what is waiting behind a link, and opens its label; nothing is
// counted. It is the check to make before [Client.Receive]: where the key of the
// link is not the one of the transfer, and it has a label, that is
// envelope.ErrWrongKey, together with what the service tells. A nil Label proves
// nothing about the key. NotFound.
func (c *Client) Look(ctx context.Context, link envelope.Link) (Waiting, error) {
	info, err := c.Info(ctx, link.ID)
	w := Waiting{Info: info}
	if err != nil || info.Label == "" {
		return w, err
	}
	sealed, err := base64.StdEncoding.DecodeString(info.Label)
	if err != nil || !envelope.IsSealedLabel(sealed) { // of a later version, or damaged: as if there were none
		return w, nil //nolint:nilerr // which is no failure
	}
	key, ok := link.OpenKey()
	if !ok {
		return w, nil
	}
	label, err := envelope.OpenLabel(key, sealed)
	switch {
	case err == nil:
		w.Label = &label
	case errors.Is(err, envelope.ErrLabel):
		err = nil
	}
	return w, err
}
