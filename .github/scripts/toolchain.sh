#!/usr/bin/env bash
# Proposes the newest patch of the Go release that go.work builds with, by a pull
# request that changes its toolchain line: what is released is compiled with it.
set -euo pipefail

current=$(sed -n 's/^toolchain //p' go.work)
newest=$(curl -fsS --retry 3 'https://go.dev/dl/?mode=json' |
  jq -r --arg line "${current%.*}." '[.[] | select(.stable) | .version | select(startswith($line))][0] // empty')
if [ -z "$newest" ]; then
  echo "::warning title=Go::${current%.*} gets no patches any more: go on to the release after it"
  exit 0
fi
if [ "$newest" = "$current" ]; then
  echo "$current is the newest"
  exit 0
fi

branch=toolchain-$newest
if gh api "repos/$GITHUB_REPOSITORY/git/ref/heads/$branch" >/dev/null 2>&1; then
  echo "$newest is proposed already"
  exit 0
fi
api() { gh api --method "$1" "repos/$GITHUB_REPOSITORY/$2" "${@:3}" >/dev/null; }
blob=$(git rev-parse HEAD:go.work)
go work edit -toolchain="$newest"
api POST git/refs -f "ref=refs/heads/$branch" -f "sha=$GITHUB_SHA"
api PUT contents/go.work -f "branch=$branch" -f "sha=$blob" -f "message=Build with $newest" \
  -f "content=$(base64 -w0 go.work)"
gh pr create --repo "$GITHUB_REPOSITORY" --head "$branch" --base "$GITHUB_REF_NAME" --title "Build with $newest" \
  --body "Before: $current. What a workflow opens starts no checks: close it and open it again to have them."
