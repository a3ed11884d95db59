package taskhost

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// image is an image that was pulled and unpacked.
type image struct {
	root   string
	config v1.Config
}

// pull fetches the image that a reference names by its digest, of the platform that a
// task asks for, and unpacks it into a folder.
func pull(reference, architecture, password string, by http.RoundTripper, into string) (image, error) {
	at, err := name.NewDigest(reference, name.StrictValidation)
	if err != nil {
		return image{}, fmt.Errorf("an image is named by its digest: %w", err)
	}
	got, err := remote.Image(at,
		remote.WithTransport(by), remote.WithAuth(&authn.Basic{Username: "AWS", Password: password}),
		remote.WithPlatform(v1.Platform{OS: "linux", Architecture: architecture}))
	if err != nil {
		return image{}, err
	}
	file, err := got.ConfigFile()
	if err != nil {
		return image{}, err
	}
	if file.OS != "linux" || file.Architecture != architecture {
		return image{}, fmt.Errorf("the image is for %s/%s, and the task for %s", file.OS, file.Architecture, architecture)
	}
	layers := mutate.Extract(got)
	defer layers.Close()
	if err := unpack(layers, into); err != nil {
		return image{}, fmt.Errorf("unpacking %s: %w", reference, err)
	}
	return image{root: into, config: file.Config}, nil
}

// unpack writes what an archive holds, with its owners where that is allowed.
func unpack(archive io.Reader, into string) error {
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer root.Close()
	entries := tar.NewReader(archive)
	for {
		h, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		path := strings.Trim(filepath.Clean("/"+h.Name), "/")
		if path == "" {
			continue
		}
		mode := fs.FileMode(h.Mode & 0o777)
		if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			if err := root.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		case tar.TypeSymlink:
			if err := root.Symlink(h.Linkname, path); err != nil {
				return err
			}
			continue
		case tar.TypeReg:
			if err := writeFile(root, path, mode, entries); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is of the kind %q", path, h.Typeflag)
		}
		if os.Geteuid() == 0 {
			if err := root.Chown(path, h.Uid, h.Gid); err != nil {
				return err
			}
		}
		if err := root.Chmod(path, mode); err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, path string, mode fs.FileMode, content io.Reader) error {
	file, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return cmp.Or(err, file.Close())
}

// command is what a container runs: the image's, but for what the task says instead.
func (i image) command(entrypoint, command []string) []string {
	switch {
	case len(entrypoint) > 0:
		return slices.Concat(entrypoint, command) // the image's command goes with its entry point
	case len(command) > 0:
		return slices.Concat(i.config.Entrypoint, command)
	}
	return slices.Concat(i.config.Entrypoint, i.config.Cmd)
}

// environment is what a container is told: by its image, and by its task.
func (i image) environment(more map[string]string) map[string]string {
	all := map[string]string{}
	for _, entry := range i.config.Env {
		name, value, _ := strings.Cut(entry, "=")
		all[name] = value
	}
	maps.Copy(all, more)
	return all
}
