// Command build-artifacts packages the services for Lambda, once, for every
// stack: the folder it writes is what a release holds and what a deploy ships
// when SEND_ARTIFACTS_DIR names it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"sgraph.ai/send/infra/artifact"
)

func main() {
	root := flag.String("root", ".", "the checkout to build")
	out := flag.String("out", "build/artifacts/release", "folder for the zips and their manifest")
	version := flag.String("version", os.Getenv("SEND_VERSION"), "version to stamp; empty keeps the one in the source")
	architectures := flag.String("arch", "arm64", "processors, separated by commas: arm64, x86_64")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	set, err := artifact.ServicesBuilder(*root, *out, *version).
		Build(ctx, artifact.Services, strings.Split(*architectures, ",")...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "build-artifacts:", err)
		os.Exit(1)
	}
	for _, z := range set.Zips {
		fmt.Printf("%s  %s  (%.2f MB)\n", z.SHA256, z.File, float64(z.Size)/(1<<20))
	}
}
