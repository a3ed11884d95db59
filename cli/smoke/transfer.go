package smoke

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

const tokenHeader = "X-Sgraph-Access-Token"

// marker begins the content of what is sent, so that it would be recognised
// where it must not be.
const marker = "the smoke test's plaintext"

// sending is a file that was sent.
type sending struct {
	client.Sent
	name    string
	content []byte
}

// needsSending leaves a check out where nothing was sent.
func (r *run) needsSending() error {
	if r.sent == nil {
		return skip("nothing was sent")
	}
	return nil
}

func (r *run) client() *client.Client { return &client.Client{Server: r.User, Token: r.token} }

// uses is how many transfers one round makes.
func (r *run) uses() int {
	if r.Large > 0 {
		return 2
	}
	return 1
}

func (r *run) takeToken(ctx context.Context) (string, error) {
	if r.Token != "" {
		r.token = r.Token
		return "the one that was given", nil
	}
	if r.Admin == "" || r.Key == "" {
		r.doomed = skip("no access token")
		return "", errors.New("none was given, and without an admin service and its key none can be made")
	}
	body, err := json.Marshal(map[string]any{
		"token_name": "smoke-" + rand.Text(), "usage_limit": r.uses(), "created_by": "smoke test",
	})
	if err != nil {
		return "", err
	}
	a, err := r.ask(ctx, http.MethodPost, r.Admin+"/tokens/create", body, r.keyHeader(), r.Key)
	if err == nil {
		err = want(a, http.StatusOK)
	}
	var made struct {
		Name string `json:"token_name"`
	}
	if err == nil {
		err = a.json(&made)
	}
	if err != nil {
		r.doomed = skip("no access token")
		return "", err
	}
	r.token = made.Name
	return fmt.Sprintf("made one for %d transfers", r.uses()), nil
}

func (r *run) sendFile(ctx context.Context) (string, error) {
	if r.doomed != nil {
		return "", r.doomed
	}
	// Unlike any other, so that nothing older can be received in its place.
	secret := rand.Text()
	s := &sending{name: "smoke-" + secret + ".txt"}
	s.content = bytes.Repeat([]byte(marker+" "+secret+"\n"), 1000)
	began := time.Now()
	sent, err := r.client().Send(ctx, client.File{
		Meta: envelope.Meta{Filename: s.name}, Content: bytes.NewReader(s.content), Size: int64(len(s.content)),
	}, client.Options{Lifetime: time.Hour, MaxDownloads: 2})
	if err != nil {
		return "", err
	}
	s.Sent, r.sent = sent, s
	r.spent++
	return fmt.Sprintf("%d bytes in %d ms", len(s.content), time.Since(began).Milliseconds()), nil
}

// keptIsSealed fetches what the service keeps, as it keeps it.
func (r *run) keptIsSealed(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	body, err := r.client().Download(ctx, r.sent.Link.ID)
	if err != nil {
		return "", err
	}
	defer body.Close()
	kept, err := io.ReadAll(io.LimitReader(body, most))
	if err != nil {
		return "", err
	}
	for what, plain := range map[string]string{
		"the content": marker, "the file's name": r.sent.name,
		"the key": r.sent.Link.Key.String(),
	} {
		if bytes.Contains(kept, []byte(plain)) {
			return "", fmt.Errorf("%s stands in what the service keeps", what)
		}
	}
	if _, err := envelope.Inspect(kept[:min(len(kept), 64<<10)], int64(len(kept))); err != nil {
		return "", fmt.Errorf("what the service keeps is not ciphertext: %w", err)
	}
	a, err := r.get(ctx, r.User+"/api/transfers/info/"+r.sent.Link.ID)
	if err != nil {
		return "", err
	}
	if bytes.Contains(a.body, []byte(r.sent.name)) {
		return "", errors.New("the file's name stands in what the service tells of the transfer")
	}
	return fmt.Sprintf("%d bytes of ciphertext", len(kept)), nil
}

func (r *run) receiveFile(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	meta, content, err := r.receive(ctx, r.sent.Link)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(content, r.sent.content) || meta.Filename != r.sent.name {
		return "", errors.New("what was received is not what was sent")
	}
	return "byte for byte, with its name", nil
}

func (r *run) receive(ctx context.Context, link envelope.Link) (envelope.Meta, []byte, error) {
	key, ok := link.OpenKey()
	if !ok {
		return envelope.Meta{}, nil, errors.New("the link has no key")
	}
	body, err := r.client().Download(ctx, link.ID)
	if err != nil {
		return envelope.Meta{}, nil, err
	}
	defer body.Close()
	meta, plain, err := envelope.Decrypt(body, key)
	if err != nil {
		return meta, nil, err
	}
	content, err := io.ReadAll(plain)
	return meta, content, err
}

