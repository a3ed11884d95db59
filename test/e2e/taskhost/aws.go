package taskhost

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// account asks the simulated AWS, which checks no signatures, only reads from them
// which service and region are meant, and who asks.
type account struct{ endpoint, region, key string }

func (a account) authorization(service string) string {
	return fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260101/%s/%s/aws4_request, SignedHeaders=host, Signature=0",
		a.key, a.region, service)
}

func (a account) ask(ctx context.Context, service, target, kind string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", a.authorization(service))
	request.Header.Set("Content-Type", kind)
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answers %d: %.300s", service, target, response.StatusCode, answer)
	}
	return answer, err
}

// call asks a service that takes its operation in a header, and JSON.
func (a account) call(ctx context.Context, service, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := a.ask(ctx, service, operation, "application/x-amz-json-1.1", body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// versions are those of the services that are asked by forms.
var versions = map[string]string{
	"elasticloadbalancing": "2015-12-01", "ec2": "2016-11-15", "autoscaling": "2011-01-01",
}

// query asks a service that takes a form, and answers XML.
func (a account) query(ctx context.Context, service, action string, in map[string]string, out any) error {
	form := url.Values{"Action": {action}, "Version": {versions[service]}}
	for name, value := range in {
		form.Set(name, value)
	}
	answer, err := a.ask(ctx, service, "", "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return xml.Unmarshal(answer, out)
}
