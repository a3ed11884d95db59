package iam

import (
	"strings"
	"testing"
)

// example is a policy of AWS's documentation, or in its manner, and what it decides.
type example struct {
	name     string
	policy   string
	requests []asked
}

type asked struct {
	action, resource string
	keys             map[string][]string
	want             bool
}

// In place of each deny that stands alone, what everything else allows.
const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`

var examples = []example{
	{
		"what is not allowed is denied", statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`),
		[]asked{
			{"s3:GetObject", "arn:aws:s3:::b/k", nil, true},
			{"s3:getobject", "arn:aws:s3:::b/k", nil, true},
			{"s3:GetObject", "arn:aws:s3:::b", nil, false},
			{"s3:GetObject", "arn:aws:s3:::B/k", nil, false},
			{"s3:GetObjectAcl", "arn:aws:s3:::b/k", nil, false},
			{"s3:PutObject", "arn:aws:s3:::b/k", nil, false},
		},
	},
	{
		"an explicit deny goes first",
		document(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`,
			`{"Effect":"Deny","Action":"s3:Delete*","Resource":"arn:aws:s3:::b/kept/*"}`),
		[]asked{
			{"s3:DeleteObject", "arn:aws:s3:::b/other", nil, true},
			{"s3:DeleteObject", "arn:aws:s3:::b/kept/a/b", nil, false},
		},
	},
	{
		"wildcards stay within the parts of an ARN",
		statement(`"Effect":"Allow","Action":"sns:?ublish","Resource":"arn:aws:sns:*:123456789012:a-*"`),
		[]asked{
			{"sns:Publish", "arn:aws:sns:eu-west-2:123456789012:a-topic", nil, true},
			{"sns:Publish", "arn:aws:sns:eu-west-2:999999999999:123456789012:a-topic", nil, false},
			{"sns:Publish", "arn:aws:sns:eu-west-2:123456789012:b-topic", nil, false},
		},
	},
	{
		"an action that knows no resources is granted for all or not at all",
		statement(`"Effect":"Allow","Action":"sns:*","Resource":"arn:aws:sns:eu-west-2:123456789012:*"`),
		[]asked{{"sns:Unsubscribe", "*", nil, false}},
	},
	{
		"NotAction allows all the others", statement(`"Effect":"Allow","NotAction":"iam:*","Resource":"*"`),
		[]asked{
			{"s3:GetObject", "arn:aws:s3:::b/k", nil, true},
			{"iam:GetRole", "arn:aws:iam::123456789012:role/r", nil, false},
		},
	},
	{
		"NotResource denies all the others",
		document(all, `{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`),
		[]asked{
			{"s3:GetObject", "arn:aws:s3:::b/k", nil, true},
			{"s3:GetObject", "arn:aws:s3:::c/k", nil, false},
		},
	},
	{
		"keys of a condition are all wanted, values of one are a choice",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":` +
			`{"aws:PrincipalTag/department":["finance","hr"],"aws:PrincipalTag/role":"audit"}}`),
		[]asked{
			{"a:B", "*", keys("aws:PrincipalTag/department", "hr", "aws:PrincipalTag/role", "audit"), true},
			{"a:B", "*", keys("aws:principaltag/DEPARTMENT", "hr", "aws:PrincipalTag/role", "audit"), true},
			{"a:B", "*", keys("aws:PrincipalTag/department", "it", "aws:PrincipalTag/role", "audit"), false},
			{"a:B", "*", keys("aws:PrincipalTag/department", "hr", "aws:PrincipalTag/role", ""), false},
		},
	},
	{
		"a key that is not there fulfils what is negated",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"k":"v"}}`),
		[]asked{{"a:B", "*", keys("k", ""), true}, {"a:B", "*", keys("k", "v"), false}, {"a:B", "*", keys("k", "w"), true}},
	},
	{
		"IfExists lets a key be missing",
		document(all, `{"Effect":"Deny","Action":"*","Resource":"*",`+
			`"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`),
		[]asked{
			{"a:B", "*", keys("aws:MultiFactorAuthPresent", "true"), true},
			{"a:B", "*", keys("aws:MultiFactorAuthPresent", "false"), false},
			{"a:B", "*", keys("aws:MultiFactorAuthPresent", ""), false},
		},
	},
	{
		"without IfExists it must be there",
		document(all, `{"Effect":"Deny","Action":"*","Resource":"*",`+
			`"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}`),
		[]asked{{"a:B", "*", keys("aws:MultiFactorAuthPresent", ""), true}},
	},
	{
		"Null asks whether a key is there",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"aws:TokenIssueTime":"true"}}`),
		[]asked{
			{"a:B", "*", keys("aws:TokenIssueTime", ""), true},
			{"a:B", "*", keys("aws:TokenIssueTime", "2030-01-01T00:00:00Z"), false},
		},
	},
	{
		"all of the request's values are among the policy's",
		statement(`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*",` +
			`"Condition":{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["transfer/*","salt"]}}`),
		[]asked{
			{"dynamodb:GetItem", table, keys("dynamodb:LeadingKeys", "transfer/00"), true},
			{"dynamodb:GetItem", table, keys("dynamodb:LeadingKeys", "salt,transfer/00"), true},
			{"dynamodb:GetItem", table, keys("dynamodb:LeadingKeys", "salts"), false},
			{"dynamodb:GetItem", table, keys("dynamodb:LeadingKeys", "salt,token"), false},
			// As AWS warns: it holds where there is no value at all.
			{"dynamodb:GetItem", table, keys("dynamodb:LeadingKeys", ""), true},
		},
	},
	{
		"one of the request's values is among the policy's",
		statement(`"Effect":"Allow","Action":"*","Resource":"*",` +
			`"Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}`),
		[]asked{
			{"a:B", "*", keys("aws:TagKeys", "a,c"), true},
			{"a:B", "*", keys("aws:TagKeys", "c"), false},
			{"a:B", "*", keys("aws:TagKeys", ""), false},
		},
	},
	{
		"several values need to be told how they are compared",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:TagKeys":"a"}}`),
		[]asked{{"a:B", "*", keys("aws:TagKeys", "a,b"), false}, {"a:B", "*", keys("aws:TagKeys", "a"), true}},
	},
	{
		"addresses are compared with blocks",
		document(all, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":`+
			`{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.7"]}}}`),
		[]asked{
			{"a:B", "*", keys("aws:SourceIp", "192.0.2.9"), true},
			{"a:B", "*", keys("aws:SourceIp", "203.0.113.7"), true},
			{"a:B", "*", keys("aws:SourceIp", "203.0.113.8"), false},
		},
	},
	{
		"numbers and dates are compared",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThanEquals":{"s3:max-keys":10},` +
			`"DateGreaterThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}`),
		[]asked{
			{"a:B", "*", keys("s3:max-keys", "10", "aws:CurrentTime", "2030-01-01T00:00:01Z"), true},
			{"a:B", "*", keys("s3:max-keys", "11", "aws:CurrentTime", "2030-01-01T00:00:01Z"), false},
			{"a:B", "*", keys("s3:max-keys", "9", "aws:CurrentTime", "2029-01-01T00:00:01Z"), false},
		},
	},
	{
		"variables are filled in, in resources and in conditions",
		document(
			`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b",`+
				`"Condition":{"StringLike":{"s3:prefix":"${aws:username}/*"}}}`,
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}`),
		[]asked{
			{"s3:ListBucket", "arn:aws:s3:::b", keys("aws:username", "ann", "s3:prefix", "ann/x"), true},
			{"s3:ListBucket", "arn:aws:s3:::b", keys("aws:username", "ann", "s3:prefix", "bob/x"), false},
			{"s3:GetObject", "arn:aws:s3:::b/ann/x", keys("aws:username", "ann"), true},
			{"s3:GetObject", "arn:aws:s3:::b/bob/x", keys("aws:username", "ann"), false},
			{"s3:GetObject", "arn:aws:s3:::b/ann/x", nil, false},
		},
	},
	{
		"what a key is of a request must be told",
		document(all, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}`),
		[]asked{{"a:B", "*", nil, false}, {"a:B", "*", keys("aws:SourceVpc", ""), true}},
	},
}

