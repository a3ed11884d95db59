#!/usr/bin/env bash
# Writes down which versions of STACK are live, as "user=7,admin=3".
# A stack that does not exist yet has none.
set -euo pipefail
live=$(sgsend rollback --stack "$STACK" --show)
echo "live before: ${live:-nothing, this is the first deploy}"
echo "live=$live" >>"$GITHUB_OUTPUT"
