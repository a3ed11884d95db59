package envelope

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

// cheap is a stretch that takes no time.
func cheap(salt byte) Stretch {
	s := Stretch{Lanes: 1, Passes: 1, Memory: 8}
	copy(s.Salt[:], bytes.Repeat([]byte{salt}, len(s.Salt)))
	return s
}

func locked(t testing.TB, s Stretch, key Key, passphrase string) Locked {
	t.Helper()
	l, err := s.Lock(key, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func sealedV3(t testing.TB, secret Locked, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encrypt(&b, secret, testMeta, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openWith(blob []byte, secret Secret) (Meta, []byte, error) {
	meta, r, err := Decrypt(bytes.NewReader(blob), secret)
	if err != nil {
		return meta, nil, err
	}
	b, err := io.ReadAll(r)
	return meta, b, err
}

// Link and passphrase together open a file of any size, and nothing else does.
func TestPassphrase(t *testing.T) {
	t.Parallel()
	key, stretch := NewKey(), cheap(1)
	secret := locked(t, stretch, key, "correct horse")
	label := Label{Files: []LabelFile{{Name: "a", Size: 1}}, Count: 1, Size: 1}
	for _, n := range interesting() {
		content := pattern(n)
		blob := sealedV3(t, secret, content)
		if got, want := int64(len(blob)), SealedSize(secret, testMeta, int64(n)); got != want {
			t.Errorf("%d bytes: sealed %d, SealedSize %d", n, got, want)
		}
		if form, err := Inspect(blob[:min(len(blob), HeadSize)], int64(len(blob))); form != V3 || err != nil {
			t.Errorf("%d bytes: Inspect: %v, %v", n, form, err)
		}
		if got, ok, err := StretchOf(blob); got != stretch || !ok || err != nil {
			t.Errorf("%d bytes: stretched by %+v, %v, %v", n, got, ok, err)
		}
		meta, got, err := openWith(blob, secret)
		if err != nil || meta != testMeta || !bytes.Equal(got, content) {
			t.Errorf("%d bytes: %+v, %d, %v", n, meta, len(got), err)
		}
	}
	file, sealed := sealedV3(t, secret, pattern(9)), SealLabel(secret, label)
	if l, err := OpenLabel(secret, sealed); err != nil || l.Files[0].Name != "a" {
		t.Errorf("the label: %+v, %v", l, err)
	}
	for _, c := range []struct {
		name            string
		secret          Secret
		ofFile, ofLabel error
	}{
		{"the key alone", key, ErrPassphrase, ErrPassphrase},
		{"what is mixed, as a key", secret.Mixed, ErrPassphrase, ErrPassphrase},
		{"another passphrase", locked(t, stretch, key, "correct house"), ErrNotAuthentic, ErrWrongPassphrase},
		{"another key", locked(t, stretch, NewKey(), "correct horse"), ErrNotAuthentic, ErrWrongPassphrase},
		{"another salt", locked(t, cheap(2), key, "correct horse"), ErrNotAuthentic, ErrWrongPassphrase},
		{"no key", locked(t, stretch, Key{}, "correct horse"), ErrNotAuthentic, ErrWrongPassphrase},
		{"another stretch", Locked{cheap(2), secret.Mixed}, ErrNotAuthentic, ErrWrongPassphrase},
	} {
		if _, _, err := openWith(file, c.secret); !errors.Is(err, c.ofFile) {
			t.Errorf("%s, the file: %v", c.name, err)
		}
		if _, err := OpenLabel(c.secret, sealed); !errors.Is(err, c.ofLabel) {
			t.Errorf("%s, the label: %v", c.name, err)
		}
	}
	// Who has the link could put a file of their own in the place of the sender's:
	// it is not taken for that because it opens without the passphrase.
	for _, blob := range [][]byte{sealedV1(t, key, pattern(9)), sealedV2(t, key, pattern(9)), sealedV1(t,
		secret.Mixed, nil)} {
		if _, _, err := openWith(blob, secret); !errors.Is(err, ErrNoPassphrase) {
			t.Errorf("a file without a passphrase: %v", err)
		}
	}
	if _, err := OpenLabel(secret, SealLabel(key, label)); !errors.Is(err, ErrNoPassphrase) {
		t.Errorf("a label without a passphrase: %v", err)
	}
}

// How a passphrase is stretched is bound to what is sealed.
func TestStretchIsBound(t *testing.T) {
	t.Parallel()
	secret := locked(t, cheap(1), NewKey(), "p")
	file, label := sealedV3(t, secret, pattern(9)), SealLabel(secret, Label{})
	other := secret
	other.Stretch = cheap(2)
	copy(file[len(magicV3):], other.Stretch.Bytes())
	copy(label[1:], other.Stretch.Bytes())
	if _, _, err := openWith(file, other); !errors.Is(err, ErrNotAuthentic) {
		t.Errorf("the file: %v", err)
	}
	if _, err := OpenLabel(other, label); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the label: %v", err)
	}
}

// What an unknown sender asks for is bounded before anything is done for it.
func TestStretchIsBounded(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Stretch{
		"no lanes":        {0, 1, 8, [16]byte{}},
		"five lanes":      {5, 1, 64, [16]byte{}},
		"no passes":       {1, 0, 8, [16]byte{}},
		"17 passes":       {1, 17, 8, [16]byte{}},
		"too little":      {1, 1, 7, [16]byte{}},
		"too little each": {4, 1, 31, [16]byte{}},
		"too much":        {1, 1, maxMemory + 1, [16]byte{}},
		"4 TiB":           {1, 1, 1<<32 - 1, [16]byte{}},
	} {
		if _, err := s.Lock(Key{}, "p"); err != errStretch {
			t.Errorf("%s: locks: %v", name, err)
		}
		file := slices.Concat([]byte(magicV3), s.Bytes(), []byte{streamSize}, random(200))
		if _, _, err := StretchOf(file); err != errStretch {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := openWith(file, Key{}); err != errStretch {
			t.Errorf("%s: opens: %v", name, err)
		}
		if _, err := Inspect(file, int64(len(file))); send.ReasonOf(err) != send.ReasonDamaged {
			t.Errorf("%s: is taken: %v", name, err)
		}
		if label := slices.Concat([]byte{lockedLabel}, s.Bytes(), random(512-25)); IsSealedLabel(label) {
			t.Errorf("%s: a label", name)
		}
	}
	for _, s := range []Stretch{NewStretch(), {4, 16, maxMemory, [16]byte{}}, {4, 1, 32, [16]byte{}}} {
		if got, err := parseStretch([StretchSize]byte(s.Bytes())); got != s || err != nil {
			t.Errorf("%+v: %+v, %v", s, got, err)
		}
	}
	if b := NewStretch().Bytes(); len(b) != StretchSize || bytes.Equal(b, NewStretch().Bytes()) {
		t.Error("a salt twice")
	}
}

// A passphrase is what is meant, and not how a keyboard composes it.
func TestPassphrases(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", "\xff", strings.Repeat("a", MaxPassphrase+1), strings.Repeat("ü", MaxPassphrase/2+1)} {
		if _, err := cheap(1).Lock(Key{}, p); send.CodeOf(err) != send.Invalid {
			t.Errorf("%.20q: %v", p, err)
		}
	}
	if locked(t, cheap(1), Key{}, "Zu\u0308rich") != locked(t, cheap(1), Key{}, "Zürich") {
		t.Error("composed otherwise, it is another")
	}
	for _, p := range []string{" a", "a ", "A", "a\n"} {
		if locked(t, cheap(1), Key{}, "a") == locked(t, cheap(1), Key{}, p) {
			t.Errorf("%q is the same", p)
		}
	}
	locked(t, cheap(1), Key{}, strings.Repeat("a", MaxPassphrase))
	locked(t, cheap(1), Key{}, strings.Repeat("u\u0308", MaxPassphrase/2))
}
