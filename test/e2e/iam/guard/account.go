package guard

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/call"
	"sgraph.ai/send/test/e2e/simulated"
)

// account reads from the simulation what decides on requests, and keeps it until a
// request that may have changed it has passed.
type account struct {
	endpoint string

	mu    sync.Mutex
	roles map[string]role
	texts map[string]string // answers of another kind, by what was asked
}

// role is a role with all that bounds it.
type role struct {
	name, arn string
	trust     iam.Document
	policies  []iam.Document
	boundary  *iam.Document
	bounds    string // the boundary's ARN; "" = none
}

func newAccount(endpoint string) *account {
	a := &account{endpoint: endpoint}
	a.forget()
	return a
}

func (a *account) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.roles, a.texts = map[string]role{}, map[string]string{}
}

// after forgets all after a request that may have changed something that counts.
func (a *account) after(c call.Call) {
	for _, reads := range []string{"Get", "List", "Describe"} {
		if strings.HasPrefix(c.Operation, reads) {
			return
		}
	}
	switch c.Service {
	case "iam", "kms":
	case "s3":
		if !strings.HasSuffix(c.Operation, "BucketPolicy") {
			return
		}
	case "dynamodb":
		if !strings.HasSuffix(c.Operation, "Table") {
			return
		}
	default:
		return
	}
	a.forget()
}

var errMissing = errors.New("it is not there")

// ask asks the simulation.
func (a *account) ask(q simulated.Question) ([]byte, error) {
	status, answer, err := q.Ask(context.Background(), a.endpoint, "guard")
	if err != nil {
		return nil, err
	}
	missing := strings.Contains(string(answer), "NoSuch") || strings.Contains(string(answer), "NotFound") ||
		strings.Contains(string(answer), "does not exist")
	switch {
	case status/100 == 2:
		return answer, nil
	case status == http.StatusNotFound, missing:
		return nil, errMissing
	}
	return nil, fmt.Errorf("the simulation answers %d: %.300s", status, answer)
}

// kept answers from what was asked before, and notes what is asked now.
func (a *account) kept(name string, ask func() (string, error)) (string, error) {
	a.mu.Lock()
	text, found := a.texts[name]
	a.mu.Unlock()
	if found {
		return text, nil
	}
	text, err := ask()
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	a.texts[name] = text
	a.mu.Unlock()
	return text, nil
}

// query asks IAM, and decodes what it says.
func (a *account) query(action string, parameters map[string]string, into any) error {
	return a.form("iam", "us-east-1", "2010-05-08", action, parameters, into)
}

// form asks a service that takes forms, and decodes what it says.
func (a *account) form(service, region, version, action string, parameters map[string]string, into any) error {
	answer, err := a.ask(simulated.Form(service, region, version, action, parameters))
	if err != nil {
		return err
	}
	return xml.Unmarshal(answer, into)
}

