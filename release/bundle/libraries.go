package bundle

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Libraries returns the scripts of others that the pages import, by name: of each
// module in the folder "libraries" of tools one file, with what it exports of the
// packages that are installed in the folder "node_modules" beside, and no more. Names
// and lines stay as they are. Of each package stands at the top which it is, the digest
// of the archive that it came in, as package-lock.json has it, and its licence.
func Libraries(tools string) (map[string][]byte, error) {
	modules, err := filepath.Glob(filepath.Join(tools, "libraries", "*.js"))
	if err != nil {
		return nil, err
	}
	scripts := map[string][]byte{}
	for _, module := range modules {
		name := filepath.Base(module)
		if scripts[name], err = library(tools, "libraries/"+name); err != nil {
			return nil, err
		}
	}
	return scripts, nil
}

func library(tools, module string) ([]byte, error) {
	here, err := filepath.Abs(tools)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: here,
		EntryPoints:   []string{"./" + module},
		Bundle:        true,
		Format:        api.FormatESModule,
		Target:        api.ES2023,
		Charset:       api.CharsetUTF8,
		External:      []string{"crypto"}, // of Node.js without Web Crypto, which is asked for nowhere here
		LegalComments: api.LegalCommentsInline,
		Metafile:      true,
		LogLevel:      api.LogLevelSilent,
	})
	if err := faults(module, result); err != nil {
		return nil, err
	}
	packages, err := packagesOf(result.Metafile)
	if err != nil {
		return nil, err
	}
	locked, err := lock(here)
	if err != nil {
		return nil, err
	}
	var script strings.Builder
	for _, name := range packages {
		notice, err := notice(filepath.Join(here, filepath.FromSlash(name)), locked[name])
		if err != nil {
			return nil, err
		}
		script.WriteString(notice)
	}
	script.Write(result.OutputFiles[0].Contents)
	return []byte(script.String()), nil
}

var packageForm = regexp.MustCompile(`^(.*node_modules/(?:@[^/]+/)?[^/]+)/`)

// packagesOf returns the folders of the packages of which a script has something.
func packagesOf(metafile string) ([]string, error) {
	var made struct {
		Outputs map[string]struct {
			Inputs map[string]struct {
				Bytes int `json:"bytesInOutput"`
			} `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &made); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, output := range made.Outputs {
		for input, part := range output.Inputs {
			if m := packageForm.FindStringSubmatch(input); m != nil && part.Bytes > 0 {
				found[m[1]] = true
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("there is nothing of any package in it")
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// lock returns the digests of the archives that packages come in, by their folders.
func lock(tools string) (map[string]string, error) {
	content, err := os.ReadFile(filepath.Join(tools, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var l struct {
		Packages map[string]struct {
			Integrity string `json:"integrity"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(content, &l); err != nil {
		return nil, fmt.Errorf("package-lock.json: %w", err)
	}
	digests := map[string]string{}
	for folder, p := range l.Packages {
		digests[folder] = p.Integrity
	}
	return digests, nil
}

// notice says which package follows, in a comment that is kept, with its licence as it asks.
// What the scripts are made of is read from there (release/bom).
func notice(folder, digest string) (string, error) {
	manifest, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", err
	}
	var p struct{ Name, Version, License string }
	if err := json.Unmarshal(manifest, &p); err != nil {
		return "", fmt.Errorf("%s: %w", path.Join(folder, "package.json"), err)
	}
	licence, err := os.ReadFile(filepath.Join(folder, "LICENSE"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(digest, "sha512-") {
		return "", fmt.Errorf("package-lock.json has no SHA-512 of %s", p.Name)
	}
	text := strings.TrimSpace(string(licence))
	if text == "" || strings.Contains(text, "*/") {
		return "", fmt.Errorf("the licence of %s cannot stand in a comment", p.Name)
	}
	return fmt.Sprintf("/*! %s %s (%s) %s\n\n%s\n*/\n", p.Name, p.Version, p.License, digest, text), nil
}

// WriteLibraries puts the scripts into a folder, in the place of those that are there;
// what says their types stays.
func WriteLibraries(folder string, scripts map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.js"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if scripts[filepath.Base(file)] == nil {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(folder, name), script, 0o644); err != nil {
			return err
		}
	}
	return nil
}
