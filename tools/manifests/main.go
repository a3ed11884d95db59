// Command manifests reads what tells others how to run the service, by the types
// that they read it by, and writes what it comes to as JSON:
//
//	manifests compose FILE     as docker compose reads it
//	manifests cloud-run FILE   as the API of Cloud Run reads it
//	manifests gcs-cors FILE    as the API of Google Cloud Storage reads it
//	manifests gcs-lifecycle FILE
//
// What those would refuse, or not know, is a fault. Compose's variables come from
// the environment. It is a module of its own, so that nothing that is shipped is
// built with what it is built with.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	run "google.golang.org/api/run/v1"
	storage "google.golang.org/api/storage/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := write(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manifests:", err)
		os.Exit(1)
	}
}

func write(to io.Writer, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: manifests compose|cloud-run|gcs-cors|gcs-lifecycle FILE")
	}
	readers := map[string]func(string) (any, error){
		"compose":       compose,
		"cloud-run":     strictly[run.Service],
		"gcs-cors":      strictly[[]storage.BucketCors],
		"gcs-lifecycle": strictly[storage.BucketLifecycle],
	}
	read, known := readers[args[0]]
	if !known {
		return fmt.Errorf("nothing reads %q", args[0])
	}
	found, err := read(args[1])
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	return json.NewEncoder(to).Encode(found)
}

// compose loads a file as docker compose does: with its schema, its defaults, and
// variables of the environment. Beside it lies no .env that counts.
func compose(file string) (any, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithOsEnv, cli.WithWorkingDirectory(filepath.Dir(file)))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

// strictly decodes by a type of Google's: a field that the API does not know is none
// that it would heed.
func strictly[T any](file string) (any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found T
	if err := yaml.UnmarshalStrict(text, &found); err != nil {
		return nil, err
	}
	return found, nil
}
