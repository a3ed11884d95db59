#!/usr/bin/env bash
# Unpacks artifacts of the run: one named, or all that match a pattern, which lie in
# folders of their names unless they are merged.
set -euo pipefail

base=$GITHUB_API_URL/standin/$GITHUB_REPOSITORY/runs/$GITHUB_RUN_ID/artifacts
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $JOB_TOKEN" "$@"; }
if [ -n "$NAME" ]; then
  mkdir -p "$INTO"
  ask -o "$RUNNER_TEMP/artifact.tar" "$base/$NAME" || { cat "$RUNNER_TEMP/artifact.tar"; exit 1; }
  tar -C "$INTO" -xf "$RUNNER_TEMP/artifact.tar"
  exit 0
fi
ask "$base" | while read -r name; do
  # shellcheck disable=SC2053 # it is a pattern
  [[ $name == $PATTERN ]] || continue
  folder=$INTO
  [ "$MERGE" = true ] || folder=$INTO/$name
  mkdir -p "$folder"
  ask "$base/$name" | tar -C "$folder" -xf -
done
