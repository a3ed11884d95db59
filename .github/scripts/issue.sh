#!/usr/bin/env bash
# Keeps the one issue about a scheduled check current: issue.sh MARKER
# RESULT is the check's result. A check that failed without a report, because
# a stack could not even be reached, is a matter for the issue too.
set -euo pipefail

case $RESULT in
success | failure) ;;
*)
  echo "the check was $RESULT: nothing is known, so nothing is said"
  exit 0
  ;;
esac
if [ "$RESULT" = failure ] && ! compgen -G 'reports/*.md' >/dev/null; then
  mkdir -p reports
  echo "The check failed before it could say anything about a stack; its log says more." >reports/failed.md
fi
if [ "$RESULT" = success ]; then rm -rf reports; fi
go run ./release/cmd/release issue --marker "$1" --title "$TITLE"
