// Package repository holds the repository as a whole to its rules: which
// package may import which, that every package says what it is for, that links
// in the pages lead somewhere, and that the forms are what GitHub can read.
package repository
