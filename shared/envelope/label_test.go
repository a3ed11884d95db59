package envelope

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// labelVector is a label, and the sealed one that every writer makes of it with
// that nonce.
type labelVector struct {
	Name       string `json:"name"`
	Key        string `json:"key"`
	Nonce      string `json:"nonce"`
	DerivedKey string `json:"derivedKey"`
	Label      Label  `json:"label"`
	Read       Label  `json:"read"` // as it is when it was sealed and opened
	Sealed     string `json:"sealed"`
}

// labelTextVector is what a sealed label holds, and what is read from it.
type labelTextVector struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Text   string `json:"text"` // in hex, without the padding
	Sealed string `json:"sealed"`
	Label  Label  `json:"label"`
}

// noLabelVector is what does not open: because of the "key", or because it is no
// "label".
type noLabelVector struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Sealed string `json:"sealed"`
	Reason string `json:"reason"`
}

var (
	testPicture = Picture{"image/png", append([]byte("\x89PNG\r\n\x1a\n"), pattern(1000)...)}
	testNonce   = [ivSize]byte{0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb}
)

func one(name string) []LabelFile { return []LabelFile{{Name: name, Size: 5, Type: "text/plain"}} }

func many(n int) (files []LabelFile) {
	for i := range n {
		files = append(files, LabelFile{fmt.Sprintf("%03d %s.jpg", i, strings.Repeat("x", 90)), int64(i), "image/jpeg"})
	}
	return files
}

