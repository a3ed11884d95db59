#!/usr/bin/env bash
# Gives the rest of the job credentials for AWS: the keys, or those of a role, which
# GitHub's stand-in hands out to the job that may ask for an identity.
set -euo pipefail

if [ -n "$ROLE" ]; then
  curl -sS --fail-with-body -H "Authorization: Bearer $JOB_TOKEN" --data-urlencode "role=$ROLE" \
    --data-urlencode "session=$SESSION" "$GITHUB_API_URL/standin/$GITHUB_REPOSITORY/assume" >>"$GITHUB_ENV"
else
  {
    echo "AWS_ACCESS_KEY_ID=$KEY"
    echo "AWS_SECRET_ACCESS_KEY=$SECRET"
  } >>"$GITHUB_ENV"
fi
{
  echo "AWS_REGION=$REGION"
  echo "AWS_DEFAULT_REGION=$REGION"
} >>"$GITHUB_ENV"