const table = "arn:aws:dynamodb:eu-west-2:123456789012:table/t"

func statement(text string) string { return document("{" + text + "}") }

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// keys are names and values in turn; "" is none, and commas stand between several.
func keys(pairs ...string) map[string][]string {
	all := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = nil
		if pairs[i+1] != "" {
			all[pairs[i]] = strings.Split(pairs[i+1], ",")
		}
	}
	return all
}

func parse(t *testing.T, text string) Document {
	t.Helper()
	d, err := Parse("p", text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPoliciesDecideAsDocumented(t *testing.T) {
	t.Parallel()
	for _, e := range examples {
		d := parse(t, e.policy)
		for _, a := range e.requests {
			got := Evaluate(Request{a.action, a.resource, a.keys}, Policies{Identity: []Document{d}})
			if got.Allowed != a.want {
				t.Errorf("%s: %s on %s with %v: allowed is %v (%s)", e.name, a.action, a.resource, a.keys, got.Allowed, got.Why)
			}
		}
	}
}

// Of several policies each says its part.
func TestPoliciesDecideTogether(t *testing.T) {
	t.Parallel()
	const role, other = "arn:aws:iam::123456789012:role/r", "arn:aws:iam::123456789012:role/s"
	get := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	allow := parse(t, document(all))
	nothing := parse(t, statement(`"Effect":"Allow","Action":"sqs:*","Resource":"*"`))
	deny := parse(t, statement(`"Effect":"Deny","Action":"s3:*","Resource":"*"`))
	of := func(principal, effect string) *Document {
		d := parse(t, statement(
			`"Effect":"`+effect+`","Principal":`+principal+`,"Action":"s3:*","Resource":"arn:aws:s3:::b/*"`))
		return &d
	}
	const whole, number = `{"AWS":"arn:aws:iam::123456789012:root"}`, `{"AWS":"123456789012"}`
	const services = `{"Service":"cloudfront.amazonaws.com"}`
	toRole, toOther, toAccount := of(`{"AWS":"`+role+`"}`, "Allow"), of(`{"AWS":"`+other+`"}`, "Allow"), of(whole, "Allow")
	notOther, byNumber := of(`{"AWS":"`+other+`"}`, "Deny"), of(number, "Allow")
	only := []Document{allow}
	by := Principal{"AWS", role}
	for name, c := range map[string]struct {
		p    Policies
		want bool
	}{
		"no policy":                               {Policies{}, false},
		"the identity's":                          {Policies{Identity: []Document{nothing, allow}}, true},
		"within the boundary":                     {Policies{Identity: only, Boundary: &allow}, true},
		"beyond the boundary":                     {Policies{Identity: only, Boundary: &nothing}, false},
		"a boundary grants nothing":               {Policies{Identity: []Document{nothing}, Boundary: &allow}, false},
		"a boundary that denies":                  {Policies{Identity: only, Boundary: &deny}, false},
		"another policy denies":                   {Policies{Identity: []Document{allow, deny}}, false},
		"the resource's, by name":                 {Policies{Resource: toRole, By: by}, true},
		"the resource's, beyond the boundary":     {Policies{Resource: toRole, By: by, Boundary: &nothing}, false},
		"the resource's, for everyone":            {Policies{Resource: of(`"*"`, "Allow"), By: by}, true},
		"the resource's, for another":             {Policies{Resource: toOther, By: by}, false},
		"the resource's, for the account":         {Policies{Resource: toAccount, By: by}, false},
		"the resource's, for a service":           {Policies{Resource: of(services, "Allow"), By: by}, false},
		"the resource's denies":                   {Policies{Identity: only, Resource: of(`"*"`, "Deny"), By: by}, false},
		"it denies another":                       {Policies{Identity: only, Resource: notOther, By: by}, true},
		"a resource that says nothing":            {Policies{Identity: only, Resource: toOther, By: by}, true},
		"a key that says nothing":                 {Policies{Identity: only, Resource: toOther, By: by, Sole: true}, false},
		"a key of the account":                    {Policies{Identity: only, Resource: byNumber, By: by, Sole: true}, true},
		"a key that leaves it, and nobody grants": {Policies{Resource: byNumber, By: by, Sole: true}, false},
	} {
		if got := Evaluate(get, c.p); got.Allowed != c.want {
			t.Errorf("%s: allowed is %v (%s)", name, got.Allowed, got.Why)
		}
	}
}

func TestWhoIsTrusted(t *testing.T) {
	t.Parallel()
	trust := parse(t, statement(`"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",`+
		`"Principal":{"Federated":"arn:idp"},`+
		`"Condition":{"StringEquals":{"idp:aud":"sts.amazonaws.com","idp:sub":["repo:a/b:environment:dev"]}}`))
	ask := func(by Principal, action, sub string) bool {
		r := Request{action, "arn:aws:iam::123456789012:role/r", keys("idp:aud", "sts.amazonaws.com", "idp:sub", sub)}
		return Evaluate(r, Policies{Resource: &trust, By: by, Sole: true}).Allowed
	}
	const web, dev = "sts:AssumeRoleWithWebIdentity", "repo:a/b:environment:dev"
	if !ask(Principal{"Federated", "arn:idp"}, web, dev) {
		t.Error("who is trusted is not let in")
	}
	if ask(Principal{"Federated", "arn:idp"}, web, "repo:a/b:environment:prod") ||
		ask(Principal{"Federated", "arn:other"}, web, dev) || ask(Principal{"AWS", "arn:idp"}, web, dev) ||
		ask(Principal{"Federated", "arn:idp"}, "sts:AssumeRole", dev) {
		t.Error("a stranger is let in")
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{`, statement(`"Effect":"Maybe","Action":"*","Resource":"*"`), statement(`"Effect":"Allow","Resource":"*"`),
		statement(`"Effect":"Allow","Action":"*","NotAction":"s3:*","Resource":"*"`),
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Unless":{}`),
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringMatches":{"a":"b"}}`),
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForSomeValues:StringLike":{"a":"b"}}`),
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BinaryEquals":{"a":"b"}}`),
		statement(`"Effect":"Allow","Action":[{}],"Resource":"*"`),
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Principal":"someone"`),
	} {
		if d, err := Parse("p", text); err == nil {
			t.Errorf("%s is read as %v", text, d)
		}
	}
}

func TestGlob(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"*", "", true}, {"*", "a/b", true}, {"?", "", false}, {"?", "a", true}, {"a*b*c", "axxbyyc", true},
		{"a*b*c", "axxbyy", false}, {"*a", "bbab", false}, {"*ab", "aab", true}, {"a**b", "ab", true}, {"a?c", "abc", true},
		{"a?c", "ac", false}, {"abc", "ab", false}, {"ab", "abc", false},
	} {
		if got := Glob(c.pattern, c.text); got != c.want {
			t.Errorf("%q and %q: %v", c.pattern, c.text, got)
		}
	}
}