func labelVectors(key Key) (good []labelVector, odd []labelTextVector, bad []noLabelVector) {
	large := Picture{"image/jpeg", append([]byte("\xff\xd8\xff"), pattern(MaxPicture-3)...)}
	for _, c := range []struct {
		name  string
		label Label
	}{
		{"a file", Label{Files: one("a.txt"), Count: 1, Size: 5}},
		{"of unknown size", Label{Files: []LabelFile{{Name: "a.tar.gz", Size: Unknown}}, Count: 1, Size: Unknown}},
		{"empty", Label{Files: []LabelFile{{Name: "empty", Size: 0}}, Count: 1, Size: 0}},
		{"a note", Label{Files: one("Übersicht.txt"), Count: 1, Size: 5,
			Note: "For <you> & \"me\",\nwith 👋🏽 from here"}},
		{"as much as 512 bytes take", Label{Files: one("a"), Count: 1, Size: 5, Note: strings.Repeat("n", 405)}},
		{"one byte more", Label{Files: one("a"), Count: 1, Size: 5, Note: strings.Repeat("n", 406)}},
		{"a picture", Label{Files: one("a"), Count: 1, Size: 5, Picture: &testPicture}},
		{"a long note", Label{Files: one("a"), Count: 1, Size: 5, Note: strings.Repeat("😀", MaxNote)}},
		{"the largest picture", Label{Files: one("a"), Count: 1, Size: 5, Picture: &large}},
		{"no room for the picture", Label{Files: one("a"), Count: 1, Size: 5,
			Note: strings.Repeat("😀", MaxNote), Picture: &large}},
		{"three files", Label{Files: many(3), Count: 3, Size: 3}},
		{"more files than fit", Label{Files: many(80), Count: 80, Size: 3160, Note: "many"}},
		{"more files than are listed", Label{Files: many(5), Count: 5000, Size: 1 << 40}},
		{"a name that climbs", Label{Files: one("../../etc/pass\nwd"), Count: 1, Size: 5,
			Note: " \u202eabc\x1b[2J\r\n\r\n\r\n\r\nd\te "}},
	} {
		sealed := sealLabel(key, testNonce, c.label)
		read, err := OpenLabel(key, sealed)
		if err != nil {
			panic(err)
		}
		good = append(good, labelVector{c.name, key.String(), hex.EncodeToString(testNonce[:]),
			hex.EncodeToString(labelKey(key)), c.label, read, hex.EncodeToString(sealed)})
	}
	const png = `iVBORw0KGgo=`
	for _, c := range [][2]string{
		{"unknown members", `{"files":[{"name":"a","x":1}],"y":{"z":[]},"Note":"n"}`},
		{"blanks", " \n{ \"files\" : [ { \"name\" : \"a\" } ] }\t"},
		{"members twice", `{"files":[],"files":[{"name":"a","name":"b"}]}`},
		{"no name", `{"files":[{}]}`},
		{"values of other types", `{"files":[{"name":1,"size":"5","type":[]}],` +
			`"count":"9","size":null,"note":{},"picture":"x"}`},
		{"sizes that cannot be", `{"files":[{"name":"a","size":-1},{"name":"b","size":1.5},{"name":"c","size":1e400},` +
			`{"name":"d","size":9007199254740992}],"size":-9,"count":-3}`},
		{"sizes written otherwise", `{"files":[{"name":"a","size":1e3},{"name":"b","size":2.0},{"name":"c","size":-0}],` +
			`"size":9007199254740991}`},
		{"fewer than are listed", `{"files":[{"name":"a"},{"name":"b"}],"count":1}`},
		{"a name to be made safe", `{"files":[{"name":"C:\\x\\\u202egpj.exe","type":"TEXT/HTML"}]}`},
		{"half a character", `{"files":[{"name":"a\ud800b"}],"note":"c\udc00d"}`},
		{"no UTF-8", "{\"files\":[{\"name\":\"a\xffb\"}],\"note\":\"\xefc\"}"},
		{"a note too long", `{"files":[{"name":"a"}],"note":"` + strings.Repeat("n", MaxNote-1) + ` more"}`},
		{"many files", `{"files":[` + strings.Repeat(`{},`, 150) + `{}]}`},
		{"a picture", `{"files":[{}],"picture":{"type":"image/png","data":"` + png + `"}}`},
		{"a picture of another type", `{"files":[{}],"picture":{"type":"image/jpeg","data":"` + png + `"}}`},
		{"a picture that is a page", `{"files":[{}],"picture":{"type":"image/svg+xml","data":"PHN2Zz4="}}`},
		{"a picture with a line break", `{"files":[{}],"picture":{"type":"image/png","data":"iVBORw0K\nGgo="}}`},
		{"a picture without padding", `{"files":[{}],"picture":{"type":"image/png","data":"iVBORw0KGgo"}}`},
		{"a picture with bits that are left", `{"files":[{}],"picture":{"type":"image/png","data":"iVBORw0KGgp="}}`},
	} {
		sealed := sealLabelText(key, testNonce, []byte(c[1]))
		l, err := OpenLabel(key, sealed)
		if err != nil {
			panic(c[0])
		}
		text := hex.EncodeToString([]byte(c[1]))
		odd = append(odd, labelTextVector{c[0], key.String(), text, hex.EncodeToString(sealed), l})
	}
	sealed := sealLabel(key, testNonce, good[0].Label)
	refuse := func(name, reason string, key Key, sealed []byte) {
		bad = append(bad, noLabelVector{name, key.String(), hex.EncodeToString(sealed), reason})
	}
	flipped := func(at int) []byte {
		b := slices.Clone(sealed)
		b[at] ^= 1
		return b
	}
	wrong := key
	wrong[31] ^= 1
	refuse("another key", "key", wrong, sealed)
	refuse("the nonce changed", "key", key, flipped(1))
	refuse("a byte changed", "key", key, flipped(100))
	refuse("the tag changed", "key", key, flipped(511))
	later := slices.Clone(sealed)
	later[0] = 2
	refuse("another version", "label", key, later)
	refuse("nothing", "label", key, nil)
	refuse("too short", "label", key, sealed[:511])
	refuse("too long", "label", key, append(slices.Clone(sealed), 0))
	refuse("much too long", "label", key, append(slices.Clone(sealed), make([]byte, 16384-512)...))
	for _, c := range [][2]string{
		{"no JSON", `files`}, {"nothing but padding", ``}, {"a list", `[]`}, {"null", `null`}, {"no files", `{}`},
		{"files are null", `{"files":null}`}, {"an empty list", `{"files":[]}`}, {"files are a text", `{"files":"a"}`},
		{"a file that is a text", `{"files":["a"]}`}, {"a file that is null", `{"files":[null]}`},
		{"something behind it", `{"files":[{}]} x`}, {"two of them", `{"files":[{}]}{"files":[{}]}`},
		{"cut short", `{"files":[{"name":"a"}]`}, {"deep", strings.Repeat("[", 8000)},
	} {
		refuse(c[0], "label", key, sealLabelText(key, testNonce, []byte(c[1])))
	}
	return good, odd, bad
}

