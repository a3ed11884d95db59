package documented

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os/exec"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// orasModule is what no distribution has. The go command builds it once.
const orasModule = "oras.land/oras/cmd/oras@v1.3.6"

func oras() error {
	if _, err := exec.LookPath("oras"); err == nil {
		return nil
	}
	if said, err := exec.Command("go", "run", orasModule, "version").CombinedOutput(); err != nil {
		return fmt.Errorf("%s cannot be built: %w\n%s", orasModule, err, said)
	}
	return nil
}

// oras asks a registry of this machine.
func (s *session) oras(c call) error {
	for i, arg := range c.args {
		c.args[i] = strings.Replace(arg, "ghcr.io", s.registry(), 1)
	}
	c.args = append(c.args, "--plain-http")
	if _, err := exec.LookPath("oras"); err == nil {
		return c.run(c.args)
	}
	return c.inCheckout(append([]string{"go", "run", orasModule}, c.args[1:]...))
}

// pushImage answers a registry that has an image, and something that is said of it.
func (w *world) pushImage() string {
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	server := httptest.NewServer(registry.New(registry.WithReferrersSupport(true), quiet))
	w.t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	if err := push(host + "/owner/name:v0.4.0"); err != nil {
		w.t.Error(err)
	}
	return host
}

func push(to string) error {
	tag, err := name.NewTag(to)
	if err != nil {
		return err
	}
	image, err := random.Image(64, 1)
	if err != nil {
		return err
	}
	of, err := partial.Descriptor(image)
	if err != nil {
		return err
	}
	list := mutate.Subject(image, *of).(v1.Image)
	digest, err := list.Digest()
	if err != nil {
		return err
	}
	return errors.Join(remote.Write(tag, image), remote.Write(tag.Context().Digest(digest.String()), list))
}
