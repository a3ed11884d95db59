package taskhost

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
)

// Registry answers as an account's registry at ECR: whoever shows the password that
// [the simulated] AWS gives out may push and pull, and a tag stays what it is.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
type Registry struct {
	images   http.Handler
	password string

	mu     sync.Mutex
	tags   map[string]string // digests, by repository and tag
	pushed int
}

// RegistryName is the name of an account's registry.
func RegistryName(account, region string) string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", account, region)
}

// NewRegistry answers an empty one.
func NewRegistry(account string) *Registry {
	return &Registry{
		images:   registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		password: account + "-auth-token", tags: map[string]string{},
	}
}

// Pushed is how many images and indexes were put there.
func (r *Registry) Pushed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pushed
}

func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if user, password, _ := request.BasicAuth(); user != "AWS" || password != r.password {
		w.Header().Set("WWW-Authenticate", `Basic realm="ECR"`)
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
		return
	}
	// The images lock themselves while they read, and two that come by one connection
	// of HTTP/2 have its window in common: one would wait for the other's lock, and that
	// for the window.
	content, err := io.ReadAll(io.LimitReader(request.Body, 64<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	request.Body = io.NopCloser(bytes.NewReader(content))
	if _, _, is := strings.Cut(request.URL.Path, "/manifests/"); is && request.Method == http.MethodPut {
		if !r.keeps(request.URL.Path, content) {
			http.Error(w, `{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}`, http.StatusBadRequest)
			return
		}
	}
	r.images.ServeHTTP(w, request)
}

// keeps notes what is put where, if it may be: a tag stays what it is.
func (r *Registry) keeps(path string, content []byte) bool {
	sum := sha256.Sum256(content)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pushed++
	if before := r.tags[path]; before != "" && before != digest && !strings.Contains(path, "/manifests/sha256:") {
		return false
	}
	r.tags[path] = digest
	return true
}