// What the file says of labels, read as another implementation would read it.
func TestLabelVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	read := func(name, key, sealed string) (Label, error) {
		k, err := ParseKey(key)
		if err != nil {
			t.Fatal(name, err)
		}
		b, err := hex.DecodeString(sealed)
		if err != nil {
			t.Fatal(name, err)
		}
		return OpenLabel(k, b)
	}
	for _, c := range v.Labels {
		if l, err := read(c.Name, c.Key, c.Sealed); err != nil || !reflect.DeepEqual(l, c.Read) {
			t.Errorf("%s: %+v, %v", c.Name, l, err)
		}
		key, _ := ParseKey(c.Key)
		if sealed := hex.EncodeToString(sealLabel(key, testNonce, c.Label)); sealed != c.Sealed {
			t.Errorf("%s: sealed otherwise", c.Name)
		}
	}
	for _, c := range v.OddLabels {
		if l, err := read(c.Name, c.Key, c.Sealed); err != nil || !reflect.DeepEqual(l, c.Label) {
			t.Errorf("%s: %+v, %v", c.Name, l, err)
		}
	}
	for _, c := range v.NoLabels {
		want := map[string]error{"key": ErrWrongKey, "label": ErrLabel}[c.Reason]
		if _, err := read(c.Name, c.Key, c.Sealed); want == nil || !errors.Is(err, want) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	if len(v.Labels) == 0 || len(v.OddLabels) == 0 || len(v.NoLabels) == 0 {
		t.Error("no labels")
	}
}

// What is safe comes through as it is; and all that can be is, at every size.
func TestLabelRoundTrip(t *testing.T) {
	t.Parallel()
	key := NewKey()
	sizes := map[int]bool{}
	for n := 1; n <= maxListed; n++ {
		l := Label{Files: many(n), Count: int64(n), Size: 7, Note: "hello"}
		sealed := SealLabel(key, l)
		sizes[len(sealed)] = true
		got, err := OpenLabel(key, sealed)
		if err != nil || got.Count != l.Count || got.Size != 7 || got.Note != l.Note || len(got.Files) > n ||
			!reflect.DeepEqual(got.Files, l.Files[:len(got.Files)]) || len(got.Files) < min(n, 50) {
			t.Fatalf("%d files: %d of %d, %v", n, len(got.Files), got.Count, err)
		}
	}
	if len(sizes) != len(labelSizes) {
		t.Errorf("sealed labels are of %v bytes", sizes)
	}
	if bytes.Equal(SealLabel(key, Label{}), SealLabel(key, Label{})) {
		t.Error("a nonce is used twice")
	}
}

// FuzzLabel: whatever a sender seals, what is read of it is safe, and is read the
// same when it is sealed again.
func FuzzLabel(f *testing.F) {
	good, odd, _ := labelVectors(Key{})
	for _, c := range good {
		f.Add(c.Label.encode(labelRoom(Key{})))
	}
	for _, c := range odd {
		b, _ := hex.DecodeString(c.Text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > labelRoom(Key{}) {
			return
		}
		l, err := OpenLabel(Key{}, sealLabelText(Key{}, testNonce, text))
		if err != nil {
			if !errors.Is(err, ErrLabel) {
				t.Fatal(err)
			}
			return
		}
		if len(l.Files) == 0 || len(l.Files) > maxListed || l.Count < int64(len(l.Files)) || l.Size < Unknown ||
			utf8.RuneCountInString(l.Note) > MaxNote || CleanNote(l.Note) != l.Note ||
			l.Picture != nil && !l.Picture.plausible() {
			t.Fatalf("%q: %+v", text, l)
		}
		for _, file := range l.Files {
			if CleanName(file.Name) != file.Name || file.Size < Unknown {
				t.Fatalf("%q: %+v", text, file)
			}
		}
		again, err := OpenLabel(Key{}, SealLabel(Key{}, l))
		if err != nil {
			t.Fatal(err)
		}
		again.Files, again.Picture = append(again.Files, l.Files[len(again.Files):]...), l.Picture // what has no room
		if !reflect.DeepEqual(again, l) {
			a, _ := json.Marshal(again)
			t.Fatalf("%q: %+v, and again %s", text, l, a)
		}
	})
}

// FuzzOpenLabel: nothing opens that was not sealed, with a passphrase and without.
func FuzzOpenLabel(f *testing.F) {
	good, _, bad := labelVectors(Key{})
	secret := Locked{cheap(1), Key{1}}
	sealed := [][]byte{sealLabel(secret, testNonce, Label{})}
	f.Add(sealed[0])
	f.Add(append([]byte{plainLabel}, sealed[0][1:]...))
	for _, c := range good {
		b, _ := hex.DecodeString(c.Sealed)
		sealed = append(sealed, b)
		f.Add(b)
	}
	for _, c := range bad {
		b, _ := hex.DecodeString(c.Sealed)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, secret := range []Secret{Key{}, secret} {
			_, err := OpenLabel(secret, b)
			if err == nil && !slices.ContainsFunc(sealed, func(s []byte) bool { return bytes.Equal(s, b) }) {
				t.Fatalf("forged: %x", b)
			}
			if err != nil && !slices.Contains([]error{ErrWrongKey, ErrWrongPassphrase, ErrPassphrase, ErrNoPassphrase,
				ErrLabel}, err) {
				t.Fatal(err)
			}
		}
	})
}
