#!/usr/bin/env bash
# Downloads the release VERSION into DIR and trusts it only after every digest
# and the build's signed provenance have been checked: that the pipeline built it,
# as it stood in the very commit that is checked out, when that was pushed to main.
set -euo pipefail

gh release download "$VERSION" --dir "$DIR"
go run ./release/cmd/release verify --dir "$DIR"

stamped=$(jq -r .version "$DIR/manifest.json")
if [ "$stamped" != "$VERSION" ]; then
  echo "the release $VERSION holds zips of $stamped; nothing is deployed" >&2
  exit 1
fi

if [ "${ATTESTATIONS:-}" = off ]; then
  echo "::warning::ATTESTATIONS is off: the digests were checked, the provenance was not"
  exit 0
fi
commit=$(git rev-parse HEAD)
for file in "$DIR"/*; do
  [ "$file" != "$DIR/SHA256SUMS" ] || continue # which was the list of what is signed
  gh attestation verify "$file" --repo "$GITHUB_REPOSITORY" \
    --signer-workflow "$GITHUB_REPOSITORY/.github/workflows/ci-pipeline.yml" --signer-digest "$commit" \
    --source-ref refs/heads/main --source-digest "$commit" --deny-self-hosted-runners
done
