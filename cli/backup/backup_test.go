package backup

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/cli/internal/machine"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// What is restored is what there was: every record, every object, every secret, and
// nothing of it open to others.
func TestRestoredIsWhatThereWas(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	var sending sync.WaitGroup
	for n := range 10 {
		sending.Go(func() {
			for i := range listMost/10 + 1 { // more than there are checksums of at once
				m.Sent(t, machine.Noise(n*i+1))
			}
		})
	}
	sending.Wait()
	m.Uploaded(t, machine.Noise(100))
	m.InParts(t)
	m.Noted(t, 5)
	for range 3 {
		if err := m.Transfers.Pair(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantRecords := machine.Records(t, m.Ledger)
	wantObjects, wantTrail := machine.Objects(t, m.Store), machine.Objects(t, m.Trail.Store)
	b := backup(t, m)

	dir := filepath.Join(t.TempDir(), "new", "data")
	sum, aside, err := Restore(t.Context(), bytes.NewReader(b), dir, false, silent)
	if err != nil || aside != "" {
		t.Fatalf("%v, %q", err, aside)
	}
	if sum.Transfers != listMost+10 || sum.Lost != 0 {
		t.Errorf("restored are %+v", sum)
	}
	checked, err := Check(t.Context(), bytes.NewReader(b), silent)
	if err != nil || checked != sum {
		t.Errorf("checked is %+v, %v; restored was %+v", checked, err, sum)
	}
	l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := machine.Records(t, l); !maps.Equal(got, wantRecords) {
		t.Errorf("%d records; want %d", len(got), len(wantRecords))
	}
	transfers, trail := storage.View(dir)
	if got := machine.Objects(t, transfers); !maps.Equal(got, wantObjects) {
		t.Errorf("%d objects; want %d", len(got), len(wantObjects))
	}
	if got := machine.Objects(t, trail); !maps.Equal(got, wantTrail) || len(got) != 5 {
		t.Errorf("%d objects of the trail; want %d", len(got), len(wantTrail))
	}
	key, err := os.ReadFile(filepath.Join(dir, "api-key"))
	if err != nil || string(key) != "api-key\n" {
		t.Errorf("the API key is %q, %v", key, err)
	}
	private(t, dir)
	if err := machine.TransfersOf(l, transfers).Pair(t.Context()); err != nil {
		t.Errorf("ledger and store are no pair: %v", err)
	}
}

// private checks that nobody else may read what is in a folder.
func private(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What is removed while a backup is made is missing in it, and nobody is told that
// it can be downloaded; what comes meanwhile is not in it, and no harm.
func TestWhatChangesMeanwhile(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	gone, stays := m.Sent(t, machine.Noise(100)), m.Sent(t, machine.Noise(100))
	m.Noted(t, 2)
	if err := m.Transfers.Pair(t.Context()); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	changed := false
	offered := storage.Share(m.Ledger, m.Dir, nil)
	defer offered()
	sum, err := Write(t.Context(), &b, source(m), func(int64, int64) { // once the ledger is copied
		if changed {
			return
		}
		changed = true
		remove(t, m, gone)
		m.Sent(t, machine.Noise(100))
		m.Noted(t, 3)
		if err := m.Transfers.Pair(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if err != nil || sum.Transfers != 2 || sum.Lost != 1 || sum.Broken != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}

	dir := t.TempDir()
	restored, _, err := Restore(t.Context(), &b, dir, false, silent)
	if err != nil || restored != sum {
		t.Fatalf("%+v, %v; want %+v", restored, err, sum)
	}
	l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	store, cache := storage.View(dir)
	again := machine.TransfersOf(l, store)
	if _, err := again.Available(t.Context(), gone); send.ReasonOf(err) != send.ReasonDeleted {
		t.Errorf("of what is gone is said: %v", err)
	}
	if _, err := again.Available(t.Context(), stays); err != nil {
		t.Error(err)
	}
	if got := machine.Objects(t, store); len(got) != 2 { // and what the store knows of its ledger
		t.Errorf("the store has %v", slices.Sorted(maps.Keys(got)))
	}
	if err := again.Pair(t.Context()); err != nil {
		t.Error(err)
	}
	trail := machine.TrailOf(l, cache)
	e := audit.Event{Time: m.Trail.Now().UTC(), Kind: audit.Login, Outcome: audit.Success, Client: "after"}
	if err := trail.Append(t.Context(), []audit.Event{e}); err != nil {
		t.Fatal(err)
	}
	var chain bytes.Buffer
	if err := trail.Export(t.Context(), &chain, e.Time.AddDate(0, 0, -1), e.Time.AddDate(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	if v, err := audit.Verify(&chain); err != nil || v.Batches != 3 {
		t.Errorf("the trail goes on with %+v, %v", v, err)
	}
}

// remove removes a transfer.
func remove(t *testing.T, m *machine.Machine, id string) {
	t.Helper()
	r, err := m.Ledger.Get(t.Context(), send.Key{Set: send.TransferSets + id[:2], ID: id})
	if err != nil {
		t.Fatal(err)
	}
	keys, _, err := send.Objects(r)
	if err != nil {
		t.Fatal(err)
	}
	deleted, _, err := send.Lose(r, keys...)
	if err == nil {
		err = m.Ledger.Replace(t.Context(), deleted)
	}
	for _, key := range keys {
		if err == nil {
			err = m.Store.Delete(t.Context(), key)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A folder that has something in it is kept from harm, and put aside only when
// the backup is known to be whole.
func TestReplace(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	id := m.Sent(t, machine.Noise(1000))
	b := backup(t, m)

	other := machine.New(t)
	kept := other.Sent(t, machine.Noise(1000))
	if err := os.Mkdir(filepath.Join(other.Dir, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	restore := func(b []byte, replace bool) (string, error) {
		_, aside, err := Restore(t.Context(), bytes.NewReader(b), other.Dir, replace, silent)
		return aside, err
	}
	if _, err := restore(b, false); send.CodeOf(err) != send.Conflict {
		t.Errorf("not empty: %v", err)
	}
	if _, err := restore(b, true); send.CodeOf(err) != send.Unavailable {
		t.Errorf("in use: %v", err)
	}
	other.Ledger.Close()
	if _, err := restore(b[:len(b)-2000], true); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}
	still := func(dir, id string) {
		t.Helper()
		l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		store, _ := storage.View(dir)
		if _, err := machine.TransfersOf(l, store).Available(t.Context(), id); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	still(other.Dir, kept)
	aside, err := restore(b, true)
	if err != nil {
		t.Fatal(err)
	}
	still(other.Dir, id)
	still(aside, kept)
	if left := names(t, other.Dir); slices.Contains(left, storage.Restoring) || !slices.Contains(left, "lost+found") {
		t.Errorf("left are %v", left)
	}

	// What a killed restore left is told of, and no service starts on it.
	if err := os.Mkdir(filepath.Join(other.Dir, storage.Restoring), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = restore(b, true)
	if send.CodeOf(err) != send.Conflict || !strings.Contains(err.Error(), "remove the folder") {
		t.Errorf("interrupted: %v", err)
	}
	_, _, err = storage.Ledger(settings.Service{LedgerMode: settings.Disk, DiskPath: other.Dir})
	if err == nil || !strings.Contains(err.Error(), "being restored") {
		t.Errorf("a service starts: %v", err)
	}
}

// Where the bytes are in buckets, the ledger is backed up by itself, and no transfer is
// taken for one that lost its bytes.
func TestTheLedgerAlone(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	id := m.Sent(t, machine.Noise(1000))
	m.Noted(t, 1)
	m.Ledger.Close()
	from := source(m)
	for _, store := range []string{"transfers", "cache"} { // are in buckets
		if err := os.RemoveAll(filepath.Join(m.Dir, store)); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	sum, err := Write(t.Context(), &b, from, silent)
	if err != nil || sum.Transfers != 1 || sum.Lost != 0 || b.Len() > 100_000 {
		t.Fatalf("%+v, %v, %d bytes", sum, err, b.Len())
	}
	dir := t.TempDir()
	if restored, _, err := Restore(t.Context(), &b, dir, false, silent); err != nil || restored != sum {
		t.Fatalf("%+v, %v; want %+v", restored, err, sum)
	}
	l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := machine.TransfersOf(l, m.Store).Available(t.Context(), id); err != nil {
		t.Error(err)
	}
}

// Bytes that are missing though nobody removed them are told of.
func TestBytesThatAreMissing(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	m.Sent(t, machine.Noise(100))
	m.Sent(t, machine.Noise(100))
	for key := range machine.Objects(t, m.Store) {
		if err := m.Store.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		break
	}
	m.Ledger.Close()
	sum, err := Write(t.Context(), io.Discard, source(m), silent)
	if err != nil || sum.Transfers != 2 || sum.Lost != 1 || sum.Broken != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// A ledger that is damaged does not keep the backup from taking its place.
func TestADamagedLedgerIsReplaced(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	m.Sent(t, machine.Noise(1000))
	b := backup(t, m)
	if err := os.Truncate(filepath.Join(m.Dir, "ledger.db"), 5000); err != nil {
		t.Fatal(err)
	}
	if _, aside, err := Restore(t.Context(), bytes.NewReader(b), m.Dir, true, silent); err != nil || aside == "" {
		t.Errorf("%q, %v", aside, err)
	}
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// A backup that was cut off, or of which a bit is another, is refused, and nothing
// is left of it.
func TestDamaged(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	m.Sent(t, machine.Noise(3000))
	m.Sent(t, machine.Noise(10))
	m.Noted(t, 2)
	b := backup(t, m)
	refused := func(what string, b []byte) {
		t.Helper()
		dir := t.TempDir()
		_, _, err := Restore(t.Context(), bytes.NewReader(b), dir, false, silent)
		if left := names(t, dir); err == nil || len(left) > 0 {
			t.Errorf("%s: %v, and %v is left", what, err, left)
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("nothing", nil)
	refused("no tar", bytes.Repeat([]byte("no tar "), 1000))
	for n := 0; n < len(b)-1024; n += len(b)/60 + 1 { // the last are the end of the tar itself
		refused(fmt.Sprintf("%d bytes", n), b[:n])
	}
	for _, f := range files(t, b) {
		changed := bytes.Clone(b)
		changed[f.at] ^= 1
		refused("a bit of "+f.name, changed)
	}
}

// A file that is missing, comes twice or out of order, or is no file, is refused,
// even where the checksums were made to fit.
func TestForged(t *testing.T) {
	t.Parallel()
	m := machine.New(t)
	m.Sent(t, machine.Noise(300))
	m.Sent(t, machine.Noise(300))
	m.Noted(t, 2)
	whole := files(t, backup(t, m))
	if err := check(t, whole); err != nil {
		t.Fatalf("what is not forged: %v", err)
	}
	at := func(begins string) int {
		return slices.IndexFunc(whole, func(f file) bool { return strings.HasPrefix(f.name, begins) })
	}
	renamed := func(i int, name string) []file {
		fs := slices.Clone(whole)
		fs[i].name = name
		return fs
	}
	object, secret, trail := at(objectsDir), at(secretsDir), at(trailDir)
	for what, forged := range map[string][]file{
		"out of order":          swapped(whole, object, object+1),
		"an object twice":       slices.Insert(slices.Clone(whole), object, whole[object]),
		"an object too much":    slices.Insert(slices.Clone(whole), object, file{name: objectsDir + "transfers/1d/0/0"}),
		"a batch twice":         slices.Insert(slices.Clone(whole), trail, whole[trail]),
		"no ledger":             slices.Delete(slices.Clone(whole), 1, 2),
		"no beginning":          whole[1:],
		"no end":                whole[:len(whole)-1],
		"more than the end":     append(slices.Clone(whole), whole[object]),
		"a secret elsewhere":    renamed(secret, secretsDir+"../api-key"),
		"a secret above":        renamed(secret, "../api-key"),
		"an absolute name":      renamed(secret, "/etc/passwd"),
		"an object elsewhere":   renamed(object, objectsDir+"../../x"),
		"a batch elsewhere":     renamed(trail, trailDir+"audit/../x"),
		"a batch of no trail":   renamed(trail, trailDir+"other/x"),
		"another name":          renamed(secret, "surprise"),
		"a long name":           renamed(secret, secretsDir+strings.Repeat("a", 600)),
		"a later version":       content(whole, 0, `{"sgsend_backup":2,"made_by":"sgsend 99"}`),
		"no version":            content(whole, 0, `{}`),
		"no words":              content(whole, 0, `?`),
		"a ledger that is none": content(whole, 1, "no ledger"),
	} {
		if err := check(t, forged); err == nil {
			t.Errorf("%s: it is taken", what)
		}
	}
	for _, kind := range []byte{tar.TypeSymlink, tar.TypeLink, tar.TypeDir, tar.TypeFifo} {
		forged := slices.Clone(whole)
		forged[secret].kind = kind
		if err := check(t, forged); !errors.Is(err, ErrDamaged) {
			t.Errorf("an entry of kind %q: %v", kind, err)
		}
	}
}

func swapped(fs []file, i, j int) []file {
	fs = slices.Clone(fs)
	fs[i], fs[j] = fs[j], fs[i]
	return fs
}

func content(fs []file, i int, text string) []file {
	fs = slices.Clone(fs)
	fs[i].content = []byte(text)
	return fs
}

// file is an entry of a tar.
type file struct {
	name    string
	content []byte
	at      int64 // where that begins in the tar
	kind    byte
}

func files(t testing.TB, b []byte) (all []file) {
	t.Helper()
	in := bytes.NewReader(b)
	r := tar.NewReader(in)
	for {
		h, err := r.Next()
		if err != nil {
			break
		}
		at := in.Size() - int64(in.Len())
		f := file{h.Name, make([]byte, h.Size), at, tar.TypeReg}
		if _, err := io.ReadFull(r, f.content); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// check checks a backup of files, of which the checksums are made anew.
func check(t *testing.T, fs []file) error {
	t.Helper()
	var b bytes.Buffer
	w := &writer{ctx: t.Context(), tar: tar.NewWriter(&b), tell: silent}
	for _, f := range fs {
		var err error
		switch {
		case f.kind != tar.TypeReg && f.kind != 0:
			err = w.tar.WriteHeader(&tar.Header{Typeflag: f.kind, Name: f.name, Linkname: "x"})
		case strings.HasPrefix(f.name, sumsDir):
			err = w.flush()
		case f.name == endName:
			err = w.small(endName, end{w.sum.Files, w.sum.Bytes, w.list.last})
		default:
			err = w.put(f.name, int64(len(f.content)), bytes.NewReader(f.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.tar.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Check(t.Context(), &b, silent)
	return err
}
