package preflight

import (
	"context"
	"net/url"

	"sgraph.ai/send/release/github"
)

// environment is a GitHub environment.
// https://docs.github.com/en/rest/deployments/environments#get-an-environment
type environment struct {
	Name            string
	CanAdminsBypass bool `json:"can_admins_bypass"` // not in the description, though in answers
	ProtectionRules []struct {
		Type              string
		PreventSelfReview bool `json:"prevent_self_review"`
		Reviewers         []struct{ Type string }
	} `json:"protection_rules"`
	DeploymentBranchPolicy *struct {
		ProtectedBranches    bool `json:"protected_branches"`
		CustomBranchPolicies bool `json:"custom_branch_policies"`
	} `json:"deployment_branch_policy"` // nil admits everything
}

// actionsRead is what a job's token needs for environments and runs.
const actionsRead = "actions: read"

// environment demands that one was made and admits one branch, and answers it; nil
// if it is not there, or not readable.
func (p *Preflight) environment(ctx context.Context, name, branch string) *environment {
	path := "environments/" + url.PathEscape(name)
	var e environment
	if err := p.GitHub.Get(ctx, path, &e); err != nil {
		if github.NotFound(err) {
			// Without the permission the answer is another, but for tokens of people.
			p.lack(Environments, byBootstrap+". Was it made, the token needs the permission "+actionsRead,
				"the environment %s was never made, so that nothing guards it", name)
		} else {
			p.unread(Environments, "the environment "+name, err, actionsRead)
		}
		return nil
	}
	if e.CanAdminsBypass {
		p.lack(Admins, byBootstrap, "administrators may pass by what guards the environment %s", name)
	}
	if e.DeploymentBranchPolicy == nil || !e.DeploymentBranchPolicy.CustomBranchPolicies {
		p.lack(Branches, byBootstrap, "the environment %s has no list of branches, where it should have %s alone",
			name, branch)
		return &e
	}
	var policies struct {
		TotalCount     int                           `json:"total_count"`
		BranchPolicies []struct{ Name, Type string } `json:"branch_policies"`
	}
	if err := p.GitHub.Get(ctx, path+"/deployment-branch-policies", &policies); err != nil {
		p.unread(Branches, "which branches the environment "+name+" admits", err, actionsRead)
		return &e
	}
	only := policies.BranchPolicies
	if policies.TotalCount != 1 || len(only) != 1 || only[0].Name != branch || only[0].Type == "tag" {
		p.lack(Branches, byBootstrap, "the environment %s admits %v, where it should admit the branch %s alone",
			name, only, branch)
	}
	return &e
}

// reviewed demands that an environment asks somebody else.
func (p *Preflight) reviewed(e *environment) {
	if e == nil {
		return
	}
	for _, rule := range e.ProtectionRules {
		if rule.Type != "required_reviewers" || len(rule.Reviewers) == 0 {
			continue
		}
		if !rule.PreventSelfReview {
			p.lack(SelfReview, byBootstrap, "who asks for a deploy may approve it in the environment %s", e.Name)
		}
		return
	}
	p.lack(Reviewers, byBootstrap+". Private repositories have reviewers on GitHub Enterprise alone",
		"the environment %s asks nobody for approval", e.Name)
}
