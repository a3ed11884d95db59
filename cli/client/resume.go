package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// ErrChanged says that a file is not any more what was begun to be sent.
var ErrChanged = errors.New("the file is another than when that was begun")

// sendKept sends a file by a journal: it goes on with what was begun, or begins.
func (c *Client) sendKept(ctx context.Context, f File, content io.ReadSeeker, o Options) (Sent, error) {
	start, err := content.Seek(0, io.SeekCurrent)
	if err != nil {
		return Sent{}, fmt.Errorf("read the content: %w", err)
	}
	k := keeping{c: c, file: f, content: content, start: start, o: o}
	if u, tags, completed, ok := o.Journal.Load(); ok {
		err := errOver
		if u.Server == c.Server && u.Request == o.request() && !u.Stale(time.Now(), completed) {
			k.u, k.tags, k.again = u, tags, true
			var sent Sent
			if sent, err = k.goOn(ctx, completed); !errors.Is(err, errOver) && !errors.Is(err, ErrChanged) {
				return sent, err
			}
		}
		if o.StartsOver != nil {
			o.StartsOver(u, err)
		}
		o.Journal.Drop()
		if _, err := content.Seek(start, io.SeekStart); err != nil {
			return Sent{}, fmt.Errorf("read the content: %w", err)
		}
	}
	k = keeping{c: c, file: f, content: content, start: start, o: o}
	return k.begin(ctx)
}

// keeping is the sending of a file that a journal keeps.
type keeping struct {
	c       *Client
	file    File
	content io.ReadSeeker // of the file
	start   int64         // where it begins
	o       Options
	u       Upload
	keys    keys
	tags    []envelope.Tag // of the segments of which something may have left, and of those that are about to
	fresh   int            // how many of them the journal has not yet
	again   bool           // whether it was begun before
}

// begin sends it from its start, under a new key.
func (k *keeping) begin(ctx context.Context) (Sent, error) {
	stream := envelope.NewStream()
	var err error
	if k.keys, err = newKeys(k.o); err != nil {
		return Sent{}, err
	}
	size := envelope.SealedSize(k.keys.secret, k.file.Meta, k.file.Size)
	t, err := k.c.open(ctx, k.keys, k.file.label(k.file.Size, k.o.Note), size, k.o)
	if err != nil {
		return Sent{}, err
	}
	k.u = Upload{
		Server: k.c.Server, ID: t.id, Request: k.o.request(),
		Key: t.key[:], Stretch: k.keys.stretch, Salt: stream.Salt[:], Prefix: stream.Prefix[:],
		Secret: t.secret, Size: size, Begun: time.Now().Round(0), ExpiresAt: t.expires,
	}
	if k.u.Stretch != nil {
		k.u.Proof = envelope.SealLabel(k.keys.secret, proofText)
	}
	if err := k.o.Journal.Begin(k.u); err != nil {
		k.c.withdraw(ctx, t.id, t.secret)
		return Sent{}, fmt.Errorf("keep what it takes to go on with the upload: %w", err)
	}
	plan, err := k.c.initiate(ctx, k.u.ID, k.u.Size, 0)
	if err == nil {
		err = k.send(ctx, &plan)
	}
	if plan.there() == 0 && plan.partSize > smallPart && lineLost(err) && ctx.Err() == nil {
		err = k.sendInSmallParts(ctx)
	}
	return k.end(ctx, err)
}

// lineLost says whether an error is that there was no answer.
func lineLost(err error) bool { return send.CodeOf(err) == send.Unavailable && !Answered(err) }

// sendInSmallParts sends all of it in parts that are through before a line breaks that
// carried none of the others.
func (k *keeping) sendInSmallParts(ctx context.Context) error {
	if _, err := k.content.Seek(k.start, io.SeekStart); err != nil {
		return fmt.Errorf("read the content: %w", err)
	}
	plan, err := k.c.initiate(ctx, k.u.ID, k.u.Size, smallPart)
	if err != nil {
		return err
	}
	return k.send(ctx, &plan)
}

