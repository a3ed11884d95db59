package ami

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/nightly"
)

// release is what the variables can be.
func release(t *testing.T) []string {
	t.Helper()
	rpm := filepath.Join(t.TempDir(), "sgsend-linux-arm64.rpm")
	if err := os.WriteFile(rpm, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"-var", "version=v0.4.0", "-var", "rpm=" + rpm, "-var", "sha256=" + strings.Repeat("0", 64)}
}

// packer runs Packer with an AWS that nobody asks.
func packer(t *testing.T, program string, args ...string) (said string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "AWS_REGION=eu-west-2", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing", "PACKER_CONFIG_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Debian's Packer is of the time when the builders were a part of it. What they
// have learned since is left out for it.
func TestTemplateIsValid(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("packer"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: packer is not installed; tools/setup does it where it can be had: %v", err)
	}
	const name = "sgsend.pkr.hcl"
	if said, err := packer(t, "packer", "fmt", "-check", folder); err != nil {
		t.Errorf("not as packer fmt leaves it: %v\n%s", err, said)
	}
	given := release(t)
	validate := func(args ...string) (said string, err error) {
		t.Helper()
		return packer(t, "packer", slices.Concat([]string{"validate"}, given, args)...)
	}
	if said, err := validate("-syntax-only", filepath.Join(folder, name)); err != nil {
		t.Errorf("%v\n%s", err, said)
	}

	old := filepath.Join(t.TempDir(), name)
	known := read(t, name)
	for _, since := range []string{
		"  imds_support = \"v2.0\"\n",
		"  metadata_options {\n    http_endpoint               = \"enabled\"\n" +
			"    http_tokens                 = \"required\"\n    http_put_response_hop_limit = 1\n  }\n",
		"  temporary_security_group_source_public_ip = true\n",
	} {
		if !strings.Contains(known, since) {
			t.Fatalf("the template lacks %q", since)
		}
		known = strings.Replace(known, since, "", 1)
	}
	known = strings.ReplaceAll(known, "${path.root}", filepath.ToSlash(folder))
	if err := os.WriteFile(old, []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := validate(old); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	for what, wrong := range map[string]string{
		"the version":      "version=latest",
		"the digest":       "sha256=abc",
		"the architecture": "architecture=riscv",
	} {
		said, err := validate("-var", wrong, old)
		if err == nil || !strings.Contains(strings.ToLower(said), what+" must") {
			t.Errorf("%v: %v\n%s", wrong, err, said)
		}
	}
}

// At night the template is validated whole, with the plugin that it names.
func TestTemplateIsValidForThePlugin(t *testing.T) {
	t.Parallel()
	if nightly.Or(true, false) {
		t.Skip("the long form is for the night: building Packer and its plugin takes minutes")
	}
	tool := filepath.Join("..", "..", "tools", "packer")
	said, err := packer(t, tool, slices.Concat([]string{"validate"}, release(t), []string{folder})...)
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 69 {
		t.Skipf("SKIPPED, nothing was tested: %s", said)
	}
	if err != nil || !strings.Contains(said, "The configuration is valid.") {
		t.Errorf("%v\n%s", err, said)
	}
}
