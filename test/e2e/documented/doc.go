// Package documented goes through the pages as who reads them does: a shell, in a folder
// of its own, is given what stands in the blocks of a page, one command after the other.
//
// A command is run, by the program that the page names, against a simulated AWS, a
// service of this machine and a state of Pulumi that nobody else has (programs_test.go).
// A client of something that is not here, such as a container engine, gets as far as its
// own parser lets it. What other tests run, elsewhere_test.go names together with them,
// by the whole line: whoever changes the line on the page has to look at the test.
package documented
