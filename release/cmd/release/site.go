package main

import (
	"context"
	"flag"

	"sgraph.ai/send/release/site"
)

func siteCommand(f *flag.FlagSet) func(context.Context) error {
	var s site.Site
	f.StringVar(&s.Root, "root", ".", "the repository")
	f.StringVar(&s.Base, "base", "/", "path below which the site is served, with a slash at its end")
	f.StringVar(&s.Source, "source", "", "address below which the repository's files can be read, with a slash at its end")
	dir := f.String("dir", "site", "folder to make it in, which is new or empty")
	return func(context.Context) error { return s.Write(*dir) }
}
