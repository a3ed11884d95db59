// Package update finds out whether there is a newer release of this program, and what
// proves it. It fetches no program.
package update

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/cli/published"
)

// GitHub is where releases are asked for, if nothing else is said.
const GitHub = "https://api.github.com"

// Source is where releases are.
type Source struct {
	API        string // GitHub's, or that of a server of its kind
	Repository string // owner/name
	Token      string // of GitHub, for a repository that not everybody sees; "" = none
}

// Verdict is what came of a check.
type Verdict string

// The verdicts.
const (
	Holds     Verdict = "holds"
	Differs   Verdict = "differs"
	Unchecked Verdict = "unchecked"
)

// Check is a look at what proves a release.
type Check struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail"`
}

// Report is what was found out.
type Report struct {
	Current   string    `json:"current"`
	Latest    string    `json:"latest"`
	Newer     bool      `json:"newer"` // Latest is newer than Current; false also where Current is no release
	Released  bool      `json:"released"`
	Page      string    `json:"page"`
	Published time.Time `json:"published_at"`
	File      string    `json:"file"`
	SHA256    string    `json:"sha256,omitempty"`
	Checks    []Check   `json:"checks"`
}

// Contradicted says whether something of the release is not as it says.
func (r Report) Contradicted() bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Verdict == Differs })
}

// release is what GitHub tells of one.
type release struct {
	Tag       string    `json:"tag_name"`
	Page      string    `json:"html_url"`
	Published time.Time `json:"published_at"`
	Assets    []asset   `json:"assets"`
}

type asset struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Digest string `json:"digest"`
}

func (r release) asset(name string) (asset, bool) {
	i := slices.IndexFunc(r.Assets, func(a asset) bool { return a.Name == name })
	if i < 0 {
		return asset{}, false
	}
	return r.Assets[i], true
}

// smallName is the file whose attestation is looked at: all files have the same one.
const smallName = "pages.json"

// Find looks for the newest release, and, where that is newer than this program, at what
// proves the file of it that is for this system.
func (s Source) Find(ctx context.Context, current, file string) (Report, error) {
	report := Report{Current: current, File: file, Checks: []Check{}}
	newest := strings.TrimSuffix(s.API, "/") + "/repos/" + s.Repository + "/releases/latest"
	text, err := s.get(ctx, newest, "application/vnd.github+json")
	if r, ok := errors.AsType[*published.Refused](err); ok && r.Status == http.StatusNotFound {
		return report, fmt.Errorf("there is no repository %s, or no release in it; or it is not for everybody, and GH_TOKEN "+
			"is none that sees it: %w", s.Repository, r)
	}
	if err != nil {
		return report, err
	}
	var latest release
	if err := json.Unmarshal(text, &latest); err != nil {
		return report, fmt.Errorf("what is answered of the newest release cannot be read: %w", err)
	}
	next, ok := parse(latest.Tag)
	if !ok {
		return report, errors.New("the newest release has a tag that is no version")
	}
	report.Latest, report.Page, report.Published = latest.Tag, latest.Page, latest.Published
	now, ok := parse(current)
	report.Released = ok
	if report.Newer = ok && slices.Compare(now[:], next[:]) < 0; !report.Newer {
		return report, nil
	}
	return report, s.prove(ctx, latest, &report)
}

var versionForm = regexp.MustCompile(`^v(\d{1,9})\.(\d{1,9})\.(\d{1,9})$`)

func parse(version string) (v [3]int, ok bool) {
	m := versionForm.FindStringSubmatch(version)
	if m == nil {
		return v, false
	}
	for i := range v {
		v[i], _ = strconv.Atoi(m[i+1]) // digits, and few
	}
	return v, true
}

// prove looks at what proves the file.
func (s Source) prove(ctx context.Context, of release, report *Report) error {
	say := func(name string, v Verdict, format string, args ...any) {
		report.Checks = append(report.Checks, Check{name, v, fmt.Sprintf(format, args...)})
	}
	program, there := of.asset(report.File)
	list, listed := of.asset(published.SumsName)
	if !there || !listed {
		say("digest", Differs, "the release has no %s, or no %s", report.File, published.SumsName)
		return nil
	}
	text, err := s.get(ctx, list.URL, "application/octet-stream")
	if err != nil {
		return err
	}
	sums := published.Sums(text)
	report.SHA256 = sums[report.File]
	switch {
	case report.SHA256 == "":
		say("digest", Differs, "%s does not list %s", published.SumsName, report.File)
		return nil
	case program.Digest == "":
		say("digest", Unchecked, "GitHub says no digest of %s that %s could be held against", report.File, published.SumsName)
	case program.Digest != "sha256:"+report.SHA256:
		say("digest", Differs, "GitHub has another %s than %s lists", report.File, published.SumsName)
		return nil
	default:
		say("digest", Holds, "%s lists the %s that GitHub has", published.SumsName, report.File)
	}
	return s.provenance(ctx, of, report, say)
}

// provenance asks who built the file. A release has one attestation, of all its files:
// that of a small one names the others.
func (s Source) provenance(
	ctx context.Context, of release, report *Report, say func(string, Verdict, string, ...any),
) error {
	gh, err := exec.LookPath("gh")
	if err != nil {
		say("provenance", Unchecked, "who built it was not checked: gh, GitHub's command line, is not here")
		return nil
	}
	small, there := of.asset(smallName)
	if !there {
		say("provenance", Unchecked, "who built it was not checked: the release has no %s", smallName)
		return nil
	}
	content, err := s.get(ctx, small.URL, "application/octet-stream")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sgsend-update-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, smallName)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, gh, "attestation", "verify", path, "--repo", s.Repository,
		"--signer-workflow", s.Repository+"/.github/workflows/ci-pipeline.yml", "--source-ref", "refs/heads/main",
		"--format", "json")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		why, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		say("provenance", Unchecked, "gh does not vouch for who built it: %.200s", why)
		return nil
	}
	if attested(out, report.File, report.SHA256) {
		say("provenance", Holds, "the pipeline of %s built it of main, as gh verified", s.Repository)
	} else {
		say("provenance", Differs, "what the pipeline attested is another %s than %s lists", report.File, published.SumsName)
	}
	return nil
}

// attested says whether a verified statement has a file with this digest.
func attested(verified []byte, file, sum string) bool {
	var all []struct {
		Result struct {
			Statement struct {
				Subject []struct {
					Name   string            `json:"name"`
					Digest map[string]string `json:"digest"`
				} `json:"subject"`
			} `json:"statement"`
		} `json:"verificationResult"`
	}
	if json.Unmarshal(verified, &all) != nil {
		return false
	}
	for _, one := range all {
		for _, s := range one.Result.Statement.Subject {
			if s.Name == file && s.Digest["sha256"] == sum {
				return true
			}
		}
	}
	return false
}

// get fetches what is small.
func (s Source) get(ctx context.Context, address, accept string) ([]byte, error) {
	headers := http.Header{"Accept": {accept}, "User-Agent": {"sgsend"}}
	if s.Token != "" && strings.HasPrefix(address, strings.TrimSuffix(s.API, "/")+"/") {
		headers.Set("Authorization", "Bearer "+s.Token) // which net/http takes to no other host
	}
	return published.Fetch(ctx, address, headers)
}