// goOn goes on with what was begun. It is errOver where that is over, and ErrChanged
// where it would be of another file.
func (k *keeping) goOn(ctx context.Context, completed bool) (Sent, error) {
	if err := k.open(); errors.Is(err, ErrChanged) {
		k.c.withdrawUnless(ctx, completed, k.u)
		return Sent{}, err
	} else if err != nil {
		return Sent{}, err
	}
	plan, assembled, err := k.c.resume(ctx, k.u.ID, k.u.Size)
	switch {
	case lacksUpload(err):
		plan, err = k.c.initiate(ctx, k.u.ID, k.u.Size, 0)
	case err == nil && !assembled && plan.there() == 0:
		plan, err = k.c.initiate(ctx, k.u.ID, k.u.Size, smallPart)
	}
	switch {
	case send.ReasonOf(err) == send.ReasonNotPending:
		if info, err := k.c.Info(ctx, k.u.ID); err != nil && !Over(err) {
			return Sent{}, err
		} else if err != nil || info.Status != send.Completed {
			return Sent{}, errOver
		}
		completed = true
	case Over(err) || send.ReasonOf(err) == send.ReasonNotUploaded:
		return Sent{}, errOver
	case overRequest(err):
		return k.end(ctx, err)
	case err != nil:
		return Sent{}, err
	}
	k.o.created(k.c.linkOf(k.u.ID, k.keys.link))
	if completed || assembled {
		// What is to be the same file is read once more, and nothing leaves.
		if k.o.GoesOn != nil {
			k.o.GoesOn(k.u, k.u.Size)
		}
		err = k.compare(ctx)
	} else if k.knows(plan) {
		if k.o.GoesOn != nil {
			k.o.GoesOn(k.u, plan.there())
		}
		err = k.send(ctx, &plan)
	} else {
		err = ErrChanged // the journal is an older one than was there
	}
	if errors.Is(err, ErrChanged) {
		k.c.withdrawUnless(ctx, completed, k.u)
		return Sent{}, err
	}
	if completed && err == nil {
		return k.done()
	}
	return k.end(ctx, err)
}

// withdrawUnless withdraws an upload that was not completed: of one that was, somebody may
// have the link.
func (c *Client) withdrawUnless(ctx context.Context, completed bool, u Upload) {
	if !completed {
		c.withdraw(ctx, u.ID, u.Secret)
	}
}

// lacksUpload says whether an error is that no upload in parts is open, or that the service
// knows no going on with one.
func lacksUpload(err error) bool {
	return send.ReasonOf(err) == send.ReasonUploadNotFound || makesNoURLs(err)
}

// knows says whether the journal has the tags of all that has arrived: one that was
// put back from a backup may not.
func (k *keeping) knows(p plan) bool {
	for i, etag := range p.etags {
		if _, to := p.span(i); etag != "" && segments(k.keys, to) > len(k.tags) {
			return false
		}
	}
	return true
}

// segments returns in how many segments the first bytes of a sealed file are.
func segments(k keys, bytes int64) int {
	form := envelope.V2
	if k.stretch != nil {
		form = envelope.V3
	}
	second := form.SegmentPlace(1)
	if bytes <= second {
		return 1
	}
	return 2 + int((bytes-1-second)/(form.SegmentPlace(2)-second))
}

// proofText is what is sealed to find out whether a passphrase is the one that an upload
// was begun with. Whoever has that has the link, too, and the label of the transfer at the
// service would tell as much.
var proofText = envelope.Label{Files: []envelope.LabelFile{{Name: "begun"}}, Count: 1}

// Another passphrase is no other file: what was begun is not given up for it.
var (
	errBegunWith = send.Because(send.Invalid, envelope.ErrPassphrase,
		"this file was begun to be sent with a passphrase: give the same, or begin anew with --fresh")
	errBegunWithout = send.Because(send.Invalid, envelope.ErrNoPassphrase,
		"this file was begun to be sent without a passphrase: leave it out, or begin anew with --fresh")
	errBegunWithOther = send.Because(send.Invalid, envelope.ErrWrongPassphrase,
		"this file was begun to be sent with another passphrase: give the same, or begin anew with --fresh")
)

