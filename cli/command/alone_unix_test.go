//go:build unix

package command_test

import (
	"os"
	"os/exec"
	"syscall"
)

// alone runs a command in a session of its own, which has no terminal, whoever runs the
// tests: it returns its exit code.
func alone(args []string) int {
	c := exec.Command(args[0], args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = c.Run() // as the exit code says
	return c.ProcessState.ExitCode()
}
