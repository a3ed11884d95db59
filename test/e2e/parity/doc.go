// Package parity holds the readers in Go and in JavaScript against each other: what one
// takes the other takes, and reads the same from it, whoever wrote it.
package parity
