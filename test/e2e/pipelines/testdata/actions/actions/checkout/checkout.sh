#!/usr/bin/env bash
# Checks a commit out as actions/checkout does: a name that is both a branch and a
# tag means the branch, what lies there from before is cleaned away, and the token
# stays behind only if it is to.
set -euo pipefail

mkdir -p "$INTO"
cd "$INTO"
url=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY
header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "${TOKEN:-$JOB_TOKEN}" | base64 -w0)"
git() { command git -c protocol.version=2 -c advice.detachedHead=false -c "http.$url.extraheader=$header" "$@"; }

if [ ! -d .git ]; then
  git init --quiet .
  git remote add origin "$url"
  git config user.name runner
  git config user.email runner@example.org
else
  git clean -ffdxq
  git reset --hard --quiet
fi
depth=(--no-tags --depth="$DEPTH")
[ "$DEPTH" != 0 ] || depth=()

onto=()
case $REF in
'') from=$GITHUB_SHA ;;
refs/*) from=$REF ;;
*)
  if [[ $REF =~ ^[0-9a-f]{40}$ ]]; then
    from=$REF
  elif git ls-remote --exit-code origin "refs/heads/$REF" >/dev/null; then
    from=refs/heads/$REF onto=(-B "$REF")
  else
    from=refs/tags/$REF
  fi
  ;;
esac
if [ -z "$REF" ] && [[ $GITHUB_REF == refs/heads/* ]]; then onto=(-B "${GITHUB_REF#refs/heads/}"); fi
all=()
[ "$DEPTH" != 0 ] || all=('+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*')
git fetch --quiet "${depth[@]}" origin "${all[@]}" "+$from:refs/checkout"
git checkout --quiet --force "${onto[@]}" "refs/checkout^{commit}"
git update-ref -d refs/checkout
echo "$from is $(git rev-parse HEAD)"
[ "$PERSIST" != true ] || git config "http.$url.extraheader" "$header"
