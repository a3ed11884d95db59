package command

import "errors"

// named is a flag that names something, as a file: one that is given and empty is a
// variable that is not set in who calls, and would do without what was meant.
type named string

var errNamesNothing = errors.New("it names nothing")

// Set reads the flag.
func (n *named) Set(text string) error {
	if text == "" {
		return errNamesNothing
	}
	*n = named(text)
	return nil
}

// String writes the flag.
func (n *named) String() string { return string(*n) }

// Type names the value in the help text.
func (*named) Type() string { return "string" }
