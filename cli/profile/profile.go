// Package profile keeps what somebody would otherwise say with every command: where
// services are, and what opens them. It is a file of the user that nobody else can
// read, with secrets in the system's keyring where there is one.
package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Profile is what is kept of a service. A secret is the value itself, or a reference
// to where it is.
type Profile struct {
	Server    string `json:"server,omitempty"`         // origin of the user service
	Token     string `json:"token,omitempty"`          // access token; InKeyring
	Admin     string `json:"admin,omitempty"`          // origin of the admin service
	KeyHeader string `json:"api_key_header,omitempty"` // "" = as the service's default
	Key       string `json:"api_key,omitempty"`        // API key; InKeyring, or a reference as settings know it
}

// File is all profiles, as they are kept.
type File struct {
	Default  string             `json:"default,omitempty"` // name of the one that holds where none is named
	Profiles map[string]Profile `json:"profiles"`
}

// Names are those of all profiles, sorted.
func (f File) Names() []string { return slices.Sorted(maps.Keys(f.Profiles)) }

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckName says whether a profile can be called so.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%q cannot be the name of a profile: letters, digits, dots, dashes and underscores can, "+
			"and it begins with one of the first two", name)
	}
	return nil
}

// maxFile is what the file may have, in bytes.
const maxFile = 1 << 20

// Read reads the file, and refuses what others can read. That there is none is as if
// it held nothing.
func Read(path string) (File, error) {
	none := File{Profiles: map[string]Profile{}}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) || path == "" {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	defer file.Close()
	if err := private(file); err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return none, err
	}
	f, err := parse(text)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// parse reads what a person may have written.
func parse(text []byte) (File, error) {
	f := File{Profiles: map[string]Profile{}}
	if len(text) > maxFile {
		return f, fmt.Errorf("it has more than %d bytes", maxFile)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&f); err != nil {
		return f, fmt.Errorf("it cannot be read as profiles: %w", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return f, errors.New("it cannot be read as profiles: there is something behind them")
	}
	for name := range f.Profiles {
		if err := CheckName(name); err != nil {
			return f, err
		}
	}
	if f.Profiles == nil {
		f.Profiles = map[string]Profile{}
	}
	if _, there := f.Profiles[f.Default]; f.Default != "" && !there {
		return f, fmt.Errorf("the default is %q, and there is no such profile", f.Default)
	}
	return f, nil
}

// Write writes the file, whole or not at all, for its owner alone.
func Write(path string, f File) (err error) {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Where the file is a link, as those have it who keep such files elsewhere, it
	// stays one.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	made, err := os.CreateTemp(filepath.Dir(path), ".profiles-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(made.Name()))
		}
	}()
	_, err = made.Write(append(text, '\n'))
	if err == nil {
		err = made.Sync()
	}
	if err = errors.Join(err, made.Close()); err != nil {
		return err
	}
	return os.Rename(made.Name(), path)
}
