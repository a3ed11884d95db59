package openapi_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"sgraph.ai/send/shared/openapi"
	"sgraph.ai/send/shared/wire"
)

var update = flag.Bool("update", false, "write what is generated from the description")

var services = map[string]wire.Service{"user": wire.User, "admin": wire.Admin}

// What services serve of the description is what it says.
func TestWhatIsGeneratedIsUpToDate(t *testing.T) {
	t.Parallel()
	for name, service := range services {
		api, err := openapi.Describe(service, "..")
		if err != nil {
			t.Fatal(err)
		}
		for file, made := range map[string]func() ([]byte, error){"openapi.json": api.JSON, "api.html": api.Page} {
			want, err := made()
			if err != nil {
				t.Fatal(err)
			}
			file = filepath.Join("..", "..", "services", name, "web", file)
			if *update {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what the description says: run "+
					"go generate ./shared/openapi ./services/user ./services/admin (%v)", file, err)
			}
		}
	}
}
