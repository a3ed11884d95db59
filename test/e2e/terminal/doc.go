// Package terminal records sgsend at a terminal, against a service of its own, and draws
// the recording that the README shows. The recording is docs/pictures/terminal.cast, in
// asciinema's form; the drawing beside it, terminal.svg, moves without a script.
// make pictures makes both anew; a test fails where sgsend says something else by now.
package terminal
