package profile

import (
	"os"
	"path/filepath"
)

// hasKeyring says whether there is a bus of this session by which a keyring could be
// asked. Where there is none, the library would start one, which stays.
func hasKeyring() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	run := os.Getenv("XDG_RUNTIME_DIR")
	if run == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(run, "bus"))
	return err == nil
}
