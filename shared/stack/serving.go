package stack

import "fmt"

// Serving is which versions of a service's function answer: what people call, and what
// was deployed last. Next is nothing where there is no such alias.
type Serving struct {
	Service    string
	Live, Next Pointer
}

// Pointer is where an alias points: at a version, and, while calls go from one to
// another, with a Share of them at a second, from 0 to 1.
type Pointer struct {
	Version, Other string
	Share          float64
}

// FunctionARN is a function as policies refer to it.
func (n Names) FunctionARN(name string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", n.Region, n.Account, n.Function(name))
}
