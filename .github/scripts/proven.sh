#!/usr/bin/env bash
# Refuses to go on unless qa gave its word for VERSION: that its smoke test passed
# there with the very files in DIR, all of them and no other. The pipeline signed it,
# as it stood in the commit of the version, which is checked out in source/.
set -euo pipefail

commit=$(git -C source rev-parse HEAD)
refuse() {
  echo "::error title=prod::$VERSION is not proven: $1. Deploy it to qa first: run the jobs of its pipeline again."
  exit 1
}

if [ "${ATTESTATIONS:-}" = off ]; then
  echo "::warning::ATTESTATIONS is off: that qa ran $VERSION is taken from GitHub's records, and nothing signs them"
  ids=$(gh api --paginate "repos/$GITHUB_REPOSITORY/deployments?environment=qa&sha=$commit" --jq '.[].id')
  for id in $ids; do
    states=$(gh api --paginate "repos/$GITHUB_REPOSITORY/deployments/$id/statuses" --jq '.[].state')
    if grep -qx success <<<"$states"; then exit 0; fi
  done
  refuse "no deployment of $commit to qa succeeded"
fi

# Each word names all files of its release, so that asking for one brings it.
words=$(gh attestation verify "$DIR/manifest.json" --repo "$GITHUB_REPOSITORY" \
  --predicate-type https://sgraph.ai/send/attestations/smoke/v1 \
  --signer-workflow "$GITHUB_REPOSITORY/.github/workflows/stack.yml" --signer-digest "$commit" \
  --source-ref refs/heads/main --source-digest "$commit" --deny-self-hosted-runners --format json) ||
  refuse "qa signed nothing of its files"
jq -e --arg version "$VERSION" --rawfile sums "$DIR/SHA256SUMS" '
  any(.[].verificationResult.statement;
    .predicate.stack == "qa" and .predicate.version == $version and .predicate.ok == true and
    ([.subject[] | "\(.digest.sha256)  \(.name)"] | sort) == ($sums | split("\n") | map(select(. != "")) | sort))
  ' <<<"$words" >/dev/null || refuse "qa's word is for other files, or for another version"
echo "qa's smoke test passed with these very files"
