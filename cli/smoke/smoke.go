// Package smoke asks a running stack whether it does what it is for, and
// whether what guards it stands: the check after a deploy, and from time to
// time from outside.
//
// It trusts nothing that the service says of itself. A file is really sent,
// fetched as the service keeps it, received, compared and deleted.
package smoke

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/wire"
)

// Target is what is asked.
type Target struct {
	User  string // origin of the user service
	Admin string // origin of the admin service; "" leaves its checks out

	KeyHeader, Key string // the admin service's API key; "" leaves out what needs it
	Token          string // access token to send with; "" makes one, and revokes it
	OriginSecret   string // what the services' front shows them; "" where it is asked itself, or there is none

	Version string // what every service must say it is; "" takes any
	Large   int64  // bytes of a second file, which goes in parts; 0 leaves it out
}

// Status is how a check ended.
type Status string

// The ways a check can end.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped" // left out, or something before it failed
)

// Result is one check.
type Result struct {
	Name         string `json:"name"`
	Status       Status `json:"status"`
	Detail       string `json:"detail"`
	Milliseconds int64  `json:"ms"`
}

// Report is all that one target was asked.
type Report struct {
	Target  string    `json:"target"`            // origin of the user service
	Admin   string    `json:"admin,omitempty"`   // origin of the admin service
	Version string    `json:"version,omitempty"` // what the user service says it is
	At      time.Time `json:"at"`                // when the first check began, in UTC
	OK      bool      `json:"ok"`
	Checks  []Result  `json:"checks"`
}

// Failures counts the checks that failed.
func (r Report) Failures() (n int) {
	for _, c := range r.Checks {
		if c.Status == Failed {
			n++
		}
	}
	return n
}

// limit is how long one check may take.
const limit = time.Minute

// run is one round of checks, and what they hand on to each other.
type run struct {
	Target
	http    *http.Client
	carrier http.RoundTripper // of the client's requests; nil = its own

	runs   string   // the version that the user service says it is
	pages  []page   // that were fetched
	token  string   // to send with
	sent   *sending // what was sent, until it is deleted
	spent  int64    // uses of the token
	doomed error    // why nothing can be sent
}

// check is one question. The detail is for people; an error is a failure,
// except a skip.
type check struct {
	name string
	ask  func(*run, context.Context) (detail string, err error)
}

// skip is why a check was left out.
type skip string

func (s skip) Error() string { return string(s) }

// checks are all of them, in the order in which they are asked.
var checks = []check{
	{"user: health", func(r *run, ctx context.Context) (string, error) { return r.health(ctx, r.User) }},
	{"user: ready", func(r *run, ctx context.Context) (string, error) { return r.ready(ctx, r.User) }},
	{"user: version", (*run).userVersion},
	{"user: pages", (*run).userPages},
	{"user: assets", (*run).assets},
	{"user: security headers", (*run).userHeaders},
	{"user: other sites kept out", func(r *run, ctx context.Context) (string, error) {
		return r.closedToOthers(ctx, r.User, wire.CreateTransfer)
	}},
	{"user: sending needs a token", (*run).sendingNeedsToken},
	{"admin: health", admin((*run).adminHealth)},
	{"admin: ready", admin(func(r *run, ctx context.Context) (string, error) { return r.ready(ctx, r.Admin) })},
	{"admin: console", admin((*run).adminConsole)},
	{"admin: security headers", admin((*run).adminHeaders)},
	{"admin: other sites kept out", admin((*run).adminClosed)},
	{"admin: nothing without the key", admin((*run).adminNeedsKey)},
	{"admin: the key works", admin((*run).adminKeyWorks)},
	{"admin: version", admin((*run).adminVersion)},
	{"transfer: access token", (*run).takeToken},
	{"transfer: encrypt and send", (*run).sendFile},
	{"transfer: the label says what is waiting", (*run).lookAtFile},
	{"transfer: only ciphertext is kept", (*run).keptIsSealed},
	{"transfer: receive and compare", (*run).receiveFile},
	{"transfer: limit of downloads holds", (*run).limitHolds},
	{"transfer: delete", (*run).deleteFile},
	{"transfer: large file in parts", (*run).largeFile},
	{"transfer: token's uses are spent", (*run).tokenIsSpent},
	{"transfer: revoked token is refused", (*run).revokeToken},
}

// Run asks everything. A check that fails stops only those that need it.
func Run(ctx context.Context, t Target) Report {
	r := &run{Target: t, http: newClient()}
	if t.OriginSecret != "" {
		r.carrier = client.Fronted{Secret: t.OriginSecret, Origins: []string{t.User, t.Admin}}
		r.http.Transport = r.carrier
	}
	report := Report{Target: t.User, Admin: t.Admin, At: time.Now().UTC()}
	for _, c := range checks {
		report.Checks = append(report.Checks, r.one(ctx, c))
	}
	// Whatever happened above, nothing of it stays behind.
	r.cleanUp(context.WithoutCancel(ctx))
	report.Version = r.runs
	report.OK = report.Failures() == 0
	return report
}

func (r *run) one(ctx context.Context, c check) Result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	detail, err := c.ask(r, ctx)
	result := Result{Name: c.name, Status: Passed, Detail: detail, Milliseconds: time.Since(began).Milliseconds()}
	if reason, ok := errors.AsType[skip](err); ok {
		result.Status, result.Detail = Skipped, string(reason)
	} else if err != nil {
		result.Status, result.Detail = Failed, err.Error()
	}
	return result
}

// admin leaves a check out where no admin service is named.
func admin(ask func(*run, context.Context) (string, error)) func(*run, context.Context) (string, error) {
	return func(r *run, ctx context.Context) (string, error) {
		if r.Admin == "" {
			return "", skip("no admin service was named")
		}
		return ask(r, ctx)
	}
}

// want is the failure of an answer with another status.
func want(a *answer, status ...int) error {
	if slices.Contains(status, a.status) {
		return nil
	}
	return fmt.Errorf("%s answered %d, not %v%s", a.what, a.status, status[0], a.said())
}
