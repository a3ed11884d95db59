// Command sgsend-manual writes the manual of sgsend, and what shells complete it by,
// into a folder, for those who pack it.
package main

import (
	"fmt"
	"os"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/cli/manual"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sgsend-manual FOLDER")
		os.Exit(2)
	}
	if err := manual.Write(os.Args[1], command.New(command.Process())); err != nil {
		fmt.Fprintln(os.Stderr, "sgsend-manual:", err)
		os.Exit(1)
	}
}
