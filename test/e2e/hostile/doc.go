// Package hostile sends both services what no honest client sends: the bytes of
// [attempts], one after the other over TCP, to "sgsend serve" and to the zips of a
// deploy in a Lambda host. docs/hostile.md has the table of it, which is written by
//
//	go generate ./test/e2e/hostile
//
//go:generate go test -run ^TestTheTableIsUpToDate$ . -args -update
package hostile
