// Package volume tells what systems say of a disk in ways of their own.
package volume
