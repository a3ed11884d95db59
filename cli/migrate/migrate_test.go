package migrate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/cli/internal/machine"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/gofakes3"
	"sgraph.ai/send/shared/test/moto"
)

func placeOf(m *machine.Machine) *Place {
	return &Place{Ledger: m.Ledger, Transfers: m.Store, Trail: m.Trail.Store}
}

// used is a machine on which a service ran.
func used(t *testing.T) *machine.Machine {
	m := machine.New(t)
	m.Rooted(t)
	for n := range 10 {
		m.Sent(t, machine.Noise(n*1000+1))
	}
	m.Uploaded(t, machine.Noise(100))
	m.InParts(t)
	m.Noted(t, 3)
	if err := m.Transfers.Pair(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := send.Record{Key: send.Key{Set: send.TokenSet, ID: "one"}, State: "active", Count: 3, Limit: 9}
	secret := send.Record{Key: send.Key{Set: send.SharedOrigin.Set(), ID: "values"}, Data: []byte("the source's")}
	for _, r := range []send.Record{token, secret} {
		if err := m.Ledger.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func migration(from, to *Place) *Migration {
	return &Migration{From: from, To: to, Now: time.Now, Progress: func(int64, int64) {}}
}

func run(t *testing.T, m *Migration) Report {
	t.Helper()
	r, err := m.Run(t.Context())
	if err != nil {
		t.Fatalf("%v, of %+v", err, r)
	}
	return r
}

// equal checks that a place has what another has: every record, every byte, and a
// trail that goes on.
func equal(t *testing.T, from, to *Place) {
	t.Helper()
	want, got := machine.Records(t, from.Ledger), machine.Records(t, to.Ledger)
	delete(got, markKey)
	delete(want, markKey) // where the source was filled itself
	if len(want) < 20 || !maps.Equal(got, want) {
		for key := range want {
			if got[key] != want[key] {
				t.Errorf("the record is\n%s\nwant\n%s", got[key], want[key])
			}
		}
		t.Fatalf("%d records; want %d", len(got), len(want))
	}
	for name, stores := range map[string][2]send.Store{
		"transfers": {from.Transfers, to.Transfers}, "trail": {from.Trail, to.Trail},
	} {
		want, got := machine.Objects(t, stores[0]), machine.Objects(t, stores[1])
		if len(want) < 3 || !maps.Equal(got, want) {
			t.Errorf("the store of the %s has %v\nwant %v", name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
	var chain bytes.Buffer
	now := time.Now()
	err := machine.TrailOf(to.Ledger, to.Trail).Export(t.Context(), &chain, now.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := audit.Verify(&chain); err != nil || v.Batches != 3 {
		t.Errorf("the trail is %+v, %v", v, err)
	}
	if err := machine.TransfersOf(to.Ledger, to.Transfers).Pair(t.Context()); err != nil {
		t.Errorf("ledger and store are no pair: %v", err)
	}
}

// clouds are what stands in for AWS.
var clouds = map[string]func(*testing.T) *Place{
	"Moto": func(t *testing.T) *Place {
		load := moto.Load(t)
		return &Place{
			Ledger:    dynamo.New(moto.Table(t), load),
			Transfers: s3store.New(moto.Bucket(t), load), Trail: s3store.New(moto.Bucket(t), load),
		}
	},
	"DynamoDBLocal and GoFakeS3": func(t *testing.T) *Place {
		tables, buckets := dynamolocal.Config(t), gofakes3.Config(t)
		of := func(cfg aws.Config) func(context.Context) (aws.Config, error) {
			return func(context.Context) (aws.Config, error) { return cfg, nil }
		}
		return &Place{
			Ledger:    dynamo.New(dynamolocal.Table(t), of(tables)),
			Transfers: s3store.New(gofakes3.Bucket(t), of(buckets)), Trail: s3store.New(gofakes3.Bucket(t), of(buckets)),
		}
	},
}

// All of it is at the target afterwards, on AWS and back on another machine, whatever
// was there in between.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for name, cloud := range clouds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			thereAndBack(t, cloud(t))
		})
	}
}

func thereAndBack(t *testing.T, cloud *Place) {
	source := used(t)
	from, parts := placeOf(source), source.InParts(t)
	if r := run(t, migration(from, cloud)); r.State != Empty || r.Objects != (Count{11, 11}) || r.Trail != (Count{3, 3}) ||
		r.Sets["transfer"] != (Count{13, 13}) || r.Removed+r.Missing+r.Tokens != 0 {
		t.Errorf("moved are %+v", r)
	}
	equal(t, from, cloud)
	back := placeOf(machine.New(t))
	run(t, migration(cloud, back))
	equal(t, cloud, back)

	// What is under way in parts is begun anew, or swept.
	for _, p := range []*Place{cloud, back} {
		transfers := machine.TransfersOf(p.Ledger, p.Transfers)
		from := send.Sender{Admission: send.Admission{Remaining: send.Unlimited}}
		if _, err := transfers.Initiate(t.Context(), from, parts, 20<<20, 0); err != nil {
			t.Error(err)
		}
		transfers.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
		n, err := transfers.Sweep(t.Context())
		if err != nil || n.Abandoned != 3 || n.Expired != 10 {
			t.Errorf("swept are %+v, %v", n, err)
		}
	}
}

func TestBetweenMachines(t *testing.T) {
	t.Parallel()
	from, to := placeOf(used(t)), placeOf(machine.New(t))
	dry := migration(from, to)
	dry.DryRun = true
	if r := run(t, dry); r.State != Empty || r.Sets["transfer"].All != 12 {
		t.Errorf("to be moved are %+v", r)
	}
	if wrote := machine.Records(t, to.Ledger); len(wrote) > 0 {
		t.Errorf("a dry run wrote %v", wrote)
	}
	run(t, migration(from, to))
	r := run(t, migration(from, to))
	if r.State != Finished || r.Objects.Copied+r.Trail.Copied+r.Sets["transfer"].Copied > 0 {
		t.Errorf("the second time are moved %+v", r)
	}
	for key, content := range machine.Objects(t, to.Transfers) {
		if !strings.HasPrefix(key, send.PayloadPrefix) {
			continue
		}
		other := bytes.Repeat([]byte("x"), len(content))
		if _, err := to.Transfers.Put(t.Context(), key, bytes.NewReader(other), -1); err != nil {
			t.Fatal(err)
		}
		if _, err := migration(from, to).Run(t.Context()); send.CodeOf(err) != send.Conflict {
			t.Errorf("other bytes at the target are taken for the same: %v", err)
		}
		if _, err := to.Transfers.Put(t.Context(), key, strings.NewReader(content), -1); err != nil {
			t.Fatal(err)
		}
		break
	}
	equal(t, from, to) // which counts on with the pair
	_, err := migration(from, to).Run(t.Context())
	if send.CodeOf(err) != send.Conflict || !strings.Contains(err.Error(), "--replace") {
		t.Errorf("what was used since is taken for the same: %v", err)
	}
}

// stops is a ledger that takes so many records, and then none.
type stops struct {
	send.Movable
	left atomic.Int64
}

var errStopped = errors.New("stopped")

func (s *stops) Import(ctx context.Context, r send.Record, over int64) error {
	if s.left.Add(-1) < 0 {
		return errStopped
	}
	return s.Movable.Import(ctx, r, over)
}

// interrupted runs a migration whose target stops taking records after so many.
func interrupted(t *testing.T, from, to *Place, after int64) {
	t.Helper()
	whole := to.Ledger
	defer func() { to.Ledger = whole }()
	limited := &stops{Movable: whole}
	limited.left.Store(after)
	to.Ledger = limited
	if _, err := migration(from, to).Run(t.Context()); !errors.Is(err, errStopped) {
		t.Fatalf("after %d writes: %v", after, err)
	}
}

// forgets is a store whose bytes are others than those that were put, until it is mended.
type forgets struct {
	send.Store
	mended bool
}

func (f *forgets) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	if !f.mended {
		content, err := io.ReadAll(body)
		if err != nil {
			return send.Object{}, err
		}
		content[0] ^= 1
		body = bytes.NewReader(content)
	}
	return f.Store.Put(ctx, key, body, size)
}

// Wherever it ends, it goes on; what the source forgot, changed and made anew
// meanwhile is at the target as it is.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	source := used(t)
	from, to := placeOf(source), placeOf(machine.New(t))
	for _, writes := range []int64{0, 1, 5, 20, 45} {
		interrupted(t, from, to, writes)
		// The source is used again.
		for r, err := range send.TransferRecords(t.Context(), source.Ledger) {
			if err != nil {
				t.Fatal(err)
			}
			if err := source.Ledger.Delete(t.Context(), r.Key, r.Version); err != nil {
				t.Fatal(err)
			}
			break
		}
		source.Sent(t, machine.Noise(500))
		key := send.Key{Set: send.SessionSet, ID: "anew"}
		if r, err := source.Ledger.Get(t.Context(), key); err == nil {
			if err := source.Ledger.Delete(t.Context(), key, r.Version); err != nil {
				t.Fatal(err)
			}
		}
		if err := source.Ledger.Create(t.Context(), send.Record{Key: key, Data: machine.Noise(10)}); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, migration(from, to))
	if r.State != Unfinished || r.Objects.Copied == r.Objects.All {
		t.Errorf("it did not go on: %+v", r)
	}
	want, got := machine.Records(t, from.Ledger), machine.Records(t, to.Ledger)
	if delete(got, markKey); !maps.Equal(got, want) {
		t.Errorf("%d records; want %d", len(got), len(want))
	}
	for key, content := range machine.Objects(t, from.Transfers) {
		if named(t, from, key) && machine.Objects(t, to.Transfers)[key] != content {
			t.Errorf("%s is missing", key)
		}
	}
}

// named says whether a transfer names an object.
func named(t *testing.T, p *Place, key string) bool {
	t.Helper()
	for r, err := range send.TransferRecords(t.Context(), p.Ledger) {
		if err != nil {
			t.Fatal(err)
		}
		if keys, _, err := send.Objects(r); err != nil || slices.Contains(keys, key) {
			return true
		}
	}
	return false
}

// A target that somebody uses is not written to, unless that is said; then the
// secrets of its machines and its tokens stay, and its trail is put aside.
func TestAUsedTarget(t *testing.T) {
	t.Parallel()
	other := used(t)
	from, to := placeOf(used(t)), placeOf(other)
	tokens := send.Record{Key: send.Key{Set: send.TokenSet, ID: "other"}, State: "active"}
	if err := other.Ledger.Create(t.Context(), tokens); err != nil {
		t.Fatal(err)
	}
	secret := send.Key{Set: send.SharedOrigin.Set(), ID: "values"}
	own := send.Record{Key: secret, Version: 1, Data: []byte("the target's")}
	if err := other.Ledger.Replace(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	before := machine.Records(t, to.Ledger)
	r, err := migration(from, to).Run(t.Context())
	if send.CodeOf(err) != send.Conflict || r.State != Used || !strings.Contains(err.Error(), "transfer: 12") {
		t.Errorf("it is taken: %v", err)
	}
	if !maps.Equal(before, machine.Records(t, to.Ledger)) {
		t.Error("it was written to")
	}
	replacing := migration(from, to)
	replacing.Replace = true
	if r := run(t, replacing); r.State != Used || r.Removed == 0 || r.Tokens != 1 {
		t.Errorf("%+v", r)
	}
	got, want := machine.Records(t, to.Ledger), machine.Records(t, from.Ledger)
	if !strings.Contains(got[secret], "Version:2") || got[tokens.Key] == "" {
		t.Errorf("the target's own are %v, %v", got[secret], got[tokens.Key])
	}
	for _, key := range []send.Key{markKey, secret, tokens.Key} {
		delete(got, key)
		delete(want, key)
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d records; want %d", len(got), len(want))
	}
	aside := 0
	for key := range machine.Objects(t, to.Trail) {
		if strings.HasPrefix(key, replacedPrefix) {
			aside++
		}
	}
	if aside != 3 {
		t.Errorf("%d batches of the target are put aside", aside)
	}
}

// A service that was started on a target that is not whole is noticed.
func TestATargetThatIsStartedTooSoon(t *testing.T) {
	t.Parallel()
	target := machine.New(t)
	from, to := placeOf(used(t)), placeOf(target)
	interrupted(t, from, to, 10)
	target.Rooted(t) // what the service does first
	if r, err := migration(from, to).Run(t.Context()); send.CodeOf(err) != send.Conflict || r.State != Used {
		t.Errorf("%v, %v", r.State, err)
	}
}

// What is newer at the target is not written over.
func TestANewerRecord(t *testing.T) {
	t.Parallel()
	target := machine.New(t)
	from, to := placeOf(used(t)), placeOf(target)
	interrupted(t, from, to, 40)
	changed := send.Record{}
	for r, err := range target.Ledger.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Key.Set != send.MigrationSet {
			changed = r
		}
	}
	changed.State = "newer"
	if err := target.Ledger.Replace(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	_, err := migration(from, to).Run(t.Context())
	if send.CodeOf(err) != send.Conflict || !strings.Contains(err.Error(), "newer") {
		t.Errorf("%v", err)
	}
	if r, err := target.Ledger.Get(t.Context(), changed.Key); err != nil || r.State != "newer" {
		t.Errorf("it was written over: %+v, %v", r, err)
	}
}

// Bytes that did not arrive as they were are noticed, and copied again the next time.
func TestBytesThatChangeOnTheWay(t *testing.T) {
	t.Parallel()
	target := machine.New(t)
	from, to := placeOf(used(t)), placeOf(target)
	store := &forgets{Store: to.Transfers}
	to.Transfers = store
	if _, err := migration(from, to).Run(t.Context()); send.CodeOf(err) != send.Unavailable {
		t.Fatalf("it is not noticed: %v", err)
	}
	store.mended = true
	run(t, migration(from, to))
	equal(t, from, to)
}

// Transfers whose bytes the source has not are moved as they are, and told of.
func TestBytesThatTheSourceHasNot(t *testing.T) {
	t.Parallel()
	source := used(t)
	for key := range machine.Objects(t, source.Store) {
		if strings.HasPrefix(key, send.PayloadPrefix) {
			if err := source.Store.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r := run(t, migration(placeOf(source), placeOf(machine.New(t)))); r.Missing != 10 || r.Objects.All != 0 {
		t.Errorf("%+v", r)
	}
}

func TestNothingToMove(t *testing.T) {
	t.Parallel()
	_, err := migration(placeOf(machine.New(t)), placeOf(machine.New(t))).Run(t.Context())
	if send.CodeOf(err) != send.NotFound {
		t.Errorf("%v", err)
	}
}

// What is too large to be put at once is put in parts.
func TestParts(t *testing.T) {
	t.Parallel()
	a, b := machine.New(t), machine.New(t)
	for _, size := range []int{1, 10, 11, 95} {
		content := machine.Noise(size)
		if _, err := a.Store.Put(t.Context(), "x", bytes.NewReader(content), -1); err != nil {
			t.Fatal(err)
		}
		of, err := put(t.Context(), a.Store, b.Store, "x", int64(size), 10, 10)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := digest(t.Context(), b.Store, "x"); err != nil || is != of {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got := machine.Objects(t, b.Store)["x"]; got != string(content) {
			t.Errorf("%d bytes became %d", size, len(got))
		}
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	got, err := ReadSettings(strings.NewReader("# a comment\n\n; another\n" +
		"A=one\nexport B='two $HOME'\nC=\"three # four\"\nD= \nE=a=b\n F=x \r\n"))
	want := map[string]string{"A": "one", "B": "two $HOME", "C": "three # four", "D": "", "E": "a=b", "F": "x"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	_, err = ReadSettings(strings.NewReader("A=1\na-secret-alone\n"))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
