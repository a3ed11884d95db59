package preflight

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"sgraph.ai/send/release/github"
	"sgraph.ai/send/release/modules"
	"sgraph.ai/send/release/semver"
)

// rule is one of a ruleset.
type rule struct {
	Type       string
	Parameters json.RawMessage
	RulesetID  int64 `json:"ruleset_id"` // where the rules of a branch are asked for
}

// metadataRead is what rulesets take, which every token of a job has.
const metadataRead = "metadata: read"

// branch demands that a branch keeps what is on it, and that main takes nothing that
// was not reviewed. Rulesets alone count: the older protection of branches is for
// administrators to read.
// https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
func (p *Preflight) branch(ctx context.Context, name, branch string) {
	found, owned := guards{}, false
	for r, err := range github.List[rule](ctx, p.GitHub, "rules/branches/"+url.PathEscape(branch), nil) {
		if err != nil {
			p.unread(name, "what guards the branch "+branch, err, metadataRead)
			return
		}
		owned = owned || r.pullRequest().Owners
		if r.Type != "pull_request" || r.pullRequest().lasting() {
			found[r.RulesetID] = append(found[r.RulesetID], r.Type)
		}
	}
	wanted := map[string]string{"deletion": "can be deleted", "non_fast_forward": "can be pushed over by force"}
	if branch == "main" {
		wanted["pull_request"] = "takes what nobody else has reviewed as it is"
	}
	p.guarded(ctx, name, found, wanted, "the branch "+branch, func(actor) bool { return false })
	if branch == "main" {
		p.owners(ctx, owned)
	}
}

// guards are the kinds of rules of rulesets, by the rulesets' numbers.
type guards map[int64][]string

// guarded demands wanted kinds of rules, each with what can be done without it, of
// rulesets that nobody bypasses but who is allowed to. Whom a ruleset names is told to
// administrators alone; what every token is told is whether it may itself, and a
// job's may not: by it could whoever can push a branch.
func (p *Preflight) guarded(
	ctx context.Context, name string, found guards, wanted map[string]string, what string, allowed func(actor) bool,
) {
	open, bypassed := maps.Clone(wanted), ""
	for _, id := range slices.Sorted(maps.Keys(found)) {
		useful := slices.DeleteFunc(found[id], func(kind string) bool { return wanted[kind] == "" })
		if len(useful) == 0 {
			continue
		}
		s, ok := p.ruleset(ctx, name, id)
		if !ok {
			return
		}
		if by := s.bypass(allowed); by != "" {
			bypassed += fmt.Sprintf("; the ruleset %q does not count, since it can be bypassed by %s", s.Name, by)
			continue
		}
		for _, kind := range useful {
			delete(open, kind)
		}
	}
	if len(open) > 0 {
		p.lack(name, byBootstrap, "%s %s%s", what, strings.Join(slices.Sorted(maps.Values(open)), ", "), bypassed)
	}
}

// pullRequest is a rule that a branch takes no others.
type pullRequest struct {
	Approvals int  `json:"required_approving_review_count"`
	Dismiss   bool `json:"dismiss_stale_reviews_on_push"`
	LastPush  bool `json:"require_last_push_approval"`
	Owners    bool `json:"require_code_owner_review"`
}

// lasting says whether what is merged is what was approved: what is pushed after an
// approval ends it, or has to be approved by another.
func (r pullRequest) lasting() bool { return r.Approvals > 0 && (r.Dismiss || r.LastPush) }

func (r rule) pullRequest() (of pullRequest) {
	if r.Type != "pull_request" || json.Unmarshal(r.Parameters, &of) != nil {
		return pullRequest{}
	}
	return of
}

