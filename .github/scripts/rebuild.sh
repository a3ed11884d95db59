#!/usr/bin/env bash
# Builds VERSION once more and holds what comes of it against the files in DIR, which
# another machine built: every byte has to be the same.
set -euo pipefail

go run ./release/cmd/release verify --dir "$DIR"
built=$DIR
DIR=rebuilt "$(dirname "$0")/build.sh"
if ! diff "$built/SHA256SUMS" rebuilt/SHA256SUMS; then
  echo "::error title=$VERSION::two builds of one commit differ in the files above (< the first, > this one):" \
    "nothing is released or deployed"
  exit 1
fi
echo "two builds are the same, byte for byte"
