#!/usr/bin/env bash
# Publishes the files in DIR as the release VERSION, for people to try first:
# a pre-release until somebody marks it as released, which is what starts prod.
# A release that is there already keeps its bytes.
set -euo pipefail

if gh release view "$VERSION" >/dev/null 2>&1; then
  echo "$VERSION is published already; its files stay as they are"
  exit 0
fi
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
go run ./release/cmd/release changelog --version "$VERSION" >"$notes"
gh release create "$VERSION" --verify-tag --prerelease --title "SGraph Send $VERSION" --notes-file "$notes" "$DIR"/*