// owners demands that main asks people whom CODEOWNERS names, all of them known to
// GitHub, which passes over others. A workflow may approve a pull request where a
// repository lets workflows open them; it owns no code.
// https://docs.github.com/en/rest/repos/repos#list-codeowners-errors
func (p *Preflight) owners(ctx context.Context, asked bool) {
	if !asked {
		p.lack(Owners, byBootstrap, "main takes what no code owner has reviewed")
		return
	}
	var found struct {
		Errors []struct {
			Line int
			Kind string
		}
	}
	if err := p.GitHub.Get(ctx, "codeowners/errors?ref=main", &found); err != nil {
		p.unread(Owners, "whether CODEOWNERS is right", err, "contents: read")
		return
	}
	if n := len(found.Errors); n > 0 {
		p.lack(Owners, "Put in .github/CODEOWNERS your own teams, that may write, in the place of those",
			"CODEOWNERS has %d faults, the first in line %d: %s", n, found.Errors[0].Line, found.Errors[0].Kind)
	}
}

// ruleset is a named list of rules.
// https://docs.github.com/en/rest/repos/rules#get-a-repository-ruleset
type ruleset struct {
	ID                        int64
	Name, Target, Enforcement string
	CurrentUserCanBypass      string  `json:"current_user_can_bypass"` // always, never, pull_requests_only, exempt
	BypassActors              []actor `json:"bypass_actors"`           // told to whom the ruleset can be changed by
	Rules                     []rule
	Conditions                struct {
		RefName struct{ Include, Exclude []string } `json:"ref_name"`
	}
}

type actor struct {
	ID   *int64 `json:"actor_id"`
	Type string `json:"actor_type"`
}

// bypass names who is above a ruleset, but for those who are allowed to; "" if nobody.
func (s ruleset) bypass(allowed func(actor) bool) string {
	if s.CurrentUserCanBypass != "" && s.CurrentUserCanBypass != "never" {
		return "whoever has this token"
	}
	var who []string
	for _, a := range s.BypassActors {
		if !allowed(a) {
			who = append(who, a.Type)
		}
	}
	return strings.Join(who, ", ")
}

// covers says whether a ruleset is about all tags of versions, and of their modules.
func (s ruleset) covers() bool {
	names, v := s.Conditions.RefName, semver.Version{Major: 12, Minor: 345, Patch: 6789}
	all := append([]string{"v0.0.1", "v0.1.0", "v1.2.3", v.String()}, modules.Tags(v)...)
	return !slices.ContainsFunc(all, func(version string) bool {
		return !anyMatch(names.Include, "refs/tags/"+version, false) || anyMatch(names.Exclude, "refs/tags/"+version, true)
	})
}

// anyMatch says whether one of the patterns of a ruleset is about a ref, or what is
// assumed of one that cannot be read.
func anyMatch(patterns []string, ref string, unread bool) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "~ALL" {
			return true
		}
		// What any number of folders, or none, may stand for.
		for _, folders := range []string{"", "*/", "*/*/"} {
			if match, err := path.Match(strings.ReplaceAll(pattern, "**/", folders), ref); match || err != nil && unread {
				return true
			}
		}
		return false
	})
}

func (p *Preflight) ruleset(ctx context.Context, name string, id int64) (s ruleset, ok bool) {
	if err := p.GitHub.Get(ctx, fmt.Sprintf("rulesets/%d", id), &s); err != nil {
		p.unread(name, "a ruleset", err, metadataRead)
		return s, false
	}
	return s, true
}

// versions demands that a tag of a version is made by the pipeline's own identity,
// and never changes.
func (p *Preflight) versions(ctx context.Context) {
	found := guards{}
	for listed, err := range github.List[ruleset](ctx, p.GitHub, "rulesets", url.Values{"targets": {"tag"}}) {
		if err != nil {
			p.unread(Versions, "what guards the tags of versions", err, metadataRead)
			return
		}
		if listed.Enforcement != "active" {
			continue
		}
		s, ok := p.ruleset(ctx, Versions, listed.ID)
		if !ok {
			return
		}
		if s.Target == "tag" && s.Enforcement == "active" && s.covers() {
			for _, r := range s.Rules {
				found[s.ID] = append(found[s.ID], r.Type)
			}
		}
	}
	tagger := func(a actor) bool { return a.Type == "Integration" || a.Type == "DeployKey" }
	p.guarded(ctx, Versions, found, map[string]string{
		"creation": "can be made by anybody who can push",
		"update":   "can be moved",
		"deletion": "can be deleted",
	}, "the tags of versions and modules", tagger)
}
