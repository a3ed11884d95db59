package pipelines

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// gitHub stands in for GitHub: its repositories, as a server of git, its API under
// /api/v3, and there, under /standin/, what runs ask of it by ways of their own.
type gitHub struct {
	url  string
	root string // folder of the bare repositories

	mu           sync.Mutex // guards all that follows, and all that is in it
	changed      chan struct{}
	repositories map[string]*repository
	tokens       map[string]grant
	runs         int
}

// grant is what a token may do.
type grant struct {
	repository  *repository
	run         *run
	job         string
	workflow    string // file that the job's steps are in
	permissions object
}

// may says whether the token has a permission, "read" or "write".
func (g grant) may(name, access string) bool {
	has := g.permissions[name]
	return has == "write" || has == access
}

func newGitHub(t *testing.T, root string) *gitHub {
	t.Helper()
	g := &gitHub{
		root: root, changed: make(chan struct{}), repositories: map[string]*repository{}, tokens: map[string]grant{},
	}
	mux := http.NewServeMux()
	standIn := "/api/v3/standin/{owner}/{name}/"
	mux.HandleFunc("POST "+standIn+"runs/{run}/jobs/{job}/enter", g.jobs(g.enter))
	mux.HandleFunc("POST "+standIn+"runs/{run}/jobs/{job}/leave", g.jobs(g.leave))
	mux.HandleFunc("POST "+standIn+"assume", g.jobs(g.assume))
	mux.HandleFunc("PUT "+standIn+"runs/{run}/artifacts/{artifact}", g.jobs(g.upload))
	mux.HandleFunc("GET "+standIn+"runs/{run}/artifacts/{artifact}", g.jobs(g.download))
	mux.HandleFunc("GET "+standIn+"runs/{run}/artifacts", g.jobs(g.artifacts))
	mux.HandleFunc("POST "+standIn+"app-token", g.jobs(g.appToken))
	g.actionsAPI(mux)
	g.releasesAPI(mux)
	g.attestationsAPI(mux)
	g.issuesAPI(mux)
	g.pagesAPI(mux)
	g.pullsAPI(mux)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, `{"message": "nothing stands in for this"}`, http.StatusNotImplemented)
	})
	mux.HandleFunc("/"+owner+"/{name}/", g.git)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// refusal is an answer that says no.
type refusal struct {
	status int
	why    string
}

func (r refusal) Error() string { return r.why }

func refuse(status int, form string, args ...any) error {
	return refusal{status, fmt.Sprintf(form, args...)}
}

// jobs answers what only a job may ask: who asks is what its token says.
func (g *gitHub) jobs(do func(w http.ResponseWriter, r *http.Request, of grant) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		g.mu.Lock()
		of, ok := g.tokens[token]
		g.mu.Unlock()
		err := refuse(http.StatusUnauthorized, "Bad credentials")
		if ok && r.PathValue("owner")+"/"+r.PathValue("name") == of.repository.full {
			err = do(w, r, of)
		}
		if no, ok := errors.AsType[refusal](err); ok {
			w.WriteHeader(no.status)
			_ = json.NewEncoder(w).Encode(object{"message": no.why}) // whoever asked may have gone
		}
	}
}

// call is a request to the API.
type call struct {
	http.ResponseWriter
	*http.Request
	grant
}

// in reads the body.
func (c call) in(t any) error {
	if err := json.NewDecoder(c.Body).Decode(t); err != nil && !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	return nil
}

