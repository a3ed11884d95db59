// Package openapi holds what services say of their API to OpenAPI itself.
package openapi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The description of each service is a document of OpenAPI 3.1, and its schemas are
// ones of JSON Schema 2020-12.
func TestDescriptionsAreOpenAPI(t *testing.T) {
	t.Parallel()
	schemas := jsonschema.NewCompiler()
	official, err := jsonschema.UnmarshalJSON(strings.NewReader(datamodel.OpenAPI31SchemaData))
	if err != nil {
		t.Fatal(err)
	}
	if err := schemas.AddResource("openapi.json", official); err != nil {
		t.Fatal(err)
	}
	documents, err := schemas.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	dialect, err := schemas.Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"user", "admin"} {
		file, err := os.Open(filepath.Join("..", "..", "..", "services", service, "web", "openapi.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		document, err := jsonschema.UnmarshalJSON(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := documents.Validate(document); err != nil {
			t.Errorf("the %s service: %v", service, err)
		}
		components := document.(map[string]any)["components"].(map[string]any)
		for name, schema := range components["schemas"].(map[string]any) {
			if err := dialect.Validate(schema); err != nil {
				t.Errorf("the %s service: %s: %v", service, name, err)
			}
		}
	}
}
