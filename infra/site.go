package main

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// Site is what answers for a stack, whatever runs it: what the rest of the program
// has to know of it.
type Site struct {
	// UserURL and AdminURL are where people go, without a trailing slash.
	UserURL, AdminURL pulumi.StringOutput
	// NextURL is where a version of the user function is tried before it is live; only
	// functions have one.
	NextURL pulumi.StringOutput
	// Pages are where pages of the user service may be from, UserURL among them.
	Pages []pulumi.StringOutput
	// Up is what has to be there before the site can be asked.
	Up []pulumi.Resource
	// Services are the user and the admin service, as they are watched.
	Services []Watched
	// Alarms watch what is neither of them, but the firewall, which CloudFront's
	// region measures, or, before a load balancer, the stack's own.
	Alarms   []alarm
	Firewall *firewallWatch // nil = none
	// Events are what AWS tells of such a site, and people are to be told.
	Events []event
	// Outputs are the stack's outputs that only such a site has.
	Outputs pulumi.StringMap
}

// Watched is a service as it is watched, whatever runs it.
type Watched interface {
	// Name is user or admin.
	name() string
	// logs is the name of its log group.
	logs() pulumi.StringOutput
	// requests are how often it is asked.
	requests() metricOf
	// alarms watch what runs it.
	alarms() []alarm
	// draw puts what runs it on the dashboard.
	draw(*page)
}

// Ground is what a site is built on: what the program knows and has made by then.
type Ground struct {
	settings.Settings
	Common  Common
	Storage *Storage
	Left    remains
	Held    held
	Zone    string                // of Route 53; "" = none
	Global  pulumi.ResourceOption // the provider of stack.GlobalRegion
	Built   Built
	// Registry has the stack's image; nil = none.
	Registry *Registry
}

// newSite builds what answers for a stack.
func newSite(ctx *pulumi.Context, on Ground) (*Site, error) {
	switch on.Compute {
	case settings.Lambda:
		return onLambda(ctx, on)
	case settings.Fargate:
		return onFargate(ctx, on)
	case settings.EC2:
		return onEC2(ctx, on)
	default:
		return nil, fmt.Errorf("nothing is known here of compute: %s", on.Compute)
	}
}
