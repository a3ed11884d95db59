// Package deployed makes functions in a simulated AWS as deploys leave them. Only tests
// import it.
package deployed

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// Functions are those of a stack of the test's own.
type Functions struct {
	stack.Names
	Lambda *lambda.Client
}

// New makes functions with so many published versions each, the newest live and next.
func New(t *testing.T, versions map[string]int, tags map[string]string) Functions {
	t.Helper()
	config := moto.Config(t)
	f := Functions{
		Names: stack.Names{
			Account: "123456789012", Region: moto.Region,
			Stack: "test-" + strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())),
		},
		Lambda: lambda.NewFromConfig(config),
	}
	role(t, aws.ToString(config.BaseEndpoint))
	for service, n := range versions {
		_, err := f.Lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
			FunctionName: aws.String(f.Function(service)),
			Runtime:      types.RuntimeProvidedal2023,
			Handler:      aws.String("bootstrap"),
			Role:         aws.String("arn:aws:iam::123456789012:role/" + roleName),
			Code:         &types.FunctionCode{ZipFile: packed(t, 1)},
			Tags:         tags,
			Publish:      true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, alias := range []string{stack.LiveAlias, stack.NextAlias} {
			if _, err := f.Lambda.CreateAlias(t.Context(), &lambda.CreateAliasInput{
				FunctionName: aws.String(f.Function(service)), Name: &alias, FunctionVersion: aws.String("1"),
			}); err != nil {
				t.Fatal(err)
			}
		}
		for range n - 1 {
			f.Deploy(t, service)
		}
	}
	return f
}

// Publish is what a deploy that leaves live what is live does to one function: a new
// version, and the alias next moves to it.
func (f Functions) Publish(t *testing.T, service string) (version string) {
	t.Helper()
	out, err := f.Lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{
		FunctionName: aws.String(f.Function(service)),
		ZipFile:      packed(t, len(f.Function(service))+f.versions(t, service)),
		Publish:      true,
	})
	if err != nil {
		t.Fatal(err)
	}
	version = aws.ToString(out.Version)
	f.Point(t, service, stack.NextAlias, version, nil)
	return version
}

// Deploy is what one does that moves the alias live, too.
func (f Functions) Deploy(t *testing.T, service string) {
	t.Helper()
	f.Point(t, service, stack.LiveAlias, f.Publish(t, service), map[string]float64{})
}

// Point moves an alias, and has shares of the calls go to other versions.
func (f Functions) Point(t *testing.T, service, alias, version string, shares map[string]float64) {
	t.Helper()
	if _, err := f.Lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{
		FunctionName: aws.String(f.Function(service)), Name: &alias, FunctionVersion: &version,
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: shares},
	}); err != nil {
		t.Fatal(err)
	}
}

// At says where an alias points, as in "2" or "2 map[3:0.1]".
func (f Functions) At(t *testing.T, service, alias string) string {
	t.Helper()
	out, err := f.Lambda.GetAlias(t.Context(), &lambda.GetAliasInput{
		FunctionName: aws.String(f.Function(service)), Name: &alias,
	})
	if err != nil {
		t.Fatal(err)
	}
	at := aws.ToString(out.FunctionVersion)
	if out.RoutingConfig != nil && len(out.RoutingConfig.AdditionalVersionWeights) > 0 {
		at += fmt.Sprint(" ", out.RoutingConfig.AdditionalVersionWeights)
	}
	return at
}

func (f Functions) versions(t *testing.T, service string) int {
	t.Helper()
	out, err := f.Lambda.ListVersionsByFunction(t.Context(), &lambda.ListVersionsByFunctionInput{
		FunctionName: aws.String(f.Function(service)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Versions)
}

// packed is a zip, another for each number.
func packed(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "#!/bin/sh\n# %d\n", n)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// roleName is what the functions run as; one will do for all tests.
const roleName = "deployed-functions"

func role(t *testing.T, endpoint string) {
	t.Helper()
	status := Query(t, endpoint, "iam", url.Values{
		"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {roleName},
		"AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`},
	})
	if status != http.StatusOK && status != http.StatusConflict {
		t.Fatal(status)
	}
}

// Query asks the simulated AWS, by a form, and returns the status of its answer.
func Query(t *testing.T, endpoint, service string, form url.Values) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-2/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	res, err := asking.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}