// limitHolds asks for more than the two downloads that were allowed.
func (r *run) limitHolds(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	a, err := r.get(ctx, r.User+"/api/transfers/download/"+r.sent.Link.ID)
	if err != nil {
		return "", err
	}
	if err := want(a, http.StatusGone, http.StatusNotFound); err != nil {
		return "", fmt.Errorf("after as many downloads as allowed: %w", err)
	}
	return "the third of two is refused", nil
}

func (r *run) deleteFile(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	wrong := r.client().Delete(ctx, r.sent.Link.ID, madeUp)
	if send.CodeOf(wrong) != send.Forbidden {
		return "", fmt.Errorf("a wrong secret was answered with %v, not refused", wrong)
	}
	if err := r.client().Delete(ctx, r.sent.Link.ID, r.sent.DeleteSecret); err != nil {
		return "", err
	}
	info, err := r.client().Info(ctx, r.sent.Link.ID)
	if err == nil && info.Status != "deleted" || err != nil && send.CodeOf(err) != send.NotFound {
		return "", fmt.Errorf("after it was deleted the service says %q, %v", info.Status, err)
	}
	r.sent = nil
	return "gone, and not with a wrong secret", nil
}

// largeFile sends random bytes of a size that goes in parts.
func (r *run) largeFile(ctx context.Context) (string, error) {
	if r.Large == 0 {
		return "", skip("not asked for")
	}
	if r.doomed != nil {
		return "", r.doomed
	}
	digest := sha256.New()
	sent, err := r.client().Send(ctx, client.File{
		Meta: envelope.Meta{Filename: "large"}, Size: r.Large,
		Content: io.TeeReader(io.LimitReader(rand.Reader, r.Large), digest),
	}, client.Options{Lifetime: time.Hour})
	if err != nil {
		return "", err
	}
	r.spent++
	defer r.client().Delete(context.WithoutCancel(ctx), sent.Link.ID, sent.DeleteSecret)
	key, _ := sent.Link.OpenKey()
	body, err := r.client().Download(ctx, sent.Link.ID)
	if err != nil {
		return "", err
	}
	defer body.Close()
	_, plain, err := envelope.Decrypt(body, key)
	if err != nil {
		return "", err
	}
	received := sha256.New()
	if _, err := io.Copy(received, plain); err != nil {
		return "", err
	}
	if !bytes.Equal(digest.Sum(nil), received.Sum(nil)) {
		return "", errors.New("what was received is not what was sent")
	}
	return fmt.Sprintf("%d MiB, byte for byte", r.Large>>20), nil
}

// own says whether the token is one that this round made.
func (r *run) own() error {
	switch {
	case r.doomed != nil:
		return r.doomed
	case r.Token != "":
		return skip("the access token was given, and stays")
	}
	return nil
}

func (r *run) tokenIsSpent(ctx context.Context) (string, error) {
	if err := r.own(); err != nil {
		return "", err
	}
	if r.spent < r.uses() {
		return "", skip("not everything was sent")
	}
	return fmt.Sprintf("refused after %d", r.uses()), r.tokenIsRefused(ctx)
}

func (r *run) revokeToken(ctx context.Context) (string, error) {
	if err := r.own(); err != nil {
		return "", err
	}
	if err := r.revoke(ctx); err != nil {
		return "", err
	}
	a, err := r.get(ctx, r.User+"/api/transfers/check-token/"+r.token)
	if err != nil {
		return "", err
	}
	var says struct {
		Valid  *bool
		Status string
	}
	if err := a.json(&says); err != nil {
		return "", err
	}
	if says.Valid == nil || *says.Valid || says.Status != "revoked" {
		return "", fmt.Errorf("the user service says that the token is %q", says.Status)
	}
	if err := r.tokenIsRefused(ctx); err != nil {
		return "", err
	}
	r.token = ""
	return "at once", nil
}

func (r *run) tokenIsRefused(ctx context.Context) error {
	a, err := r.ask(ctx, http.MethodPost, r.User+"/api/transfers/create", []byte(`{"file_size_bytes":1}`), tokenHeader, r.token)
	if err != nil {
		return err
	}
	return want(a, http.StatusUnauthorized)
}

func (r *run) revoke(ctx context.Context) error {
	a, err := r.ask(ctx, http.MethodPost, r.Admin+"/tokens/revoke/"+r.token, nil, r.keyHeader(), r.Key)
	if err != nil {
		return err
	}
	return want(a, http.StatusOK)
}

// cleanUp leaves no file and no usable token behind, whatever failed.
func (r *run) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if r.sent != nil {
		r.client().Delete(ctx, r.sent.Link.ID, r.sent.DeleteSecret)
	}
	if r.token != "" && r.Token == "" {
		r.revoke(ctx)
	}
}
