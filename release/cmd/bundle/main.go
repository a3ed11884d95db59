// Command bundle makes what browsers load of the sources of a service's pages; see
// package bundle. It is run by go generate. With "libraries" it makes the scripts of
// others that these sources import; tools/libraries runs that.
package main

import (
	"fmt"
	"os"

	"sgraph.ai/send/release/bundle"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 3 && args[0] == "libraries" {
		scripts, err := bundle.Libraries(args[1])
		if err != nil {
			return err
		}
		return bundle.WriteLibraries(args[2], scripts)
	}
	if len(args) != 3 {
		return fmt.Errorf("usage: bundle SOURCES PATH FOLDER, or bundle libraries TOOLS FOLDER\n" +
			"PATH is where the pages are served, such as /admin, or an empty word")
	}
	site, err := bundle.Site(args[0], args[1])
	if err != nil {
		return err
	}
	return bundle.Write(args[2], site)
}
