// Package site makes pages for browsers of the repository's documentation: of the
// Markdown at its top and below docs, one page each, by Hugo with the layouts of this
// folder. What Hugo made is looked through before anybody gets it.
package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sgraph.ai/send/release/modules"
)

// Site is what is made, and where it will be.
type Site struct {
	Root       string // the repository
	Base       string // path below which it is served, such as "/" and "/name/"
	Source     string // address below which the repository's files can be read; empty if there is none
	Repository string // address of the repository; empty if there is none
}

// ErrNoHugo says that Hugo is not here, and could not be fetched or built.
var ErrNoHugo = errors.New("there is no Hugo")

// unavailable is how tools/hugo/install ends where Hugo cannot be had.
const unavailable = 69

// Write makes the site in a folder that is new, or empty. It makes nothing if a page has
// a link that leads nowhere, or lacks what each page has.
func (s Site) Write(ctx context.Context, dir string) error {
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is no new folder", dir), err)
	}
	hugo, err := s.hugo(ctx)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "site-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	made := filepath.Join(scratch, "made")
	if err := s.build(ctx, hugo, made, filepath.Join(scratch, "cache")); err != nil {
		return err
	}
	if err := Check(os.DirFS(made), s.Base); err != nil {
		return err
	}
	return os.CopyFS(dir, os.DirFS(made))
}

// hugo answers where Hugo is.
func (s Site) hugo(ctx context.Context) (string, error) {
	c := exec.CommandContext(ctx, filepath.Join(s.Root, "tools", "hugo", "install"))
	c.Stderr = os.Stderr
	out, err := c.Output()
	said := strings.TrimSpace(string(out))
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == unavailable {
		return "", fmt.Errorf("%w: %s", ErrNoHugo, said)
	}
	if err != nil {
		return "", fmt.Errorf("tools/hugo/install: %w", err)
	}
	return said, nil
}

func (s Site) build(ctx context.Context, hugo, to, cache string) error {
	root, err := filepath.Abs(s.Root)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, hugo, "build", "--source", root, "--config", "release/site/hugo.toml",
		"--destination", to, "--cacheDir", cache, "--baseURL", s.Base, "--noBuildLock", "--panicOnWarning")
	c.Env = append(os.Environ(), "HUGO_PARAMS_SOURCE="+s.Source, "HUGO_PARAMS_HOME="+s.Repository)
	if s.Repository != "" {
		c.Env = append(c.Env, "HUGO_PARAMS_REPOSITORY="+modules.Import(s.Repository))
	}
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		return fmt.Errorf("hugo: %w\n%s", err, said.Bytes())
	}
	return nil
}
