package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// What is sent can be looked at before it is downloaded, which counts nothing.
func TestLook(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	for _, n := range []int64{0, 1000, envelope.MaxV1 + 1} {
		for _, said := range []int64{n, envelope.Unknown} {
			f := file(n)
			f.Meta.Type, f.Size = "application/octet-stream", said
			sent, err := at(s).Send(t.Context(), f, client.Options{MaxDownloads: 1, Note: "for you"})
			if err != nil {
				t.Fatal(err)
			}
			w, err := at(s).Look(t.Context(), sent.Link)
			if err != nil || w.Label == nil {
				t.Fatalf("%d bytes: %+v, %v", n, w, err)
			}
			want := envelope.LabelFile{Name: "a.bin", Size: n, Type: "application/octet-stream"}
			if l := w.Label; l.Note != "for you" || l.Size != n || l.Count != 1 || l.Files[0] != want {
				t.Errorf("%d bytes: the label is %+v", n, l)
			}
			if w.Info.DownloadCount != 0 {
				t.Errorf("looking counted %d downloads", w.Info.DownloadCount)
			}
		}
	}
}

// A wrong key is found before anything is counted; and without a key, or a label
// that can be read, there is what the service tells.
func TestLookProvesTheKey(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent, err := at(s).Send(t.Context(), file(10), client.Options{MaxDownloads: 1})
	if err != nil {
		t.Fatal(err)
	}
	wrong := sent.Link
	wrong.Key[0] ^= 1
	w, err := at(s).Look(t.Context(), wrong)
	if !errors.Is(err, envelope.ErrWrongKey) || w.Label != nil || w.Info.TransferID != sent.Link.ID {
		t.Errorf("with a wrong key: %+v, %v", w, err)
	}
	keyless := envelope.Link{Origin: s.URL, ID: sent.Link.ID}
	if w, err := at(s).Look(t.Context(), keyless); err != nil || w.Label != nil || w.Info.Label == "" {
		t.Errorf("without a key: %+v, %v", w, err)
	}
	old := envelope.Link{Origin: s.URL, ID: "0123456789ab", Key: envelope.NewKey(), HasKey: true}
	sendAs(t, s, old.ID, old.Key, "hello")
	if w, err := at(s).Look(t.Context(), old); err != nil || w.Label != nil || w.Info.TransferID != old.ID {
		t.Errorf("without a label: %+v, %v", w, err)
	}
	missing := envelope.Link{Origin: s.URL, ID: "ffffffffffff", Key: old.Key, HasKey: true}
	_, err = at(s).Look(t.Context(), missing)
	check(t, "no transfer", err, send.NotFound)

	for _, label := range []string{"*", "bm8gbGFiZWw=", strings.Repeat("AAAA", 1000)} {
		s.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = io.WriteString(w, `{"transfer_id":"`+old.ID+`","label":"`+label+`"}`)
		})
		if w, err := at(s).Look(t.Context(), old); err != nil || w.Label != nil || w.Info.TransferID != old.ID {
			t.Errorf("with the label %.20q: %+v, %v", label, w, err)
		}
	}
}

func TestNotesHaveABound(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	_, err := at(s).Send(t.Context(), file(10), client.Options{Note: strings.Repeat("ä", envelope.MaxNote+1)})
	check(t, "a long note", err, send.Invalid)
	_, err = at(s).Send(t.Context(), file(10), client.Options{Note: strings.Repeat("ä", envelope.MaxNote)})
	check(t, "the longest note", err, "")
}
