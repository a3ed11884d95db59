package image_test

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"sgraph.ai/send/release/image"
)

// place is a registry in this process that notes what changes it.
type place struct {
	tag     name.Tag
	login   atomic.Pointer[authn.Basic] // of whoever may ask; nil where all may
	closed  atomic.Bool                 // manifests are refused until something has been pushed
	mu      sync.Mutex
	changes []string
}

// newPlace starts one. Referrers says that it can be asked what belongs to an
// image, as ECR can, and GitHub's cannot.
func newPlace(t *testing.T, referrers bool) *place {
	t.Helper()
	p := &place{}
	inner := registry.New(registry.WithReferrersSupport(referrers), registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if login := p.login.Load(); login != nil && (user != login.Username || password != login.Password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPut {
			p.closed.Store(false)
		}
		if p.closed.Load() && strings.Contains(r.URL.Path, "/manifests/") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			p.mu.Lock()
			p.changes = append(p.changes, r.Method+" "+r.URL.Path)
			p.mu.Unlock()
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var err error
	p.tag, err = name.NewTag(strings.TrimPrefix(server.URL, "http://")+"/owner/name:"+version, name.StrictValidation)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func digestOf(t *testing.T, of interface{ Digest() (v1.Hash, error) }) v1.Hash {
	t.Helper()
	d, err := of.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPush(t *testing.T) {
	t.Parallel()
	for kind, referrers := range map[string]bool{"with referrers": true, "without referrers": false} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p, i := newPlace(t, referrers), assemble(t, small(t), version)
			if err := i.Push(t.Context(), p.tag); err != nil {
				t.Fatal(err)
			}
			if last := p.changes[len(p.changes)-1]; last != "PUT /v2/owner/name/manifests/"+version {
				t.Errorf("the tag is not the last that is written, but %s", last)
			}
			pulled, err := remote.Index(p.tag)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := digestOf(t, pulled), digestOf(t, i); got != want {
				t.Errorf("pulled %s, want %s", got, want)
			}
			if err := validate.Index(pulled); err != nil {
				t.Error(err)
			}
			index, err := pulled.IndexManifest()
			if err != nil {
				t.Fatal(err)
			}
			about(t, p, digestOf(t, i), len(image.Systems))
			for _, m := range index.Manifests {
				about(t, p, m.Digest, 1)
			}
		})
	}
}

// about finds the list of parts of an image, or of the index, and reads it.
func about(t *testing.T, p *place, subject v1.Hash, binaries int) {
	t.Helper()
	referrers, err := remote.Referrers(p.tag.Context().Digest(subject.String()))
	if err != nil {
		t.Fatal(err)
	}
	list, err := referrers.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Manifests) != 1 {
		t.Fatalf("%s has %d lists of parts", subject, len(list.Manifests))
	}
	artifact, err := remote.Image(p.tag.Context().Digest(list.Manifests[0].Digest.String()))
	if err != nil {
		t.Fatal(err)
	}
	m, err := artifact.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	const spdxJSON, nothing = "application/spdx+json", "application/vnd.oci.empty.v1+json"
	if m.ArtifactType != spdxJSON || m.Subject.Digest != subject || m.Config.MediaType != nothing ||
		len(m.Layers) != 1 || m.Layers[0].MediaType != spdxJSON {
		t.Fatalf("about %s there is %+v", subject, m)
	}
	layer, err := artifact.LayerByDigest(m.Layers[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	r, err := layer.Compressed() // as it is kept
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var doc spdx.Document
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	found, ids, programs := map[string]string{}, map[string]bool{}, 0
	for _, part := range doc.Packages {
		id := string(part.PackageSPDXIdentifier)
		if ids[id] {
			t.Errorf("two parts are called %s", id)
		}
		ids[id] = true
		if len(part.PackageChecksums) == 1 {
			programs++
		} else {
			found[part.PackageName] = part.PackageExternalReferences[0].Locator
		}
	}
	if programs != binaries {
		t.Errorf("it lists %d programs, want %d", programs, binaries)
	}
	// Whom to trust is a part, too: the image has no file that says it.
	for _, part := range []string{"stdlib", "golang.org/x/crypto/x509roots/fallback", "sgraph.ai/send/shared"} {
		if !strings.HasPrefix(found[part], "pkg:golang/"+part+"@") {
			t.Errorf("it lists %s as %q", part, found[part])
		}
	}
	if got := found["sgraph.ai/send/shared"]; !strings.HasSuffix(got, "@"+version) {
		t.Errorf("the parts of this repository are of no version: %s", got)
	}
	for _, r := range doc.Relationships {
		if to := string(r.RefB.ElementRefID); !ids[to] {
			t.Errorf("%s leads nowhere", to)
		}
	}
}

func TestPushAgainChangesNothing(t *testing.T) {
	t.Parallel()
	p, i := newPlace(t, true), assemble(t, small(t), version)
	for range 2 {
		if err := i.Push(t.Context(), p.tag); err != nil {
			t.Fatal(err)
		}
	}
	tagged := 0
	for _, c := range p.changes {
		if strings.HasSuffix(c, "/manifests/"+version) {
			tagged++
		}
	}
	if tagged != 1 {
		t.Errorf("%d of %q give the tag", tagged, p.changes)
	}
	before := len(p.changes)
	other := assemble(t, small(t), "v0.4.1")
	if err := other.Push(t.Context(), p.tag); !errors.Is(err, image.ErrOtherDigest) {
		t.Errorf("a tag was moved: %v", err)
	}
	if len(p.changes) != before {
		t.Errorf("it was refused, after %q", p.changes[before:])
	}
	if there, err := remote.Head(p.tag); err != nil || there.Digest != digestOf(t, i) {
		t.Errorf("the tag names %+v (%v)", there, err)
	}
}

// The first push makes the repository, of which a registry may say nothing before.
func TestPushMakesTheRepository(t *testing.T) {
	t.Parallel()
	p, i := newPlace(t, true), assemble(t, small(t), version)
	p.closed.Store(true)
	for range 2 {
		if err := i.Push(t.Context(), p.tag); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := remote.Head(p.tag); err != nil || there.Digest != digestOf(t, i) {
		t.Errorf("the tag names %+v (%v)", there, err)
	}
}

func TestPushSaysWhatIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	tag, err := name.NewTag(strings.TrimPrefix(server.URL, "http://") + "/owner/name:" + version)
	if err != nil {
		t.Fatal(err)
	}
	if err := assemble(t, small(t), version).Push(t.Context(), tag); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("%v", err)
	}
}
