package stack

import (
	"fmt"
	"strconv"
	"strings"
)

// Pulls is what the stacks of pull requests have in common: they come and go, so an
// account is set up for all of them at once.
const Pulls = "pr"

// OfPull is the stack of a pull request, and AllPulls all of them as policies refer
// to them.
func OfPull(number int) string { return Pulls + "-" + strconv.Itoa(number) }

// AllPulls is the pattern of their names.
const AllPulls = Pulls + "-*"

// Pull is the pull request whose stack this is, if it is one's.
func (n Names) Pull() (number int, is bool) {
	digits, is := strings.CutPrefix(n.Stack, Pulls+"-")
	number, err := strconv.Atoi(digits)
	return number, is && err == nil && number > 0 && n.Stack == OfPull(number)
}

// kin is the stack, or what it has in common with others: the bounds of its roles,
// the key of its state, its pipeline and the parameters that it may read.
func (n Names) kin() string {
	if strings.HasPrefix(n.Stack, Pulls+"-") {
		return Pulls
	}
	return n.Stack
}

// setUp is the name of something that the account's setup makes for a stack.
func (n Names) setUp(what string) string { return Project + "-" + what + "-" + n.kin() }

// checkKin refuses a name that is that of many.
func (n Names) checkKin() error {
	if n.Stack == Pulls {
		return fmt.Errorf("%q is what the stacks of pull requests have in common: use another name", n.Stack)
	}
	return nil
}
