#!/usr/bin/env bash
# Runs one operation of the Pulumi program on STACK: pulumi.sh OPERATION
#
#   deploy   bring the stack to VERSION from the zips in SEND_ARTIFACTS_DIR, or, where
#            it is empty, from what the program builds
#   settle   have the state know what was made live since; nothing is changed
#   preview  report what a deploy would change
#   drift    report what differs from what was deployed; a difference fails
#   outputs  tell the job the stack's addresses and version
#   unlock   take back the lock of what ran in this job and was cut off
#   destroy  remove the stack, and all that it has
#   list     tell the job which stacks there are
#
# The program, with its stack files, is in the folder PROGRAM, or in this one. The
# stacks of pull requests, pr-NUMBER, have one file between them, Pulumi.pr.yaml.
# Where the state lives is Pulumi's own environment: PULUMI_BACKEND_URL, or
# PULUMI_ACCESS_TOKEN for Pulumi Cloud. PULUMI_SECRETS_PROVIDER encrypts the
# secrets of a new stack, or else what its stack file names, or Pulumi Cloud, or
# PULUMI_CONFIG_PASSPHRASE. A stack that nothing encrypts is not deployed.
# Reports go to REPORTS as OPERATION-STACK.md and to the job's summary.
set -euo pipefail

operation=$1
# shellcheck disable=SC2153 # STACK comes from the job
stack=${PULUMI_ORG:+$PULUMI_ORG/}$STACK
reports=$(realpath -m "${REPORTS:-reports}")
cd "${PROGRAM:-.}"
case $STACK in pr-*) cp Pulumi.pr.yaml "Pulumi.$STACK.yaml" ;; esac

# Where a stack file names no secrets provider, Pulumi finds it in the state.
export PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true
export PULUMI_SKIP_UPDATE_CHECK=true
plain=(--stack "$stack" --non-interactive --color never)
# A secret that was never set comes as an empty one, which Pulumi takes for a
# passphrase: everybody knows it.
[ -n "${PULUMI_CONFIG_PASSPHRASE:-}" ] || unset PULUMI_CONFIG_PASSPHRASE

tell() { echo "$1=$2" >>"$GITHUB_OUTPUT"; }

# secret_names are the variables whose values must stand in no report. The
# log masks them by itself; a report is a file, which nothing masks.
secret_names=(AWS_ACCOUNT_ID FAST_API__AUTH__API_KEY__VALUE FAST_API__AUTH__API_KEY__OLD_VALUE
  SEND__OIDC_CLIENT_SECRET SGRAPH_SEND__ADMIN__API_KEY__VALUE SGSEND_TOKEN
  AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL SGRAPH_SEND__ADMIN__BASE_URL CACHE__SERVICE__BUCKET_NAME
  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN PULUMI_ACCESS_TOKEN PULUMI_CONFIG_PASSPHRASE)

redact() {
  local text name value
  text=$(cat)
  for name in "${secret_names[@]}"; do
    value=${!name:-}
    [ -z "$value" ] || text=${text//"$value"/***}
  done
  printf '%s\n' "$text"
}

# report HEADLINE [FILE]: a headline, with a file folded away under it.
report() {
  mkdir -p "$reports"
  {
    echo "### $STACK: $1"
    if [ -n "${2:-}" ]; then
      printf '\n<details><summary>what Pulumi says</summary>\n\n````\n'
      redact <"$2"
      printf '````\n</details>\n'
    fi
  } >"$reports/$operation-$STACK.md"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$reports/$operation-$STACK.md" >>"$GITHUB_STEP_SUMMARY"; fi
}

# quietly FILE COMMAND...: runs a command with its output in the log and in a file.
# GitHub interrupts this script alone, and seconds later kills it: the command is
# told at once, so that Pulumi ends what it does, and its lock. As a job of its own
# it heeds an interrupt, which a shell has its background commands ignore.
quietly() {
  local file=$1 out tee job code=0
  shift
  exec {out}> >(tee "$file")
  tee=$!
  set -m
  "$@" >&"$out" 2>&1 &
  job=$!
  exec {out}>&-
  trap 'kill -INT "$job" 2>/dev/null || true' INT TERM
  wait "$job" || code=$?
  while kill -0 "$job" 2>/dev/null; do wait "$job" || code=$?; done
  trap - INT TERM
  set +m
  wait "$tee"
  return "$code"
}

# cut is there while a deploy of this job runs, and after it was killed.
cut=$RUNNER_TEMP/deploys-$STACK

# changing COMMAND...: runs what changes the stack. Pulumi that fails, with 255 as a
# rule, leaves no lock; one that was killed, for want of memory perhaps, does.
changing() {
  local code=0
  touch "$cut"
  quietly "$said" "$@" || code=$?
  [[ $code -gt 128 && $code -lt 255 ]] || rm "$cut"
  return "$code"
}

said=$(mktemp)
trap 'rm -f "$said"' EXIT

# select_stack [--create]: answers 1 if there is no such stack.
select_stack() {
  if pulumi stack select "$stack" --non-interactive "$@" >"$said" 2>&1; then return 0; fi
  if grep -q 'no stack named' "$said"; then return 1; fi
  cat "$said" >&2
  exit 1
}

output_of() { pulumi stack output "$1" "${plain[@]}" 2>/dev/null || true; }

tell_outputs() {
  tell user-url "$(output_of userUrl)"
  tell admin-url "$(output_of adminUrl)"
  tell next-user-url "$(output_of userNextUrl)"
  tell next-admin-url "$(output_of adminNextUrl)"
  tell version "$(output_of releaseVersion)"
}

summary_line() {
  grep -E '^ +[+~-].* to (create|update|delete|replace)|^ +[0-9]+ unchanged' "$said" | redact | xargs echo
}

case $operation in
deploy)
  # What the stack file names Pulumi passes by when it makes a stack.
  provider=${PULUMI_SECRETS_PROVIDER:-$(sed -n 's/^secretsprovider: *//p' "Pulumi.$STACK.yaml" 2>/dev/null || true)}
  if [ -z "${PULUMI_CONFIG_PASSPHRASE:-}" ] &&
    { [ "$provider" = passphrase ] || [ -z "$provider" ] && [ -z "${PULUMI_ACCESS_TOKEN:-}" ]; }; then
    report "nothing encrypts the secrets in the state, so nothing was deployed: set secretsprovider in \
Pulumi.$STACK.yaml, the variable PULUMI_SECRETS_PROVIDER, or the secret PULUMI_CONFIG_PASSPHRASE"
    exit 1
  fi
  select_stack --create ${provider:+--secrets-provider "$provider"}
  # Two pushes can overtake each other on their way here; the newer one stays.
  running=$(output_of releaseVersion)
  if [ "${ALLOW_OLDER:-}" != true ] && [ "$running" != "$VERSION" ] &&
    [ "$(printf '%s\n' "$running" "$VERSION" | sort -V | tail -n 1)" = "$running" ]; then
    report "$VERSION was not deployed: $running, which is newer, is there already"
    tell deployed false
    tell_outputs
    exit 0
  fi
  if [ -z "${SEND_ARTIFACTS_DIR:-}" ]; then export SEND_VERSION=$VERSION; fi
  # --refresh: what was done by hand since, a rollback for one, is put right.
  if ! changing pulumi up --yes --refresh --skip-preview "${plain[@]}"; then
    report "the deploy of $VERSION failed; it can be repeated" "$said"
    exit 1
  fi
  report "$VERSION deployed (before: ${running:-nothing})" "$said"
  tell deployed true
  tell_outputs
  ;;
