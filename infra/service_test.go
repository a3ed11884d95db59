package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	service "sgraph.ai/send/shared/settings"
)

func TestFunctionsAreBoundedAndLogged(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			name := f.text("name")
			for key, want := range map[string]string{"runtime": "provided.al2023", "handler": "bootstrap", "publish": "true"} {
				if f.text(key) != want {
					t.Errorf("%s: %s is %q, want %q", name, key, f.text(key), want)
				}
			}
			if n := plain(f.Inputs["reservedConcurrentExecutions"]); !n.IsNumber() || n.NumberValue() < 1 {
				t.Errorf("%s has no reserved concurrency", name)
			}
			logs := g.with(t, "aws:cloudwatch/logGroup:LogGroup", "name", "/aws/lambda/"+name)
			if !plain(logs.Inputs["retentionInDays"]).IsNumber() {
				t.Errorf("%s keeps its logs for ever", name)
			}
		}
	})
}

func TestServicesAnswerAtTheURLOfTheirAlias(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, of := range []string{"user", "admin"} {
			name := "sgraph-send-" + of + "-" + stack
			for alias, kind := range map[string]string{"live": "", "next": "next-"} {
				declared := g.named(t, "aws:lambda/alias:Alias", of+"-"+alias)
				if declared.text("name") != alias || declared.text("functionName") != name {
					t.Errorf("%s: the alias is %q of %s", name, declared.text("name"), declared.text("functionName"))
				}
				url := g.named(t, "aws:lambda/functionUrl:FunctionUrl", of+"-"+kind+"url")
				if url.text("qualifier") != alias || url.text("invokeMode") != "RESPONSE_STREAM" {
					t.Errorf("%s: the URL is on %q in mode %q", name, url.text("qualifier"), url.text("invokeMode"))
				}
				public := g.named(t, "aws:lambda/permission:Permission", of+"-invoke-"+kind+"url")
				for key, want := range map[string]string{
					"function":            name,
					"action":              "lambda:InvokeFunctionUrl",
					"functionUrlAuthType": "NONE",
					"qualifier":           alias,
				} {
					if got := public.text(key); got != want {
						t.Errorf("%s: the URL permission has %s %q, want %q", name, key, got, want)
					}
				}
			}
			var template struct {
				Resources map[string]struct{ Properties map[string]any }
			}
			text := g.with(t, "aws:cloudformation/stack:Stack", "name", name+"-invoke-via-url").text("templateBody")
			if err := json.Unmarshal([]byte(text), &template); err != nil {
				t.Fatal(err)
			}
			var invoked []string
			for _, permission := range template.Resources {
				if permission.Properties["Action"] != "lambda:InvokeFunction" ||
					permission.Properties["InvokedViaFunctionUrl"] != true {
					t.Errorf("%s: anybody may %v", name, permission.Properties)
				}
				arn := fmt.Sprint(permission.Properties["FunctionName"])
				invoked = append(invoked, arn[strings.LastIndex(arn, ":function:"):])
			}
			slices.Sort(invoked)
			if want := []string{":function:" + name + ":live", ":function:" + name + ":next"}; !slices.Equal(invoked, want) {
				t.Errorf("%s: URLs may invoke %v, want %v", name, invoked, want)
			}
		}
	})
}

func TestNoOneElseMayInvoke(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, p := range g.some(t, "aws:lambda/permission:Permission") {
			if p.text("principal") == "*" && p.text("functionUrlAuthType") == "" {
				t.Errorf("%s lets any AWS principal %s", p.Name, p.text("action"))
			}
			if p.text("principal") != "*" && p.text("sourceArn") == "" {
				t.Errorf("%s lets all that %s does for anyone %s", p.Name, p.text("principal"), p.text("action"))
			}
		}
	})
}

