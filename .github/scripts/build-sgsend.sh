#!/usr/bin/env bash
# Builds sgsend from this checkout and puts it on the job's PATH; and, as sgsend-there,
# that of the version in source/, if one is there: a service is asked by the smoke
# test of its own release.
set -euo pipefail
bin=$RUNNER_TEMP/bin
go build -trimpath -o "$bin/sgsend" ./cli/cmd/sgsend
if [ -d source ]; then go -C source build -trimpath -o "$bin/sgsend-there" ./cli/cmd/sgsend; fi
echo "$bin" >>"$GITHUB_PATH"
