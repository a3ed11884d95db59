#!/usr/bin/env bash
# Fetches into DIR the bytes of what runs, VERSION, whose source is checked out in
# source/: those of its release, or what the run on dev built that made the version.
# Where neither is kept any more, they are built anew from the source, and that is
# said: a newer compiler is then a difference, too.
set -euo pipefail

if gh release view "$VERSION" --repo "$GITHUB_REPOSITORY" >/dev/null 2>&1; then
  "$(dirname "$0")/fetch-release.sh"
else
  # The runs that pushing this commit to dev started, and no other: everybody who can
  # open a pull request can have a run keep something by that name.
  runs=$(gh run list --repo "$GITHUB_REPOSITORY" --workflow ci-pipeline__dev.yml --event push --branch dev \
    --commit "$(git -C source rev-parse HEAD)" --json databaseId --jq '.[].databaseId')
  found=
  for run in $runs; do
    if gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "dist-$VERSION" --dir "$DIR"; then
      found=$run
      break
    fi
  done
  if [ -z "$found" ]; then
    echo "::notice title=$STACK::the files of $VERSION are not kept any more: what runs is compared with its" \
      "source, as it is built today"
    exit 0
  fi
  go run ./release/cmd/release verify --dir "$DIR"
fi
echo "dir=$PWD/$DIR" >>"$GITHUB_OUTPUT"