// call asks a service that takes its operation in a header, and decodes what it says.
func (a *account) call(service, region, operation string, in map[string]any, into any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := a.ask(simulated.Question{
		Service: service, Region: region, Method: http.MethodPost, Path: "/", Target: operation, Body: string(body),
	})
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// document reads a policy as IAM hands it out.
func document(name, encoded string) (iam.Document, error) {
	text, err := url.PathUnescape(encoded)
	if err != nil {
		return iam.Document{}, err
	}
	return iam.Parse(name, text)
}

// role reads a role with its policies.
func (a *account) role(name string) (role, error) {
	a.mu.Lock()
	r, found := a.roles[name]
	a.mu.Unlock()
	if found {
		return r, nil
	}
	r, err := a.readRole(name)
	if err != nil {
		return role{}, fmt.Errorf("role %s: %w", name, err)
	}
	a.mu.Lock()
	a.roles[name] = r
	a.mu.Unlock()
	return r, nil
}

func (a *account) readRole(name string) (role, error) {
	var got struct {
		ARN      string `xml:"GetRoleResult>Role>Arn"`
		Trust    string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
		Boundary string `xml:"GetRoleResult>Role>PermissionsBoundary>PermissionsBoundaryArn"`
	}
	ofRole := map[string]string{"RoleName": name}
	if err := a.query("GetRole", ofRole, &got); err != nil {
		return role{}, err
	}
	r := role{name: name, arn: got.ARN, bounds: got.Boundary}
	var err error
	if r.trust, err = document("of trust in "+name, got.Trust); err != nil {
		return r, err
	}
	if got.Boundary != "" {
		boundary, err := a.managed(got.Boundary)
		if err != nil {
			return r, err
		}
		r.boundary = &boundary
	}
	var inline struct {
		Names []string `xml:"ListRolePoliciesResult>PolicyNames>member"`
	}
	if err := a.query("ListRolePolicies", ofRole, &inline); err != nil {
		return r, err
	}
	for _, policy := range inline.Names {
		var of struct {
			Text string `xml:"GetRolePolicyResult>PolicyDocument"`
		}
		if err := a.query("GetRolePolicy", map[string]string{"RoleName": name, "PolicyName": policy}, &of); err != nil {
			return r, err
		}
		d, err := document(policy, of.Text)
		if err != nil {
			return r, err
		}
		r.policies = append(r.policies, d)
	}
	var attached struct {
		ARNs []string `xml:"ListAttachedRolePoliciesResult>AttachedPolicies>member>PolicyArn"`
	}
	if err := a.query("ListAttachedRolePolicies", ofRole, &attached); err != nil {
		return r, err
	}
	for _, arn := range attached.ARNs {
		d, err := a.managed(arn)
		if err != nil {
			return r, err
		}
		r.policies = append(r.policies, d)
	}
	return r, nil
}

// managed reads the version of a managed policy that counts.
func (a *account) managed(arn string) (iam.Document, error) {
	var policy struct {
		Version string `xml:"GetPolicyResult>Policy>DefaultVersionId"`
	}
	if err := a.query("GetPolicy", map[string]string{"PolicyArn": arn}, &policy); err != nil {
		return iam.Document{}, err
	}
	var version struct {
		Text string `xml:"GetPolicyVersionResult>PolicyVersion>Document"`
	}
	of := map[string]string{"PolicyArn": arn, "VersionId": policy.Version}
	if err := a.query("GetPolicyVersion", of, &version); err != nil {
		return iam.Document{}, err
	}
	return document(arn, version.Text)
}

// Role returns a role's ARN and its boundary's.
func (a *account) Role(name string) (arn, boundary string, err error) {
	r, err := a.role(name)
	if errors.Is(err, errMissing) {
		return "", "", nil
	}
	return r.arn, r.bounds, err
}

// HashKey returns the name of a partition key.
func (a *account) HashKey(region, table, index string) (string, error) {
	return a.kept("table "+region+table+" "+index, func() (string, error) {
		type keyed struct {
			IndexName string
			KeySchema []struct{ AttributeName, KeyType string }
		}
		var got struct {
			Table struct {
				keyed
				GlobalSecondaryIndexes, LocalSecondaryIndexes []keyed
			}
		}
		of := map[string]any{"TableName": table}
		if err := a.call("dynamodb", region, "DynamoDB_20120810.DescribeTable", of, &got); err != nil {
			return "", err
		}
		t := got.Table
		for _, k := range slices.Concat(t.GlobalSecondaryIndexes, t.LocalSecondaryIndexes, []keyed{t.keyed}) {
			for _, part := range k.KeySchema {
				if k.IndexName == index && part.KeyType == "HASH" {
					return part.AttributeName, nil
				}
			}
		}
		return "", errMissing
	})
}

// Key returns the ARN of a key.
func (a *account) Key(region, name string) (string, error) {
	return a.kept("key "+region+name, func() (string, error) {
		var got struct{ KeyMetadata struct{ Arn string } }
		if err := a.call("kms", region, "TrentService.DescribeKey", map[string]any{"KeyId": name}, &got); err != nil {
			return "", fmt.Errorf("key %s: %w", name, err)
		}
		return got.KeyMetadata.Arn, nil
	})
}

// ParameterKey returns the ARN of the key that a parameter is encrypted by.
func (a *account) ParameterKey(region, name string) (string, error) {
	filter := map[string]any{"Key": "Name", "Option": "Equals", "Values": []string{name}}
	of := map[string]any{"ParameterFilters": []any{filter}}
	var got struct{ Parameters []struct{ KeyID string } }
	if err := a.call("ssm", region, "AmazonSSM.DescribeParameters", of, &got); err != nil {
		return "", err
	}
	for _, p := range got.Parameters {
		if p.KeyID != "" && p.KeyID != "alias/aws/ssm" {
			return a.Key(region, p.KeyID)
		}
	}
	return "", nil
}

const versionEC2 = "2016-11-15"

// tag is a tag, as EC2 and services that speak JSON tell of it.
type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

func byKey(tags []tag) map[string]string {
	all := map[string]string{}
	for _, t := range tags {
		all[t.Key] = t.Value
	}
	return all
}

// Tags returns the tags of something that EC2 keeps.
func (a *account) Tags(region, id string) (map[string]string, error) {
	var got struct {
		Tags []tag `xml:"tagSet>item"`
	}
	of := map[string]string{"Filter.1.Name": "resource-id", "Filter.1.Value.1": id}
	if err := a.form("ec2", region, versionEC2, "DescribeTags", of, &got); err != nil {
		return nil, err
	}
	return byKey(got.Tags), nil
}

// RouteTable returns the ID of the table that an association is of.
func (a *account) RouteTable(region, association string) (string, error) {
	var got struct {
		IDs []string `xml:"routeTableSet>item>routeTableId"`
	}
	of := map[string]string{
		"Filter.1.Name": "association.route-table-association-id", "Filter.1.Value.1": association,
	}
	if err := a.form("ec2", region, versionEC2, "DescribeRouteTables", of, &got); err != nil {
		return "", err
	}
	if len(got.IDs) != 1 {
		return "", fmt.Errorf("association %s is of the tables %v", association, got.IDs)
	}
	return got.IDs[0], nil
}

// ProfileRole returns the ARN of the role in an instance profile.
func (a *account) ProfileRole(name string) (string, error) {
	var got struct {
		ARNs []string `xml:"GetInstanceProfileResult>InstanceProfile>Roles>member>Arn"`
	}
	if err := a.query("GetInstanceProfile", map[string]string{"InstanceProfileName": name}, &got); err != nil {
		return "", err
	}
	if len(got.ARNs) != 1 {
		return "", fmt.Errorf("the profile %s has the roles %v", name, got.ARNs)
	}
	return got.ARNs[0], nil
}

// DiscoveryTags returns the tags of something that Cloud Map keeps.
func (a *account) DiscoveryTags(region, arn string) (map[string]string, error) {
	var got struct{ Tags []tag }
	err := a.call("servicediscovery", region, "Route53AutoNaming_v20170314.ListTagsForResource",
		map[string]any{"ResourceARN": arn}, &got)
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return byKey(got.Tags), nil
}

// Template returns the template of a stack of CloudFormation.
func (a *account) Template(region, stack string) (string, error) {
	var got struct {
		Body string `xml:"GetTemplateResult>TemplateBody"`
	}
	err := a.form("cloudformation", region, "2010-05-15", "GetTemplate", map[string]string{"StackName": stack}, &got)
	if errors.Is(err, errMissing) {
		return "", nil
	}
	return got.Body, err
}

// resourcePolicy returns the policy of what a request is about, and whether nothing is
// granted without it: buckets have one at times, keys always.
func (a *account) resourcePolicy(need iam.Request) (policy *iam.Document, sole bool, err error) {
	parts := strings.SplitN(need.Resource, ":", 6)
	if len(parts) != 6 {
		return nil, false, nil
	}
	var text string
	switch parts[2] {
	case "s3":
		bucket, _, _ := strings.Cut(parts[5], "/")
		text, err = a.kept("bucket "+bucket, func() (string, error) {
			answer, err := a.ask(simulated.Question{
				Service: "s3", Region: "us-east-1", Method: http.MethodGet, Path: "/" + bucket + "?policy",
			})
			if errors.Is(err, errMissing) {
				return "", nil
			}
			return string(answer), err
		})
	case "kms":
		sole = true
		text, err = a.kept("policy of "+need.Resource, func() (string, error) {
			var got struct{ Policy string }
			err := a.call("kms", parts[3], "TrentService.GetKeyPolicy",
				map[string]any{"KeyId": need.Resource, "PolicyName": "default"}, &got)
			return got.Policy, err
		})
	}
	if err != nil || text == "" {
		return nil, sole, err
	}
	d, err := iam.Parse("of "+parts[5], text)
	return &d, sole, err
}
