package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// A link that cannot open anything costs no download.
func TestReceiveWithoutKey(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent, err := at(s).Send(t.Context(), file(10), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	bare := envelope.Link{Origin: s.URL, ID: sent.Link.ID}
	if _, _, err := receive(t.Context(), at(s), bare); !errors.Is(err, client.ErrNoKey) {
		t.Errorf("got %v", err)
	}
	if info, err := at(s).Info(t.Context(), sent.Link.ID); err != nil || info.DownloadCount != 0 {
		t.Errorf("%d downloads counted, %v", info.DownloadCount, err)
	}
}

// A service that says what is wrong with a transfer is not asked in another way.
func TestRefusedOnce(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	var asked atomic.Int32
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		asked.Add(1)
		service.ServeHTTP(w, r)
	})
	_, err := at(s).Download(t.Context(), "000000000000")
	if send.ReasonOf(err) != send.ReasonTransferNotFound || asked.Load() != 1 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

// A friendly token is the whole link: the ID and the key come of it.
func TestReceiveByFriendlyToken(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const token = "apple-river-1234"
	id, key := envelope.FriendlyID(token), envelope.FriendlyKey(token)
	sendAs(t, s, id, key, "what was sent by another client")
	link, err := envelope.ParseLink(s.URL + "/d/#" + token)
	if err != nil {
		t.Fatal(err)
	}
	meta, got, err := receive(t.Context(), at(s), link)
	if err != nil || meta.Filename != "a.txt" || string(got) != "what was sent by another client" {
		t.Errorf("%+v, %q, %v", meta, got, err)
	}
}

// Only a file that was kept to its end is received.
func TestKeepReadsToTheEnd(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	full := errors.New("no room")
	for name, keep := range map[string]client.Keep{
		"stops":  func(envelope.Meta, io.Reader) error { return nil },
		"refuse": func(envelope.Meta, io.Reader) error { return full },
		"half": func(_ envelope.Meta, content io.Reader) error {
			_, err := io.CopyN(io.Discard, content, 20<<20)
			return err
		},
	} {
		sent, err := at(s).Send(t.Context(), file(envelope.MaxV1+1), client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := at(s).Receive(t.Context(), sent.Link, keep); err == nil || name == "refuse" && !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is not what was sealed is an error, at the latest at its end.
func TestReceiveDamaged(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	for _, n := range []int64{100, envelope.MaxV1 + 1} {
		sent, err := at(s).Send(t.Context(), file(n), client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		damage(t, s)
		if _, _, err := receive(t.Context(), at(s), sent.Link); !errors.Is(err, envelope.ErrNotAuthentic) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	other, err := at(s).Send(t.Context(), file(100), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	other.Link.Key = envelope.NewKey()
	if _, _, err := receive(t.Context(), at(s), other.Link); !errors.Is(err, envelope.ErrNotAuthentic) ||
		send.CodeOf(err) != send.Invalid {
		t.Errorf("another key: %v", err)
	}
}

// damage changes a bit of everything that is kept.
func damage(t *testing.T, s *site.Site) {
	t.Helper()
	for path, content := range s.Payloads(t) {
		b := []byte(content)
		b[len(b)/2] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sendAs sends as older clients do, which choose the ID.
func sendAs(t *testing.T, s *site.Site, id string, key envelope.Key, content string) {
	t.Helper()
	var sealed bytes.Buffer
	meta := envelope.Meta{Filename: "a.txt"}
	if err := envelope.Encrypt(&sealed, key, meta, strings.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct {
		path string
		body io.Reader
	}{
		{wire.CreateTransfer.To(), strings.NewReader(`{"transfer_id":"` + id + `"}`)},
		{wire.UploadTransfer.To(id), &sealed},
		{wire.CompleteTransfer.To(id), nil},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+call.path, call.body)
		if err != nil {
			t.Fatal(err)
		}
		wire.AccessToken.Set(r.Header, s.Token)
		res, err := asking.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", call.path, res.Status)
		}
	}
}
