#!/usr/bin/env bash
# Tells pull request NUMBER what became of OPERATION on its stack, in one comment.
set -euo pipefail
go run ./release/cmd/release stack --pull-request "$NUMBER" --operation "$OPERATION" --commit "$COMMIT" \
  --until "$UNTIL" --succeeded="$SUCCEEDED" --user-url "$USER_URL" --admin-url "$ADMIN_URL" --missing "$MISSING"
