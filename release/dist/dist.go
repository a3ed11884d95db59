// Package dist fills the folder that a release is made of: the command line
// for the usual systems beside whatever else lies there, and one list of
// digests over all of it.
package dist

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SumsName is the list of digests, in the form that sha256sum --check reads.
const SumsName = "SHA256SUMS"

// System is one operating system on one processor, in Go's words.
type System struct{ OS, Arch string }

// Systems are those that sgsend is released for.
var Systems = []System{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// Binary names the command line for a system; the names carry no version, so
// that the address of the latest stays the same.
func (s System) Binary() string {
	name := "sgsend-" + s.OS + "-" + s.Arch
	if s.OS == "windows" {
		name += ".exe"
	}
	return name
}

// Environment is what the go command is told so that a program for a system is the same
// wherever it is built: every variable that changes what the compiler makes.
func (s System) Environment() []string {
	return []string{
		"GOOS=" + s.OS, "GOARCH=" + s.Arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "GOFIPS140=off",
	}
}

// versionVariable is the one place where every binary keeps its version.
const versionVariable = "sgraph.ai/send/shared/version.Version"

// Program is the main package of the command line.
const Program = "sgraph.ai/send/cli/cmd/sgsend"

// slim leaves the functions of AWS's clients as they are, which wait for the network
// whatever is done to them: in line, they make the program larger by a sixteenth.
const slim = "-gcflags=github.com/aws/...=-l"

// BuildCLI compiles the command line of the checkout at root for each system,
// stamped with the version, without a trace of the machine.
func BuildCLI(ctx context.Context, root, dir, version string, systems []System) error {
	return eachCLI(root, dir, version, systems, func(b Build, path string) error { return b.Binary(ctx, path) })
}

// UpdateCLI does as BuildCLI, but leaves what it put there before if that would come
// out the same.
func UpdateCLI(ctx context.Context, root, dir, version string, systems []System) error {
	return eachCLI(root, dir, version, systems, func(b Build, path string) error {
		return b.Once(ctx, path, func() error { return b.Binary(ctx, path) })
	})
}

// eachCLI does something with the build for each system, and where its binary goes.
func eachCLI(root, dir, version string, systems []System, do func(b Build, path string) error) error {
	dir, err := filepath.Abs(dir) // the go command runs in root
	if err != nil {
		return err
	}
	for _, s := range systems {
		if err := do(cli(root, s, version), filepath.Join(dir, s.Binary())); err != nil {
			return err
		}
	}
	return nil
}

func cli(root string, s System, version string) Build {
	return Build{
		Root: root, Program: Program, System: s, Flags: []string{slim}, Link: "-X " + versionVariable + "=" + version,
	}
}

// WriteSums lists the digest of every file in the folder.
func WriteSums(dir string) error {
	names, err := files(dir)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("%s holds nothing to release", dir)
	}
	var list strings.Builder
	for _, name := range names {
		sum, err := digest(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, name)
	}
	return os.WriteFile(filepath.Join(dir, SumsName), []byte(list.String()), 0o644)
}

// Verify holds a folder against its list: every file on the list, nothing but
// files on the list, and every byte as it was.
func Verify(dir string) error {
	listed, err := readSums(filepath.Join(dir, SumsName))
	if err != nil {
		return err
	}
	names, err := files(dir)
	if err != nil {
		return err
	}
	var faults []string
	for _, name := range names {
		want, ok := listed[name]
		delete(listed, name)
		if !ok {
			faults = append(faults, name+" is not on the list")
			continue
		}
		got, err := digest(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if got != want {
			faults = append(faults, name+" is not the file that was built")
		}
	}
	for name := range listed {
		faults = append(faults, name+" is missing")
	}
	if len(faults) > 0 {
		slices.Sort(faults)
		return fmt.Errorf("%s does not match %s: %s", dir, SumsName, strings.Join(faults, "; "))
	}
	return nil
}

var sumsLine = regexp.MustCompile(`^([0-9a-f]{64})  ([A-Za-z0-9._-]+)$`)

func readSums(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the list of digests: %w", err)
	}
	defer file.Close()
	listed := map[string]string{}
	for lines := bufio.NewScanner(file); ; {
		if !lines.Scan() {
			return listed, lines.Err()
		}
		m := sumsLine.FindStringSubmatch(lines.Text())
		if m == nil {
			return nil, fmt.Errorf("%s has a line that is no digest and name: %q", SumsName, lines.Text())
		}
		listed[m[2]] = m[1]
	}
}

// files are the names in a folder, sorted, without the list itself.
func files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Name() != SumsName {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func digest(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
