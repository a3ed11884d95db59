// Package migrate moves what a service keeps from one place to another: from a folder
// to S3 and DynamoDB, back, or between any others.
//
// The bytes are copied first, then the records that name them, and last the roots that
// keys are derived from. Until all of it is there, and was compared, the ledger of the
// target says so, in a record of its own. Whatever ends a run, the next one goes on:
// what is there already and is the same is not copied again.
package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

// Migration is one from a place to another.
type Migration struct {
	From, To *Place

	// DryRun says that nothing is written.
	DryRun bool
	// Replace says that what the target has may go.
	Replace bool
	// SizesOnly says that of what is in the stores the sizes are compared, and not the
	// bytes.
	SizesOnly bool

	Now      func() time.Time
	Progress func(done, total int64) // is told of the bytes

	report  Report
	looking bool // nothing is copied: it is only compared
}

// Report is what came of a migration.
type Report struct {
	State   State // of the target before
	Sets    map[string]Count
	Objects Count // of the store
	Bytes   int64 // that they have
	Missing int64 // transfers whose bytes the source has not, or of which they are none
	Trail   Count
	Removed int64 // records that the target had and the source has not
	Tokens  int64 // of those that are tokens, which stay: somebody may send with them
}

// Count is how many of a kind there are.
type Count struct {
	All    int64 // at the source
	Copied int64 // by this run
}

// State is what a target was before.
type State string

// The states.
const (
	Empty      State = "empty"
	Unfinished State = "unfinished" // an earlier run of the same migration was interrupted
	Finished   State = "finished"   // an earlier run was not
	Used       State = "used"       // by somebody else
)

// markKey is the record of the target by which it is known what it was filled from.
var markKey = send.Key{Set: send.MigrationSet, ID: "target"}

// The states of the mark.
const (
	copying = "copying"
	done    = "done"
)

// mark is the record's data.
type mark struct {
	From  []string  `json:"from"` // hashes of the source's roots
	Begun time.Time `json:"begun"`
	Ended time.Time `json:"ended,omitzero"`
}

// Run migrates. Where it is repeated it goes on; what was moved as a whole is only
// compared. Conflict where the target has something else, or something newer.
func (m *Migration) Run(ctx context.Context) (Report, error) {
	m.report = Report{Sets: map[string]Count{}}
	roots, bytes, err := m.look(ctx)
	if err != nil {
		return m.report, err
	}
	state, kept, err := m.target(ctx, roots)
	if m.report.State = state; err != nil {
		return m.report, err
	}
	if m.DryRun {
		return m.report, nil
	}
	if state == Finished && !m.Replace {
		return m.report, m.compareFinished(ctx, bytes)
	}
	kept, err = m.mark(ctx, kept, copying, mark{From: roots, Begun: m.Now().UTC()})
	if err != nil {
		return m.report, err
	}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return m.objects(ctx, bytes) },
		m.trail,
		func(ctx context.Context) error { return m.records(ctx, func(set string) bool { return !isRoot(set) }) },
		func(ctx context.Context) error { return send.KeepPair(ctx, m.From.Ledger, m.To.Transfers) },
		func(ctx context.Context) error { return m.records(ctx, isRoot) },
		func(ctx context.Context) error { return m.compare(ctx, true) },
	} {
		if err := step(ctx); err != nil {
			return m.report, err
		}
	}
	var is mark
	if err := json.Unmarshal(kept.Data, &is); err != nil {
		return m.report, err
	}
	is.Ended = m.Now().UTC()
	_, err = m.mark(ctx, kept, done, is)
	return m.report, err
}

// compareFinished says whether target and source are still the same.
func (m *Migration) compareFinished(ctx context.Context, bytes int64) error {
	m.looking = true
	err := m.compare(ctx, false)
	if err == nil {
		err = m.objects(ctx, bytes)
	}
	if err == nil {
		err = m.trail(ctx)
	}
	if err != nil {
		return fmt.Errorf("all of it was moved before, and one of both has changed since: go on with one of them; "+
			"to make the target what the source is, and lose what it has beyond that, say --replace: %w", err)
	}
	return nil
}

