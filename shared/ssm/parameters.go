// Package ssm reads secrets from the Parameter Store of AWS Systems Manager.
package ssm

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/internal/signed"
	"sgraph.ai/send/shared/send"
)

// Parameters is the Parameter Store of an account in a region.
type Parameters struct{ config *lazy.Value[aws.Config] }

// New returns the Parameter Store. It asks nobody and reads nothing: load is
// called when a parameter is first asked for, and again later if it failed.
func New(load func(context.Context) (aws.Config, error)) *Parameters {
	return &Parameters{lazy.New(load)}
}

// Parameter returns the value of a parameter, decrypted where it is a
// SecureString. NotFound, and Unavailable also where the permission is missing:
// ssm:GetParameter, and kms:Decrypt where the key is none of AWS's own.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (p *Parameters) Parameter(ctx context.Context, name string) (string, error) {
	cfg, err := p.config.Get(ctx)
	if err != nil {
		return "", away(err)
	}
	body, err := json.Marshal(map[string]any{"Name": name, "WithDecryption": true})
	if err != nil {
		return "", away(err)
	}
	answer, err := signed.Ask(ctx, cfg, signed.Question{
		Service: "ssm", Method: http.MethodPost, Path: "/",
		Header: map[string]string{
			"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.GetParameter",
		},
		Body: body, MostAnswer: maxAnswer,
	})
	if err != nil {
		return "", away(err)
	}
	if answer.Kind == "ParameterNotFound" {
		return "", send.Fail(send.NotFound, "there is no such parameter")
	}
	var said struct{ Parameter struct{ Value string } }
	if !answer.OK() || json.Unmarshal(answer.Body, &said) != nil {
		return "", away(answer.Err())
	}
	return said.Parameter.Value, nil
}

// maxAnswer is far more than an answer has: a value has at most 8 KiB.
const maxAnswer = 256 << 10

func away(err error) error {
	return send.Because(send.Unavailable, err, "the Parameter Store cannot be asked")
}
