package call

import (
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

const (
	role    = "role/{RoleName}"
	policy  = "{PolicyArn}"
	profile = "instance-profile/{InstanceProfileName}"
)

var identities = service{
	prefix: "iam", protocol: byAction, form: "arn:aws:iam::ACCOUNT:",
	keys: []string{"iam:PermissionsBoundary", "iam:PassedToService", "iam:PolicyARN", "iam:AWSServiceName"},
	rules: map[string]rule{
		"CreateRole":                    on(role).tagged("Tags").taggedBy("TagRole").with(bounded),
		"PutRolePermissionsBoundary":    on(role).with(bounded),
		"DeleteRolePermissionsBoundary": on(role).with(existing),
		"DeleteRole":                    on(role).with(existing),
		"GetRole":                       on(role).with(existing),
		"UpdateRole":                    on(role).with(existing),
		"UpdateRoleDescription":         on(role).with(existing),
		"UpdateAssumeRolePolicy":        on(role).with(existing),
		"PutRolePolicy":                 on(role).with(existing),
		"DeleteRolePolicy":              on(role).with(existing),
		"AttachRolePolicy":              on(role).with(existing),
		"DetachRolePolicy":              on(role).with(existing),
		"GetRolePolicy":                 on(role),
		"ListRolePolicies":              on(role),
		"ListAttachedRolePolicies":      on(role),
		"ListInstanceProfilesForRole":   on(role),
		"CreateInstanceProfile":         on(profile).tagged("Tags").taggedBy("TagInstanceProfile"),
		"GetInstanceProfile":            on(profile),
		"DeleteInstanceProfile":         on(profile),
		"RemoveRoleFromInstanceProfile": on(profile),
		"AddRoleToInstanceProfile":      on(profile).with(profiled),
		"ListInstanceProfileTags":       on(profile),
		"TagInstanceProfile":            on(profile).tagged("Tags").itself(),
		"UntagInstanceProfile":          on(profile),
		"ListRoleTags":                  on(role),
		"TagRole":                       on(role).tagged("Tags").itself(),
		"UntagRole":                     on(role),
		"CreatePolicy":                  on("policy/{PolicyName}").tagged("Tags").taggedBy("TagPolicy"),
		"GetPolicy":                     on(policy),
		"GetPolicyVersion":              on(policy),
		"ListPolicyVersions":            on(policy),
		"CreatePolicyVersion":           on(policy),
		"SetDefaultPolicyVersion":       on(policy),
		"DeletePolicyVersion":           on(policy),
		"DeletePolicy":                  on(policy),
		"CreateUser":                    on("user/{UserName}").with(bounded),
		"CreateAccessKey":               on("user/{UserName}"),
	},
}

// bounded compares the boundary that is asked for.
func bounded(r *reading, need *iam.Request) error {
	if path := strings.Trim(r.params["Path"], "/"); path != "" {
		need.Resource = strings.Replace(need.Resource, ":role/", ":role/"+path+"/", 1)
	}
	if arn := r.params["PermissionsBoundary"]; arn != "" {
		need.Keys["iam:PermissionsBoundary"] = []string{arn}
	}
	return nil
}

// existing compares the boundary that the role has.
func existing(r *reading, need *iam.Request) error {
	arn, boundary, err := r.account.Role(r.params["RoleName"])
	if err != nil {
		return err
	}
	if arn != "" {
		need.Resource = arn
	}
	if boundary != "" {
		need.Keys["iam:PermissionsBoundary"] = []string{boundary}
	}
	if arn := r.params["PolicyArn"]; arn != "" {
		need.Keys["iam:PolicyARN"] = []string{arn}
	}
	return nil
}

// profiled is what putting a role into a profile takes: it is for hosts.
func profiled(r *reading, _ *iam.Request) error {
	arn, _, err := r.account.Role(r.params["RoleName"])
	if err == nil {
		r.passRole(arn, "ec2.amazonaws.com")
	}
	return err
}
