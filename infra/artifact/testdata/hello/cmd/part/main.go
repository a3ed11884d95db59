// Command part is packaged by the tests.
package main

import "example.org/hello/version"

func main() { println("part", version.Version) }
