package ami

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// folder has the template.
var folder = filepath.Join("..", "..", "deploy", "packer")

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks are the template's, from the outside in: a type and its labels each.
type blocks []*hclsyntax.Block

func template(t *testing.T) blocks {
	t.Helper()
	file, faults := hclparse.NewParser().ParseHCL([]byte(read(t, "sgsend.pkr.hcl")), "sgsend.pkr.hcl")
	if faults.HasErrors() {
		t.Fatal(faults)
	}
	return blocks(file.Body.(*hclsyntax.Body).Blocks)
}

// one is the only block of a type.
func (all blocks) one(t *testing.T, name string) *hclsyntax.Block {
	t.Helper()
	var found blocks
	for _, b := range all {
		if b.Type == name {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		t.Fatalf("there are %d blocks %q", len(found), name)
	}
	return found[0]
}

// value is what an attribute is, where that is the same in every image.
func value(t *testing.T, in *hclsyntax.Block, name string) cty.Value {
	t.Helper()
	attribute := in.Body.Attributes[name]
	if attribute == nil {
		t.Errorf("%s has no %s", in.Type, name)
		return cty.NilVal
	}
	variables := &hcl.EvalContext{Variables: map[string]cty.Value{
		"var": cty.ObjectVal(map[string]cty.Value{
			"architecture": cty.StringVal("arm64"), "sha256": cty.StringVal("DIGEST"), "rpm": cty.StringVal("RPM"),
			"kms_key": cty.StringVal("KEY"),
		}),
		"path": cty.ObjectVal(map[string]cty.Value{"root": cty.StringVal("deploy/packer")}),
	}}
	v, faults := attribute.Expr.Value(variables)
	if faults.HasErrors() {
		t.Fatal(faults)
	}
	return v
}

func text(v cty.Value) string {
	if v == cty.NilVal || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

func TestImageIsSafe(t *testing.T) {
	t.Parallel()
	source := template(t).one(t, "source")
	inside := blocks(source.Body.Blocks)
	metadata, disk := inside.one(t, "metadata_options"), inside.one(t, "launch_block_device_mappings")
	base := inside.one(t, "source_ami_filter")
	for _, c := range []struct {
		in   *hclsyntax.Block
		name string
		want cty.Value
	}{
		{source, "imds_support", cty.StringVal("v2.0")},
		{metadata, "http_tokens", cty.StringVal("required")},
		{metadata, "http_endpoint", cty.StringVal("enabled")},
		{metadata, "http_put_response_hop_limit", cty.NumberIntVal(1)},
		{source, "encrypt_boot", cty.True},
		{source, "kms_key_id", cty.StringVal("KEY")},
		{disk, "encrypted", cty.True},
		{disk, "volume_type", cty.StringVal("gp3")},
		{disk, "delete_on_termination", cty.True},
		{base, "owners", cty.TupleVal([]cty.Value{cty.StringVal("amazon")})},
		{base, "most_recent", cty.True},
		{source, "ssh_clear_authorized_keys", cty.True},
		{source, "temporary_security_group_source_public_ip", cty.True},
	} {
		if got := value(t, c.in, c.name); got == cty.NilVal || !got.RawEquals(c.want) {
			t.Errorf("%s of %s is not what it has to be", c.name, c.in.Type)
		}
	}
	if name := text(value(t, base, "filters").GetAttr("name")); name != "al2023-ami-2023.*-kernel-6.1-arm64" {
		t.Errorf("it is made of %s", name)
	}
	// It is the account's own, and made with nobody's keys but the caller's.
	for name := range source.Body.Attributes {
		if slices.Contains([]string{
			"ami_users", "ami_groups", "ami_org_arns", "ami_ou_arns", "snapshot_users", "snapshot_groups", "access_key",
			"secret_key", "token", "user_data", "user_data_file", "skip_save_build_region",
		}, name) {
			t.Errorf("%s is set", name)
		}
	}
}

func TestNothingIsInstalledButWhatWasReleased(t *testing.T) {
	t.Parallel()
	build := template(t).one(t, "build")
	var kinds []string
	for _, b := range build.Body.Blocks {
		kinds = append(kinds, b.Labels...)
		switch b.Labels[0] {
		case "file":
			if text(value(t, b, "source")) != "RPM" || text(value(t, b, "destination")) != "/tmp/sgsend.rpm" {
				t.Error("the rpm goes elsewhere")
			}
		case "shell":
			told := value(t, b, "environment_vars")
			if !told.RawEquals(cty.TupleVal([]cty.Value{cty.StringVal("SHA256=DIGEST")})) {
				t.Error("the script is not told the digest")
			}
			if text(value(t, b, "script")) != "deploy/packer/install.sh" {
				t.Error("another script is run")
			}
		}
	}
	if !slices.Equal(kinds, []string{"file", "shell"}) {
		t.Errorf("its provisioners are %v", kinds)
	}
	script := read(t, "install.sh")
	checked, installed := strings.Index(script, "sha256sum --check --strict\n"), strings.Index(script, "rpm --install")
	if checked < 0 || installed < checked {
		t.Error("the digest is not checked before the package is installed")
	}
	for _, reaches := range []string{"http", "curl", "wget", "dnf", "yum", "aws "} {
		if strings.Contains(script, reaches) {
			t.Errorf("the script asks the network for something: %s", reaches)
		}
	}
}
