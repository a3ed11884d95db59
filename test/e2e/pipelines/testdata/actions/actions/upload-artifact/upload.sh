#!/usr/bin/env bash
# Keeps the files of a folder as an artifact of the run.
set -euo pipefail

if [ -z "$(find "$FROM" -type f 2>/dev/null | head -n 1)" ]; then
  echo "No files were found with the provided path: $FROM"
  [ "$MISSING" != error ] || exit 1
  exit 0
fi
tar -C "$FROM" -c . | curl -sS --fail-with-body -T - -H "Authorization: Bearer $JOB_TOKEN" \
  "$GITHUB_API_URL/standin/$GITHUB_REPOSITORY/runs/$GITHUB_RUN_ID/artifacts/$NAME?overwrite=$OVERWRITE"
