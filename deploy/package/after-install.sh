#!/bin/sh
# Makes the service's user, and restarts what runs of a version before. Nothing
# is enabled: where it keeps its data and who reaches it is to be said first.
set -e

systemd-sysusers sgsend.conf
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
# The sockets stay: whoever asks meanwhile waits for the new process.
systemctl try-restart sgsend.service 'sgsend@*.service' ||
  echo "sgsend was not restarted; systemctl status 'sgsend*' says why" >&2
