// Package openapitest holds what a service answers to the description that it serves of
// its API.
package openapitest

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Description is one of an API.
type Description struct {
	Operations []Operation

	schemas  *jsonschema.Compiler
	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema // by where they stand
}

// Operation is a route, as it is described.
type Operation struct {
	ID, Method string
	Paths      []string // the first is the one that clients ask at
	Security   []string // one of these opens it
	Needed     []string // fields of the body that cannot be left out

	at        string // where it stands, as JSON Pointer writes it
	described map[string]any
	responses map[string]any
}

var (
	mu     sync.Mutex
	served *Description // nil until it was read
)

// Served is the description that a service serves, for the tests in its folder. It is read once.
func Served(t testing.TB) *Description {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if served == nil {
		served = Read(t, "web/openapi.json")
	}
	return served
}

// Read reads the description in a file.
func Read(t testing.TB, name string) *Description {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	whole := read.(map[string]any)
	components := whole["components"].(map[string]any)
	schemas := components["schemas"].(map[string]any)
	for _, s := range schemas { // clients read on over what they do not know, and this does not
		if s := s.(map[string]any); s["properties"] != nil {
			s["additionalProperties"] = false
		}
	}
	d := &Description{schemas: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	d.schemas.AssertFormat()
	if err := d.schemas.AddResource(resource, read); err != nil {
		t.Fatal(err)
	}
	responses := components["responses"].(map[string]any)
	for path, item := range whole["paths"].(map[string]any) {
		for method, made := range item.(map[string]any) {
			d.Operations = append(d.Operations, operation(path, method, made.(map[string]any), responses, schemas))
		}
	}
	slices.SortFunc(d.Operations, func(a, b Operation) int { return strings.Compare(a.ID, b.ID) })
	return d
}

const resource = "openapi.json"

func operation(path, method string, made, responses, schemas map[string]any) Operation {
	o := Operation{
		ID: made["operationId"].(string), Method: strings.ToUpper(method), Paths: []string{path},
		at: "/paths/" + escaped(path) + "/" + method, described: made, responses: responses,
	}
	also, _ := made["x-also-at"].([]any)
	for _, p := range also {
		o.Paths = append(o.Paths, p.(string))
	}
	for _, alternative := range made["security"].([]any) {
		for id := range alternative.(map[string]any) {
			o.Security = append(o.Security, id)
		}
	}
	if ref, is := at(made, "requestBody", "content", "application/json", "schema", "$ref").(string); is {
		required, _ := at(schemas, ref[strings.LastIndex(ref, "/")+1:], "required").([]any)
		for _, name := range required {
			o.Needed = append(o.Needed, name.(string))
		}
	}
	return o
}

// at is what stands in an object at the end of a way, nil where that ends before.
func at(v any, way ...string) any {
	for _, name := range way {
		o, is := v.(map[string]any)
		if !is {
			return nil
		}
		v = o[name]
	}
	return v
}

func escaped(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// Described says whether there is a route of that method at an address, which has
// parameters in braces.
func (d *Description) Described(method, address string) bool {
	return slices.ContainsFunc(d.Operations, func(o Operation) bool {
		return o.Method == method && slices.Contains(o.Paths, address)
	})
}
