package main

import (
	"context"
	"flag"
	"fmt"

	"sgraph.ai/send/release/bom"
	"sgraph.ai/send/release/changelog"
	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/modules"
	"sgraph.ai/send/release/pack"
	"sgraph.ai/send/release/semver"
	"sgraph.ai/send/release/tag"
)

func tagCommand(f *flag.FlagSet) func(context.Context) error {
	line := f.String("line", "", "dev counts up the third number, main the second")
	remote := f.String("remote", "origin", "where the tag is pushed; empty keeps it here")
	return func(ctx context.Context) error {
		l, err := semver.ParseLine(*line)
		if err != nil {
			return err
		}
		made, err := tag.Tagger{Repo: git.Repo{Dir: "."}, Line: l, Remote: *remote}.Tag(ctx)
		if err != nil {
			return err
		}
		if made.Overtaken {
			// A success: what it brought is out, with the commit after it.
			annotate("notice", "Overtaken",
				"a commit after this one is "+made.Version.String()+" already, so this one gets no version")
			return nil
		}
		fmt.Println(made.Version)
		return output("version", made.Version.String())
	}
}

func modulesCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "a tag, such as v0.4.0")
	remote := f.String("remote", "origin", "where the modules' tags are pushed; empty keeps them here")
	return func(ctx context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		made, err := modules.Publisher{Repo: git.Repo{Dir: "."}, Remote: *remote}.Publish(ctx, v)
		if err == nil && !made {
			fmt.Println("the modules of " + v.String() + " are published already")
		}
		return err
	}
}

func changelogCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "a tag, such as v0.4.0")
	return func(ctx context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		text, err := changelog.Write(ctx, git.Repo{Dir: "."}, v)
		fmt.Print(text)
		return err
	}
}

func binariesCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "version to stamp, such as v0.4.0")
	dir := f.String("dir", "dist", "folder to fill")
	return func(ctx context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		return dist.BuildCLI(ctx, ".", *dir, v.String(), dist.Systems)
	}
}

func packagesCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "version of the binaries, such as v0.4.0")
	dir := f.String("dir", "dist", "folder that has them, and gets the packages")
	return func(ctx context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		return pack.All(ctx, ".", *dir, v.String())
	}
}

func pagesCommand(f *flag.FlagSet) func(context.Context) error {
	dir := f.String("dir", "dist", "folder with the binaries, which gets the list")
	return func(ctx context.Context) error { return dist.ListPages(ctx, *dir) }
}

func bomsCommand(f *flag.FlagSet) func(context.Context) error {
	version := f.String("version", "", "version of the zips and binaries, such as v0.4.0")
	dir := f.String("dir", "dist", "folder that has them, and gets the lists")
	return func(context.Context) error {
		v, err := semver.Parse(*version)
		if err != nil {
			return err
		}
		return bom.All(*dir, v.String())
	}
}

func sumsCommand(f *flag.FlagSet) func(context.Context) error {
	dir := f.String("dir", "dist", "folder to list")
	return func(context.Context) error { return dist.WriteSums(*dir) }
}

func verifyCommand(f *flag.FlagSet) func(context.Context) error {
	dir := f.String("dir", "dist", "folder to verify")
	return func(context.Context) error {
		if err := dist.Verify(*dir); err != nil {
			return err
		}
		fmt.Println("every file is the one that was built")
		return nil
	}
}
