// Command sgsend sends files that nobody in between can read.
package main

import (
	"os"

	"sgraph.ai/send/cli/command"
)

func main() { os.Exit(command.Main()) }
