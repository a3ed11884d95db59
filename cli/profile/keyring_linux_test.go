package profile

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// inSession is set in the process that a session of its own is for.
const inSession = "SGSEND_TEST_SESSION"

// A keyring of a session keeps secrets, gives them back and forgets them.
func TestKeyringOfASession(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED, nothing was tested: there is no %s", tool)
		}
	}
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c",
		`printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null &&
		exec "$0" -test.run '^TestInSession$' -test.v`, os.Args[0])
	c.Env = append(os.Environ(), inSession+"=1", "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir,
		"DBUS_SESSION_BUS_ADDRESS=")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestInSession") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestInSession(t *testing.T) {
	if os.Getenv(inSession) == "" {
		return // TestKeyringOfASession runs it
	}
	if err := Keep(t.Context(), "ops", Key, "the key"); err != nil {
		t.Fatal(err)
	}
	if err := Keep(t.Context(), "ops", Token, "the token"); err != nil {
		t.Fatal(err)
	}
	if key, err := Fetch(t.Context(), "ops", Key); err != nil || key != "the key" {
		t.Errorf("got %q, %v", key, err)
	}
	if _, err := Fetch(t.Context(), "other", Key); err == nil {
		t.Error("one profile has what is another's")
	}
	for range 2 { // that it is gone is no error
		if err := Forget(t.Context(), "ops", Key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Fetch(t.Context(), "ops", Key); err == nil {
		t.Error("it is there still")
	}
	if token, err := Fetch(t.Context(), "ops", Token); err != nil || token != "the token" {
		t.Errorf("got %q, %v", token, err)
	}
}

// Where there is no session, nothing is started to make one.
func TestNoKeyring(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	_, fetched := Fetch(t.Context(), "ops", Key)
	for _, err := range []error{Keep(t.Context(), "ops", Key, "x"), fetched, Forget(t.Context(), "ops", Key)} {
		if !errors.Is(err, ErrNoKeyring) {
			t.Errorf("got %v", err)
		}
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
	if err := Keep(t.Context(), "ops", Key, "x"); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
}
