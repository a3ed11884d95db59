package command_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/cli/manual"
)

// shells complete a line, in a folder with a file a.txt, each in its own way.
var shells = map[string]string{
	// As the shell calls it when somebody presses Tab.
	"bash": `
		source /usr/share/bash-completion/bash_completion && source "$COMPLETIONS/sgsend.bash" || exit 9
		COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
		read -ra COMP_WORDS <<<"$1"
		case $1 in *' ') COMP_WORDS+=('') ;; esac
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		how=$(complete -p sgsend)
		run=${how#*-F }
		export BASH_COMP_DEBUG_FILE=$HOME/said
		${run%% *} sgsend "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
		printf '%s\n' "${COMPREPLY[@]%% *}"
		# What the function leaves to the shell's own way.
		[ ${#COMPREPLY[@]} -gt 0 ] || grep -q 'Activating no file completion' "$HOME/said" ||
			compgen -f -- "${COMP_WORDS[COMP_CWORD]}"`,
	"fish": `
		source "$COMPLETIONS/sgsend.fish"
		complete -C "$argv[1]" | string split -f1 \t`,
	// As compinit calls it, with what would show it in the place of the menu.
	"zsh": `
		compdef() { : }
		_describe() { local found=(${(P)2}); print -l -- ${found%%:*}; (( $#found )) }
		_arguments() { print -l -- *(N) }
		source "$COMPLETIONS/_sgsend"
		words=(${(s: :)1}) service=sgsend
		[[ $1 == *' ' ]] && words+=('')
		CURRENT=$#words
		_sgsend`,
}

// Each shell completes by the scripts that the packages have: commands, flags, what they
// can be, and files only where one is wanted.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := manual.Write(dir, command.New(command.Process())); err != nil {
		t.Fatal(err)
	}
	for shell, script := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("SKIPPED, nothing was tested: there is no %s; tools/setup installs it where it can be had", shell)
			}
			for line, want := range map[string]string{
				"sgsend rec":                           "receive",
				"sgsend token rea":                     "reactivate",
				"sgsend send --limi":                   "--limit-rate",
				"sgsend audit list --event transfer_d": "transfer_downloaded transfer_deleted",
				"sgsend send a":                        "a.txt",
				"sgsend send --note ":                  "-",
				"sgsend info ":                         "-",
			} {
				home, work := t.TempDir(), t.TempDir()
				if err := os.WriteFile(filepath.Join(work, "a.txt"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				args := []string{"-c", script, shell, line}
				if shell == "fish" {
					args = []string{"-c", script, line}
				}
				c := exec.CommandContext(t.Context(), shell, args...)
				c.Dir = work
				c.Env = append(os.Environ(), "COMPLETIONS="+dir, "HOME="+home, "XDG_CONFIG_HOME="+home, "TERM=dumb")
				out, err := c.CombinedOutput()
				if err != nil && len(out) == 0 && want != "-" {
					t.Fatalf("%s: %v", line, err)
				}
				for word := range strings.FieldsSeq(want) {
					if word == "-" {
						if strings.Contains(string(out), "a.txt") {
							t.Errorf("%s: a file is offered: %q", line, out)
						}
					} else if !slices.Contains(strings.Fields(string(out)), word) {
						t.Errorf("%s: no %s in %q", line, word, out)
					}
				}
			}
		})
	}
}
