package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// Secrets are those that the machines of a stack show each other, and that
// nobody has to know: random, kept by the ledger, and made there by the admin
// function while the stack is deployed. Functions are told where they are. Only
// CloudFront, which takes no such reference, is told one.
type Secrets struct {
	pulumi.ResourceState

	// Kept is that the secrets are there. What needs them waits for it.
	Kept pulumi.Resource
	// Origin is what CloudFront shows the functions; a secret.
	Origin pulumi.StringOutput
}

// SecretsArgs describe Secrets.
type SecretsArgs struct {
	Names      stack.Names
	Generation int      // a higher one than before makes others
	Canary     bool     // there is one, which needs a token
	Admin      *Service // makes and keeps them
}

// NewSecrets has the admin function make what is missing. It fails where it
// cannot, and so does the deploy, to be repeated; and so it does where the answer
// is none. Another generation, another build of the admin service, and a canary
// that comes or goes ask again.
func NewSecrets(ctx *pulumi.Context, name string, args *SecretsArgs, opts ...pulumi.ResourceOption) (*Secrets, error) {
	c := &Secrets{}
	if err := ctx.RegisterComponentResource("send:infra:Secrets", name, c, opts...); err != nil {
		return nil, err
	}
	event, err := json.Marshal(wire.Deployment{KeepSecrets: &wire.KeepSecrets{
		Generation: args.Generation, Canary: args.Canary, CreatedBy: "stack " + args.Names.Stack,
	}})
	if err != nil {
		return nil, err
	}
	kept, err := lambda.NewInvocation(ctx, name, &lambda.InvocationArgs{
		FunctionName: args.Admin.Function.Name,
		Qualifier:    args.Admin.Live.Name,
		Input:        pulumi.String(event),
		Triggers:     pulumi.StringMap{"artifact": args.Admin.Artifact.Key},
	}, pulumi.Parent(c), after(args.Admin), pulumi.AdditionalSecretOutputs([]string{"result"}))
	if err != nil {
		return nil, err
	}
	c.Kept = kept
	c.Origin = pulumi.ToSecret(kept.Result.ApplyT(originOf)).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

// shortestOrigin is far less than the secret has, and more than no secret.
const shortestOrigin = 32

// originOf reads the reply of the admin function. What it answers instead, such
// as a reply to a request, is no secret to go on with. The error does not repeat
// it.
func originOf(reply string) (string, error) {
	var in wire.KeepSecretsReply
	if err := json.Unmarshal([]byte(reply), &in); err != nil || len(in.Origin) < shortestOrigin {
		return "", fmt.Errorf("the admin function was asked for the secrets of the stack's machines, and its answer, of %d "+
			"bytes, has none. Look at its log, and have it asked again: pulumi up --replace, with the URN of the "+
			"resource secrets (pulumi stack --show-urns)", len(reply))
	}
	return in.Origin, nil
}
