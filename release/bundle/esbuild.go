package bundle

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// worker is what a script has to be called that another starts.
const worker = "worker.js"

// later is how the name ends of a script that another loads when somebody wants it.
const later = "-later.js"

// bundled returns what pages load, by name: the scripts and style sheets that they
// name, workers, and what is loaded later, each with all that it imports, and pictures and the like.
func bundled(web string, named []string) (map[string][]byte, error) {
	tree := map[string][]byte{}
	add := func(name string, content []byte) error {
		if _, twice := tree[name]; twice {
			return fmt.Errorf("there are two files called %s in %s", name, web)
		}
		tree[name] = content
		return nil
	}
	sources, err := filepath.Glob(filepath.Join(web, Assets, "*.*"))
	if err != nil {
		return nil, err
	}
	within, err := filepath.Glob(filepath.Join(web, Assets, "*", "*.*"))
	if err != nil {
		return nil, err
	}
	for _, source := range append(sources, within...) {
		name := filepath.Base(source)
		var content []byte
		rel, err := filepath.Rel(web, source)
		if err != nil {
			return nil, err
		}
		switch {
		case strings.HasSuffix(name, ".d.ts"):
			continue
		case path.Ext(name) != ".js" && path.Ext(name) != ".css":
			content, err = os.ReadFile(source)
			if err != nil {
				return nil, err
			}
		case name == worker || strings.HasSuffix(name, later) || slices.Contains(named, filepath.ToSlash(rel)):
			if content, err = drawnTogether(web, filepath.ToSlash(rel)); err != nil {
				return nil, err
			}
		default: // others import it
			continue
		}
		if err := add(name, content); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

// drawnTogether returns a script or a style sheet together with all that it imports.
// Names and lines stay as they are: what a browser runs is there to be read.
func drawnTogether(web, source string) ([]byte, error) {
	here, err := filepath.Abs(web)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:    here, // comments say which source follows
		EntryPoints:      []string{"./" + source},
		Bundle:           true,
		Format:           api.FormatESModule,
		Target:           api.ES2023,
		Charset:          api.CharsetUTF8,
		PreserveSymlinks: true, // what services share is among their own
		LogLevel:         api.LogLevelSilent,
	})
	if err := faults(source, result); err != nil {
		return nil, err
	}
	return result.OutputFiles[0].Contents, nil
}

// faults says what was wrong with what a script or a style sheet was made of.
func faults(source string, result api.BuildResult) error {
	var all []error
	for _, m := range slices.Concat(result.Errors, result.Warnings) {
		at := source
		if m.Location != nil {
			at = fmt.Sprintf("%s:%d", m.Location.File, m.Location.Line)
		}
		all = append(all, fmt.Errorf("%s: %s", at, m.Text))
	}
	return errors.Join(all...)
}
