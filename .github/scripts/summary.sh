#!/usr/bin/env bash
# Writes one table of what the jobs of a pipeline did. NEEDS is the needs
# context of the job, as JSON.
set -euo pipefail

{
  printf '## %s\n\n| Job | Result |\n| --- | --- |\n' "${VERSION:-no version}"
  jq -r 'to_entries[] | "| \(.key) | \(.value.result) |"' <<<"$NEEDS"
  if [ "$(jq -r '.credentials.outputs.available // "false"' <<<"$NEEDS")" != true ]; then
    printf '\n**%s was not deployed:** %s\n' "$STACK" \
      "$(jq -r '.credentials.outputs.reason // "the credentials were not checked"' <<<"$NEEDS")"
  fi
} >>"$GITHUB_STEP_SUMMARY"
