// Package semver reads and counts up the versions that tags carry.
//
// Every push to dev counts up the third number and every push to main the
// second, so the two branches share one rising sequence.
package semver

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// Version is a released version, such as v0.3.5.
type Version struct{ Major, Minor, Patch int }

// Origin is the version that this repository continues: what stands before the
// first tag.
var Origin = Version{0, 3, 5}

var form = regexp.MustCompile(`^v(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$`)

// Parse reads "v0.3.5". Anything more or less is refused.
func Parse(s string) (Version, error) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("%q is not a version such as v0.3.5", s)
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	return Version{number(m[1]), number(m[2]), number(m[3])}, nil
}

func (v Version) String() string { return fmt.Sprintf("v%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Compare orders versions by number.
func Compare(a, b Version) int {
	return cmp.Or(cmp.Compare(a.Major, b.Major), cmp.Compare(a.Minor, b.Minor), cmp.Compare(a.Patch, b.Patch))
}

// Line is a branch that versions are made on.
type Line string

// The lines.
const (
	Dev  Line = "dev"  // counts up the third number
	Main Line = "main" // counts up the second number
)

// ParseLine reads the name of a line.
func ParseLine(s string) (Line, error) {
	if l := Line(s); l == Dev || l == Main {
		return l, nil
	}
	return "", fmt.Errorf("%q is not a line: use dev or main", s)
}

// Next is the version after v on this line.
func (l Line) Next(v Version) Version {
	if l == Main {
		return Version{v.Major, v.Minor + 1, 0}
	}
	return Version{v.Major, v.Minor, v.Patch + 1}
}

// Made says whether v can have been made on this line. What main released is
// as good on dev; the reverse is not: a commit of dev that reaches main
// unchanged becomes a release of its own.
func (l Line) Made(v Version) bool { return l == Dev || v.Patch == 0 }
