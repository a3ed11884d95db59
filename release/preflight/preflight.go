// Package preflight reads what GitHub enforces around a stack's deploys, and says
// what is missing: an environment that was never made has no rules, and neither it
// nor a branch without a ruleset says so by itself. What cannot be read is missing.
package preflight

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sgraph.ai/send/release/github"
)

// The rules, by the names under which their lack can be accepted.
const (
	Environments = "environments" // each environment was made
	Branches     = "branches"     // and admits one branch
	Reviewers    = "reviewers"    // prod-approval asks for somebody
	SelfReview   = "self-review"  // who is not whoever asks
	Admins       = "admins"       // and whom nobody passes by
	Main         = "main"         // what is on main was reviewed, and stays
	Owners       = "owners"       // by those whom CODEOWNERS names
	Dev          = "dev"          // what is on dev stays
	Versions     = "versions"     // tags of versions are the pipeline's, and stay
	Approval     = "approval"     // this run was approved
)

// Rules are all of them.
var Rules = []string{Environments, Branches, Reviewers, SelfReview, Admins, Main, Owners, Dev, Versions, Approval}

// Lack is a rule that does not hold, or of which nobody can tell.
type Lack struct {
	Rule string // one of Rules
	What string // is missing
	Mend string // is what to do
}

func (l Lack) String() string { return fmt.Sprintf("%s (%s). %s.", l.What, l.Rule, l.Mend) }

// Preflight is what is asked before a stack is deployed.
type Preflight struct {
	GitHub github.Client
	Stack  string

	Ref string // of the run that asks; "" where a person does

	Run int64 // that deploys; 0 where it is not yet to be approved
	// ReleaseRun is the run that a release's event started, and that started Run, for
	// who marked Version as released; 0 where a person started Run.
	ReleaseRun int64
	Version    string

	lacks []Lack
}

// approvalEnvironment is where people are asked, before a deploy enters its group.
const approvalEnvironment = "prod-approval"

// Lacks answers what is missing, nothing if all is as it must be.
func (p *Preflight) Lacks(ctx context.Context) ([]Lack, error) {
	p.lacks = nil
	switch p.Stack {
	case "prod":
		// Another branch has its own idea of all this.
		if p.Ref != "" && p.Ref != "refs/heads/main" {
			return nil, fmt.Errorf("prod is deployed from main, and not from %s: start the run there", p.Ref)
		}
		p.reviewed(p.environment(ctx, approvalEnvironment, "main"))
		p.environment(ctx, "prod", "main")
		p.environment(ctx, "prod-preview", "main")
		p.environment(ctx, "qa", "main") // whose word it takes
		p.branch(ctx, Main, "main")
		p.branch(ctx, Dev, "dev")
		p.versions(ctx)
		if p.Run != 0 {
			p.approved(ctx)
		}
	case "qa":
		p.environment(ctx, "qa", "main")
		p.environment(ctx, "qa-preview", "main")
		p.branch(ctx, Main, "main")
		p.versions(ctx)
	case "dev":
		p.environment(ctx, "dev", "dev")
		p.branch(ctx, Dev, "dev")
	default:
		return nil, fmt.Errorf("%q is none of dev, qa and prod", p.Stack)
	}
	return p.lacks, nil
}

func (p *Preflight) lack(rule, mend, what string, args ...any) {
	p.lacks = append(p.lacks, Lack{Rule: rule, What: fmt.Sprintf(what, args...), Mend: mend})
}

// byBootstrap is how most of it is mended.
const byBootstrap = "Run bootstrap/ with its setting github, or set it by hand: docs/new-account.md"

// unread is lacking because GitHub did not say; needs is the permission of a job's
// token that it would take.
func (p *Preflight) unread(rule, what string, err error, needs string) {
	mend := "Run this again when GitHub answers"
	if refused, is := errors.AsType[*github.Refusal](err); is {
		switch {
		case strings.Contains(refused.Message, "Upgrade to"):
			mend = "The plan of this private repository does not have it: docs/new-account.md says which does, and how " +
				"to go on without"
		case slices.Contains(
			[]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, refused.Code):
			if refused.Permissions != "" {
				needs = refused.Permissions
			}
			mend = "The job's token needs the permission " + needs
		}
	}
	p.lack(rule, mend, "%s cannot be read: %v", what, err)
}
