package s3store

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/moto"
)

// What takes 5 GiB on S3 is tried with less.
func TestCopyInParts(t *testing.T) {
	t.Parallel()
	s := New(moto.Bucket(t), moto.Load(t))
	s.copying = copying{most: 8 << 20, part: 5 << 20}
	ctx := t.Context()
	b := make([]byte, 13<<20)
	rand.NewChaCha8([32]byte{}).Read(b)
	if _, err := s.Put(ctx, "t/a/from", bytes.NewReader(b), int64(len(b))); err != nil {
		t.Fatal(err)
	}
	o, err := s.Copy(ctx, "t/a/from", "t/a/to")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Open(ctx, "t/a/to", send.Whole)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, b) || o.Size != int64(len(b)) {
		t.Fatalf("%d bytes, %+v, %v", len(got), o, err)
	}
	if o.ETag[len(o.ETag)-3:] != `-3"` { // S3's mark of an object made of three parts
		t.Fatalf("ETag %s: it was not copied in three parts", o.ETag)
	}
}
