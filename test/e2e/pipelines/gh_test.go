package pipelines

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/shared/test/asking"
)

// ghCommands are those that the scripts use, with what each takes.
var ghCommands = map[string]func(ghCall) error{
	"api":                ghAPI,
	"attestation verify": ghVerify,
	"release create":     ghCreate,
	"release delete":     ghDelete,
	"release download":   ghDownload,
	"release view":       ghView,
	"run download":       ghRunDownload,
	"run list":           ghRunList,
	"workflow run":       ghWorkflowRun,
}

// ghCall is a call of gh.
type ghCall struct {
	repository string // owner/name
	arguments  []string
	flags      map[string]string
	fields     []string // of -f, "name=value"
}

func (c ghCall) has(name string) bool { return c.flags[name] == "true" }

// gh does what the real one does for the arguments that the scripts give it, and
// refuses all others.
func gh(args []string) error {
	if os.Getenv("GH_TOKEN") == "" && os.Getenv("GITHUB_TOKEN") == "" {
		return errors.New("to use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable")
	}
	name := args[0]
	if rest := args[1:]; ghCommands[name] != nil {
		args = rest
	} else {
		name, args = strings.Join(args[:min(2, len(args))], " "), args[min(2, len(args)):]
	}
	do := ghCommands[name]
	if do == nil {
		return fmt.Errorf("nothing stands in for gh %s", name)
	}
	c := ghCall{repository: os.Getenv("GH_REPO"), flags: map[string]string{}}
	set := flag.NewFlagSet("gh "+name, flag.ContinueOnError)
	for _, name := range []string{
		"repo", "dir", "json", "jq", "title", "notes-file", "method", "signer-workflow", "signer-digest", "source-ref",
		"source-digest", "predicate-type", "format", "ref", "workflow", "event", "branch", "commit", "name",
	} {
		set.Func(name, "", func(value string) error { c.flags[name] = value; return nil })
	}
	for _, name := range []string{"yes", "verify-tag", "prerelease", "paginate", "deny-self-hosted-runners"} {
		set.BoolFunc(name, "", func(string) error { c.flags[name] = "true"; return nil })
	}
	set.Func("f", "", func(field string) error { c.fields = append(c.fields, field); return nil })
	for len(args) > 0 { // flags may stand behind arguments
		if err := set.Parse(args); err != nil {
			return err
		}
		if args = set.Args(); len(args) > 0 {
			c.arguments, args = append(c.arguments, args[0]), args[1:]
		}
	}
	if c.flags["repo"] != "" {
		c.repository = c.flags["repo"]
	}
	if c.repository == "" && name != "api" { // then that of the folder's
		out, err := exec.Command("git", "remote", "get-url", "origin").Output()
		if err != nil {
			return errors.New("failed to determine base repo: not a git repository")
		}
		parts := strings.Split(strings.TrimSuffix(strings.TrimSpace(string(out)), ".git"), "/")
		c.repository = strings.Join(parts[len(parts)-2:], "/")
	}
	return do(c)
}

// ask asks the API.
func (c ghCall) ask(method, path string, in any, into any) error {
	body, ok := in.([]byte)
	if !ok && in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(path, "repos/") {
		path = "repos/" + c.repository + "/" + path
	}
	request, err := http.NewRequest(method, os.Getenv("GITHUB_API_URL")+"/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	token := os.Getenv("GH_TOKEN")
	if token == "" {
		token = os.Getenv("GITHUB_TOKEN")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := asking.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("HTTP %d: %s", response.StatusCode, answer)
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = answer
		return nil
	}
	return json.Unmarshal(answer, into)
}

// print writes JSON, or what --jq makes of it.
func (c ghCall) print(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if c.flags["jq"] == "" {
		fmt.Println(string(text))
		return nil
	}
	cmd := exec.Command("jq", "-r", c.flags["jq"])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), os.Stdout, os.Stderr
	return cmd.Run()
}

func ghAPI(c ghCall) error {
	method, in := c.flags["method"], object(nil)
	for _, field := range c.fields {
		name, value, _ := strings.Cut(field, "=")
		if in == nil {
			in = object{}
		}
		in[name] = value
	}
	if method == "" {
		method = map[bool]string{true: http.MethodGet, false: http.MethodPost}[in == nil]
	}
	var answer any
	if err := c.ask(method, strings.TrimPrefix(c.arguments[0], "/"), in, &answer); err != nil {
		return err
	}
	return c.print(answer)
}

