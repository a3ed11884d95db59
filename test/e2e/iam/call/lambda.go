package call

import (
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

const function = "function:{FunctionName}"

var functions = service{
	prefix: "lambda", protocol: byPath, form: "arn:aws:lambda:REGION:ACCOUNT:",
	keys: []string{"lambda:Principal", "lambda:FunctionUrlAuthType"},
	paths: map[string]string{
		"GET /2016-08-19/account-settings":                                   "GetAccountSettings",
		"GET /2015-03-31/functions":                                          "ListFunctions",
		"POST /2015-03-31/functions":                                         "CreateFunction",
		"GET /2015-03-31/functions/{FunctionName}":                           "GetFunction",
		"DELETE /2015-03-31/functions/{FunctionName}":                        "DeleteFunction",
		"PUT /2015-03-31/functions/{FunctionName}/code":                      "UpdateFunctionCode",
		"GET /2015-03-31/functions/{FunctionName}/configuration":             "GetFunctionConfiguration",
		"PUT /2015-03-31/functions/{FunctionName}/configuration":             "UpdateFunctionConfiguration",
		"GET /2015-03-31/functions/{FunctionName}/versions":                  "ListVersionsByFunction",
		"POST /2015-03-31/functions/{FunctionName}/versions":                 "PublishVersion",
		"GET /2015-03-31/functions/{FunctionName}/aliases":                   "ListAliases",
		"POST /2015-03-31/functions/{FunctionName}/aliases":                  "CreateAlias",
		"GET /2015-03-31/functions/{FunctionName}/aliases/{Name}":            "GetAlias",
		"PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}":            "UpdateAlias",
		"DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}":         "DeleteAlias",
		"GET /2015-03-31/functions/{FunctionName}/policy":                    "GetPolicy",
		"POST /2015-03-31/functions/{FunctionName}/policy":                   "AddPermission",
		"DELETE /2015-03-31/functions/{FunctionName}/policy/{Sid}":           "RemovePermission",
		"POST /2015-03-31/functions/{FunctionName}/invocations":              "InvokeFunction",
		"GET /2019-09-30/functions/{FunctionName}/concurrency":               "GetFunctionConcurrency",
		"PUT /2017-10-31/functions/{FunctionName}/concurrency":               "PutFunctionConcurrency",
		"DELETE /2017-10-31/functions/{FunctionName}/concurrency":            "DeleteFunctionConcurrency",
		"GET /2020-06-30/functions/{FunctionName}/code-signing-config":       "GetFunctionCodeSigningConfig",
		"GET /2021-10-31/functions/{FunctionName}/url":                       "GetFunctionUrlConfig",
		"POST /2021-10-31/functions/{FunctionName}/url":                      "CreateFunctionUrlConfig",
		"PUT /2021-10-31/functions/{FunctionName}/url":                       "UpdateFunctionUrlConfig",
		"DELETE /2021-10-31/functions/{FunctionName}/url":                    "DeleteFunctionUrlConfig",
		"GET /2019-09-25/functions/{FunctionName}/event-invoke-config":       "GetFunctionEventInvokeConfig",
		"PUT /2019-09-25/functions/{FunctionName}/event-invoke-config":       "PutFunctionEventInvokeConfig",
		"POST /2019-09-25/functions/{FunctionName}/event-invoke-config":      "UpdateFunctionEventInvokeConfig",
		"DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config":    "DeleteFunctionEventInvokeConfig",
		"GET /2024-08-31/functions/{FunctionName}/recursion-config":          "GetFunctionRecursionConfig",
		"GET /2021-07-20/functions/{FunctionName}/runtime-management-config": "GetRuntimeManagementConfig",
		"GET /2017-03-31/tags/{Resource}":                                    "ListTags",
		"POST /2017-03-31/tags/{Resource}":                                   "TagResource",
		"DELETE /2017-03-31/tags/{Resource}":                                 "UntagResource",
	},
	rules: map[string]rule{
		"GetAccountSettings":              forAll(),
		"ListFunctions":                   forAll(),
		"CreateFunction":                  on(function).tagged("Tags").with(made),
		"GetFunction":                     on(function).with(qualified),
		"DeleteFunction":                  on(function).with(qualified),
		"UpdateFunctionCode":              on(function).with(made),
		"GetFunctionConfiguration":        on(function).with(qualified),
		"UpdateFunctionConfiguration":     on(function).with(made),
		"ListVersionsByFunction":          on(function),
		"PublishVersion":                  on(function),
		"ListAliases":                     on(function),
		"CreateAlias":                     on(function),
		"GetAlias":                        on(function),
		"UpdateAlias":                     on(function),
		"DeleteAlias":                     on(function),
		"GetPolicy":                       on(function).with(qualified),
		"AddPermission":                   on(function).with(permitted),
		"RemovePermission":                on(function).with(qualified),
		"InvokeFunction":                  on(function).with(qualified),
		"GetFunctionConcurrency":          on(function),
		"PutFunctionConcurrency":          on(function),
		"DeleteFunctionConcurrency":       on(function),
		"GetFunctionCodeSigningConfig":    on(function),
		"GetFunctionUrlConfig":            on(function).with(qualified),
		"CreateFunctionUrlConfig":         on(function).with(permitted),
		"UpdateFunctionUrlConfig":         on(function).with(permitted),
		"DeleteFunctionUrlConfig":         on(function).with(qualified),
		"GetFunctionEventInvokeConfig":    on(function).with(qualified),
		"PutFunctionEventInvokeConfig":    on(function).with(qualified),
		"UpdateFunctionEventInvokeConfig": on(function).with(qualified),
		"DeleteFunctionEventInvokeConfig": on(function).with(qualified),
		"GetFunctionRecursionConfig":      on(function),
		"GetRuntimeManagementConfig":      on(function).with(qualified),
		"ListTags":                        on("{Resource}"),
		"TagResource":                     on("{Resource}").tagged("Tags").itself(),
		"UntagResource":                   on("{Resource}"),
	},
}

// qualified is about a version or an alias, if the request names one.
func qualified(r *reading, need *iam.Request) error {
	if q := r.params["Qualifier"]; q != "" && !strings.HasSuffix(need.Resource, ":"+q) {
		need.Resource += ":" + q
	}
	return nil
}

// permitted tells who is let in, and how.
func permitted(r *reading, need *iam.Request) error {
	for key, param := range map[string][]string{
		"lambda:Principal":           {"Principal"},
		"lambda:FunctionUrlAuthType": {"FunctionUrlAuthType", "AuthType"},
	} {
		for _, name := range param {
			if v := r.params[name]; v != "" {
				need.Keys[key] = []string{v}
			}
		}
	}
	return qualified(r, need)
}

// made is what a function runs as, and where its code comes from: Lambda fetches it
// with the permissions of who asks.
func made(r *reading, _ *iam.Request) error {
	r.passRole(r.params["Role"], "lambda.amazonaws.com")
	within := ""
	if r.call.Operation == "CreateFunction" {
		within = "Code."
	}
	if bucket := r.params[within+"S3Bucket"]; bucket != "" {
		r.via = "lambda.amazonaws.com"
		r.also("s3:GetObject", "arn:aws:s3:::"+bucket+"/"+r.params[within+"S3Key"])
		r.via = ""
	}
	return nil
}
