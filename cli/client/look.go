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

	// Sealed is the label as it came; nil where there is none.
	Sealed []byte
}

// Stretch says how the passphrase is stretched that is needed beside the link; false
// where none is, as far as the label tells.
func (w Waiting) Stretch() (envelope.Stretch, bool, error) { return envelope.StretchOf(w.Sealed) }

// Open opens the label, with what the link's key was made to by its passphrase. The
// errors are those of envelope.OpenLabel, but that a label that cannot be read is none.
func (w *Waiting) Open(secret envelope.Secret) error {
	if w.Sealed == nil {
		return nil
	}
	label, err := envelope.OpenLabel(secret, w.Sealed)
	switch {
	case err == nil:
		w.Label = &label
	case errors.Is(err, envelope.ErrLabel):
		err = nil
	}
	return err
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
	w.Sealed = sealed
	key, ok := link.OpenKey()
	if !ok {
		return w, nil
	}
	return w, w.Open(key)
}
