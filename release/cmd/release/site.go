package main

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"strconv"
	"strings"

	"sgraph.ai/send/release/site"
)

func siteCommand(f *flag.FlagSet) func(context.Context) error {
	var s site.Site
	f.StringVar(&s.Root, "root", ".", "the repository")
	f.StringVar(&s.Base, "base", "/", "path below which the site is served, with a slash at its end")
	f.StringVar(&s.Source, "source", "", "address below which the repository's files can be read, with a slash at its end")
	f.StringVar(&s.Repository, "repository", "", "address of the repository, such as https://github.com/owner/name")
	dir := f.String("dir", "site", "folder to make it in, which is new or empty")
	return func(ctx context.Context) error { return s.Write(ctx, *dir) }
}

// siteBaseCommand tells the job whether GitHub Pages takes a site, and below which path.
func siteBaseCommand(*flag.FlagSet) func(context.Context) error {
	return func(ctx context.Context) error {
		address, why, err := fromEnvironment().Pages(ctx)
		if err != nil {
			return err
		}
		if why != "" {
			annotate("warning", "The site is not published", why+"; docs/new-account.md says how it is switched on")
		}
		path, err := base(address)
		if err != nil {
			return err
		}
		return errors.Join(output("on", strconv.FormatBool(why == "")), output("base", path))
	}
}

// base is the path of a site, with a slash at its end, which not every address has.
func base(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(u.Path, "/") + "/", nil
}
