package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Request is what is asked of AWS: one action on one resource.
type Request struct {
	Action   string              // such as dynamodb:GetItem
	Resource string              // an ARN, or "*" where the action knows no resources
	Keys     map[string][]string // of conditions, by name; nil = the request has none of that name
}

// key returns the values of a condition's key, whose name counts the same in either
// case, and whether anything is known of it. A key of tags that a request does not
// carry is not there.
func (r Request) key(name string) (values []string, known bool) {
	for k, v := range r.Keys {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, strings.HasPrefix(strings.ToLower(name), "aws:requesttag/")
}

// replace fills in a policy's variables.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (r Request) replace(text string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("${%s is not closed", rest)
		}
		text = after
		switch name {
		case "*", "?", "$":
			// Literally. No resource of a stack has one of the first two in its name.
			b.WriteString(name)
			continue
		}
		values, known := r.key(name)
		if !known || len(values) != 1 {
			return "", fmt.Errorf("variable ${%s} cannot be told", name)
		}
		b.WriteString(values[0])
	}
}

// matches says whether a statement speaks of a request; for whom it speaks is not
// looked at.
func (s Statement) matches(r Request) (bool, error) {
	action := func(pattern string) bool { return matchesAction(pattern, r.Action) }
	if len(s.Actions) > 0 && !slices.ContainsFunc(s.Actions, action) ||
		len(s.NotActions) > 0 && slices.ContainsFunc(s.NotActions, action) {
		return false, nil
	}
	some := func(patterns []string) (bool, error) {
		for _, p := range patterns {
			if s.variables {
				var err error
				if p, err = r.replace(p); err != nil {
					return false, err
				}
			}
			if matchesARN(p, r.Resource) {
				return true, nil
			}
		}
		return false, nil
	}
	within, err := some(s.Resources)
	if err != nil || len(s.Resources) > 0 && !within {
		return false, err
	}
	without, err := some(s.NotResources)
	if err != nil || without {
		return false, err
	}
	for _, c := range s.Conditions {
		if fulfilled, err := c.holds(r, s.variables); err != nil || !fulfilled {
			return false, err
		}
	}
	return true, nil
}

// Principal is who asks, by the type and name that resource policies call it by:
// AWS and the ARN of a role, Service and lambda.amazonaws.com, Federated and the ARN
// of a provider.
type Principal struct{ Type, Name string }

// speaksOf says whether a statement of a resource's policy is about someone, and
// whether by name: the account's root stands for the whole account, of which each
// policy says by itself what it grants.
func (s Statement) speaksOf(p Principal) (speaks, byName bool) {
	is := func(of map[string][]string) (bool, bool) {
		if _, everyone := of["*"]; everyone {
			return true, true
		}
		for _, name := range of[p.Type] {
			account, isRoot := strings.CutSuffix(name, ":root")
			switch {
			case name == "*", name == p.Name:
				return true, true
			case p.Type != "AWS":
			case isRoot && strings.HasPrefix(p.Name, account+":"), len(name) == 12 && strings.Contains(p.Name, ":"+name+":"):
				return true, false
			}
		}
		return false, false
	}
	if s.NotPrincipals != nil {
		named, _ := is(s.NotPrincipals)
		return !named, !named
	}
	return is(s.Principals)
}

// Policies are all that decide on what one role asks.
type Policies struct {
	Identity []Document
	Boundary *Document // nil = none
	// Resource is the policy of what is asked for, nil where it has none; By is
	// what it calls the asker. Sole says that without a word of it nothing is granted,
	// as of keys and of roles to be assumed.
	Resource *Document
	By       Principal
	Sole     bool
}

// Decision is what became of a request, and why.
type Decision struct {
	Allowed bool
	Why     string
}

// Evaluate decides as AWS does within one account: what no policy allows is denied,
// an explicit denial goes before everything, and a boundary and the identity's own
// policies both have to allow. A resource's policy that names the asker allows by
// itself, but within the boundary. What cannot be evaluated is denied.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func Evaluate(r Request, p Policies) Decision {
	byIdentity, denied := allows(r, p.Identity)
	if denied != "" {
		return Decision{Why: denied}
	}
	bounded := true
	if p.Boundary != nil {
		if bounded, denied = allows(r, []Document{*p.Boundary}); denied != "" {
			return Decision{Why: denied}
		}
	}
	named, account := false, false
	if p.Resource != nil {
		if named, account, denied = p.byResource(r); denied != "" {
			return Decision{Why: denied}
		}
	}
	switch {
	case !bounded:
		return Decision{Why: "no permissions boundary allows it"}
	case p.Sole && !named && !account:
		return Decision{Why: "no policy of the resource allows it"}
	case !named && !byIdentity:
		return Decision{Why: "no identity-based policy allows it"}
	}
	return Decision{Allowed: true}
}

// allows says whether one of the policies allows a request, and why one denies it,
// if one does.
func allows(r Request, documents []Document) (allowed bool, denied string) {
	for _, d := range documents {
		for _, s := range d.Statements {
			matches, err := s.matches(r)
			switch {
			case err != nil:
				return false, fmt.Sprintf("policy %s cannot be evaluated: %v", d.Name, err)
			case matches && s.Deny:
				return false, fmt.Sprintf("with an explicit deny in policy %s", d.Name)
			case matches:
				allowed = true
			}
		}
	}
	return allowed, ""
}

// byResource is allows of the resource's policy: for the asker by name, or for its
// account.
func (p Policies) byResource(r Request) (named, account bool, denied string) {
	for _, s := range p.Resource.Statements {
		speaks, byName := s.speaksOf(p.By)
		if !speaks {
			continue
		}
		matches, err := s.matches(r)
		switch {
		case err != nil:
			return false, false, fmt.Sprintf("policy %s cannot be evaluated: %v", p.Resource.Name, err)
		case matches && s.Deny:
			return false, false, fmt.Sprintf("with an explicit deny in policy %s", p.Resource.Name)
		case matches:
			named, account = named || byName, account || !byName
		}
	}
	return named, account, ""
}
