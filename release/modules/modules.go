// Package modules publishes a version's modules for the go command.
//
// In the repository a module finds its siblings beside it, by lines of go.mod that go
// install refuses in what it fetches. So the modules of a version are those of a commit
// beside the branch, right after the version's own, in which each asks for its siblings
// in that very version. Only their tags lead there.
package modules

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

// Root is what the paths of all modules begin with. Whoever serves that address says
// where the repository is.
const Root = "sgraph.ai/send"

// Import is what the meta element go-import of every page of that address says, where
// the repository is the https address that git clones.
// https://go.dev/ref/mod#vcs-find
func Import(repository string) string { return Root + " git " + repository }

// Folders are those of the modules that others build: sgsend's, and what it is made of.
var Folders = []string{"cli", "services/admin", "services/user", "shared"}

// Publisher publishes from one working tree.
type Publisher struct {
	Repo git.Repo
	// Remote receives the tags; empty makes them only here.
	Remote string
}

// Tags are those of the modules of a version.
func Tags(v semver.Version) (names []string) {
	for _, folder := range Folders {
		names = append(names, path.Join(folder, v.String()))
	}
	return names
}

// Publish makes the commit and its tags. A version's modules never change: where the
// tags are there already, they stay, and made is false.
func (p Publisher) Publish(ctx context.Context, v semver.Version) (made bool, err error) {
	if p.Remote != "" {
		if _, err := p.Repo.Run(ctx, "fetch", "--quiet", "--force", "--tags", p.Remote); err != nil {
			return false, err
		}
	}
	names := Tags(v)
	there, err := p.Repo.Lines(ctx, append([]string{"tag", "--list"}, names...)...)
	switch {
	case err != nil:
		return false, err
	case len(there) == len(names):
		return false, nil
	case len(there) > 0:
		return false, fmt.Errorf("of the modules of %s only %q are tagged, by somebody else", v, there)
	}
	commit, err := p.commit(ctx, v)
	if err != nil {
		return false, err
	}
	push := []string{"push", "--quiet", "--atomic", p.Remote}
	for _, name := range names {
		if err := p.Repo.TagAs(ctx, name, commit); err != nil {
			return false, err
		}
		push = append(push, git.Tag(name))
	}
	if p.Remote == "" {
		return true, nil
	}
	if _, err := p.Repo.Run(ctx, push...); err != nil {
		_, undo := p.Repo.Run(ctx, append([]string{"tag", "--delete"}, names...)...)
		return false, errors.Join(err, undo)
	}
	return true, nil
}

// commit makes, in a working tree of its own, the commit that the tags name.
func (p Publisher) commit(ctx context.Context, v semver.Version) (id string, err error) {
	dir, err := os.MkdirTemp("", "modules-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if _, err := p.Repo.Run(ctx, "worktree", "add", "--quiet", "--detach", dir, git.Tag(v.String())); err != nil {
		return "", err
	}
	defer func() {
		_, undo := p.Repo.Run(context.WithoutCancel(ctx), "worktree", "remove", "--force", dir)
		err = errors.Join(err, undo)
	}()
	for _, folder := range Folders {
		if err := rewrite(filepath.Join(dir, filepath.FromSlash(folder), "go.mod"), v); err != nil {
			return "", err
		}
	}
	tree := git.Repo{Dir: dir}
	commit := append(git.AsPipeline(),
		"commit", "--quiet", "--all", "--message", "Name the siblings of each module of "+v.String())
	if _, err := tree.Run(ctx, commit...); err != nil {
		return "", err
	}
	return tree.Run(ctx, "rev-parse", "HEAD")
}

// rewrite has a go.mod ask for siblings by their version instead of their folder.
func rewrite(name string, v semver.Version) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return err
	}
	siblings := map[string]bool{}
	for _, folder := range Folders {
		siblings[path.Join(Root, folder)] = true
	}
	for _, r := range file.Replace {
		if !siblings[r.Old.Path] {
			return fmt.Errorf("%s replaces %s, which nobody could fetch: publish it, too, or do without", name, r.Old.Path)
		}
		err := errors.Join(file.AddRequire(r.Old.Path, v.String()), file.DropReplace(r.Old.Path, r.Old.Version))
		if err != nil {
			return err
		}
	}
	file.Cleanup()
	out, err := file.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(name, out, 0o644)
}
