#!/usr/bin/env bash
# Builds everything that is deployed or released of VERSION, once, into DIR:
# the zips with their manifest, sgsend for every system, its packages for Linux,
# which image is made of it, what browsers are sent, what each zip and binary is
# made of, and all digests. The same commit comes to the same bytes anywhere.
set -euo pipefail

# So by the compiler that go.work names, and no newer one, and without what this
# machine, or whoever uses it, tells the go command otherwise.
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.work)
export GOTOOLCHAIN GOENV=off GOFLAGS=-trimpath

rm -rf "$DIR"
go run ./infra/cmd/build-artifacts -out "$DIR" -version "$VERSION" -arch arm64,x86_64
go run ./release/cmd/release binaries --version "$VERSION" --dir "$DIR"
go run ./release/cmd/release packages --version "$VERSION" --dir "$DIR"
go run ./release/cmd/release image --version "$VERSION" --dir "$DIR" --record
go run ./release/cmd/release pages --dir "$DIR"
go run ./release/cmd/release boms --version "$VERSION" --dir "$DIR"
go run ./release/cmd/release sums --dir "$DIR"
