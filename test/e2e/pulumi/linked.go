package pulumi

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// goInPlace is the go command, but that the program that Pulumi has it link in one
// checkout lies in the next one, too. It is a fifth of a gigabyte, which takes longer
// than all else that most deploys do here. The go command itself tells, by the IDs of
// what it compiled, whether it would come out the same, and if not links it anew.
// Hosts of old put it into a temporary file each time, whatever Pulumi.yaml says.
const goInPlace = `#!/bin/sh
case "$1 $2 $3" in
"build -o ../build/"* | "build -o "*/pulumi-go.*) ;;
*) exec '%[1]s' "$@" ;;
esac
made=$3 kept='%[2]s'/${PWD##*/}
mkdir -p "${made%%/*}"
if [ -e "$kept" ] && [ ! -s "$made" ]; then cp "$kept" "$made" && chmod +x "$made"; fi
'%[1]s' "$@" || exit
cmp -s "$made" "$kept" && exit
cp "$made" "$kept.$$" && mv -f "$kept.$$" "$kept"
`

// linkOnce puts it before the go command on PATH. What is linked stays in a folder.
func linkOnce(folder string) error {
	program, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	bin := filepath.Join(folder, "bin")
	if filepath.Dir(program) == bin {
		return nil
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	script, err := os.CreateTemp(bin, "go-")
	if err != nil {
		return err
	}
	defer os.Remove(script.Name())
	_, err = fmt.Fprintf(script, goInPlace, program, folder)
	if err := errors.Join(err, script.Chmod(0o755), script.Close()); err != nil {
		return err
	}
	if err := os.Rename(script.Name(), filepath.Join(bin, "go")); err != nil { // other tests may run it
		return err
	}
	return os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}
