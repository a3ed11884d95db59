package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"sgraph.ai/send/shared/send"
)

// Nothing opens but what was sealed, and no file makes Decrypt panic or fail in
// a way that its caller does not expect.
func FuzzDecrypt(f *testing.F) {
	var key Key
	var sealed [][]byte // the same in every process that takes part
	for _, n := range []int{0, 5, 3000} {
		var one, two bytes.Buffer
		if sealV1(&one, key, [ivSize]byte{}, testMeta, bytes.NewReader(pattern(n)), int64(n)) != nil ||
			sealV2(&two, key, Stream{}, testMeta, bytes.NewReader(pattern(n)), int64(n)) != nil {
			f.Fatal("cannot seal")
		}
		sealed = append(sealed, one.Bytes(), two.Bytes())
	}
	for _, blob := range sealed {
		f.Add(blob)
		f.Add(blob[:len(blob)-1])
		f.Add(append(slices.Clone(blob), 0))
	}
	f.Add([]byte(magicV2))
	f.Add([]byte(family + "\x09"))
	f.Add(slices.Concat([]byte(magicV3), cheap(1).Bytes(), sealed[1][len(magicV2):]))
	f.Fuzz(func(t *testing.T, blob []byte) {
		_, _, err := open(blob, key)
		switch {
		case err == nil:
			if !slices.ContainsFunc(sealed, func(s []byte) bool { return bytes.Equal(s, blob) }) {
				t.Fatalf("forged: %x", blob)
			}
		case err == errStretch, errors.Is(err, ErrPassphrase):
			if !bytes.HasPrefix(blob, []byte(magicV3)) {
				t.Fatal(err)
			}
		case !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, ErrVersion):
			t.Fatal(err)
		}
	})
}

// The same with a passphrase, whose file is opened from its beginning and from
// any place. What opens is what was sealed, or its beginning.
func FuzzDecryptLocked(f *testing.F) {
	secret := Locked{cheap(1), Key{1}}
	var b bytes.Buffer
	if sealV2(&b, secret, Stream{}, testMeta, bytes.NewReader(pattern(3000)), 3000) != nil {
		f.Fatal("cannot seal")
	}
	sealed := b.Bytes()
	f.Add(sealed, int64(len(sealed)))
	f.Add(sealed[:len(sealed)-1], int64(len(sealed)))
	f.Add(append(slices.Clone(sealed), 0), int64(len(sealed)))
	f.Add(sealed[:V3.StreamHead()], int64(1<<40))
	f.Add([]byte(magicV2), int64(0))
	f.Fuzz(func(t *testing.T, blob []byte, size int64) {
		fine := func(err error) bool { return send.CodeOf(err) == send.Invalid || send.CodeOf(err) == send.TooLarge }
		if _, _, err := openWith(blob, secret); err == nil && !bytes.Equal(blob, sealed) {
			t.Fatalf("forged: %x", blob)
		} else if err != nil && !fine(err) {
			t.Fatal(err)
		}
		file, err := OpenFile(FetchFrom(bytes.NewReader(blob)), size, secret)
		if err != nil {
			if !fine(err) {
				t.Fatal(err)
			}
			return
		}
		content, err := io.ReadAll(file.Range(Span{0, file.Size}))
		if err == nil && (!bytes.Equal(content, pattern(3000)) || size != int64(len(sealed))) {
			t.Fatalf("forged, as %d bytes: %x", size, blob)
		} else if err != nil && !fine(err) {
			t.Fatal(err)
		}
	})
}

// How a passphrase is stretched is read within its bounds, or not at all.
func FuzzStretchOf(f *testing.F) {
	_, _, blocks := passphraseVectors(Key{})
	for _, c := range blocks {
		f.Add(append([]byte(magicV3), unhexed(c.Block)...))
	}
	f.Add(append([]byte(magicV3), NewStretch().Bytes()...))
	f.Add(append([]byte{lockedLabel}, append(NewStretch().Bytes(), make([]byte, 512-1-StretchSize)...)...))
	f.Add([]byte(magicV2))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok, err := StretchOf(b)
		switch {
		case ok:
			if err != nil || !s.bearable() || !bytes.Contains(b, s.Bytes()) {
				t.Fatalf("%x: %+v, %v", b, s, err)
			}
		case s != (Stretch{}) || err != nil && err != errStretch:
			t.Fatalf("%x: %+v, %v", b, s, err)
		}
	})
}

