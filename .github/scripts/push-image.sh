#!/usr/bin/env bash
# Pushes the image of the binaries in DIR, which must be the one that the build
# recorded beside them, to GitHub's registry as VERSION. One that is there already
# stays as it is.
set -euo pipefail

name=ghcr.io/${GITHUB_REPOSITORY,,}
docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin <<<"$GH_TOKEN"
test -f "$DIR/image.json"
go run ./release/cmd/release image --version "$VERSION" --dir "$DIR" --push "$name"
echo "name=$name" >>"$GITHUB_OUTPUT"
