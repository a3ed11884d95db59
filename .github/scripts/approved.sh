#!/usr/bin/env bash
# Refuses to go on unless prod is guarded as it has to be, and somebody approved in
# this very attempt of the run: whoever runs failed jobs again is not asked again.
set -euo pipefail

if [ "$APPROVED_ATTEMPT" != "$GITHUB_RUN_ATTEMPT" ]; then
  echo "::error title=prod::prod-approval was given in attempt ${APPROVED_ATTEMPT:-0} of this run, and this is" \
    "attempt $GITHUB_RUN_ATTEMPT. Run all its jobs again, so that it is asked for again."
  exit 1
fi
go run ./release/cmd/release preflight --stack prod --version "$VERSION" --run "$GITHUB_RUN_ID" \
  --release-run "${RELEASE_RUN:-0}"
