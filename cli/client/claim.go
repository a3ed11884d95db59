package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Claim is a download that was counted, or may have been, since the answer to
// it can be lost: what it takes to go on with it, or to fetch it again, for as long
// as the service allows, which is an hour. It is a secret of whoever receives: it
// opens nothing, and gets what is sealed.
type Claim struct {
	Server string    `json:"server"`           // the origin of its service, and the only one that may see it
	ID     string    `json:"transfer"`         // of what is downloaded
	Name   string    `json:"name,omitempty"`   // what the service is told to know it by, before it is counted
	Permit string    `json:"permit,omitempty"` // by which the service knows it; "" where it gave none
	URL    string    `json:"url,omitempty"`    // where the bytes are; "" where that is the service's own route
	ETag   string    `json:"etag,omitempty"`   // of the bytes; "" before the first have come
	Size   int64     `json:"size"`             // how many there are; -1 when nobody said
	Begun  time.Time `json:"begun"`            // when it was asked for first
}

// Claims keeps downloads that were counted, so that they outlive the process
// that began them. Where there is one, every download is looked for in it first,
// and is in it from before it is counted until [Client.Receive] is done
// with it or the service will not go on with it.
//
// To keep them is a comfort: what cannot be kept is no failure, since the
// download was counted already. One goroutine of a download calls it at a time.
type Claims interface {
	// Load returns the claim of a transfer at a service; false where there is none.
	Load(server, id string) (Claim, bool)
	// Save keeps a claim in the place of what was kept for its transfer. It is
	// called again whenever more is known.
	Save(claim Claim)
	// Drop forgets the claim of a transfer.
	Drop(server, id string)
}

// none keeps nothing.
type none struct{}

func (none) Load(string, string) (Claim, bool) { return Claim{}, false }
func (none) Save(Claim)                        {}
func (none) Drop(string, string)               {}

func (c *Client) claims() Claims {
	if c.Claims == nil {
		return none{}
	}
	return c.Claims
}

// claimLife is how long a service goes on with a download, at most.
const claimLife = time.Hour

// Useless is how old a claim is when it is no use, whatever the clocks say.
const Useless = 2 * claimLife

// Until returns when the service will go on with a claim no longer.
func (k Claim) Until() time.Time { return k.Begun.Add(claimLife) }

// wide returns until when pieces of a download are fetched side by side. Each asks the
// service again, while one connection goes on when the claim's time is over.
func (k Claim) wide() time.Time { return k.Begun.Add(claimLife * 3 / 4) }

// Stale says whether no service will go on with a claim any more.
func (k Claim) Stale(now time.Time) bool { return now.Sub(k.Begun) > Useless }

// Counted says whether a service has said that it counted the download.
func (k Claim) Counted() bool { return k.Permit != "" || k.URL != "" }

// newClaim is one that was not asked for yet.
func (c *Client) newClaim(id string) Claim {
	var name [16]byte
	rand.Read(name[:]) // never fails: crypto/rand
	return Claim{Server: c.Server, ID: id, Name: hex.EncodeToString(name[:]), Size: -1, Begun: time.Now()}
}

// credential is the header by which the service knows a claim.
func (k Claim) credential() []string {
	if k.Permit != "" {
		return []string{wire.DownloadPermit.Name, k.Permit}
	}
	return []string{wire.DownloadClaim.Name, k.Name}
}

// claim counts a download, unless the claim was counted, and asks for the URL of
// its bytes. Where the service has no URLs the claim stays as it is: then the download
// is counted by its first request. A service that knows no names of claims may count
// twice where its answer was lost, which was lost then anyway.
func (c *Client) claim(ctx context.Context, claim *Claim) error {
	var out wire.DownloadURLReply
	permit, t := claim.Permit, to(wire.DownloadURL, claim.ID)
	err := c.repeat(ctx, func() error {
		res, done, err := c.do(ctx, t.method, c.Server+t.path, nil, claim.credential()...)
		if err != nil {
			return err
		}
		defer done()
		if given := wire.DownloadPermit.Get(res.Header); given != "" {
			permit = given
		}
		return decode(res.Body, &out)
	})
	if !claim.Counted() && makesNoURLs(err) {
		return nil
	}
	if err == nil {
		claim.URL, claim.Permit = out.DownloadURL, permit
		c.claims().Save(*claim)
	}
	return err
}

// Over says whether an error is that nothing of a transfer can be downloaded
// any more: as the service says it, and nothing that stands before it.
func Over(err error) bool {
	switch send.ReasonOf(err) {
	case send.ReasonExpired, send.ReasonDeleted, send.ReasonTakenDown, send.ReasonTransferNotFound, send.ReasonExhausted:
		return true
	}
	return false
}

// ended says whether an error is that the service will not go on with a claim:
// as it says it itself, by a code, or as a store that signed a URL does, which has
// no better word than that it is forbidden.
func (k Claim) ended(err error) bool {
	reason := send.ReasonOf(err)
	switch code := send.CodeOf(err); code {
	case send.Gone, send.NotFound: // not those that say no more than the status, as anybody can
		if reason != send.Reason(code) {
			return true
		}
	case send.Forbidden:
		if reason == send.ReasonLinkNotGenuine || reason == send.ReasonLinkMismatch {
			return true
		}
	}
	return refusedURL(err) && time.Since(k.Begun) > claimLife
}

// overURL says whether an error can be that of a URL whose time is over: as the
// service says it, or as a store does, which has no code of ours.
func overURL(err error) bool {
	reason := send.ReasonOf(err)
	return reason == send.ReasonLinkExpired || refusedURL(err) && reason == send.Reason(send.CodeOf(err))
}

// refusedURL says whether an error can be that of a URL that a store has refused, for
// whatever reason.
func refusedURL(err error) bool {
	switch status(err) {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}
