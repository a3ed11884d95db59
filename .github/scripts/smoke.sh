#!/usr/bin/env bash
# Runs the smoke test against USER_URL and ADMIN_URL and reports it. The key
# stays in the environment: no argument of a process carries it.
#
# Where it is a reference, only the role of a deploy can read it (OPERATION). The
# check from outside goes without, and sends with SGSEND_TOKEN if there is one.
set -euo pipefail
if [[ $OPERATION != deploy && $FAST_API__AUTH__API_KEY__VALUE == ssm:* ]]; then
  unset FAST_API__AUTH__API_KEY__VALUE
fi

reports=${REPORTS:-reports}
mkdir -p "$reports"
outcome=passed
sgsend smoke "$USER_URL" --admin "$ADMIN_URL" \
  --api-key-env FAST_API__AUTH__API_KEY__VALUE --api-key-header "$FAST_API__AUTH__API_KEY__NAME" \
  2>&1 | tee "$reports/smoke.txt" || outcome=failed
{
  printf '### %s: smoke test %s\n\n````\n' "$STACK" "$outcome"
  cat "$reports/smoke.txt"
  printf '````\n'
} >"$reports/smoke-$STACK.md"
rm "$reports/smoke.txt"
cat "$reports/smoke-$STACK.md" >>"$GITHUB_STEP_SUMMARY"
[ "$outcome" = passed ]