// TestEnvironmentIsAllThatIsTold: these are what the functions are told of
// secrets and of what was made. What else they are told is in the stack file.
func TestEnvironmentIsAllThatIsTold(t *testing.T) {
	both := []string{
		"FAST_API__AUTH__API_KEY__NAME", "URL__TARGET_SERVER__CACHE_SERVICE",
		"SEND__STORAGE_MODE", "SEND__LEDGER_TABLE", "SEND__ADMIN__SERVICE_KEY",
	}
	want := map[string][]string{
		"canary": {"CANARY__URL", "CANARY__NEXT_URL", "CANARY__TOKEN", "SEND__LEDGER_TABLE"},
		"admin": append([]string{
			"CACHE__SERVICE__BUCKET_NAME", "SEND__AUDIT_RETENTION", "SEND__STACK", "FAST_API__AUTH__API_KEY__VALUE",
		}, both...),
		"user": append([]string{"SGRAPH_SEND__ADMIN__BASE_URL", "SEND__ADMIN__NEXT_URL", "SEND__S3_BUCKET"}, both...),
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		s, err := parseStack(t, stack, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			names := slices.Clone(want[f.Name])
			if s.Edge.Enabled {
				names = append(names, "SEND__ORIGIN_SECRETS")
			}
			for _, e := range service.Table() {
				if e.ReadBy(f.Name) && s.Told[e.Env] != "" {
					names = append(names, e.Env)
				}
			}
			slices.Sort(names)
			var got []string
			for name := range g.told(t, f.text("name")) {
				got = append(got, string(name))
			}
			slices.Sort(got)
			if !slices.Equal(got, names) {
				t.Errorf("%s is told\n%v, want\n%v", f.Name, got, names)
			}
		}
		for variable, of := range map[string]string{
			"SGRAPH_SEND__ADMIN__BASE_URL": "admin-url", "SEND__ADMIN__NEXT_URL": "admin-next-url",
		} {
			asked := plain(g.told(t, "sgraph-send-user-"+stack)[resource.PropertyKey(variable)]).StringValue()
			if asked != "https://"+of+".lambda-url.eu-west-2.on.aws" {
				t.Errorf("%s: the user service asks %s, not this stack's admin service", variable, asked)
			}
		}
	})
}

// TestStacksTellTheServices what their files say, or what a stack says where
// its file says nothing.
func TestStacksTellTheServices(t *testing.T) {
	want := map[string]map[string]string{
		"dev": {
			"SEND__STAGE": "dev", "SEND__LOG_LEVEL": "debug", "SEND__CORS_ORIGINS": "https://dev.send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "1073741824", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "168h0m0s",
		},
		"qa": {
			"SEND__STAGE": "qa", "SEND__LOG_LEVEL": "info", "SEND__CORS_ORIGINS": "https://qa.send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "1073741824", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "168h0m0s",
		},
		"prod": {
			"SEND__STAGE": "prod", "SEND__LOG_LEVEL": "info", "SEND__CORS_ORIGINS": "https://send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "5368709120", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "720h0m0s",
		},
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		told := g.told(t, "sgraph-send-user-"+stack)
		for name, value := range want[stack] {
			if got := plain(told[resource.PropertyKey(name)]); !got.IsString() || got.StringValue() != value {
				t.Errorf("%s is %v, want %s", name, got, value)
			}
		}
	})
}

// The ends of sessions are told to the admin function, and to no other.
func TestStacksSayWhenSessionsEnd(t *testing.T) {
	t.Parallel()
	g := record(t, "prod", map[string]string{"sgraph-send:sessionIdle": "20m", "sgraph-send:sessionLife": "4h"})
	for name, want := range map[string]string{"SEND__SESSION_IDLE": "20m0s", "SEND__SESSION_LIFE": "4h0m0s"} {
		key := resource.PropertyKey(name)
		if got := plain(g.told(t, "sgraph-send-admin-prod")[key]); !got.IsString() || got.StringValue() != want {
			t.Errorf("%s is %v, want %s", name, got, want)
		}
		if _, told := g.told(t, "sgraph-send-user-prod")[key]; told {
			t.Errorf("the user function is told %s", name)
		}
	}
}

func TestTracingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"true", "false"} {
		g := record(t, "prod", map[string]string{"sgraph-send:tracing": on})
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			mode := f.text("tracingConfig", "mode")
			if (mode == "Active") != (on == "true") {
				t.Errorf("tracing: %s makes %s %s", on, f.Name, mode)
			}
		}
		traced := 0
		for _, granted := range grants(t, g) {
			if !slices.Contains(granted.resources, "*") || slices.Equal(granted.actions, resourceless[granted.role]) {
				continue
			}
			// X-Ray's actions know no resources either, so AWS takes nothing but a
			// star here, and only while tracing is on.
			if !slices.Equal(granted.actions, []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}) {
				t.Errorf("%s may do %v to anything", granted.role, granted.actions)
			}
			traced++
		}
		if want := map[string]int{"true": 3, "false": 0}[on]; traced != want {
			t.Errorf("tracing: %s lets %d roles hand over traces, want %d", on, traced, want)
		}
	}
}