// A passphrase is the same in whichever form its letters are, and nothing else
// is.
func FuzzPassphrase(f *testing.F) {
	good, bad, _ := passphraseVectors(Key{})
	for _, c := range good {
		f.Add(c.Passphrase)
	}
	for _, c := range bad {
		f.Add(c.Passphrase)
	}
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, p string) {
		l, err := cheap(1).Lock(Key{}, p)
		composed, err2 := cheap(1).Lock(Key{}, norm.NFC.String(p))
		divided, err3 := cheap(1).Lock(Key{}, norm.NFD.String(p))
		if l != composed || l != divided || (err == nil) != (err2 == nil) || (err == nil) != (err3 == nil) {
			t.Fatalf("%q: %v, %v, %v", p, err, err2, err3)
		}
		if err == nil {
			if more, err := cheap(1).Lock(Key{}, p+"."); err == nil && more == l {
				t.Fatalf("%q: it does not matter what follows", p)
			}
		} else if send.CodeOf(err) != send.Invalid {
			t.Fatal(err)
		}
	})
}

// Whatever an index says, what is read of it is safe to create in a folder, on
// systems that tell no case, too, and is read the same when it is written again.
func FuzzReadIndex(f *testing.F) {
	for _, c := range oddIndexes {
		f.Add([]byte(c.text))
	}
	for _, c := range noIndexes {
		if len(c.content) > indexAt {
			f.Add([]byte(c.content)[indexAt:])
		}
	}
	for _, c := range paths {
		var entries []entryText
		for _, p := range c.in {
			entries = append(entries, entryText{Path: p, Size: new(int64)})
		}
		b, _ := json.Marshal(map[string]any{"files": entries})
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		content := bytes.NewReader(append(sgfiles(string(text)), "rest"...))
		x, err := ReadIndex(content)
		if err != nil {
			if x != nil || !errors.Is(err, ErrIndex) {
				t.Fatal(err)
			}
			return
		}
		if content.Len() != len("rest") || x.Place(0).From != int64(indexAt+len(text)) {
			t.Fatalf("%q: %d bytes are left", text, content.Len())
		}
		kinds := map[string]bool{} // of each path, whether it is a folder
		at := x.Place(0).From
		for i, e := range x.Entries {
			names := strings.Split(strings.TrimSuffix(e.Path, "/"), "/")
			for n, name := range names {
				if CleanName(name) != name || len(names) > maxDepth {
					t.Fatalf("%q: %q", text, e.Path)
				}
				folder := n < len(names)-1 || e.IsFolder()
				as := key(0, strings.Join(names[:n+1], "/")).name
				if was, ok := kinds[as]; ok && !(was && folder) {
					t.Fatalf("%q: %q is there twice", text, e.Path)
				}
				kinds[as] = folder
			}
			if x.Place(i) != (Span{at, at + e.Size}) || e.Size < 0 || e.IsFolder() && e.Size > 0 || e.Mode&^fs.ModePerm != 0 ||
				e.Type != "" && !mediaType.MatchString(e.Type) || !e.Time.IsZero() && e.Time.Year() < 1970 {
				t.Fatalf("%q: %+v", text, e)
			}
			at += e.Size
		}
		if x.Size() != at {
			t.Fatalf("%q: %d bytes, and not %d", text, x.Size(), at)
		}
		again, err := NewIndex(x.Entries)
		if err != nil || !slices.Equal(again.Entries, x.Entries) {
			t.Fatalf("%q: %+v, and again %+v, %v", text, x.Entries, again, err)
		}
		read, err := ReadIndex(bytes.NewReader(sgfiles(string(again.text))))
		if err != nil || !slices.Equal(read.Entries, x.Entries) {
			t.Fatalf("%q: %+v, and again %+v, %v", text, x.Entries, read, err)
		}
	})
}

// What is sealed is of an unknown sender: whatever stands inside is metadata
// that is safe to use, and the end of the plaintext.
func FuzzOpenAny(f *testing.F) {
	for _, plain := range []string{
		"", "hello", "SGMETA", "SGMETA\x00\x00\x00\x00\x02{}x", "SGMETA\x00\x00\x00\x02{}x", "SGMETA\x00{}x", "SGMETA.{}x",
		"SGMETA\x00\x00\x00\x00\x18{\"filename\":\"../../a\"}x", "SGMETA.{\"filename\":\"\\u0000\",\"type\":\"a/b\"} x",
	} {
		f.Add([]byte(plain))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		meta, content := openAny(plain)
		if !bytes.HasSuffix(plain, content) || meta != meta.clean() {
			t.Fatalf("%q: %+v, %q", plain, meta, content)
		}
		// What the strict reader of V2 takes, the other takes in the same way.
		if m, n, err := SplitMeta(plain); err == nil {
			if m != meta || len(plain)-n != len(content) {
				t.Fatalf("%q: V1 reads %+v, V2 reads %+v", plain, meta, m)
			}
		} else if send.CodeOf(err) != send.Invalid {
			t.Fatal(err)
		}
	})
}
