#!/usr/bin/env bash
# Looks for known vulnerabilities in what each module of the workspace calls. One
# in a module, which an update here mends, fails; one in Go's own library is a
# warning: it goes with the toolchain line of go.work, and a fault found on a
# release day in all Go programs must not stop the very release that mends ours.
# Where what is known cannot be asked for it says so, and fails if CI is "true".
set -euo pipefail
version=v1.1.4
database=${GOVULNDB:-https://vuln.go.dev}

if ! curl --silent --show-error --fail --max-time 30 --output /dev/null "$database/index/db.json"; then
  echo "NOT CHECKED: known vulnerabilities, because $database cannot be asked"
  [ "${CI:-}" != true ]
  exit
fi

found=$(mktemp)
trap 'rm -f "$found"' EXIT
modules=$(go work edit -json | jq -r '.Use[].DiskPath')
for module in $modules; do
  echo "== $module"
  # As JSON it succeeds whatever it finds, and fails where it cannot look.
  go run "golang.org/x/vuln/cmd/govulncheck@$version" -C "$module" -format json ./... >>"$found"
done

# called MODULES: what is called of modules for which the jq condition holds.
called() {
  jq -r "select(.finding) | .finding | select(.trace[0].function) | select(.trace[0].module $1) |
    \"\(.osv) in \(.trace[0].module) \(.trace[0].version // \"\"): \(.trace[0].package).\(.trace[0].function) is called\" +
    (if .fixed_version then \", mended in \(.fixed_version)\" else \", not mended yet\" end)" "$found" | sort -u
}

called '== "stdlib"' | while read -r line; do
  echo "::warning title=Go's library::$line: https://pkg.go.dev/vuln/${line%% *}"
done
bad=$(called '!= "stdlib"')
if [ -n "$bad" ]; then
  while read -r line; do
    echo "::error title=Known vulnerability::$line: https://pkg.go.dev/vuln/${line%% *}"
  done <<<"$bad"
  exit 1
fi
echo "nothing that is known is called in any module"
