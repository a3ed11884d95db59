// Command greet is packaged by the tests, with what its page is made of.
package main

import (
	"embed"

	"example.org/hello/version"
)

//go:embed site
var site embed.FS

func main() {
	if _, err := site.ReadFile("site/assets/0123456789abcdef/hello.js"); err != nil {
		panic(err)
	}
	println("greet", version.Version)
}
