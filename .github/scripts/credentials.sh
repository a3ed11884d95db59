#!/usr/bin/env bash
# Decides how this run reaches a stack, and says so.
#
# in:  STACK, ROLE, ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION, and for the state
#      PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN
# out: mode (role, keys or none), available (true or false), reason
set -euo pipefail

finish() { # finish MODE AVAILABLE REASON
  {
    echo "mode=$1"
    echo "available=$2"
    echo "reason=$3"
  } >>"$GITHUB_OUTPUT"
  if [ "$2" = true ]; then
    echo "::notice title=$STACK::$3"
  else
    echo "::warning title=$STACK::$3"
    printf '### %s: skipped\n\n%s\n' "$STACK" "$3" >>"$GITHUB_STEP_SUMMARY"
  fi
  exit 0
}

without="Nothing of $STACK is deployed, previewed or checked. docs/new-account.md says how to set it up."

if [ -n "${ROLE:-}" ]; then
  mode=role how="the role of the environment"
elif [ -n "${ACCESS_KEY_ID:-}" ] && [ -n "${SECRET_ACCESS_KEY:-}" ]; then
  mode=keys how="the access keys of the secrets"
elif [ -n "${ACCESS_KEY_ID:-}${SECRET_ACCESS_KEY:-}" ]; then
  finish none false "Half of an access key: set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. $without"
else
  finish none false "No AWS credentials: neither the variable AWS_ROLE_ARN nor the secrets\
 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set. $without"
fi
[ -n "${REGION:-}" ] || finish none false "No region: the secret AWS_DEFAULT_REGION is not set. $without"
[ -n "${PULUMI_BACKEND_URL:-}${PULUMI_ACCESS_TOKEN:-}" ] ||
  finish none false "No place for the state of the stacks: neither the variable PULUMI_BACKEND_URL\
 nor the secret PULUMI_ACCESS_TOKEN is set. $without"
finish "$mode" true "Credentials: $how."
