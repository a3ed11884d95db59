package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// onLambda has two functions answer, and the edge, if there is one, in front.
func onLambda(ctx *pulumi.Context, on Ground) (*Site, error) {
	s, common, storage := on.Settings, on.Common, on.Storage
	if s.Edge.Enabled {
		var err error
		if common.Assets, err = NewAssets(ctx, "assets", assetsArgs(s, common.Zips, on.Left)); err != nil {
			return nil, err
		}
	}
	admin, err := NewService(ctx, metric.Admin, &ServiceArgs{
		FunctionArgs: FunctionArgs{
			Common:  common,
			program: adminProgram(s, storage),
			Size:    s.Admin,
			Tags:    s.Traffic.Tags(),
		},
		Held: on.Held[metric.Admin],
	})
	if err != nil {
		return nil, err
	}
	secrets, err := NewSecrets(ctx, "secrets", secretsArgs(s, admin))
	if err != nil {
		return nil, err
	}
	user, err := NewService(ctx, metric.User, &ServiceArgs{
		FunctionArgs: FunctionArgs{
			Common:  common,
			program: userFunction(s, storage, admin),
			Size:    s.User,
			Tags:    s.Traffic.Tags(),
			After:   []pulumi.Resource{secrets.Kept},
		},
		Held: on.Held[metric.User],
	})
	if err != nil {
		return nil, err
	}
	edge, err := NewEdge(ctx, "edge", edgeArgs(s, on.Zone, common.Assets, secrets, user, admin), on.Global)
	if err != nil {
		return nil, err
	}
	if _, err := NewSchedule(ctx, stack.Sweep, sweepArgs(s, user)); err != nil {
		return nil, err
	}
	if _, err := NewSchedule(ctx, stack.Trail, trailArgs(s, admin)); err != nil {
		return nil, err
	}
	outputs := pulumi.StringMap{
		"userFunctionUrl":  user.URL,
		"userNextUrl":      user.NextURL,
		"userFunction":     user.Function.Name,
		"userVersion":      user.Function.Version,
		"userArtifact":     user.Artifact.Key,
		"userEdgeDomain":   edge.UserDomain,
		"adminFunctionUrl": admin.URL,
		"adminNextUrl":     admin.NextURL,
		"adminFunction":    admin.Function.Name,
		"adminVersion":     admin.Function.Version,
		"adminArtifact":    admin.Artifact.Key,
		"adminEdgeDomain":  edge.AdminDomain,
	}
	if s.CloudFront() { // which is not before the aliases next
		outputs["originSecret"] = secrets.Origin
	}
	return &Site{
		UserURL:  edge.UserURL,
		AdminURL: edge.AdminURL,
		NextURL:  user.NextURL,
		Pages:    []pulumi.StringOutput{user.URL, edge.UserURL},
		Up:       []pulumi.Resource{secrets.Kept},
		Services: []Watched{user, admin},
		Firewall: edge.firewall,
		Outputs:  outputs,
	}, nil
}
