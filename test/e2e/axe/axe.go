// Package axe has pages checked by axe-core, in the version that tools/pages names.
package axe

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// standards are the rules of WCAG 2.2 up to AA, and those that axe has beside them of what does people good.
const standards = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`

// everything has axe look at all that it knows of; colours only at what another colour scheme changes.
const (
	everything = `{ runOnly: { type: 'tag', values: ` + standards + ` }, rules: { 'target-size': { enabled: true } } }`
	colours    = `{ runOnly: ['color-contrast', 'link-in-text-block'] }`
)

// Everything returns a script whose value, a promise, is what of the document in which it runs breaks a rule.
func Everything(t testing.TB) string { return script(t, everything) }

// Colours is Everything for a document that differs from one that was looked at in nothing but its colours.
func Colours(t testing.TB) string { return script(t, colours) }

func script(t testing.TB, options string) string {
	t.Helper()
	source, err := source()
	if why := (lacking)(""); errors.As(err, &why) && os.Getenv("CI") != "true" {
		fmt.Fprintln(os.Stderr, err)
		return `Promise.resolve([])`
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`(async () => {
		if (!globalThis.axe) { %s }
		const { violations } = await axe.run(document, { ...%s, resultTypes: ['violations'] });
		return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) =>
			id + ': ' + help + ': ' + html.slice(0, 160) + ' ' + failureSummary.replace(/\s+/g, ' ')));
	})()`, source, options)
}

// lacking is why axe-core cannot be had.
type lacking string

func (l lacking) Error() string { return "NOT TESTED: the pages by axe-core, because " + string(l) }

// pagesTools is where it is installed, from the folder of a test.
const pagesTools = "../../../tools/pages"

// source is its script.
var source = sync.OnceValues(func() (string, error) {
	said, err := exec.Command(filepath.Join(pagesTools, "install")).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 69 {
		return "", lacking(strings.TrimSpace(string(said)))
	}
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(filepath.Join(pagesTools, "node_modules", "axe-core", "axe.min.js"))
	return string(script), err
})
