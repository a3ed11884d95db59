// Package looks keeps a picture of every state of the pages that a test looks at, and lays them out on one sheet: where
// SEND_LOOKS names a folder. The tests that audit a state are the list of them.
package looks

import (
	_ "embed"
	"errors"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Dir is where pictures are kept, "" for nowhere.
func Dir() string { return os.Getenv("SEND_LOOKS") }

// Screens are what each state is looked at on, from the pages' first screens.
var Screens = []Screen{
	{Name: "desktop", Width: 1440, Height: 900}, {Name: "phone", Width: 390, Height: 844},
}

// Screen is what a page is looked at on.
type Screen struct {
	Name          string
	Width, Height int64
}

// Colours are those of the person's choice.
func Colours(dark bool) string {
	if dark {
		return "dark"
	}
	return "light"
}

var separators = regexp.MustCompile(`[^A-Za-z0-9]+`)

// plain is a text as a part of a file's name.
func plain(text string) string { return strings.Trim(separators.ReplaceAllString(text, "-"), "-") }

// Keep keeps a picture of a state, as the test names it, taken in one way: browser, screen and colours.
func Keep(t testing.TB, state string, picture []byte, way ...string) {
	t.Helper()
	test, _, _ := strings.Cut(t.Name(), "/")
	name := plain(strings.TrimPrefix(test, "Test")) + "." + plain(state) + "." + plain(strings.Join(way, " ")) + ".png"
	err := errors.Join(os.MkdirAll(Dir(), 0o755), os.WriteFile(filepath.Join(Dir(), name), picture, 0o644))
	if err != nil {
		t.Fatal(err)
	}
}

//go:embed sheet.html
var sheet string

var laidOut = template.Must(template.New("").Parse(sheet))

// state is one with its pictures, each under its way.
type state struct {
	Test, Name string
	Pictures   []picture
}

type picture struct{ Way, File string }

// Sheet lays out all that is kept by now, in index.html. Tests of several packages may do so at the same time.
func Sheet() error {
	files, err := filepath.Glob(filepath.Join(Dir(), "*.png"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	var all []state
	for _, file := range files {
		parts := strings.Split(filepath.Base(file), ".")
		if len(parts) != 4 {
			continue // somebody else's
		}
		if n := len(all); n == 0 || all[n-1].Test != parts[0] || all[n-1].Name != parts[1] {
			all = append(all, state{Test: parts[0], Name: parts[1]})
		}
		of := &all[len(all)-1]
		of.Pictures = append(of.Pictures, picture{parts[2], filepath.Base(file)})
	}
	out, err := os.CreateTemp(Dir(), "index")
	if err != nil {
		return err
	}
	if err := laidOut.Execute(out, all); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Rename(out.Name(), filepath.Join(Dir(), "index.html"))
}

// Main runs the tests of a package, and lays out what they kept.
func Main(m *testing.M) (code int) {
	code = m.Run()
	if _, err := os.Stat(Dir()); err != nil {
		return code // nobody wants any, or there are none
	}
	if err := Sheet(); err != nil {
		os.Stderr.WriteString("the sheet: " + err.Error() + "\n")
		return max(code, 1)
	}
	return code
}
