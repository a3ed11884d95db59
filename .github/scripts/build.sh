#!/usr/bin/env bash
# Builds everything that is deployed or released of VERSION, once, into DIR:
# the zips with their manifest, sgsend for every system, its packages for Linux,
# which image is made of it, and all digests.
set -euo pipefail

rm -rf "$DIR"
go run ./infra/cmd/build-artifacts -out "$DIR" -version "$VERSION" -arch arm64,x86_64
go run ./release/cmd/release binaries --version "$VERSION" --dir "$DIR"
go run ./release/cmd/release packages --version "$VERSION" --dir "$DIR"
go run ./release/cmd/release image --version "$VERSION" --dir "$DIR" --record
go run ./release/cmd/release sums --dir "$DIR"
