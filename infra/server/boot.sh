#!/bin/bash
# The first start of a host of SGraph Send. What it says is in
# /var/log/cloud-init-output.log, and from there in CloudWatch.
set -euo pipefail
umask 027

export AWS_REGION={{sh .Region}} AWS_DEFAULT_REGION={{sh .Region}}
host=$(cat /var/lib/cloud/data/instance-id)

# The group takes the host in, or another in its place.
answer() {
  aws autoscaling complete-lifecycle-action --instance-id "$host" --lifecycle-action-result "$1" \
    --auto-scaling-group-name {{sh .Group}} --lifecycle-hook-name {{sh .Hook}}
}
trap 'answer ABANDON || true' ERR

again() { # a command, up to ten times
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if "$@"; then return 0; fi
    sleep 3
  done
  return 1
}

# Installs a package of the stack by its key and digest, unless it is the one that
# is there: for this start, and for whoever brings another onto a running host.
mkdir -p /etc/sgsend /usr/local/sbin
cat >/usr/local/sbin/sgsend-install <<'END'
#!/bin/bash
# usage: sgsend-install KEY SHA256
set -euo pipefail
key=$1 sha256=$2
if [ "$(cat /etc/sgsend/package.sha256 2>/dev/null)" = "$sha256" ]; then exit 0; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
AWS_REGION={{sh .Region}} aws s3 cp --only-show-errors s3://{{sh .Package.Bucket}}/"$key" "$folder/sgsend.rpm"
echo "$sha256  $folder/sgsend.rpm" | sha256sum --check --strict --status || {
  echo "s3://{{.Package.Bucket}}/$key is not the file that was built: nothing is installed" >&2
  exit 1
}
rpm --upgrade --oldpackage --replacepkgs "$folder/sgsend.rpm"
echo "$sha256" >/etc/sgsend/package.sha256
END
chmod 0755 /usr/local/sbin/sgsend-install
again /usr/local/sbin/sgsend-install {{sh .Package.Key}} {{sh .Package.SHA256}}

# What the services are told, and where they write.
mkdir -p /var/log/sgsend /etc/systemd/system/sgsend@.service.d
cat >/etc/systemd/system/sgsend@.service.d/log.conf <<'END'
[Service]
StandardOutput=append:/var/log/sgsend/%i.log
StandardError=inherit
END
cat >/etc/logrotate.d/sgsend <<'END'
/var/log/sgsend/*.log {
  size 64M
  rotate 2
  copytruncate
  missingok
}
END
mkdir -p /etc/systemd/system/logrotate.timer.d
cat >/etc/systemd/system/logrotate.timer.d/sgsend.conf <<'END'
[Timer]
OnCalendar=
OnCalendar=hourly
END
{{- range .Services}}
cat >/etc/sgsend/{{.Name}}.env <<'END'
{{lines .Tells -}}
END
chmod 0640 /etc/sgsend/{{.Name}}.env
{{- end}}
systemctl daemon-reload
systemctl try-restart logrotate.timer || echo "nothing rotates the logs of the services here" >&2
# An image may have both services in one process, which would be in the way.
systemctl disable --now sgsend.service sgsend-user.socket sgsend-admin.socket
systemctl enable{{range .Services}} sgsend@{{.Name}}.service{{end}}
again systemctl start{{range .Services}} sgsend@{{.Name}}.service{{end}}

# Nobody is sent here before they can do their work.
{{- range .Services}}
again sgsend health --ready --service {{.Name}}
{{- end}}
answer CONTINUE
trap - ERR

# Their log. Without it they serve all the same, and the alarms see nothing of them.
cat >/etc/sgsend/cloudwatch.json <<'END'
{{agent .Services}}
END
rpm --query --quiet amazon-cloudwatch-agent || again dnf install --assumeyes --quiet amazon-cloudwatch-agent
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \
  -a fetch-config -m ec2 -s -c file:/etc/sgsend/cloudwatch.json
