package pipelines

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// attestation is something that a job signed of files.
type attestation struct {
	Subjects      []subject       `json:"subjects"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
	// What the signer's certificate says.
	SignerWorkflow string `json:"signerWorkflow"` // the file that the job's steps are in
	SignerDigest   string `json:"signerDigest"`   // its commit
	SourceRef      string `json:"sourceRef"`
	SourceDigest   string `json:"sourceDigest"`
	SelfHosted     bool   `json:"selfHosted"`
}

type subject struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// attestationsAPI keeps what jobs sign, and answers it by the digest of a subject.
func (g *gitHub) attestationsAPI(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v3/standin/{owner}/{name}/attestations",
		g.jobs(func(_ http.ResponseWriter, r *http.Request, of grant) error {
			for _, permission := range []string{"id-token", "attestations"} {
				if !of.may(permission, "write") {
					return refuse(http.StatusForbidden, "the job has not the permission %s: write", permission)
				}
			}
			a := &attestation{}
			if err := json.NewDecoder(r.Body).Decode(a); err != nil {
				return refuse(http.StatusBadRequest, "%v", err)
			}
			a.SignerWorkflow = of.repository.full + "/.github/workflows/" + of.workflow
			a.SignerDigest, a.SourceRef, a.SourceDigest = of.run.sha, of.run.ref, of.run.sha
			g.mu.Lock()
			defer g.mu.Unlock()
			of.repository.attestations = append(of.repository.attestations, a)
			return nil
		}))
	g.api(mux, "GET attestations/{digest}", "attestations", "read", func(c call) (any, error) {
		digest := strings.TrimPrefix(c.PathValue("digest"), "sha256:")
		found := []*attestation{}
		for _, a := range c.repository.attestations {
			if slices.ContainsFunc(a.Subjects, func(s subject) bool { return s.SHA256 == digest }) {
				found = append(found, a)
			}
		}
		return object{"attestations": found}, nil
	})
}

// signed answers what was signed of a kind.
func (r *repository) signed(predicateType string) (found []*attestation) {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	for _, a := range r.attestations {
		if a.PredicateType == predicateType {
			found = append(found, a)
		}
	}
	return found
}
