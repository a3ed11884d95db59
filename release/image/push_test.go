package image_test

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestPush(t *testing.T) {
	t.Parallel()
	for kind, referrers := range map[string]bool{"with referrers": true, "without": false} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(registry.New(
				registry.WithReferrersSupport(referrers), registry.Logger(log.New(io.Discard, "", 0))))
			defer server.Close()
			tag, err := name.NewTag(strings.TrimPrefix(server.URL, "http://") + "/owner/name:" + version)
			if err != nil {
				t.Fatal(err)
			}
			i := assemble(t)
			if err := i.Push(t.Context(), tag); err != nil {
				t.Fatal(err)
			}
			pulled, err := remote.Index(tag)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := i.Digest()
			if got, _ := pulled.Digest(); got != want {
				t.Errorf("pulled %s, want %s", got, want)
			}
			if err := validate.Index(pulled); err != nil {
				t.Error(err)
			}
			manifest, err := pulled.IndexManifest()
			if err != nil {
				t.Fatal(err)
			}
			subjects := []v1.Hash{want}
			for _, m := range manifest.Manifests {
				subjects = append(subjects, m.Digest)
			}
			for _, s := range subjects {
				about, err := remote.Referrers(tag.Context().Digest(s.String()))
				if err != nil {
					t.Fatal(err)
				}
				list, err := about.IndexManifest()
				if err != nil {
					t.Fatal(err)
				}
				if len(list.Manifests) != 1 {
					t.Fatalf("%s has %d lists of parts", s, len(list.Manifests))
				}
				bom, err := remote.Image(tag.Context().Digest(list.Manifests[0].Digest.String()))
				if err != nil {
					t.Fatal(err)
				}
				m, err := bom.Manifest()
				if err != nil {
					t.Fatal(err)
				}
				if m.ArtifactType != "application/spdx+json" || m.Subject.Digest != s {
					t.Errorf("about %s there is %+v", s, m)
				}
			}
		})
	}
}
