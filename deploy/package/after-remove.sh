#!/bin/sh
# What was sent is nobody's to remove but the operator's.
set -e

case "$1" in
purge)
  [ ! -d /var/lib/sgsend ] || echo "sgsend: /var/lib/sgsend has the data still; rm -r /var/lib/sgsend removes it"
  ;;
esac
[ ! -d /run/systemd/system ] || systemctl daemon-reload
