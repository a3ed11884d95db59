#!/usr/bin/env bash
# Starts the pipeline that brings VERSION to prod, as main has it. By this run it finds
# out who asked for it: GitHub takes that one for started by a workflow.
set -euo pipefail

if ! [[ $VERSION =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "the release is called ${VERSION@Q}, which is no version: nothing goes to prod" >&2
  exit 1
fi
# The branch by its full name: a tag may be called as it is.
gh workflow run ci-pipeline__prod.yml --repo "$GITHUB_REPOSITORY" --ref refs/heads/main \
  -f "version=$VERSION" -f "release-run=$GITHUB_RUN_ID"
