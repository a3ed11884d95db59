#!/bin/sh
# Stops what runs, unless a new version takes its place.
set -e

case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac
[ -d /run/systemd/system ] || exit 0
systemctl disable --quiet --now sgsend.service sgsend@user.service sgsend@admin.service
systemctl stop 'sgsend*.socket'
