package client

import (
	"context"
	"io"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Keep takes a file as it comes: what its sender says of it, and its content.
// The content is whole and genuine once it has ended with io.EOF, and not
// before: what was kept until any other error is to be thrown away. A Keep
// reads to that end, or says why not.
type Keep func(meta envelope.Meta, content io.Reader) error

// Into keeps a content by writing it to w.
func Into(w io.Writer) Keep {
	return func(_ envelope.Meta, content io.Reader) error {
		_, err := io.Copy(w, content)
		return err
	}
}

// ErrNoKey says that a link does not carry its key.
var ErrNoKey = send.Fail(send.Invalid, "the link has no key: copy all of it, up to the last character behind the #")

// Receive fetches the file of a link, decrypts it as it comes and hands it to
// keep. When it returns no error, what was kept is all of what was sealed.
//
// It counts as one download, from the first answer on: before that nothing is
// known of the file but what [Client.Info] tells, which costs nothing. A
// connection that is lost on the way is taken up where it was, without being
// counted again; so is one that ended with the process before, where Claims
// keeps them, and one for which the key was wrong. Progress is called with
// sealed bytes.
//
// A link without its key is ErrNoKey, and nothing is counted. NotFound where
// there is no such transfer, or not yet; Gone where it has expired or is used
// up; Conflict where it was interrupted and cannot be continued. What was
// fetched and cannot be opened is an error of package envelope. What keep
// returns is returned as it is.
func (c *Client) Receive(ctx context.Context, link envelope.Link, keep Keep) (envelope.Meta, error) {
	key, ok := link.OpenKey()
	if !ok {
		return envelope.Meta{}, ErrNoKey
	}
	return c.ReceiveBy(ctx, link.ID, key, keep)
}

// ReceiveBy is Receive where the link's key is not all that opens the file.
func (c *Client) ReceiveBy(ctx context.Context, id string, secret envelope.Secret, keep Keep) (envelope.Meta, error) {
	body, err := c.Download(ctx, id)
	if err != nil {
		return envelope.Meta{}, err
	}
	defer body.Close()
	meta, content, err := envelope.Decrypt(body, secret)
	if err != nil {
		return envelope.Meta{}, err
	}
	if err := keep(meta, content); err != nil {
		return meta, err
	}
	if err := proven(content); err != nil {
		return meta, err
	}
	c.Confirm(ctx, body.claim)
	c.claims().Drop(c.Server, id)
	return meta, nil
}

// Confirm tells the service that a download arrived and was opened, for its sender to
// see. To say so is a courtesy: that it cannot be said, also to an older service, is no
// failure, and is waited for no longer than seconds.
func (c *Client) Confirm(ctx context.Context, claim Claim) {
	if claim.ID == "" {
		return
	}
	c.inPassing(ctx, to(wire.ConfirmDownload, claim.ID), claim.credential()...)
}

// proven says whether a content was read to its end, which proves it.
func proven(content io.Reader) error {
	switch _, err := io.ReadFull(content, make([]byte, 1)); err {
	case io.EOF:
		return nil
	case nil:
		return errUnread
	default:
		return err
	}
}

var errUnread = send.Fail(send.Invalid, "a part of the file was not read, so that nothing proves it")