// ghVerify holds what was signed of a file against all that is demanded.
// https://cli.github.com/manual/gh_attestation_verify
func ghVerify(c ghCall) error {
	content, err := os.ReadFile(c.arguments[0])
	if err != nil {
		return err
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(content))
	var answer struct{ Attestations []*attestation }
	if err := c.ask(http.MethodGet, "attestations/sha256:"+digest, nil, &answer); err != nil {
		return err
	}
	kind := c.flags["predicate-type"]
	if kind == "" {
		kind = provenance
	}
	results := []object{}
	for _, a := range answer.Attestations {
		demands := map[string]string{
			"signer-workflow": a.SignerWorkflow, "signer-digest": a.SignerDigest,
			"source-ref": a.SourceRef, "source-digest": a.SourceDigest,
		}
		fits := a.PredicateType == kind && (!a.SelfHosted || !c.has("deny-self-hosted-runners"))
		for name, is := range demands {
			fits = fits && (c.flags[name] == "" || c.flags[name] == is)
		}
		if !fits {
			continue
		}
		subjects := []object{}
		for _, s := range a.Subjects {
			subjects = append(subjects, object{"name": s.Name, "digest": object{"sha256": s.SHA256}})
		}
		results = append(results, object{"verificationResult": object{"statement": object{
			"predicateType": a.PredicateType, "predicate": a.Predicate, "subject": subjects,
		}}})
	}
	if len(results) == 0 {
		return fmt.Errorf("verifying with issuer failed: of %d attestations of sha256:%s none fits %v",
			len(answer.Attestations), digest, c.flags)
	}
	if c.flags["format"] == "json" {
		return c.print(results)
	}
	return nil
}

// provenance is the kind of what is verified where nothing else is said.
const provenance = "https://slsa.dev/provenance/v1"

// ghRelease is what of a release is looked at.
type ghRelease struct {
	ID     int
	Tag    string `json:"tag_name"`
	Draft  bool
	Assets []struct {
		ID   int
		Name string
	}
}

func (c ghCall) release() (r ghRelease, err error) {
	var all []ghRelease
	if err := c.ask(http.MethodGet, "releases?per_page=100", nil, &all); err != nil {
		return r, err
	}
	i := slices.IndexFunc(all, func(r ghRelease) bool { return r.Tag == c.arguments[0] })
	if i < 0 {
		return r, errors.New("release not found")
	}
	return all[i], nil
}

func ghView(c ghCall) error {
	r, err := c.release()
	if err != nil {
		return err
	}
	return c.print(object{"isDraft": r.Draft, "tagName": r.Tag})
}

func ghDelete(c ghCall) error {
	r, err := c.release()
	if err != nil {
		return err
	}
	return c.ask(http.MethodDelete, fmt.Sprint("releases/", r.ID), nil, &object{})
}

// ghCreate makes a draft, fills it, and publishes it then.
func ghCreate(c ghCall) error {
	tag, files := c.arguments[0], c.arguments[1:]
	if c.has("verify-tag") {
		if err := c.ask(http.MethodGet, "git/ref/tags/"+tag, nil, &object{}); err != nil {
			return fmt.Errorf("tag %s doesn't exist in the repo, aborting due to --verify-tag flag: %w", tag, err)
		}
	}
	notes, err := os.ReadFile(c.flags["notes-file"])
	if err != nil {
		return err
	}
	in := object{
		"tag_name": tag, "name": c.flags["title"], "body": string(notes), "draft": true, "prerelease": c.has("prerelease"),
	}
	var r ghRelease
	if err := c.ask(http.MethodPost, "releases", in, &r); err != nil {
		return err
	}
	path := fmt.Sprint("releases/", r.ID)
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		to := path + "/assets?name=" + url.QueryEscape(filepath.Base(name))
		if err := c.ask(http.MethodPost, to, content, &object{}); err != nil {
			return err
		}
	}
	return c.ask(http.MethodPatch, path, object{"draft": false}, &object{})
}

func ghDownload(c ghCall) error {
	r, err := c.release()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.flags["dir"], 0o755); err != nil {
		return err
	}
	for _, a := range r.Assets {
		var content []byte
		if err := c.ask(http.MethodGet, fmt.Sprint("releases/assets/", a.ID), nil, &content); err != nil {
			return err
		}
		file := filepath.Join(c.flags["dir"], a.Name)
		if _, err := os.Stat(file); err == nil {
			return fmt.Errorf("%s already exists", file)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func ghWorkflowRun(c ghCall) error {
	inputs := map[string]string{}
	for _, field := range c.fields {
		name, value, _ := strings.Cut(field, "=")
		inputs[name] = value
	}
	in := object{"ref": c.flags["ref"], "inputs": inputs}
	return c.ask(http.MethodPost, "actions/workflows/"+c.arguments[0]+"/dispatches", in, &object{})
}

func ghRunList(c ghCall) error {
	query := url.Values{"event": {c.flags["event"]}, "branch": {c.flags["branch"]}, "head_sha": {c.flags["commit"]}}
	var answer struct {
		Runs []struct{ ID int } `json:"workflow_runs"`
	}
	path := "actions/workflows/" + c.flags["workflow"] + "/runs?" + query.Encode()
	if err := c.ask(http.MethodGet, path, nil, &answer); err != nil {
		return err
	}
	runs := []object{}
	for _, r := range answer.Runs {
		runs = append(runs, object{"databaseId": r.ID})
	}
	return c.print(runs)
}

func ghRunDownload(c ghCall) error {
	var content []byte
	path := "actions/runs/" + c.arguments[0] + "/artifacts/" + c.flags["name"] + "/tar"
	if err := c.ask(http.MethodGet, path, nil, &content); err != nil {
		return err
	}
	if err := os.MkdirAll(c.flags["dir"], 0o755); err != nil {
		return err
	}
	cmd := exec.Command("tar", "-C", c.flags["dir"], "-xf", "-")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(content), os.Stderr
	return cmd.Run()
}
