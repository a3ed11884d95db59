package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	awsecr "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Registry is the stack's own registry, with the image of its version in it.
type Registry struct {
	pulumi.ResourceState

	ARN pulumi.StringOutput
	// Image is the image, by its digest. An update knows it only once it is there.
	Image pulumi.StringOutput
}

// RegistryArgs describe a Registry.
type RegistryArgs struct {
	Names stack.Names
	Image Image
	// Push brings the image into the registry of the URL, unless it is there.
	Push func(ctx context.Context, repository string) error
}

// Image is what is known of an image before it is anywhere.
type Image interface {
	Digest() (v1.Hash, error)
}

// keptImages is how many versions a registry keeps: a deploy pushes one at most, so
// that what runs, and what it could be put back to, are among them.
const keptImages = 30

// NewRegistry makes a Registry, and, in an update, pushes the image.
func NewRegistry(
	ctx *pulumi.Context, name string, args *RegistryArgs, opts ...pulumi.ResourceOption,
) (*Registry, error) {
	c := &Registry{}
	if err := ctx.RegisterComponentResource("send:infra:Registry", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	repository, err := awsecr.NewRepository(ctx, name, &awsecr.RepositoryArgs{
		Name:               pulumi.String(args.Names.Registry()),
		ImageTagMutability: pulumi.String("IMMUTABLE"),
		ImageScanningConfiguration: &awsecr.RepositoryImageScanningConfigurationArgs{
			ScanOnPush: pulumi.Bool(true),
		},
		EncryptionConfigurations: awsecr.RepositoryEncryptionConfigurationArray{
			&awsecr.RepositoryEncryptionConfigurationArgs{EncryptionType: pulumi.String("AES256")},
		},
		// What is in it can be made again of any release.
		ForceDelete: pulumi.Bool(true),
	}, inside)
	if err != nil {
		return nil, err
	}
	if _, err := awsecr.NewLifecyclePolicy(ctx, name, &awsecr.LifecyclePolicyArgs{
		Repository: repository.Name,
		Policy:     pulumi.JSONMarshal(lifecyclePolicy),
	}, inside); err != nil {
		return nil, err
	}
	digest, err := args.Image.Digest()
	if err != nil {
		return nil, err
	}
	dry := ctx.DryRun()
	c.ARN = repository.Arn
	c.Image = repository.RepositoryUrl.ApplyTWithContext(ctx.Context(), func(
		ctx context.Context, url string,
	) (string, error) {
		if !dry {
			if err := args.Push(ctx, url); err != nil {
				return "", fmt.Errorf("the image cannot be brought to %s: %w", url, err)
			}
		}
		return url + "@" + digest.String(), nil
	}).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"image": c.Image})
}

// lifecyclePolicy has the registry forget what it has too much of. What an index
// names goes with the index, and not before.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
var lifecyclePolicy = map[string]any{"rules": []any{
	map[string]any{
		"rulePriority": 1,
		"description":  "The latest versions stay",
		"selection": map[string]any{
			"tagStatus": "tagged", "tagPatternList": []string{"*"},
			"countType": "imageCountMoreThan", "countNumber": keptImages,
		},
		"action": map[string]any{"type": "expire"},
	},
	map[string]any{
		"rulePriority": 2,
		"description":  "What belonged to others goes",
		"selection": map[string]any{
			"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30,
		},
		"action": map[string]any{"type": "expire"},
	},
}}

// pushable is an image that can be pushed.
type pushable interface {
	Image
	Push(ctx context.Context, to name.Tag, options ...remote.Option) error
}

// tokens are where a registry's password comes from.
type tokens interface {
	GetAuthorizationToken(
		context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options),
	) (*ecr.GetAuthorizationTokenOutput, error)
}

// pusher answers how an image is brought into a registry of AWS: by HTTPS, with a
// token that AWS gives to who may push, and by way of the proxy, if the environment
// names one. The tag is the digest, which no other image has.
func pusher(img pushable, account tokens) func(context.Context, string) error {
	return func(ctx context.Context, repository string) error {
		digest, err := img.Digest()
		if err != nil {
			return err
		}
		to, err := name.NewTag(repository + ":" + digest.Hex)
		if err != nil {
			return err
		}
		password, err := authorization(ctx, account)
		if err != nil {
			return err
		}
		transport := remote.DefaultTransport.(*http.Transport).Clone()
		defer transport.CloseIdleConnections()
		return img.Push(ctx, to, remote.WithAuth(password), remote.WithTransport(transport))
	}
}

// authorization asks AWS for a registry's password.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
func authorization(ctx context.Context, account tokens) (*authn.Basic, error) {
	answer, err := account.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return nil, fmt.Errorf("asking AWS for the registry's password: %w", err)
	}
	if len(answer.AuthorizationData) == 0 || answer.AuthorizationData[0].AuthorizationToken == nil {
		return nil, errors.New("AWS names no password of the registry")
	}
	text, err := base64.StdEncoding.DecodeString(*answer.AuthorizationData[0].AuthorizationToken)
	user, password, found := strings.Cut(string(text), ":")
	if err != nil || !found {
		return nil, errors.New("AWS names a password of the registry that cannot be read")
	}
	return &authn.Basic{Username: user, Password: password}, nil
}
