package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Info is what the service knows of a transfer, and tells to everyone who has
// its ID.
type Info struct {
	ID          string    `json:"transfer_id"`
	Status      string    `json:"status"` // "pending", "completed", "exhausted", "expired", "deleted"
	Size        int64     `json:"file_size_bytes"`
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at"` // zero when the service did not say
	Expired     bool      `json:"is_expired"`
	Downloads   int64     `json:"download_count"`
	MaxDownload int64     `json:"max_downloads"` // 0 = without limit
	Remaining   int64     `json:"downloads_remaining"`
}

// Info asks for a transfer; nothing is counted. NotFound.
func (c *Client) Info(ctx context.Context, id string) (Info, error) {
	var raw struct {
		Info
		CreatedAt string `json:"created_at"`
		ExpiresAt string `json:"expires_at"`
	}
	err := c.call(ctx, always, http.MethodGet, "/api/transfers/info/"+url.PathEscape(id), nil, &raw)
	raw.Info.CreatedAt, _ = time.Parse(time.RFC3339, raw.CreatedAt) // zero where it is empty
	raw.Info.ExpiresAt, _ = time.Parse(time.RFC3339, raw.ExpiresAt)
	return raw.Info, err
}

// Delete ends a transfer. secret is what Send returned for it. NotFound,
// Forbidden for a wrong secret, Conflict for a transfer that was sent without
// one.
func (c *Client) Delete(ctx context.Context, id, secret string) error {
	return c.call(ctx, always, http.MethodDelete, "/api/transfers/delete/"+url.PathEscape(id), nil, nil, deleteHeader, secret)
}

// newTransfer is what create takes.
type newTransfer struct {
	Size         int64  `json:"file_size_bytes"`
	Hint         string `json:"content_type_hint"`
	ExpiresAt    string `json:"expires_at"`
	MaxDownloads int64  `json:"max_downloads"`
	AutoDelete   bool   `json:"auto_delete"`
	DeleteHash   string `json:"delete_auth_hash"`
}

// create begins a transfer. When its answer was lost it is repeated, and what
// the first began is swept by the service as never completed.
func (c *Client) create(ctx context.Context, t newTransfer) (id string, expires time.Time, err error) {
	var out struct {
		ID        string `json:"transfer_id"`
		ExpiresAt string `json:"expires_at"`
	}
	err = c.call(ctx, always, http.MethodPost, "/api/transfers/create", t, &out, c.authorized()...)
	expires, _ = time.Parse(time.RFC3339, out.ExpiresAt)
	return out.ID, expires, err
}

// complete makes a transfer available. The service books it once, however
// often it is called.
func (c *Client) complete(ctx context.Context, id string) error {
	return c.call(ctx, always, http.MethodPost, "/api/transfers/complete/"+url.PathEscape(id), nil, nil, c.authorized()...)
}

// capabilities says how the service takes large files.
type capabilities struct {
	Multipart bool `json:"multipart_upload"`
}

func (c *Client) capabilities(ctx context.Context) (out capabilities, err error) {
	err = c.call(ctx, always, http.MethodGet, "/api/presigned/capabilities", nil, &out)
	return out, err
}
