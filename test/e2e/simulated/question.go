// Package simulated asks a simulated AWS, which checks no signatures, only reads from
// them who asks, and which service and region are meant.
package simulated

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"sgraph.ai/send/shared/test/asking"
)

// Question is a request to AWS.
type Question struct {
	Service, Region string
	Method, Path    string
	Target          string // of services whose operation is in a header, and that take JSON
	Kind            string // of the body, where there is no target
	Body            string
}

// Form is a question to a service that takes forms, in a version of what it understands.
func Form(service, region, version, action string, in map[string]string) Question {
	form := url.Values{"Action": {action}, "Version": {version}}
	for name, value := range in {
		form.Set(name, value)
	}
	return Question{
		Service: service, Region: region, Method: http.MethodPost, Path: "/",
		Kind: "application/x-www-form-urlencoded", Body: form.Encode(),
	}
}

// Ask asks with an access key; without one it is not signed.
func (q Question) Ask(ctx context.Context, endpoint, key string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, q.Method, endpoint+q.Path, strings.NewReader(q.Body))
	if err != nil {
		return 0, nil, err
	}
	if key != "" {
		request.Header.Set("Authorization", Authorization(key, q.Region, q.Service))
	}
	if q.Kind != "" {
		request.Header.Set("Content-Type", q.Kind)
	}
	if q.Target != "" {
		request.Header.Set("X-Amz-Target", q.Target)
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	response, err := asking.Client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// Authorization says by whose key, and where, which service is meant.
func Authorization(key, region, service string) string {
	return fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260101/%s/%s/aws4_request, SignedHeaders=host, Signature=0",
		key, region, service)
}
