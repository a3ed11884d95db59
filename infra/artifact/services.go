package artifact

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// Services are the commands that a stack runs: the two services, and the canary
// that tries them.
var Services = []Target{
	{
		Name: stack.Zip(metric.User), Package: "sgraph.ai/send/services/user/cmd/send-user",
		Assets: "services/user/site/assets", ServedAt: wire.Assets,
	},
	{
		Name: stack.Zip(metric.Admin), Package: "sgraph.ai/send/services/admin/cmd/send-admin",
		Assets: "services/admin/site/assets", ServedAt: wire.ConsoleAssets,
	},
	{Name: stack.Zip(metric.Canary), Package: "sgraph.ai/send/cli/cmd/send-canary"},
}

// ServicesBuilder builds Services from a checkout into one of its folders.
func ServicesBuilder(root, dir, version string) Builder {
	return Builder{
		Root: root, Dir: within(root, dir), Version: version, VersionVariable: "sgraph.ai/send/shared/version.Version",
	}
}

// ForStack answers what a stack ships of the commands that it runs as functions: the
// zips that lie in promoted, or, if that is empty, ones built from the checkout around
// dir. Their assets are unpacked into the checkout.
func ForStack(
	ctx context.Context, dir, promoted, version, architecture string, functions []Target,
) (Set, error) {
	root, err := Checkout(dir)
	if err != nil {
		return Set{}, err
	}
	var set Set
	if promoted == "" {
		builder := ServicesBuilder(root, filepath.Join("build", "artifacts", architecture), version)
		builder.Update = true
		set, err = builder.Build(ctx, functions, architecture)
	} else {
		set, err = Open(within(root, promoted))
	}
	if err != nil {
		return Set{}, err
	}
	// By their digests, so that stacks that are deployed at once do not meet there.
	return set, set.unpack(filepath.Join(root, "build", "assets"))
}

// within is a folder of a checkout, unless it says itself where it is.
func within(root, dir string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(root, dir)
}

// Checkout finds the folder of go.work, in dir or above it.
func Checkout(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.work")); err == nil {
			return root, nil
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("no go.work in %s or above it: run this in a checkout", dir)
		}
	}
}
