package main

import (
	"maps"
	"reflect"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// tagEverything marks all that the program makes, so that bills, people and
// clean-ups can tell stacks apart. It works on whatever has tags, which is why
// no component needs to think of them.
func tagEverything(ctx *pulumi.Context, s settings.Settings) error {
	common := tagsOf(s.Names, s.Stage)
	if s.Expires != "" {
		common["expires"] = pulumi.String(s.Expires)
	}
	tag := func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		props := reflect.Indirect(reflect.ValueOf(args.Props))
		if props.Kind() != reflect.Struct {
			return nil
		}
		field := props.FieldByName("Tags")
		if !field.IsValid() || field.Type() != reflect.TypeFor[pulumi.StringMapInput]() {
			return nil
		}
		tags := maps.Clone(common)
		if own, ok := reflect.TypeAssert[pulumi.StringMap](field); ok {
			maps.Copy(tags, own)
		}
		field.Set(reflect.ValueOf(tags))
		return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: args.Opts}
	}
	return ctx.RegisterStackTransformation(tag)
}

// tagsOf are the tags of all that a stack has.
func tagsOf(n stack.Names, stage string) pulumi.StringMap {
	tags := pulumi.StringMap{
		"project": pulumi.String(stack.Project),
		"stack":   pulumi.String(n.Stack),
		"stage":   pulumi.String(stage),
	}
	if number, is := n.Pull(); is {
		tags["pull-request"] = pulumi.String(strconv.Itoa(number))
	}
	return tags
}
