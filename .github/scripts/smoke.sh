#!/usr/bin/env bash
# Runs the smoke test against USER_URL and ADMIN_URL, which have to be of VERSION
# where one is named, and reports it: for people as smoke-STACK.md, and for whoever
# signs it as smoke-STACK.json. The key stays in the environment: no argument of a
# process carries it.
#
# Where it is a reference, only the role of a deploy can read it (OPERATION). The
# check from outside goes without, and sends with SGSEND_TOKEN if there is one.
#
# NEXT says that they are the addresses of what is not live yet, which ask for what the
# stack's front shows, where it has one: its program, in the folder PROGRAM, tells.
set -euo pipefail
if [[ $OPERATION != deploy && $FAST_API__AUTH__API_KEY__VALUE == ssm:* ]]; then
  unset FAST_API__AUTH__API_KEY__VALUE
fi

reports=${REPORTS:-reports}
mkdir -p "$reports"
outcome=passed at='' front=()
if [ "${NEXT:-}" = true ]; then
  at=' of what is next'
  ORIGIN_SECRET=$(pulumi --cwd "${PROGRAM:-.}" stack output originSecret --show-secrets --non-interactive \
    --stack "${PULUMI_ORG:+$PULUMI_ORG/}$STACK" 2>/dev/null || true)
  if [ -n "$ORIGIN_SECRET" ]; then
    echo "::add-mask::$ORIGIN_SECRET"
    export ORIGIN_SECRET
    front=(--origin-secret-env ORIGIN_SECRET)
  fi
fi
# The one of the version that is asked, where it was built.
sgsend=$(command -v sgsend-there || echo sgsend)
"$sgsend" smoke "$USER_URL" --admin "$ADMIN_URL" ${VERSION:+--version "$VERSION"} --json="$reports/smoke.json" \
  --api-key-env FAST_API__AUTH__API_KEY__VALUE --api-key-header "$FAST_API__AUTH__API_KEY__NAME" \
  "${front[@]}" \
  2>&1 | tee "$reports/smoke.txt" || outcome=failed
if [ "$outcome" = passed ]; then
  jq --arg stack "$STACK" --arg run "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID" \
    '.[0] + {$stack, $run}' "$reports/smoke.json" >"$reports/smoke-$STACK.json"
fi
{
  printf '### %s: smoke test%s %s\n\n````\n' "$STACK" "$at" "$outcome"
  cat "$reports/smoke.txt"
  printf '````\n'
} >"$reports/smoke-$STACK.md"
rm -f "$reports/smoke.txt" "$reports/smoke.json"
cat "$reports/smoke-$STACK.md" >>"$GITHUB_STEP_SUMMARY"
[ "$outcome" = passed ]
