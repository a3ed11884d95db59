#!/usr/bin/env bash
# Moves what is live of STACK to what was tried, in the steps that its settings say,
# and reports them. It becomes the command, which puts all back when it is told to end.
set -euo pipefail
printf '### %s: what is live is moved\n\n````\n' "$STACK" >>"$GITHUB_STEP_SUMMARY"
exec sgsend traffic --stack "$STACK" > >(tee -a "$GITHUB_STEP_SUMMARY") 2>&1
