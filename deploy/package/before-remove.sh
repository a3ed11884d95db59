#!/bin/sh
# Stops what runs, unless a new version takes its place.
set -e

case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac
[ -d /run/systemd/system ] || exit 0
for unit in sgsend.service sgsend@user.service sgsend@admin.service \
  sgsend-user.socket sgsend-admin.socket sgsend-https.socket sgsend-http.socket \
  sgsend@user.socket sgsend@admin.socket; do
  systemctl disable --quiet --now "$unit"
done
