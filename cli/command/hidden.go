package command

import (
	"os"
	"regexp"
	"strings"
)

// obeyed matches the names with a dot that a program obeys, or runs, in
// whatever folder it finds them: what begins a shell, an interpreter or a
// debugger, and what tells tools for development what to run.
var obeyed = regexp.MustCompile(`(?i)^\.(` +
	`.*(rc|profile|init|login|logout)(\..*)?|` + // .bashrc .envrc .eslintrc.js .gdbinit
	`sgsend-.*|` + // what sgsend itself keeps in a folder
	`git|gitconfig|gitmodules|gitlab.*|hg|hgsub.*|svn|bzr|` +
	`ht.*|user\.ini|netrc|rhosts|shosts|forward|pam_.*|xsession.*|xserver.*|` +
	`bash_.*|zshenv|pnp.*|pnpmfile.*|rspec.*|pdb.*|dir-locals.*|mise.*|tool-versions|pre-commit.*|travis.*|` +
	`.*\.([cm]?[jt]s|py|rb|pl|el|lua|sh|bat|cmd|ps1|desktop|service|mk)` +
	`)$`)

// visible is under which name a file is kept that its sender called name:
// without the dot at its beginning where that could make programs do what a
// stranger says. In the home folder that is any such name; elsewhere a file like
// ".env" is what it is.
func (t target) visible(name string) string {
	if strings.HasPrefix(name, ".") && (obeyed.MatchString(name) || t.isHome()) {
		return strings.TrimLeft(name, ".")
	}
	return name
}

func (t target) isHome() bool {
	home, err := os.UserHomeDir()
	if err != nil {
		return true // that nobody knows it makes it no safer
	}
	a, err := os.Stat(t.dir)
	if err != nil {
		return true
	}
	b, err := os.Stat(home)
	return err == nil && os.SameFile(a, b)
}
