#!/usr/bin/env bash
# Downloads the release VERSION into DIR and trusts it only after every digest has
# been checked, that its tag, which is checked out in source/, is of a commit of main,
# and the build's signed provenance: that the pipeline built it, as it stood in that
# very commit, when that was pushed to main.
set -euo pipefail

gh release download "$VERSION" --repo "$GITHUB_REPOSITORY" --dir "$DIR"
go run ./release/cmd/release verify --dir "$DIR"

refuse() {
  echo "$1; nothing is deployed" >&2
  exit 1
}
stamped=$(jq -r .version "$DIR/manifest.json")
[ "$stamped" = "$VERSION" ] || refuse "the release $VERSION holds zips of $stamped"

commit=$(git -C source rev-parse HEAD)
main=$(gh api "repos/$GITHUB_REPOSITORY/git/ref/heads/main" --jq .object.sha)
case $(gh api "repos/$GITHUB_REPOSITORY/compare/$commit...$main?per_page=1" --jq .status) in
ahead | identical) ;;
*) refuse "$VERSION is of the commit $commit, which is none of main" ;;
esac

if [ "${ATTESTATIONS:-}" = off ]; then
  echo "::warning::ATTESTATIONS is off: the digests were checked, the provenance was not"
  exit 0
fi
for file in "$DIR"/*; do
  [ "$file" != "$DIR/SHA256SUMS" ] || continue # which was the list of what is signed
  gh attestation verify "$file" --repo "$GITHUB_REPOSITORY" \
    --signer-workflow "$GITHUB_REPOSITORY/.github/workflows/ci-pipeline.yml" --signer-digest "$commit" \
    --source-ref refs/heads/main --source-digest "$commit" --deny-self-hosted-runners
done
