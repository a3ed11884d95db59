// Command sgsend sends files that nobody in between can read.
package main

import (
	"os"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/cli/roots"
)

func main() {
	roots.FallBack()
	os.Exit(command.Main())
}
