package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// peersDir is where tools/peers puts what it installs, under the folder of the repository.
const peersDir = ".tools/peers"

// repository is where this runs: that of its tests is not the folder of the repository.
var repository = "."

var errAbsent = errors.New("it is not installed")

// installed finds a program of a peer: among what tools/peers has installed, where it may be at another place than that
// of its name, or on PATH.
func installed(name string, at ...string) (string, error) {
	for _, path := range append(at, name) {
		path, err := filepath.Abs(filepath.Join(repository, peersDir, path))
		if err != nil {
			return "", err
		}
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("%w: neither on PATH nor in %s", errAbsent, peersDir)
}
