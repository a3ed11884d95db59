#!/bin/bash
# Makes of an instance of Amazon Linux what the image is to be: the package, of
# which SHA256 is the digest, enabled, and nothing of this one instance.
set -euo pipefail

rpm=/tmp/sgsend.rpm
echo "$SHA256  $rpm" | sha256sum --check --strict
# Nothing is asked of the network.
rpm --install "$rpm"
rm "$rpm"
# A stack whose package it is does not fetch it again (docs/run/ec2.md).
echo "$SHA256" >/etc/sgsend/package.sha256

# People reach it on every address; the console is reached by the session manager.
mkdir -p /etc/systemd/system/sgsend-user.socket.d /etc/systemd/system/sgsend.service.d
cat >/etc/systemd/system/sgsend-user.socket.d/address.conf <<'UNIT'
[Socket]
ListenStream=
ListenStream=8080
UNIT
# What user data writes to /etc/sgsend is there before it starts.
cat >/etc/systemd/system/sgsend.service.d/user-data.conf <<'UNIT'
[Unit]
After=cloud-init.service
UNIT
systemctl enable sgsend.service sgsend-user.socket sgsend-admin.socket

# Nobody comes by SSH, and the session manager's agent is there.
systemctl is-enabled amazon-ssm-agent.service
systemctl disable sshd.service

# What is of this instance alone is made anew by each that boots.
cloud-init clean --logs
rm -rf /etc/ssh/ssh_host_* /var/lib/systemd/random-seed /var/log/journal/* /root/.ssh /root/.bash_history
: >/etc/machine-id
