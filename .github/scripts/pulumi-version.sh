#!/usr/bin/env bash
# Tells the job which Pulumi goes with the program: the release of its SDK.
set -euo pipefail
version=$(cd infra && go list -m -f '{{.Version}}' github.com/pulumi/pulumi/sdk/v3)
echo "version=${version#v}" >>"$GITHUB_OUTPUT"