// api answers a part of GitHub's API, below a repository, to those who have a
// permission, with what do answers as JSON. It is done with the lock held.
func (g *gitHub) api(mux *http.ServeMux, pattern, permission, access string, do func(c call) (any, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	mux.HandleFunc(method+" /api/v3/repos/{owner}/{name}/"+path,
		g.jobs(func(w http.ResponseWriter, r *http.Request, of grant) error {
			if permission != "" && !of.may(permission, access) {
				return refuse(http.StatusForbidden, "Resource not accessible by integration: %s: %s", permission, access)
			}
			g.mu.Lock()
			answer, err := do(call{w, r, of})
			g.mu.Unlock()
			if err != nil {
				return err
			}
			if raw, ok := answer.([]byte); ok {
				_, _ = w.Write(raw) // whoever asked may have gone
				return nil
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
			return nil
		}))
}

// paged answers the page of a list that is asked for.
func paged[T any](c call, all []T) []T {
	size, number := 30, 1
	_, _ = fmt.Sscan(c.FormValue("per_page"), &size) // or what it was
	_, _ = fmt.Sscan(c.FormValue("page"), &number)
	from := min((number-1)*size, len(all))
	return append([]T{}, all[from:min(from+size, len(all))]...)
}

// tell wakes whoever waits for a change; the lock is held.
func (g *gitHub) tell() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// wait waits until something is so, with the lock held whenever that is looked at
// and afterwards.
func (g *gitHub) wait(ctx context.Context, is func() bool) error {
	for !is() {
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-changed:
		}
		g.mu.Lock()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// environment is one as a repository's settings have it.
type environment struct {
	secrets, variables map[string]string
	branches           []string // which refs' jobs may enter, as patterns; none = all
	reviewers          []string // who of them says yes is waited for
}

// entry is a job that has begun, or waits to.
type entry struct {
	run                     *run
	job, environment, group string
	pending                 bool // before its group lets it in
	replaced                bool // by one that came later, while it was pending
	review                  string
	deployment              *deployment
}

// deployment is a record of GitHub's that an environment was deployed to.
type deployment struct {
	environment, ref, sha string
	states                []string // in the order of time
}

// enter holds a job up as its concurrency group, and the protection rules of its
// environment, say: the group comes first.
// https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency
func (g *gitHub) enter(_ http.ResponseWriter, r *http.Request, of grant) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	repo, name := of.repository, r.FormValue("environment")
	e := &entry{run: of.run, job: of.job, environment: name, group: r.FormValue("group"), pending: true}
	busy := func(o *entry) bool { return o != e && e.group != "" && o.group == e.group }
	for _, other := range repo.entries {
		// One that waits is given up for another, unless all are to queue.
		other.replaced = other.replaced || other.pending && busy(other) && r.FormValue("queue") != "max"
	}
	repo.entries = append(repo.entries, e)
	g.tell()
	err := g.wait(r.Context(), func() bool {
		return e.replaced || !slices.ContainsFunc(repo.entries[:slices.Index(repo.entries, e)], busy)
	})
	if err == nil && e.replaced {
		err = refuse(http.StatusConflict, "Canceling since a higher priority waiting request for '%s' exists", e.group)
	}
	e.pending = false
	if err == nil && name != "" {
		err = g.protect(r.Context(), e)
	}
	if err != nil {
		g.remove(e)
		return err
	}
	if name != "" && r.FormValue("deployment") != "false" {
		e.deployment = &deployment{environment: name, ref: of.run.ref, sha: of.run.sha, states: []string{"in_progress"}}
		repo.deployments = append(repo.deployments, e.deployment)
	}
	return nil
}

// protect holds a job up as the rules of its environment say. One that nobody made
// is made by naming it, and has none.
func (g *gitHub) protect(ctx context.Context, e *entry) error {
	repo := e.run.repository
	env := repo.environments[e.environment]
	if env == nil {
		env = &environment{}
		repo.environments[e.environment] = env
	}
	matches := func(pattern string) bool {
		ok, _ := path.Match(pattern, e.run.refName())
		return ok
	}
	if len(env.branches) > 0 && !slices.ContainsFunc(env.branches, matches) {
		return refuse(http.StatusForbidden, "Branch %q is not allowed to deploy to %s due to environment protection rules.",
			e.run.refName(), e.environment)
	}
	if len(env.reviewers) == 0 {
		return nil
	}
	e.review = "waiting"
	g.tell()
	if err := g.wait(ctx, func() bool { return e.review != "waiting" }); err != nil {
		return err
	}
	if e.review != "approved" {
		return refuse(http.StatusForbidden, "The deployment was rejected")
	}
	return nil
}

// leave ends what a job had entered.
func (g *gitHub) leave(_ http.ResponseWriter, r *http.Request, of grant) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range of.repository.entries {
		if e.run == of.run && e.job == of.job && e.environment == r.FormValue("environment") {
			if e.deployment != nil {
				e.deployment.states = append(e.deployment.states, r.FormValue("status"))
			}
			g.remove(e)
			return nil
		}
	}
	return nil // it was never let in
}

func (g *gitHub) remove(e *entry) {
	repo := e.run.repository
	repo.entries = slices.DeleteFunc(repo.entries, func(o *entry) bool { return o == e })
	g.tell()
}

// assume hands out credentials of a role to a job that may ask for an identity.
func (g *gitHub) assume(w http.ResponseWriter, _ *http.Request, of grant) error {
	if !of.may("id-token", "write") {
		return refuse(http.StatusForbidden, "the job has not the permission id-token: write")
	}
	fmt.Fprint(w, "AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\n")
	return nil
}

func (g *gitHub) upload(_ http.ResponseWriter, r *http.Request, of grant) error {
	name := r.PathValue("artifact")
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := of.run.artifacts[name]; ok && r.URL.Query().Get("overwrite") != "true" {
		return refuse(http.StatusConflict, "an artifact with this name already exists on the workflow run")
	}
	of.run.artifacts[name] = content
	return nil
}

func (g *gitHub) download(w http.ResponseWriter, r *http.Request, of grant) error {
	g.mu.Lock()
	content, ok := of.run.artifacts[r.PathValue("artifact")]
	g.mu.Unlock()
	if !ok {
		return refuse(http.StatusNotFound, "Artifact not found for name: %s", r.PathValue("artifact"))
	}
	_, _ = w.Write(content) // whoever asked may have gone
	return nil
}

func (g *gitHub) artifacts(w http.ResponseWriter, _ *http.Request, of grant) error {
	for _, name := range g.kept(of.run) {
		fmt.Fprintln(w, name)
	}
	return nil
}

// kept names the artifacts of a run.
func (g *gitHub) kept(of *run) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(of.artifacts))
}

// git serves the repositories to whoever has a token that may read them, and takes
// pushes from those that may write.
func (g *gitHub) git(w http.ResponseWriter, r *http.Request) {
	_, token, _ := r.BasicAuth()
	g.mu.Lock()
	of, ok := g.tokens[token]
	g.mu.Unlock()
	access := "read"
	if strings.HasSuffix(r.URL.Path, "/git-receive-pack") || r.URL.Query().Get("service") == "git-receive-pack" {
		access = "write"
	}
	if !ok || of.repository.full != owner+"/"+r.PathValue("name") || !of.may("contents", access) {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "the token has not the permission contents: "+access, http.StatusForbidden)
		return
	}
	backend, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	handler := cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(backend)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + g.root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=" + of.job},
	}
	handler.ServeHTTP(w, r)
}

// token makes a token for a job of a run.
func (r *run) token(job, workflow string, permissions object) string {
	g, token := r.repository.github, "ghs_"+rand.Text()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens[token] = grant{repository: r.repository, run: r, job: job, workflow: workflow, permissions: permissions}
	return token
}
