package history

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// placeOf, when set, makes a test binary another process that is asked: the place of what it answers from, as JSON.
const placeOf = "SEND_TEST_HISTORY_OF"

// StartProcess starts this test binary as another process, which is told a place. It is asked and answers by its
// standard input and output, and has to end with its input.
func StartProcess(t *testing.T, place any) (in io.Writer, out io.Reader) {
	t.Helper()
	said, err := json.Marshal(place)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), placeOf+"="+string(said))
	cmd.Stderr = os.Stderr
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		to.Close()
		_ = cmd.Wait()
	})
	return to, from
}

// IsProcess says whether this is a process that StartProcess started, and reads the place that it was told.
func IsProcess(place any) (bool, error) {
	said := os.Getenv(placeOf)
	if said == "" {
		return false, nil
	}
	return true, json.Unmarshal([]byte(said), place)
}