func isRoot(set string) bool { return strings.HasPrefix(set, send.RootSets) }

// hashOf is what is told of a root.
func hashOf(root send.Record) string {
	sum := sha256.Sum256(root.Data)
	return hex.EncodeToString(sum[:])
}

// moves says whether the records of a set are moved at all: not those that need not
// outlive a process, nor what the source itself was filled from.
func moves(set string) bool {
	return !strings.HasPrefix(set, send.VolatilePrefix) && set != send.MigrationSet
}

// own says whether a set is of the machines of a place, which a deploy makes there.
func own(set string) bool { return strings.HasPrefix(set, send.SharedSets) }

// look finds out what there is at the source: its roots, and how many bytes.
func (m *Migration) look(ctx context.Context) (roots []string, bytes int64, err error) {
	for r, err := range m.From.Ledger.All(ctx) {
		if err != nil {
			return nil, 0, err
		}
		if !moves(r.Key.Set) {
			continue
		}
		count(m.report.Sets, r.Key.Set, 1, 0)
		switch {
		case isRoot(r.Key.Set):
			roots = append(roots, hashOf(r))
		case strings.HasPrefix(r.Key.Set, send.TransferSets):
			_, size, err := send.Objects(r)
			if err != nil {
				return nil, 0, err
			}
			bytes += size
		}
	}
	if len(roots) == 0 {
		return nil, 0, send.Fail(send.NotFound, "there is nothing to move: no service has kept anything at the source yet")
	}
	return roots, bytes, nil
}

// count counts records of a set under what it begins with.
func count(sets map[string]Count, set string, all, copied int64) {
	name, _, _ := strings.Cut(set, "/")
	c := sets[name]
	c.All += all
	c.Copied += copied
	sets[name] = c
}

// target finds out what the target is, and refuses one that has something else.
func (m *Migration) target(ctx context.Context, roots []string) (State, send.Record, error) {
	kept, err := m.To.Ledger.Get(ctx, markKey)
	var is mark
	switch {
	case send.CodeOf(err) == send.NotFound:
		kept = send.Record{Key: markKey}
	case err != nil:
		return "", kept, err
	default:
		if err := json.Unmarshal(kept.Data, &is); err != nil {
			return "", kept, send.Because(send.Internal, err, "what the target was filled from cannot be read")
		}
	}
	others := map[string]Count{}
	var foreign bool // a service made a root there
	for r, err := range compared(ctx, m.To.Ledger) {
		if err != nil {
			return "", kept, err
		}
		count(others, r.Key.Set, 1, 0)
		foreign = foreign || isRoot(r.Key.Set) && !slices.Contains(roots, hashOf(r))
	}
	same := slices.ContainsFunc(is.From, func(root string) bool { return slices.Contains(roots, root) })
	switch {
	case same && !foreign && kept.State == done:
		return Finished, kept, nil
	case same && !foreign:
		return Unfinished, kept, nil
	case len(others) == 0 && kept.Version == 0:
		return Empty, kept, nil
	case m.Replace:
		return Used, kept, nil
	}
	var has []string
	for _, name := range slices.Sorted(maps.Keys(others)) {
		has = append(has, fmt.Sprintf("%s: %d", name, others[name].All))
	}
	return Used, kept, send.Fail(send.Conflict,
		"the target was used already (records of %s); to lose what it has, and make it what the source is, say --replace",
		strings.Join(has, ", "))
}

// mark says in the target what it is filled from, and how far that is.
func (m *Migration) mark(ctx context.Context, kept send.Record, state string, is mark) (send.Record, error) {
	data, err := json.Marshal(is)
	if err != nil {
		return kept, err
	}
	next := send.Record{Key: markKey, Version: kept.Version + 1, State: state, Data: data}
	return next, m.To.Ledger.Import(ctx, next, kept.Version)
}
