#!/usr/bin/env bash
# Looks for known vulnerabilities in what each module of the workspace calls.
set -euo pipefail
version=v1.1.4
go work edit -json | jq -r '.Use[].DiskPath' | while read -r module; do
  echo "== $module"
  go run "golang.org/x/vuln/cmd/govulncheck@$version" -C "$module" ./...
done
