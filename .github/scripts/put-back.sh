#!/usr/bin/env bash
# After a failed deploy or smoke test: puts STACK back to the versions that
# were live before it, and says so.
set -euo pipefail

if [ -z "${LIVE_BEFORE:-}" ]; then
  echo "::error title=$STACK::nothing was live before this run, so there is nothing to put back"
  exit 0
fi
sgsend rollback --stack "$STACK" --to "$LIVE_BEFORE" | tee put-back.txt
{
  printf '### %s: put back to %s\n\n````\n' "$STACK" "$LIVE_BEFORE"
  cat put-back.txt
  printf '````\n'
} >>"$GITHUB_STEP_SUMMARY"
rm put-back.txt
echo "::error title=$STACK::this version failed; what was live before is live again"
