// Package git runs the git command in one working tree.
package git

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Repo is a working tree.
type Repo struct{ Dir string }

// Tag is the full name of a tag, which nothing else can have: a branch may be
// called as a version is.
func Tag(name string) string { return "refs/tags/" + name }

// Run runs git and answers what it printed, without the last line's end. The
// error carries git's own words.
func (r Repo) Run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.Dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimRight(stdout.String(), "\n"), nil
}

// Lines is Run for commands that print a list.
func (r Repo) Lines(ctx context.Context, args ...string) ([]string, error) {
	out, err := r.Run(ctx, args...)
	if err != nil || out == "" {
		return nil, err
	}
	return strings.Split(out, "\n"), nil
}

// AsPipeline are the arguments by which what is made says who made it.
func AsPipeline() []string {
	return []string{"-c", "user.name=SGraph Send pipeline", "-c", "user.email=pipeline@users.noreply.github.com"}
}

// TagAs gives a commit a tag.
func (r Repo) TagAs(ctx context.Context, name, commit string) error {
	_, err := r.Run(ctx, append(AsPipeline(), "tag", "--annotate", "--message", "SGraph Send "+name, name, commit)...)
	return err
}
