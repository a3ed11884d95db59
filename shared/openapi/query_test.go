package openapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"sgraph.ai/send/shared/openapi"
	"sgraph.ai/send/shared/wire"
)

// What handlers read of a query is described.
func TestQueriesAreDescribed(t *testing.T) {
	t.Parallel()
	reading := regexp.MustCompile(`(?:Query\(\)|\bin)\.(?:Get|Has)\((?:"(\w+)"|wire\.(\w+)\.Name)\)|instant\(in, "(\w+)"`)
	declared := map[string]string{
		"AccessTokenQuery": wire.AccessTokenQuery.Name, "UploadData": wire.UploadData.Name,
		"SignOnCode": wire.SignOnCode.Name, "SignOnState": wire.SignOnState.Name, "SignOnError": wire.SignOnError.Name,
		"SignOnIssuer": wire.SignOnIssuer.Name,
	}
	for service, is := range services {
		described := map[string]bool{}
		for _, o := range openapi.Operations(is) {
			for _, q := range o.Query {
				described[q.Name] = true
			}
			for _, c := range o.May {
				described[c.Name] = true
			}
		}
		sources, err := filepath.Glob(filepath.Join("..", "..", "services", service, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for _, name := range sources {
			if ok, _ := filepath.Match("*_test.go", filepath.Base(name)); ok {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range reading.FindAllStringSubmatch(string(source), -1) {
				read++
				if q := m[1] + declared[m[2]] + m[3]; !described[q] {
					t.Errorf("%s reads %q of the query, which no Operation in shared/openapi has among its Query", name, q)
				}
			}
		}
		if read == 0 {
			t.Errorf("nothing of the %s service is found that reads a query", service)
		}
	}
}
