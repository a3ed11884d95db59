// Package call says which permissions a request to AWS needs.
//
// The tables follow AWS's Service Authorization Reference: which action an operation
// is, on which resources it is granted, which conditions it can be held to, and what
// else it takes. What they do not hold is an error, so that whoever puts them before
// something lets no request pass that nobody thought of.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
package call

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

// Call is a request to AWS.
type Call struct {
	AccessKey string // of whoever signed it
	Service   string // as in its signature, such as dynamodb
	Region    string
	Operation string // such as GetItem

	Needs []iam.Request // all of which have to be allowed
	// ToMiss is what it takes to be told that what was asked for is not there; nil
	// where nothing more.
	ToMiss *iam.Request
}

// Account is what a request alone does not say.
type Account interface {
	// HashKey returns the name of the partition key of a table, or of its index.
	HashKey(region, table, index string) (string, error)
	// Role returns the ARN of a role and of its boundary; "" where there is none.
	Role(name string) (arn, boundary string, err error)
	// Key returns the ARN of a key by any of its names.
	Key(region, name string) (string, error)
	// ParameterKey returns the ARN of the account's key that a parameter is encrypted by;
	// "" where it is by AWS's own, by none, or not there.
	ParameterKey(region, name string) (string, error)
	// Tags returns the tags of something that EC2 keeps, by its ID.
	Tags(region, id string) (map[string]string, error)
	// RouteTable returns the ID of the table that an association is of.
	RouteTable(region, association string) (string, error)
	// ProfileRole returns the ARN of the role in an instance profile.
	ProfileRole(name string) (string, error)
	// DiscoveryTags returns the tags of something that Cloud Map keeps, by its ARN.
	DiscoveryTags(region, arn string) (map[string]string, error)
	// Template returns the template of a stack of CloudFormation; "" where there is none.
	Template(region, stack string) (string, error)
}

// AccountID is the account's, as the simulation has it.
const AccountID = "123456789012"

var scope = regexp.MustCompile(`^([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request$`)

// Read reads a request whose body is given.
func Read(r *http.Request, body []byte, account Account) (Call, error) {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if header := r.Header.Get("Authorization"); header != "" {
		_, after, _ := strings.Cut(header, "Credential=")
		credential, _, _ = strings.Cut(after, ",")
	}
	part := scope.FindStringSubmatch(credential)
	if part == nil {
		return Call{}, errors.New("the request is not signed")
	}
	c := Call{AccessKey: part[1], Region: part[2], Service: part[3]}
	reading := &reading{call: &c, account: account, request: r, body: body}
	if err := reading.read(); err != nil {
		return c, fmt.Errorf("what %s %s %s needs cannot be told: %w", c.Service, r.Method, c.described(r), err)
	}
	return c, nil
}

// described is what is known of the operation.
func (c Call) described(r *http.Request) string {
	if c.Operation != "" {
		return c.Operation
	}
	return r.URL.Path
}

// reading is a call that is being read.
type reading struct {
	call    *Call
	account Account
	request *http.Request
	body    []byte
	params  params
	via     string // service on whose behalf the rest is done; "" = the caller asks itself
	free    bool   // anyone may ask it
}

// service is how a service is spoken to, and what its operations need.
type service struct {
	prefix   string // of its actions
	protocol func(*reading, service) error
	target   string            // of the header X-Amz-Target, before the dot
	form     string            // of its resources, in front of what the rules say
	keys     []string          // conditions that its actions know, where they know any
	paths    map[string]string // operations by method and path
	rules    map[string]rule   // by operation
}

// itself stands for an action that takes no other to tag.
const itself = "-"

// rule is what an operation needs.
type rule struct {
	action   string // "" = of the operation's name
	resource string // filled in from the parameters; "*" where it knows none
	tags     string // the parameter with tags to put on what is made
	tagging  string // the action that this takes; "" = TagResource
	more     func(*reading, *iam.Request) error
	free     bool // it needs no permission
}

// forAll knows no resources, on is for one.
func forAll() rule                    { return rule{resource: "*"} }
func on(resource string) rule         { return rule{resource: resource} }
func (r rule) as(action string) rule  { r.action = action; return r }
func (r rule) tagged(p string) rule   { r.tags = p; return r }
func (r rule) taggedBy(a string) rule { r.tagging = a; return r }

