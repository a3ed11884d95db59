// Command bare is the least that a function in Go can be: what starting one
// costs before it does anything.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() {
	lambda.Start(func() error { return nil })
}