// open takes the keys of what was begun. ErrChanged where it cannot be this file.
func (k *keeping) open() error {
	link, ok := k.u.Link()
	switch _, fits := k.u.stream(); {
	case !ok || !fits:
		return ErrChanged
	case k.u.Stretch != nil && k.o.Passphrase == "":
		return errBegunWith
	case k.u.Stretch == nil && k.o.Passphrase != "":
		return errBegunWithout
	}
	var err error
	if k.keys, err = keysOf(k.o, link.Key, k.u.Stretch); err != nil {
		return err
	}
	if k.u.Proof != nil {
		if _, err := envelope.OpenLabel(k.keys.secret, k.u.Proof); errors.Is(err, envelope.ErrWrongPassphrase) {
			return errBegunWithOther
		}
	}
	if envelope.SealedSize(k.keys.secret, k.file.Meta, k.file.Size) != k.u.Size {
		return ErrChanged
	}
	return nil
}

// sealer seals the file to what was begun to be sent.
func (k *keeping) sealer() (*envelope.Sealer, error) {
	stream, _ := k.u.stream()
	return envelope.NewSealer(k.keys.secret, stream, k.file.Meta, k.file.Size)
}

// send seals all of it, and sends what is not there.
func (k *keeping) send(ctx context.Context, p *plan) error {
	sealer, err := k.sealer()
	if err != nil {
		return err
	}
	parts := k.c.newParts(ctx, k.u.ID, *p, k.c.meter(k.u.Size))
	parts.before = k.note
	err = parts.end(sealer.Each(k.file.Content, parts.place, func(s envelope.SealedSegment) error {
		if err := k.take(s); err != nil {
			return err
		}
		_, err := parts.Write(s.Sealed)
		return err
	}))
	if err != nil {
		return err
	}
	return k.c.assemble(ctx, k.u.ID, *p)
}

// compare seals all of it, and sends nothing.
func (k *keeping) compare(ctx context.Context) error {
	sealer, err := k.sealer()
	if err != nil {
		return err
	}
	return sealer.Each(k.file.Content, nil, func(s envelope.SealedSegment) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.Number >= int64(len(k.tags)) {
			return ErrChanged // all that was sent has a tag
		}
		return k.take(s)
	})
}

// take compares a segment with what may have left under its nonce.
func (k *keeping) take(s envelope.SealedSegment) error {
	if s.Number < int64(len(k.tags)) {
		if k.tags[s.Number] != s.Tag {
			return ErrChanged
		}
		return nil
	}
	k.tags = append(k.tags, s.Tag)
	k.fresh++
	return nil
}

// note keeps the tags of the segments that are about to leave.
func (k *keeping) note() error {
	if k.fresh == 0 {
		return nil
	}
	if err := k.o.Journal.Add(k.tags[len(k.tags)-k.fresh:]); err != nil {
		return fmt.Errorf("keep what it takes to go on with the upload: %w", err)
	}
	k.fresh = 0
	return nil
}

// end completes the transfer, or leaves what there is to go on with.
func (k *keeping) end(ctx context.Context, err error) (Sent, error) {
	if err == nil {
		err = k.c.complete(ctx, k.u.ID)
	}
	if err == nil {
		_ = k.o.Journal.Completed() // otherwise the service says so
		return k.done()
	}
	if !keeps(err) {
		k.c.withdraw(ctx, k.u.ID, k.u.Secret)
		k.o.Journal.Drop()
	}
	return Sent{}, err
}

func (k *keeping) done() (Sent, error) {
	return k.c.sent(opened{k.u.ID, k.u.Secret, k.keys.link, k.u.Size, k.u.ExpiresAt}), nil
}
