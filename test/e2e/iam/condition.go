package iam

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operator is a condition's, taken apart.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type operator struct {
	quantifier string // "", ForAllValues or ForAnyValue
	ifExists   bool   // a key that is not there fulfils it
	negated    bool   // true where none of the policy's values compares
	null       bool   // asks whether the key is there
	compare    func(wanted, got string) (bool, error)
}

// compares are the operators but for those that negate another.
var compares = map[string]func(wanted, got string) (bool, error){
	"StringEquals":           func(w, g string) (bool, error) { return w == g, nil },
	"StringEqualsIgnoreCase": func(w, g string) (bool, error) { return strings.EqualFold(w, g), nil },
	"StringLike":             func(w, g string) (bool, error) { return Glob(w, g), nil },
	"Bool":                   func(w, g string) (bool, error) { return strings.EqualFold(w, g), nil },
	"ArnEquals":              func(w, g string) (bool, error) { return matchesARN(w, g), nil },
	"ArnLike":                func(w, g string) (bool, error) { return matchesARN(w, g), nil },
	"NumericEquals":          numeric(func(g, w float64) bool { return g == w }),
	"NumericLessThan":        numeric(func(g, w float64) bool { return g < w }),
	"NumericLessThanEquals":  numeric(func(g, w float64) bool { return g <= w }),
	"NumericGreaterThan":     numeric(func(g, w float64) bool { return g > w }),
	"NumericGreaterThanEquals": numeric(
		func(g, w float64) bool { return g >= w }),
	"DateEquals":            date(func(c int) bool { return c == 0 }),
	"DateLessThan":          date(func(c int) bool { return c < 0 }),
	"DateLessThanEquals":    date(func(c int) bool { return c <= 0 }),
	"DateGreaterThan":       date(func(c int) bool { return c > 0 }),
	"DateGreaterThanEquals": date(func(c int) bool { return c >= 0 }),
	"IpAddress":             address,
}

// negations are the operators that are true where the other is not.
var negations = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike": "StringLike", "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike",
	"NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
}

func numeric(holds func(got, wanted float64) bool) func(wanted, got string) (bool, error) {
	return func(wanted, got string) (bool, error) {
		w, err := strconv.ParseFloat(wanted, 64)
		if err != nil {
			return false, err
		}
		g, err := strconv.ParseFloat(got, 64)
		return err == nil && holds(g, w), err
	}
}

func date(holds func(order int) bool) func(wanted, got string) (bool, error) {
	parse := func(text string) (time.Time, error) {
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
			return time.Unix(seconds, 0), nil
		}
		return time.Parse(time.RFC3339, text)
	}
	return func(wanted, got string) (bool, error) {
		w, err := parse(wanted)
		if err != nil {
			return false, err
		}
		g, err := parse(got)
		return err == nil && holds(g.Compare(w)), err
	}
}

func address(wanted, got string) (bool, error) {
	if !strings.Contains(wanted, "/") {
		wanted += map[bool]string{true: "/128", false: "/32"}[strings.Contains(wanted, ":")]
	}
	block, err := netip.ParsePrefix(wanted)
	if err != nil {
		return false, err
	}
	ip, err := netip.ParseAddr(got)
	return err == nil && block.Contains(ip), err
}

func parseOperator(text string) (operator, error) {
	var o operator
	name := text
	if before, after, found := strings.Cut(text, ":"); found {
		if before != "ForAllValues" && before != "ForAnyValue" {
			return o, fmt.Errorf("operator %s cannot be evaluated", text)
		}
		o.quantifier, name = before, after
	}
	if name == "Null" {
		o.null = true
		return o, nil
	}
	name, o.ifExists = strings.CutSuffix(name, "IfExists")
	if of, negates := negations[name]; negates {
		o.negated, name = true, of
	}
	o.compare = compares[name]
	if o.compare == nil {
		return o, fmt.Errorf("operator %s cannot be evaluated", text)
	}
	return o, nil
}

// holds says whether a request fulfils a condition.
func (c Condition) holds(r Request, variables bool) (bool, error) {
	o, err := parseOperator(c.Operator)
	if err != nil {
		return false, err
	}
	got, known := r.key(c.Key)
	if !known {
		return false, fmt.Errorf("what %s is of %s cannot be told", c.Key, r.Action)
	}
	if o.null {
		missing := strconv.FormatBool(got == nil)
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, missing) }), nil
	}
	if len(got) == 0 {
		return o.ifExists || o.negated && o.quantifier != "ForAnyValue" || o.quantifier == "ForAllValues", nil
	}
	if o.quantifier == "" && len(got) > 1 {
		return false, fmt.Errorf("%s has %d values, which %s does not compare", c.Key, len(got), c.Operator)
	}
	fulfilled := 0
	for _, g := range got {
		some := false
		for _, w := range c.Values {
			if variables {
				if w, err = r.replace(w); err != nil {
					return false, err
				}
			}
			is, err := o.compare(w, g)
			if err != nil {
				return false, fmt.Errorf("%s of %s: %w", c.Operator, c.Key, err)
			}
			some = some || is
		}
		if some != o.negated {
			fulfilled++
		}
	}
	if o.quantifier == "ForAllValues" {
		return fulfilled == len(got), nil
	}
	return fulfilled > 0, nil
}
