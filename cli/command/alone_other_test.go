//go:build !unix

package command_test

// alone is not tried here: who has no console cannot be made one.
func alone([]string) int { panic("only where there are sessions") }
