package main

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/wire"
)

// Rules that look into bodies and queries take ciphertext for an attack, the
// more often the longer it is: a third of all bodies of 16 KB. So AWS's rules of
// that kind only count, which puts a label on the request, and a rule of the
// stack's own blocks what has such a label, unless ciphertext travels there.

// inspection is all rules of that kind of a group in use, with the last part of
// the label that each puts on what it matches.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
type inspection struct {
	group, namespace string
	bodies, queries  map[string]string
}

var (
	knownBadInputs = inspection{
		group:     "AWSManagedRulesKnownBadInputsRuleSet",
		namespace: "awswaf:managed:aws:known-bad-inputs:",
		bodies: map[string]string{
			"JavaDeserializationRCE_BODY": "JavaDeserializationRCE_Body",
			"Log4JRCE_BODY":               "Log4JRCE_Body",
			"ReactJSRCE_BODY":             "ReactJSRCE_Body",
		},
		queries: map[string]string{
			"JavaDeserializationRCE_QUERYSTRING": "JavaDeserializationRCE_QueryString",
			"Log4JRCE_QUERYSTRING":               "Log4JRCE_QueryString",
		},
	}
	commonRules = inspection{
		group:     "AWSManagedRulesCommonRuleSet",
		namespace: "awswaf:managed:aws:core-rule-set:",
		bodies: map[string]string{
			"CrossSiteScripting_BODY": "CrossSiteScripting_Body",
			"EC2MetaDataSSRF_BODY":    "EC2MetaDataSSRF_Body",
			"GenericLFI_BODY":         "GenericLFI_Body",
			"GenericRFI_BODY":         "GenericRFI_Body",
		},
		queries: map[string]string{
			"CrossSiteScripting_QUERYARGUMENTS":   "CrossSiteScripting_QueryArguments",
			"EC2MetaDataSSRF_QUERYARGUMENTS":      "EC2MetaDataSSRF_QueryArguments",
			"GenericLFI_QUERYARGUMENTS":           "GenericLFI_QueryArguments",
			"GenericRFI_QUERYARGUMENTS":           "GenericRFI_QueryArguments",
			"RestrictedExtensions_QUERYARGUMENTS": "RestrictedExtensions_QueryArguments",
			"SizeRestrictions_QUERYSTRING":        "SizeRestrictions_QueryString",
		},
	}
)

// rules uses the group, with these and further rules of it only counting.
func (in inspection) rules(further ...string) *wafv2.WebAclRuleArgs {
	only := slices.Concat(slices.Collect(maps.Keys(in.bodies)), slices.Collect(maps.Keys(in.queries)), further)
	slices.Sort(only)
	return managedRules(in.group, nil, only...)
}

// attackInBody blocks what AWS's rules for bodies matched, where no part of the
// body is sealed.
func attackInBody() *wafv2.WebAclRuleArgs {
	return attack("attack-in-body", func(in inspection) map[string]string { return in.bodies },
		wire.SealedPayload, wire.SealedLabel)
}

// attackInQuery blocks what AWS's rules for queries matched, where the query
// holds no payload.
func attackInQuery() *wafv2.WebAclRuleArgs {
	return attack("attack-in-query", func(in inspection) map[string]string { return in.queries }, wire.SealedPayload)
}

// attack blocks what rules of AWS's groups matched, but where something sealed travels.
func attack(name string, rules func(inspection) map[string]string, travels ...wire.Sealed) *wafv2.WebAclRuleArgs {
	var matched []*wafv2.WebAclRuleStatementArgs
	for _, in := range []inspection{knownBadInputs, commonRules} {
		matched = append(matched, labelled(in.namespace, rules(in))...)
	}
	return &wafv2.WebAclRuleArgs{
		Name:      pulumi.String(name),
		Action:    toBlock,
		Statement: all(either(matched...), not(pathOf(travels...))),
	}
}

