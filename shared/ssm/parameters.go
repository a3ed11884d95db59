// Package ssm reads secrets from the Parameter Store of AWS Systems Manager.
package ssm

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/send"
)

// Parameters is the Parameter Store of an account in a region.
type Parameters struct{ client *lazy.Value[*ssm.Client] }

// New returns the Parameter Store. It asks nobody and reads nothing: load is
// called when a parameter is first asked for, and again later if it failed.
func New(load func(context.Context) (aws.Config, error)) *Parameters {
	return &Parameters{lazy.New(func(ctx context.Context) (*ssm.Client, error) {
		cfg, err := load(ctx)
		if err != nil {
			return nil, err
		}
		return ssm.NewFromConfig(cfg), nil
	})}
}

// Parameter returns the value of a parameter, decrypted where it is a
// SecureString. NotFound, and Unavailable also where the permission is missing:
// ssm:GetParameter, and kms:Decrypt where the key is not the account's own for
// this.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (p *Parameters) Parameter(ctx context.Context, name string) (string, error) {
	c, err := p.client.Get(ctx)
	if err != nil {
		return "", failed(err)
	}
	out, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", failed(err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

func failed(err error) error {
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return send.Because(send.NotFound, err, "there is no such parameter")
	}
	return send.Because(send.Unavailable, err, "the Parameter Store cannot be asked")
}
