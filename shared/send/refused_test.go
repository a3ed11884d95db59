package send_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

// plaintext is what refusePlaintext refuses, of a size that is larger than what
// it looks at.
var plaintext = bytes.Repeat([]byte("plain text "), 10_000)

// refusePlaintext is a form that knows plaintext by its first byte.
func refusePlaintext(head []byte, size, _ int64) error {
	if int64(len(head)) != min(size, send.HeadSize) {
		return send.Fail(send.Internal, "%d bytes of head of %d", len(head), size)
	}
	if head[0] == plaintext[0] {
		return send.Fail(send.Invalid, "not encrypted; nothing was kept").With(send.ReasonNotCiphertext)
	}
	return nil
}

// ways are the ways on which an upload comes to where it is refused.
var ways = map[string]func(t *testing.T, f *fixture, id string, body []byte) error{
	"upload": func(t *testing.T, f *fixture, id string, body []byte) error {
		_, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(body), int64(len(body)))
		return err
	},
	"upload of a size that is not known": func(t *testing.T, f *fixture, id string, body []byte) error {
		_, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(body), -1)
		return err
	},
	"put to a URL of the store": func(t *testing.T, f *fixture, id string, body []byte) error {
		url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
		if err != nil {
			t.Fatal(err)
		}
		key := strings.TrimPrefix(url, "/put/")
		if _, err := f.store.Put(t.Context(), key, bytes.NewReader(body), int64(len(body))); err != nil {
			t.Fatal(err)
		}
		_, _, err = f.Complete(t.Context(), f.token, id)
		return err
	},
	"parts": func(t *testing.T, f *fixture, id string, body []byte) error {
		up, err := f.Initiate(t.Context(), f.sender(t), id, min(int64(len(body)), f.Rules.MaxBytes), 0)
		if err != nil {
			t.Fatal(err)
		}
		key := strings.TrimPrefix(up.PartURLs[0].URL, "/part/")
		etag, err := f.store.PutPart(t.Context(), key, up.UploadID, 1, bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Assemble(t.Context(), f.sender(t), id, up.UploadID, []send.Part{{Number: 1, ETag: etag}})
		if err != nil {
			return err
		}
		_, _, err = f.Complete(t.Context(), f.token, id)
		return err
	},
}

// Who is told that an upload is not taken can rely on that nothing of it is
// kept.
func TestNothingIsKeptOfWhatIsRefused(t *testing.T) {
	t.Parallel()
	for way, arrive := range ways {
		for name, c := range map[string]struct {
			body []byte
			code send.Code
		}{
			"plaintext":       {plaintext, send.Invalid},
			"short plaintext": {plaintext[:20], send.Invalid},
			"too large":       {noise(1<<20 + 1), send.TooLarge},
		} {
			t.Run(name+" by "+way, func(t *testing.T) {
				t.Parallel()
				f := setUp(t)
				f.Form = refusePlaintext
				id := f.created(t, send.NewTransfer{})
				err := arrive(t, f, id, c.body)
				want(t, err, c.code, "")
				if c.code == send.Invalid && send.ReasonOf(err) != send.ReasonNotCiphertext {
					t.Errorf("refused as %s", send.ReasonOf(err))
				}
				if keys := f.objects(t); len(keys) != 0 {
					t.Errorf("the store keeps %v of what was refused", keys)
				}
				// No word of it is left in the record either.
				_, _, err = f.Complete(t.Context(), f.token, id)
				want(t, err, send.NotFound, "not uploaded")
				if tok, _ := f.tokens.Token(t.Context(), f.token); tok.UsageCount != 0 {
					t.Error("a refused upload was booked on the token")
				}
				right := append([]byte{plaintext[0] + 1}, noise(100)...)
				if err := arrive(t, f, id, right); err != nil {
					t.Errorf("it cannot be sent again, right: %v", err)
				}
				if _, _, err := f.Complete(t.Context(), f.token, id); err != nil || !bytes.Equal(f.payload(t, id), right) {
					t.Errorf("what was sent after it is not what was completed: %v", err)
				}
			})
		}
	}
}

// keeping is a store that cannot delete.
type keeping struct{ send.Store }

var errKeeping = errors.New("the store deletes nothing")

func (keeping) Delete(context.Context, string) error { return errKeeping }

func TestWhatCannotBeRemovedIsNotSaidToBeGone(t *testing.T) {
	t.Parallel()
	for way, arrive := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.Form = refusePlaintext
			f.Store = keeping{f.store}
			err := arrive(t, f, f.created(t, send.NewTransfer{}), plaintext)
			want(t, err, send.Invalid, "")
			if send.ReasonOf(err) != send.ReasonNotCiphertext {
				t.Errorf("refused as %s", send.ReasonOf(err))
			}
			e, _ := errors.AsType[*send.Error](err)
			kept := len(f.objects(t)) > 0
			if says := strings.Contains(e.Message, "nothing was kept"); says == kept {
				t.Errorf("the store keeps %v, and the sender is told %q", f.objects(t), e.Message)
			}
			if kept && !errors.Is(err, errKeeping) {
				t.Errorf("the log is not told why: %v", err)
			}
		})
	}
}

// A body that breaks off in what is looked at is told as what it is.
func TestABodyThatBreaksOffAtItsHead(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Form = refusePlaintext
	id := f.created(t, send.NewTransfer{})
	for _, size := range []int64{-1, 10, 100_000} {
		_, err := f.Upload(t.Context(), f.sender(t), id, io.MultiReader(bytes.NewReader(plaintext[:5]), cut{}), size)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

// cut is a body that ends before its time, and says so once.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
