package smoke

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

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

func (r *run) client() *client.Client {
	return &client.Client{Server: r.User, Token: r.token, Transport: r.carrier}
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
	}, client.Options{Lifetime: time.Hour, MaxDownloads: 2, Note: marker})
	if err != nil {
		return "", err
	}
	s.Sent, r.sent = sent, s
	r.spent++
	return fmt.Sprintf("%d bytes in %d ms", len(s.content), time.Since(began).Milliseconds()), nil
}

// lookAtFile opens the label, which proves the key before a download is counted.
func (r *run) lookAtFile(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	wrong := r.sent.Link
	wrong.Key[0] ^= 1
	w, err := r.client().Look(ctx, r.sent.Link)
	_, refused := r.client().Look(ctx, wrong)
	switch {
	case err != nil:
		return "", err
	case w.Info.Label == "":
		return "", errors.New("the service tells no label, though one was sent: it lost it, or is older than this program")
	case w.Label == nil || len(w.Label.Files) == 0 || w.Label.Note != marker || w.Label.Files[0].Name != r.sent.name:
		return "", errors.New("the label is not the one that was sent")
	case !errors.Is(refused, envelope.ErrWrongKey):
		//nolint:errorlint // there may be no error
		return "", fmt.Errorf("a wrong key was answered with %v, not found out", refused)
	case w.Info.DownloadCount != 0:
		return "", errors.New("looking counted as a download")
	}
	return "name, size and note, and not with a wrong key", nil
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
	a, err := r.get(ctx, r.User+wire.TransferInfo.To(r.sent.Link.ID))
	if err != nil {
		return "", err
	}
	for what, plain := range map[string]string{"the file's name": r.sent.name, "the note": marker} {
		if bytes.Contains(a.body, []byte(plain)) {
			return "", fmt.Errorf("%s stands in what the service tells of the transfer", what)
		}
	}
	return fmt.Sprintf("%d bytes of ciphertext", len(kept)), nil
}

func (r *run) receiveFile(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	var got bytes.Buffer
	meta, err := r.client().Receive(ctx, r.sent.Link, client.Into(&got))
	if err != nil {
		return "", err
	}
	if !bytes.Equal(got.Bytes(), r.sent.content) || meta.Filename != r.sent.name {
		return "", errors.New("what was received is not what was sent")
	}
	return "byte for byte, with its name", nil
}

// limitHolds asks for more than the two downloads that were allowed.
func (r *run) limitHolds(ctx context.Context) (string, error) {
	if err := r.needsSending(); err != nil {
		return "", err
	}
	a, err := r.get(ctx, r.User+wire.DownloadTransfer.To(r.sent.Link.ID))
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
		//nolint:errorlint // there may be no error
		return "", fmt.Errorf("a wrong secret was answered with %v, not refused", wrong)
	}
	if err := r.client().Delete(ctx, r.sent.Link.ID, r.sent.DeleteSecret); err != nil {
		return "", err
	}
	info, err := r.client().Info(ctx, r.sent.Link.ID)
	if err == nil && info.Status != send.Deleted || err != nil && send.CodeOf(err) != send.NotFound {
		//nolint:errorlint // there may be no error
		return "", fmt.Errorf("after it was deleted the service says %q, %v", info.Status, err)
	}
	r.sent = nil
	return "gone, and not with a wrong secret", nil
}

// cleanUp leaves no file and no usable token behind, whatever failed.
func (r *run) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if r.sent != nil {
		_ = r.client().Delete(ctx, r.sent.Link.ID, r.sent.DeleteSecret)
	}
	if r.token != "" && r.Token == "" {
		_ = r.revoke(ctx)
	}
}