// attackBesideLabel blocks attacks in what stands beside the sealed label of a
// new transfer. What is no JSON, the service refuses.
func attackBesideLabel() *wafv2.WebAclRuleArgs {
	var beside pulumi.StringArray
	message := reflect.TypeFor[wire.CreateTransferRequest]()
	for i := range message.NumField() {
		field := message.Field(i)
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); field.Name != "Label" {
			beside = append(beside, pulumi.String("/"+name))
		}
	}
	return &wafv2.WebAclRuleArgs{
		Name:   pulumi.String("attack-beside-label"),
		Action: toBlock,
		Statement: all(
			pathOf(wire.SealedLabel),
			either(
				&wafv2.WebAclRuleStatementArgs{XssMatchStatement: &wafv2.WebAclRuleStatementXssMatchStatementArgs{
					FieldToMatch: &wafv2.WebAclRuleStatementXssMatchStatementFieldToMatchArgs{
						JsonBody: &wafv2.WebAclRuleStatementXssMatchStatementFieldToMatchJsonBodyArgs{
							InvalidFallbackBehavior: pulumi.String("NO_MATCH"),
							MatchScope:              pulumi.String("VALUE"),
							OversizeHandling:        pulumi.String("CONTINUE"),
							MatchPattern: &wafv2.
								WebAclRuleStatementXssMatchStatementFieldToMatchJsonBodyMatchPatternArgs{
								IncludedPaths: beside,
							},
						},
					},
					TextTransformations: wafv2.WebAclRuleStatementXssMatchStatementTextTransformationArray{
						&wafv2.WebAclRuleStatementXssMatchStatementTextTransformationArgs{
							Priority: pulumi.Int(0), Type: pulumi.String("NONE"),
						},
					},
				}},
				// Of what the other rules look for: paths upwards, lookups of
				// Log4J, and URLs.
				&wafv2.WebAclRuleStatementArgs{RegexMatchStatement: &wafv2.WebAclRuleStatementRegexMatchStatementArgs{
					RegexString: pulumi.String(`\.\./|\$\{|://`),
					FieldToMatch: &wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs{
						JsonBody: &wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchJsonBodyArgs{
							InvalidFallbackBehavior: pulumi.String("NO_MATCH"),
							MatchScope:              pulumi.String("VALUE"),
							OversizeHandling:        pulumi.String("CONTINUE"),
							MatchPattern: &wafv2.
								WebAclRuleStatementRegexMatchStatementFieldToMatchJsonBodyMatchPatternArgs{
								IncludedPaths: beside,
							},
						},
					},
					TextTransformations: asItIs,
				}},
			),
		),
	}
}

// pathOf matches requests to the routes with a sealed part of these kinds, at
// any of their paths. What the path's parameters are is no place for anything
// that another route could be reached by.
func pathOf(kinds ...wire.Sealed) *wafv2.WebAclRuleStatementArgs {
	var paths []string
	for _, r := range wire.Routes() {
		if slices.Contains(kinds, wire.SealedIn(r)) {
			for _, p := range r.Paths {
				paths = append(paths, inBraces.ReplaceAllString(p, "[0-9A-Za-z_.~-]+"))
			}
		}
	}
	return pathMatches("^(" + strings.Join(paths, "|") + ")$")
}

// pathMatches matches requests by a regular expression over their path.
func pathMatches(pattern string) *wafv2.WebAclRuleStatementArgs {
	return &wafv2.WebAclRuleStatementArgs{RegexMatchStatement: &wafv2.WebAclRuleStatementRegexMatchStatementArgs{
		RegexString: pulumi.String(pattern),
		FieldToMatch: &wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs{
			UriPath: &wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchUriPathArgs{},
		},
		TextTransformations: asItIs,
	}}
}

// inBraces is a parameter in the template of a path.
var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// labelled matches requests with any of the labels, one statement each.
func labelled(namespace string, rules map[string]string) (each []*wafv2.WebAclRuleStatementArgs) {
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		each = append(each, &wafv2.WebAclRuleStatementArgs{
			LabelMatchStatement: &wafv2.WebAclRuleStatementLabelMatchStatementArgs{
				Key: pulumi.String(namespace + rules[name]), Scope: pulumi.String("LABEL"),
			},
		})
	}
	return each
}

// all matches what each of the statements matches.
func all(of ...*wafv2.WebAclRuleStatementArgs) *wafv2.WebAclRuleStatementArgs {
	return &wafv2.WebAclRuleStatementArgs{
		AndStatement: &wafv2.WebAclRuleStatementAndStatementArgs{Statements: list(of)},
	}
}

// either matches what any of the statements matches.
func either(of ...*wafv2.WebAclRuleStatementArgs) *wafv2.WebAclRuleStatementArgs {
	return &wafv2.WebAclRuleStatementArgs{
		OrStatement: &wafv2.WebAclRuleStatementOrStatementArgs{Statements: list(of)},
	}
}

// not matches what the statement does not match.
func not(of *wafv2.WebAclRuleStatementArgs) *wafv2.WebAclRuleStatementArgs {
	return &wafv2.WebAclRuleStatementArgs{
		NotStatement: &wafv2.WebAclRuleStatementNotStatementArgs{Statements: wafv2.WebAclRuleStatementArray{of}},
	}
}

func list(of []*wafv2.WebAclRuleStatementArgs) (all wafv2.WebAclRuleStatementArray) {
	for _, s := range of {
		all = append(all, s)
	}
	return all
}

// asItIs has a statement look at what was sent, and not at a form of it.
var asItIs = wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArray{
	&wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArgs{
		Priority: pulumi.Int(0), Type: pulumi.String("NONE"),
	},
}

// toBlock refuses a request.
var toBlock = &wafv2.WebAclRuleActionArgs{Block: &wafv2.WebAclRuleActionBlockArgs{}}
