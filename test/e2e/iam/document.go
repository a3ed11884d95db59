package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Document is a policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Document struct {
	Name       string // of whoever reads a decision
	Statements []Statement
}

// Statement is one entry of a policy. Of each element and its negation only one is there.
type Statement struct {
	Deny                      bool
	Actions, NotActions       []string
	Resources, NotResources   []string
	Principals, NotPrincipals map[string][]string // by type, such as AWS or Service; "*" is everyone
	Conditions                []Condition

	variables bool // what stands in ${} is replaced: from version 2012-10-17 on
}

// Condition compares one key of a request.
type Condition struct {
	Operator string // as written, such as ForAllValues:StringLike
	Key      string
	Values   []string
}

// texts are one value or a list of them; numbers and booleans count as texts.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var all []any
	if err := json.Unmarshal(data, &all); err != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		all = []any{one}
	}
	for _, v := range all {
		switch v := v.(type) {
		case string:
			*t = append(*t, v)
		case bool, float64:
			*t = append(*t, fmt.Sprint(v))
		default:
			return fmt.Errorf("%v is no text", v)
		}
	}
	return nil
}

// principals are "*", or texts by type.
type principals map[string][]string

func (p *principals) UnmarshalJSON(data []byte) error {
	var anyone string
	if json.Unmarshal(data, &anyone) == nil {
		if anyone != "*" {
			return fmt.Errorf("principal %q", anyone)
		}
		*p = principals{"*": {"*"}}
		return nil
	}
	var byType map[string]texts
	if err := json.Unmarshal(data, &byType); err != nil {
		return err
	}
	*p = principals{}
	for of, names := range byType {
		(*p)[of] = names
	}
	return nil
}

// Parse reads a policy. An element or an operator that it does not know is an
// error: what cannot be evaluated must not pass for evaluated.
func Parse(name, text string) (Document, error) {
	var raw struct {
		Version, ID string
		Statement   json.RawMessage
	}
	d := Document{Name: name}
	if err := strict(text, &raw); err != nil {
		return d, fmt.Errorf("policy %s: %w", name, err)
	}
	var statements []json.RawMessage
	if err := json.Unmarshal(raw.Statement, &statements); err != nil {
		statements = []json.RawMessage{raw.Statement}
	}
	for _, each := range statements {
		s, err := parseStatement(string(each))
		if err != nil {
			return d, fmt.Errorf("policy %s: %w", name, err)
		}
		s.variables = raw.Version == "2012-10-17"
		d.Statements = append(d.Statements, s)
	}
	return d, nil
}

// strict decodes JSON that has no other fields.
func strict(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func parseStatement(text string) (Statement, error) {
	var raw struct {
		Sid, Effect             string
		Action, NotAction       texts
		Resource, NotResource   texts
		Principal, NotPrincipal principals
		Condition               map[string]map[string]texts
	}
	if err := strict(text, &raw); err != nil {
		return Statement{}, err
	}
	if raw.Effect != "Allow" && raw.Effect != "Deny" {
		return Statement{}, fmt.Errorf("effect %q", raw.Effect)
	}
	s := Statement{
		Deny:    raw.Effect == "Deny",
		Actions: raw.Action, NotActions: raw.NotAction, Resources: raw.Resource, NotResources: raw.NotResource,
		Principals: raw.Principal, NotPrincipals: raw.NotPrincipal,
	}
	if (len(s.Actions) == 0) == (len(s.NotActions) == 0) {
		return s, errors.New("a statement has either Action or NotAction")
	}
	for operator, byKey := range raw.Condition {
		if _, err := parseOperator(operator); err != nil {
			return s, err
		}
		for key, values := range byKey {
			s.Conditions = append(s.Conditions, Condition{operator, key, values})
		}
	}
	slices.SortFunc(s.Conditions, func(a, b Condition) int {
		return strings.Compare(a.Operator+a.Key, b.Operator+b.Key)
	})
	return s, nil
}
