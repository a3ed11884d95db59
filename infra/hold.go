package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// aliases is what Lambda says of where aliases point.
type aliases interface {
	GetAlias(context.Context, *lambda.GetAliasInput, ...func(*lambda.Options)) (*lambda.GetAliasOutput, error)
}

// held are the versions at which the live aliases of services stay, by the services'
// names. What is not named has its newest version live.
type held map[string]string

// hold finds where the live aliases are, where a deploy is to leave them there. A
// service that was never deployed has none, and nothing to be careful of. Of an alias
// that a move left between two versions, it is the one from which it was moved.
func hold(ctx context.Context, s settings.Settings, of aliases) (held, error) {
	stays := held{}
	if !s.HoldLive || s.Compute != settings.Lambda {
		return stays, nil
	}
	for _, service := range stack.Services {
		live, err := of.GetAlias(ctx, &lambda.GetAliasInput{
			FunctionName: aws.String(s.Function(service)), Name: aws.String(stack.LiveAlias),
		})
		if _, never := errors.AsType[*types.ResourceNotFoundException](err); never {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("which version of %s is live, to leave it so: %w; nothing was touched",
				s.Function(service), err)
		}
		stays[service] = aws.ToString(live.FunctionVersion)
	}
	return stays, nil
}
