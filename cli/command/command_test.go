package command_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/cli/internal/served"
	"sgraph.ai/send/cli/internal/site"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sgsend": func() { os.Exit(command.Main()) },
		"alone":  func() { os.Exit(alone(os.Args[1:])) },
	})
}

// Each script has a service of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			s, stop, err := site.Run(t.TempDir())
			if err != nil {
				return err
			}
			e.Defer(stop)
			e.Setenv("SGSEND_SERVER", s.URL)
			e.Setenv("SGSEND_TOKEN", s.Token)
			e.Setenv("BACKUP", filepath.Join(here, "../backup/testdata/first.tar.gz"))
			e.Setenv("TZ", "UTC")
			e.Setenv("XDG_CACHE_HOME", t.TempDir())
			e.Setenv("XDG_STATE_HOME", t.TempDir())
			return nil
		},
		Cmds: commands,
	})
}

// commands are what scripts have beside those of testscript.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"exits": exits, "fill": fill, "keep": keep, "change": change,
	"crlf": crlf, "lives": lives, "unzip": unzip, "damage": damage,
	"until": until, "follows": follows,
}

// What operators do is tried with both services, each script with its own.
func TestOperatorScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/operators",
		Setup: func(e *testscript.Env) error {
			user, admin, stop, err := served.Start()
			if err != nil {
				return err
			}
			e.Defer(func() {
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
			e.Setenv("SGSEND_SERVER", user)
			e.Setenv("SGSEND_ADMIN", admin)
			e.Setenv("SGSEND_API_KEY", served.Key)
			e.Setenv("TZ", "UTC")
			e.Setenv("XDG_CACHE_HOME", t.TempDir())
			e.Setenv("XDG_STATE_HOME", t.TempDir())
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "settings"))
			return nil
		},
		Cmds: commands,
	})
}
