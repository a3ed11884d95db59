package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
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
	Event string   // what is asked of it
	Admin *Service // makes and keeps them
}

// deployment is what a deploy asks of the admin service, by an event of its function
// or by its settings: secrets of the stack's machines, others where the generation is
// higher than before, and a token where there is a canary.
func deployment(s settings.Settings) string {
	event, err := json.Marshal(wire.Deployment{KeepSecrets: &wire.KeepSecrets{
		Generation: s.SecretGeneration, Canary: s.CanaryMinutes > 0, CreatedBy: "stack " + s.Stack,
	}})
	if err != nil {
		panic(err) // of numbers and names there is JSON
	}
	return string(event)
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
	// Not of the whole service: what a component consists of may not be known of it yet.
	kept, err := lambda.NewInvocation(ctx, name, &lambda.InvocationArgs{
		FunctionName: args.Admin.Function.Name,
		Qualifier:    args.Admin.Next.Name, // which may not be live for a while
		Input:        pulumi.String(args.Event),
		Triggers:     pulumi.StringMap{"artifact": args.Admin.Artifact.Key},
	}, pulumi.Parent(c), after(args.Admin.Live), pulumi.AdditionalSecretOutputs([]string{"result"}))
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
