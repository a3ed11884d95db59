package openapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/shared/openapi"
	"sgraph.ai/send/shared/test/codetest"
	"sgraph.ai/send/shared/test/openapitest"
	"sgraph.ai/send/shared/wire"
)

// Who adds a route says here what it takes and answers.
func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	for service, is := range services {
		described := map[string]int{}
		for _, o := range openapi.Operations(is) {
			described[o.Route.Method+" "+o.Route.Path()]++
		}
		for _, r := range wire.Routes() {
			name := r.Method + " " + r.Path()
			if r.Service&is != 0 && described[name] == 0 {
				t.Errorf("%s of the %s service is not described: add an Operation to the list of its topic in shared/openapi, "+
					"with who may call it (May), what it takes (Query, Headers, Body) and answers (Replies, Refusals), and an "+
					"Example that works; then run go generate ./shared/openapi ./services/user ./services/admin", name, service)
			}
			if described[name] > 1 {
				t.Errorf("%s is described %d times", name, described[name])
			}
		}
	}
}

// What is described is what there is: names of operations are not used twice.
func TestNamesAreUsedOnce(t *testing.T) {
	t.Parallel()
	for service := range services {
		seen := map[string]bool{}
		for _, o := range read(t, service).Operations {
			if seen[o.ID] {
				t.Errorf("%s: %s is there twice", service, o.ID)
			}
			seen[o.ID] = true
		}
	}
}

func TestExamplesFit(t *testing.T) {
	t.Parallel()
	for service := range services {
		read(t, service).Examples(t)
	}
}

func read(t *testing.T, service string) *openapitest.Description {
	t.Helper()
	return openapitest.Read(t, filepath.Join("..", "..", "services", service, "web", "openapi.json"))
}

// The codes that errors of a status have are those of docs/contract.md, 3.3.
func TestCodesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "contract.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([45]\\d\\d(?:, [45]\\d\\d)*) \\|")
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		for status := range strings.SplitSeq(m[2], ", ") {
			want[m[1]+" "+status] = true
		}
	}
	got := map[string]bool{}
	for status, codes := range openapi.Codes() {
		for _, code := range codes {
			got[string(code)+" "+strconv.Itoa(status)] = true
		}
	}
	for _, c := range codetest.Declared(t, filepath.Join("..", "send")) {
		found := false
		for name := range got {
			found = found || strings.HasPrefix(name, string(c.Code)+" ")
		}
		if !found {
			t.Errorf("no status is told of the code %s: add it to shared/openapi/errors.go", c.Code)
		}
	}
	for name := range want {
		if !got[name] {
			t.Errorf("docs/contract.md has the code %s, and shared/openapi/errors.go has not", name)
		}
	}
	for name := range got {
		if !want[name] {
			t.Errorf("shared/openapi/errors.go has the code %s, and docs/contract.md has not", name)
		}
	}
}