// itself is of what does nothing but tag.
func (r rule) itself() rule { r.tagging = itself; return r }
func (r rule) with(more func(*reading, *iam.Request) error) rule {
	r.more = more
	return r
}

func (r *reading) read() error {
	s, known := services[r.call.Service]
	if !known {
		return errors.New("no such service is known")
	}
	if err := s.protocol(r, s); err != nil {
		return err
	}
	if len(r.call.Needs) == 0 && !r.free {
		return errors.New("it asks for nothing")
	}
	return nil
}

// apply notes what the operation needs.
func (r *reading) apply(s service) error {
	rule, known := s.rules[r.call.Operation]
	if !known {
		return errors.New("no such operation is known")
	}
	if rule.free {
		r.free = true
		return nil
	}
	action := rule.action
	if action == "" {
		action = r.call.Operation
	}
	resources, err := r.fill(s, rule.resource)
	if err != nil {
		return err
	}
	for _, resource := range resources {
		need := r.need(s.prefix+":"+action, resource)
		for _, key := range s.keys {
			need.Keys[key] = nil
		}
		tags := r.params.tags(rule.tags)
		for key, value := range tags {
			need.Keys["aws:RequestTag/"+key] = []string{value}
			need.Keys["aws:TagKeys"] = append(need.Keys["aws:TagKeys"], key)
		}
		slices.Sort(need.Keys["aws:TagKeys"])
		at := len(r.call.Needs)
		r.call.Needs = append(r.call.Needs, need)
		if rule.more != nil {
			if err := rule.more(r, &r.call.Needs[at]); err != nil {
				return err
			}
		}
		if len(tags) > 0 && rule.tagging != itself {
			tagging := rule.tagging
			if tagging == "" {
				tagging = "TagResource"
			}
			tag := r.need(s.prefix+":"+tagging, r.call.Needs[at].Resource)
			maps.Copy(tag.Keys, r.call.Needs[at].Keys)
			r.call.Needs = append(r.call.Needs, tag)
		}
	}
	return nil
}

// need is a permission with the keys that every request has.
func (r *reading) need(action, resource string) iam.Request {
	need := iam.Request{Action: action, Resource: resource, Keys: map[string][]string{
		"aws:TagKeys": nil, "aws:CalledVia": nil, "aws:ViaAWSService": {"false"},
		"aws:SourceArn": nil, "aws:SourceAccount": nil,
	}}
	if r.via != "" {
		need.Keys["aws:CalledVia"] = []string{r.via}
		need.Keys["aws:ViaAWSService"] = []string{"true"}
	}
	return need
}

// also notes a further permission and returns it.
func (r *reading) also(action, resource string) *iam.Request {
	r.call.Needs = append(r.call.Needs, r.need(action, resource))
	return &r.call.Needs[len(r.call.Needs)-1]
}

var hole = regexp.MustCompile(`\{([^}]+)\}`)

// fill puts parameters into a resource's form: one resource for each value of a
// parameter that has several. A parameter that is an ARN is all of it.
func (r *reading) fill(s service, form string) ([]string, error) {
	if form == "*" {
		return []string{"*"}, nil
	}
	whole := form
	if !strings.HasPrefix(form, "arn:") {
		whole = s.form + form
	}
	whole = strings.NewReplacer("REGION", r.call.Region, "ACCOUNT", AccountID).Replace(whole)
	filled := []string{whole}
	for _, part := range hole.FindAllStringSubmatch(form, -1) {
		values := r.params.all(part[1])
		if len(values) == 0 {
			return nil, fmt.Errorf("it has no %s", part[1])
		}
		var next []string
		for _, f := range filled {
			for _, v := range values {
				if strings.HasPrefix(v, "arn:") {
					next = append(next, v)
				} else {
					next = append(next, strings.Replace(f, part[0], v, 1))
				}
			}
		}
		filled = next
	}
	return filled, nil
}

// linksRole is what a service's own role in the account takes, where there is none yet.
func (r *reading) linksRole(of, role string) {
	need := r.also("iam:CreateServiceLinkedRole", "arn:aws:iam::"+AccountID+":role/aws-service-role/"+of+"/"+role)
	need.Keys["iam:AWSServiceName"] = []string{of}
}

// passRole is what giving a role to a service takes.
func (r *reading) passRole(role, to string) {
	if role != "" {
		r.also("iam:PassRole", role).Keys["iam:PassedToService"] = []string{to}
	}
}
