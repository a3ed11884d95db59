// Package alias reads and moves the aliases of a stack's functions: which version the
// public calls, and which of two while it goes from one to the other.
//
// https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
package alias

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Function is a function whose aliases are meant.
type Function struct {
	Name   string
	Lambda *lambda.Client
}

// Pointer is where an alias points.
type Pointer struct {
	ARN     string
	Version int
	// Other is the version that a Share of the calls goes to, from 0 to 1; 0 = none.
	Other int
	Share float64
	// After is the version that was live before this one, where that was noted; or 0.
	After int

	revision *string
}

// Split says whether the alias points at two versions.
func (p Pointer) Split() bool { return p.Other != 0 }

func (p Pointer) String() string {
	if p.Split() {
		return fmt.Sprintf("%d, and %g %% of the calls go to %d", p.Version, 100*p.Share, p.Other)
	}
	return strconv.Itoa(p.Version)
}

// Whole is the pointer at one version, to which all calls go, after one that is noted
// to have been live before; 0 = nothing is noted.
func (p Pointer) Whole(version, after int) Pointer {
	p.Version, p.Other, p.Share, p.After = version, 0, 0, after
	return p
}

// Back is the pointer as it was before.
func (p Pointer) Back(before Pointer) Pointer {
	before.revision = p.revision
	return before
}

// Points says whether an alias is where another pointer says.
func (p Pointer) Points(q Pointer) bool {
	return p.Version == q.Version && p.Other == q.Other && p.Share == q.Share
}

// Same says whether nobody moved the alias since another pointer of it was asked for.
func (p Pointer) Same(q Pointer) bool { return aws.ToString(p.revision) == aws.ToString(q.revision) }

// Beside is the pointer with a share of the calls going to another version.
func (p Pointer) Beside(other int, share float64) Pointer {
	p.Other, p.Share = other, share
	return p
}

// note is how the description of an alias says which version was live before which.
const note = "%d, after %d"

// Missing says whether an error is that there is no such function, or alias.
func Missing(err error) bool {
	_, missing := errors.AsType[*types.ResourceNotFoundException](err)
	return missing
}

// Moved says whether an error is that somebody moved the alias meanwhile.
func Moved(err error) bool {
	_, moved := errors.AsType[*types.PreconditionFailedException](err)
	return moved
}

// Get asks where an alias points.
func (f Function) Get(ctx context.Context, alias string) (Pointer, error) {
	out, err := f.Lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &f.Name, Name: &alias})
	if err != nil {
		return Pointer{}, fmt.Errorf("asking where the alias %s of %s points: %w", alias, f.Name, err)
	}
	return f.pointer(alias, out.AliasArn, out.FunctionVersion, out.Description, out.RevisionId, out.RoutingConfig)
}

func (f Function) pointer(
	alias string, arn, version, description, revision *string, routing *types.AliasRoutingConfiguration,
) (p Pointer, err error) {
	p = Pointer{ARN: aws.ToString(arn), revision: revision}
	number := func(version string) int {
		n, failed := strconv.Atoi(version)
		if failed != nil {
			err = fmt.Errorf("the alias %s of %s points at %q, which is no published version", alias, f.Name, version)
		}
		return n
	}
	p.Version = number(aws.ToString(version))
	if routing != nil {
		for other, share := range routing.AdditionalVersionWeights { // AWS takes one at most
			p.Other, p.Share = number(other), share
		}
	}
	var of, before int
	if n, _ := fmt.Sscanf(aws.ToString(description), note, &of, &before); n == 2 && of == p.Version {
		p.After = before
	}
	return p, err
}

// Set moves an alias to where a pointer says, unless somebody moved it since that was
// asked for, and answers the pointer to go on with.
func (f Function) Set(ctx context.Context, alias string, to Pointer) (Pointer, error) {
	// Without any share, it is as Pulumi writes an alias that has none: one with an empty
	// list of them would be drift.
	routing, noted := &types.AliasRoutingConfiguration{}, ""
	if to.Split() {
		routing.AdditionalVersionWeights = map[string]float64{strconv.Itoa(to.Other): to.Share}
	}
	if to.After != 0 {
		noted = fmt.Sprintf(note, to.Version, to.After)
	}
	out, err := f.Lambda.UpdateAlias(ctx, &lambda.UpdateAliasInput{
		FunctionName:    &f.Name,
		Name:            &alias,
		FunctionVersion: aws.String(strconv.Itoa(to.Version)),
		Description:     &noted,
		RevisionId:      to.revision,
		RoutingConfig:   routing,
	})
	if err != nil {
		return Pointer{}, fmt.Errorf("moving the alias %s of %s: %w", alias, f.Name, err)
	}
	return f.pointer(alias, out.AliasArn, out.FunctionVersion, out.Description, out.RevisionId, out.RoutingConfig)
}
