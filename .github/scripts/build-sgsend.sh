#!/usr/bin/env bash
# Builds sgsend from this checkout and puts it on the job's PATH.
set -euo pipefail
bin=$RUNNER_TEMP/bin
go build -trimpath -o "$bin/sgsend" ./cli/cmd/sgsend
echo "$bin" >>"$GITHUB_PATH"
