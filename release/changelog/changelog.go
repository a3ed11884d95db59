// Package changelog writes what a release holds that the one before did not.
package changelog

import (
	"context"
	"fmt"
	"strings"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

// Write answers the changes of a tagged release as Markdown: the commits since
// the latest release of main before it, newest first, without merges.
func Write(ctx context.Context, repo git.Repo, v semver.Version) (string, error) {
	before, ok, err := previous(ctx, repo, v)
	if err != nil {
		return "", err
	}
	span, since := git.Tag(v.String()), "the beginning"
	if ok {
		span, since = git.Tag(before.String())+".."+git.Tag(v.String()), before.String()
	}
	commits, err := repo.Lines(ctx, "log", "--no-merges", "--format=%h %s", span, "--")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "## Changes since %s\n\n", since)
	for _, line := range commits {
		hash, subject, _ := strings.Cut(line, " ")
		fmt.Fprintf(&text, "- %s (%s)\n", plain.Replace(subject), hash)
	}
	if len(commits) == 0 {
		text.WriteString("No commit: the same source as before.\n")
	}
	return text.String(), nil
}

// plain keeps a subject line from mentioning people or becoming HTML.
var plain = strings.NewReplacer("@", "@\u200b", "<", "&lt;")

// previous answers the latest release of main that the release contains.
func previous(ctx context.Context, repo git.Repo, v semver.Version) (latest semver.Version, ok bool, err error) {
	names, err := repo.Lines(ctx, "tag", "--list", "v*", "--merged", git.Tag(v.String()))
	if err != nil {
		return latest, false, err
	}
	for _, name := range names {
		found, err := semver.Parse(name)
		if err != nil || found.Patch != 0 || semver.Compare(found, v) >= 0 {
			continue
		}
		if !ok || semver.Compare(found, latest) > 0 {
			latest, ok = found, true
		}
	}
	return latest, ok, nil
}