settle)
  # The program wants the newest version to be live, which it is by now.
  select_stack
  if ! quietly "$said" pulumi refresh --yes --skip-preview "${plain[@]}" \
    --target '**:Alias::user-live' --target '**:Alias::admin-live'; then
    report "the state does not know what is live; the next deploy finds out" "$said"
    exit 1
  fi
  ;;
preview)
  if ! select_stack; then
    report "has never been deployed, so everything would be new"
    exit 0
  fi
  # With the version that is deployed, equal source gives equal bytes, and the
  # diff shows what changed rather than that a commit was made.
  [ -n "${SEND_VERSION:-}" ] || SEND_VERSION=$(output_of releaseVersion)
  export SEND_VERSION
  if ! quietly "$said" pulumi preview --diff "${plain[@]}"; then
    report "the preview failed" "$said"
    exit 1
  fi
  changes=$(summary_line)
  report "${changes:-no changes}" "$said"
  ;;
drift)
  if ! select_stack; then
    echo "$STACK has never been deployed: it cannot drift."
    exit 0
  fi
  SEND_VERSION=$(output_of releaseVersion)
  export SEND_VERSION
  if ! quietly "$said" pulumi preview --refresh --expect-no-changes --diff "${plain[@]}"; then
    if grep -q 'no changes were expected' "$said"; then
      report "differs from what was deployed ($SEND_VERSION)" "$said"
    else
      report "could not be compared with what was deployed" "$said"
    fi
    exit 1
  fi
  ;;
outputs)
  if ! select_stack; then
    echo "$STACK has never been deployed."
    exit 0
  fi
  tell_outputs
  ;;
unlock)
  [ -e "$cut" ] || exit 0 # it ended by itself, or found the lock of somebody else
  pulumi cancel --yes "$stack" --non-interactive
  rm "$cut"
  report "what ran was cut off. Its lock was taken back, and the next run goes on where it ended"
  ;;
destroy)
  if ! select_stack; then
    report "there is no such stack, so nothing was destroyed"
    exit 0
  fi
  # Whoever else makes or removes the stack waits for this job, so a lock is what a run
  # left that was cut off.
  pulumi cancel --yes "$stack" --non-interactive || true
  # The state was written by a program that may have come from a pull request. What it
  # names runs here as a plugin, so no other is fetched than AWS's own.
  for plugin in $(pulumi stack export "${plain[@]}" |
    jq -r '[.deployment.resources[]? | select(.type == "pulumi:providers:aws") | .inputs.version // empty] | unique[]'); do
    if [[ $plugin =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] && ! command -v pulumi-resource-aws >/dev/null; then
      pulumi plugin install resource aws "$plugin" --exact
    fi
  done
  export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
  if ! changing pulumi destroy --yes --skip-preview "${plain[@]}"; then
    report "could not be destroyed; it is tried again when it is asked for, and every night" "$said"
    exit 1
  fi
  pulumi stack rm --yes "$stack" --non-interactive
  report "destroyed"
  ;;
list)
  tell stacks "$(pulumi stack ls --json --non-interactive | jq -r '[.[].name | split("/") | last] | join(" ")')"
  ;;
*)
  echo "pulumi.sh: unknown operation '$operation'" >&2
  exit 2
  ;;
esac
