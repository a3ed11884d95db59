#!/usr/bin/env bash
# Publishes the files in DIR as the release VERSION, for people to try first:
# a pre-release until somebody marks it as released, which is what starts prod.
# A release that is there already keeps its bytes. One that is still a draft was
# interrupted while its files were on their way: nobody has it yet, so it is made anew.
set -euo pipefail

if draft=$(gh release view "$VERSION" --json isDraft --jq .isDraft 2>/dev/null); then
  if [ "$draft" != true ]; then
    echo "$VERSION is published already; its files stay as they are"
    exit 0
  fi
  echo "$VERSION was left half published; beginning again"
  gh release delete "$VERSION" --yes
fi
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
go run ./release/cmd/release changelog --version "$VERSION" >"$notes"
digest=$(jq -er .digest "$DIR/image.json")
printf '\nContainer image: ghcr.io/%s@%s\n' "${GITHUB_REPOSITORY,,}" "$digest" >>"$notes"
gh release create "$VERSION" --verify-tag --prerelease --title "SGraph Send $VERSION" --notes-file "$notes" "$DIR"/*
