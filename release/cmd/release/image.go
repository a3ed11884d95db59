package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"sgraph.ai/send/release/image"
	"sgraph.ai/send/release/semver"
)

func imageCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "version that the binaries are stamped with, such as v0.4.0")
	dir := f.String("dir", "dist", "folder with the binaries")
	record := f.Bool("record", false, "write the digest into the folder, as "+image.RecordName)
	layout := f.String("layout", "", "folder to write the image into, in OCI's layout")
	var push []name.Repository
	f.Func("push", "repository that gets it under the version as its tag; can be repeated", func(ref string) error {
		to, err := name.NewRepository(ref, name.StrictValidation)
		push = append(push, to)
		return err
	})
	return func(ctx context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		i, err := image.Assemble(*dir, v.String())
		if err != nil {
			return err
		}
		digest, err := i.Digest()
		if err != nil {
			return err
		}
		if *record {
			if err := i.WriteRecord(*dir); err != nil {
				return err
			}
		}
		if *layout != "" {
			if err := i.WriteLayout(*layout); err != nil {
				return err
			}
		}
		for _, to := range push {
			if err := i.Push(ctx, to.Tag(v.String()), remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
				return err
			}
		}
		fmt.Println(digest)
		return output("digest", digest.String())
	}
}
