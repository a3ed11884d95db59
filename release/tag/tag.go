// Package tag gives the commit that is checked out its version.
package tag

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

// Tagger tags one working tree.
type Tagger struct {
	Repo git.Repo
	Line semver.Line
	// Remote receives the tag; empty tags only here.
	Remote string

	// beforePush is where a test lets another run be faster.
	beforePush func()
}

// Result is what Tag did.
type Result struct {
	Version semver.Version
	// Found says that the commit had this version already.
	Found bool
	// Overtaken says that the version is that of a commit after this one, which was
	// faster: this one gets none, since it would be a higher one.
	Overtaken bool
}

// attempts is how often a tag may be taken by another run before Tag gives up.
const attempts = 5

// Tag gives HEAD the next version of the line. A commit keeps the version that
// it has, so a job that runs twice makes one tag. If another run takes the
// same number meanwhile, the push fails and the next one is tried. A commit that
// is part of one with a version gets none.
func (t Tagger) Tag(ctx context.Context) (Result, error) {
	if err := t.refuseDirt(ctx); err != nil {
		return Result{}, err
	}
	var taken error
	for range attempts {
		if err := t.fetch(ctx); err != nil {
			return Result{}, err
		}
		if v, ok, err := t.latest(ctx, "--points-at", "HEAD"); err != nil {
			return Result{}, err
		} else if ok && t.Line.Made(v) {
			return Result{Version: v, Found: true}, nil
		}
		if v, ok, err := t.after(ctx); err != nil || ok {
			return Result{Version: v, Overtaken: ok}, err
		}
		last, ok, err := t.latest(ctx)
		if err != nil {
			return Result{}, err
		}
		if !ok {
			last = semver.Origin
		}
		next := t.Line.Next(last)
		if taken = t.make(ctx, next); taken == nil {
			return Result{Version: next}, nil
		}
	}
	return Result{}, fmt.Errorf("gave up after %d attempts: %w", attempts, taken)
}

// refuseDirt keeps a version from naming bytes that no commit holds.
func (t Tagger) refuseDirt(ctx context.Context) error {
	changes, err := t.Repo.Lines(ctx, "status", "--porcelain")
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		return fmt.Errorf("the working tree has changes that no commit holds; nothing was tagged:\n%s",
			strings.Join(changes, "\n"))
	}
	return nil
}

// fetch learns the tags of the remote. What the remote says wins over a local
// tag of the same name, which is then one that lost a race.
func (t Tagger) fetch(ctx context.Context) error {
	if t.Remote == "" {
		return nil
	}
	_, err := t.Repo.Run(ctx, "fetch", "--quiet", "--force", "--tags", t.Remote)
	return err
}

// latest answers the highest version among the tags, of all branches: dev and
// main count in one sequence.
func (t Tagger) latest(ctx context.Context, filter ...string) (v semver.Version, ok bool, err error) {
	versions, err := t.versions(ctx, filter...)
	if err != nil || len(versions) == 0 {
		return v, false, err
	}
	return slices.MaxFunc(versions, semver.Compare), true, nil
}

// versions answers those among the tags. Tags that are none are passed over.
func (t Tagger) versions(ctx context.Context, filter ...string) (all []semver.Version, err error) {
	names, err := t.Repo.Lines(ctx, append([]string{"tag", "--list", "v*"}, filter...)...)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if v, err := semver.Parse(name); err == nil {
			all = append(all, v)
		}
	}
	return all, nil
}

// after answers the highest version of the line that a commit after HEAD has.
func (t Tagger) after(ctx context.Context) (v semver.Version, ok bool, err error) {
	here, err := t.versions(ctx, "--points-at", "HEAD")
	if err != nil {
		return v, false, err
	}
	later, err := t.versions(ctx, "--contains", "HEAD")
	later = slices.DeleteFunc(later, func(v semver.Version) bool {
		return !t.Line.Made(v) || slices.Contains(here, v)
	})
	if err != nil || len(later) == 0 {
		return v, false, err
	}
	return slices.MaxFunc(later, semver.Compare), true, nil
}

// make creates the tag and pushes it. On failure no local tag is left behind.
func (t Tagger) make(ctx context.Context, v semver.Version) error {
	name := v.String()
	if err := t.Repo.TagAs(ctx, name, "HEAD"); err != nil {
		return err
	}
	if t.Remote == "" {
		return nil
	}
	if t.beforePush != nil {
		t.beforePush()
	}
	if _, err := t.Repo.Run(ctx, "push", "--quiet", t.Remote, "refs/tags/"+name); err != nil {
		_, undo := t.Repo.Run(ctx, "tag", "--delete", name)
		return errors.Join(err, undo)
	}
	return nil
}
