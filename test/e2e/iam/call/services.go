package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

// services are those that a stack has to do with, by the name in a signature.
var services = map[string]service{
	"acm": certificates, "budgets": budgets, "cloudformation": formations, "cloudfront": distributions,
	"dynamodb": tables, "events": events, "iam": identities, "kms": keys, "lambda": functions, "logs": logs,
	"monitoring": alarms, "route53": names, "s3": objects, "sns": topics, "ssm": parameters, "sts": sessions,
	"wafv2": firewalls, "xray": traces,
	"application-autoscaling": scaling, "autoscaling": groups, "ec2": networks, "ecr": images, "ecs": clusters,
	"elasticloadbalancing": balancers, "servicediscovery": discovery,
}

var certificates = service{
	prefix: "acm", protocol: byTarget, target: "CertificateManager", form: "arn:aws:acm:REGION:ACCOUNT:",
	rules: map[string]rule{
		"RequestCertificate":        forAll().tagged("Tags").taggedBy("AddTagsToCertificate"),
		"ListCertificates":          forAll(),
		"DescribeCertificate":       on("{CertificateArn}"),
		"GetCertificate":            on("{CertificateArn}"),
		"DeleteCertificate":         on("{CertificateArn}"),
		"UpdateCertificateOptions":  on("{CertificateArn}"),
		"ListTagsForCertificate":    on("{CertificateArn}"),
		"AddTagsToCertificate":      on("{CertificateArn}"),
		"RemoveTagsFromCertificate": on("{CertificateArn}"),
	},
}

// What a budget shows is a view of the bill: the account's, since those that others
// share take a role of the service's own.
var budgets = service{
	prefix: "budgets", protocol: byTarget, target: "AWSBudgetServiceGateway", form: "arn:aws:budgets::ACCOUNT:",
	rules: map[string]rule{
		"CreateBudget": on("budget/{Budget.BudgetName}").as("ModifyBudget").with(ownBill).tagged(
			"ResourceTags"),
		"UpdateBudget":                       on("budget/{NewBudget.BudgetName}").as("ModifyBudget").with(ownBill),
		"DeleteBudget":                       on("budget/{BudgetName}").as("ModifyBudget"),
		"CreateNotification":                 on("budget/{BudgetName}").as("ModifyBudget"),
		"UpdateNotification":                 on("budget/{BudgetName}").as("ModifyBudget"),
		"DeleteNotification":                 on("budget/{BudgetName}").as("ModifyBudget"),
		"CreateSubscriber":                   on("budget/{BudgetName}").as("ModifyBudget"),
		"UpdateSubscriber":                   on("budget/{BudgetName}").as("ModifyBudget"),
		"DeleteSubscriber":                   on("budget/{BudgetName}").as("ModifyBudget"),
		"DescribeBudget":                     on("budget/{BudgetName}").as("ViewBudget").with(viewsBill),
		"DescribeNotificationsForBudget":     on("budget/{BudgetName}").as("ViewBudget").with(viewsBill),
		"DescribeSubscribersForNotification": on("budget/{BudgetName}").as("ViewBudget").with(viewsBill),
		"ListTagsForResource":                on("{ResourceARN}"),
		"TagResource":                        on("{ResourceARN}").tagged("ResourceTags").itself(),
		"UntagResource":                      on("{ResourceARN}"),
	},
}

func ownBill(r *reading, _ *iam.Request) error {
	if r.params["Budget.BillingViewArn"]+r.params["NewBudget.BillingViewArn"] != "" {
		return errors.New("it is of another view of the bill")
	}
	return nil
}

// viewsBill is what looking at a budget takes beside the budget.
func viewsBill(r *reading, _ *iam.Request) error {
	r.also("billing:GetBillingViewData", "arn:aws:billing::"+AccountID+":billingview/primary")
	return nil
}

var formations = service{
	prefix: "cloudformation", protocol: byAction, form: "arn:aws:cloudformation:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateStack":            on("stack/{StackName}/made").tagged("Tags").with(formed("Create")),
		"UpdateStack":            on("stack/{StackName}/made").tagged("Tags").with(formed("Update")),
		"DeleteStack":            on("stack/{StackName}/made").with(formed("Delete")),
		"DescribeStacks":         on("stack/{StackName}/made"),
		"DescribeStackEvents":    on("stack/{StackName}/made"),
		"DescribeStackResources": on("stack/{StackName}/made"),
		"ListStackResources":     on("stack/{StackName}/made"),
		"GetTemplate":            on("stack/{StackName}/made"),
	},
}

// formed is what CloudFormation does for the caller, with the caller's permissions, to
// the resources of a template.
func formed(what string) func(*reading, *iam.Request) error {
	return func(r *reading, _ *iam.Request) error {
		if r.params["RoleARN"] != "" || r.params["TemplateURL"] != "" {
			return errors.New("it has a role or a template elsewhere")
		}
		text := r.params["TemplateBody"]
		if what == "Delete" {
			var err error
			if text, err = r.account.Template(r.call.Region, r.params["StackName"]); err != nil || text == "" {
				return err
			}
		}
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties map[string]any
			}
		}
		if err := json.Unmarshal([]byte(text), &template); err != nil {
			return err
		}
		r.via = "cloudformation.amazonaws.com"
		defer func() { r.via = "" }()
		for _, made := range template.Resources {
			if made.Type != "AWS::Lambda::Permission" {
				return fmt.Errorf("what a %s takes is not known", made.Type)
			}
			function := fmt.Sprint(made.Properties["FunctionName"])
			changes := []string{"AddPermission"}
			switch what {
			case "Delete":
				changes = []string{"RemovePermission"}
			case "Update":
				changes = []string{"AddPermission", "RemovePermission"}
			}
			for _, change := range changes {
				need := r.also("lambda:"+change, function)
				need.Keys["lambda:Principal"] = []string{fmt.Sprint(made.Properties["Principal"])}
				need.Keys["lambda:FunctionUrlAuthType"] = nil
			}
			r.also("lambda:GetPolicy", function)
		}
		return nil
	}
}

var distributions = service{
	prefix: "cloudfront", protocol: byPath, form: "arn:aws:cloudfront::ACCOUNT:",
	paths: withConfigs(map[string]string{
		"POST /2020-05-31/distribution?WithTags": "CreateDistributionWithTags",
		"GET /2020-05-31/tagging":                "ListTagsForResource",
		"POST /2020-05-31/tagging?Operation":     "TagResource", // or UntagResource, by the operation's value
	}, map[string]string{
		"distribution": "Distribution", "origin-request-policy": "OriginRequestPolicy", "cache-policy": "CachePolicy",
		"response-headers-policy": "ResponseHeadersPolicy", "origin-access-control": "OriginAccessControl",
		"function": "Function",
	}),
	rules: map[string]rule{
		"CreateDistribution": forAll().with(guardedBy("")),
		"CreateDistributionWithTags": forAll().as("CreateDistribution").tagged("Tags").with(
			guardedBy("DistributionConfig.")),
		"UpdateDistribution":           on("distribution/{Id}").with(guardedBy("")),
		"GetDistribution":              on("distribution/{Id}"),
		"GetDistributionConfig":        on("distribution/{Id}"),
		"DeleteDistribution":           on("distribution/{Id}"),
		"CreateOriginRequestPolicy":    forAll(),
		"UpdateOriginRequestPolicy":    on("origin-request-policy/{Id}"),
		"GetOriginRequestPolicy":       on("origin-request-policy/{Id}"),
		"GetOriginRequestPolicyConfig": on("origin-request-policy/{Id}"),
		"DeleteOriginRequestPolicy":    on("origin-request-policy/{Id}"),
		"CreateCachePolicy":            forAll(),
		"UpdateCachePolicy":            on("cache-policy/{Id}"),
		"GetCachePolicy":               on("cache-policy/{Id}"),
		"GetCachePolicyConfig":         on("cache-policy/{Id}"),
		"DeleteCachePolicy":            on("cache-policy/{Id}"),
		"CreateResponseHeadersPolicy":  forAll(),
		"UpdateResponseHeadersPolicy":  on("response-headers-policy/{Id}"),
		"GetResponseHeadersPolicy":     on("response-headers-policy/{Id}"),
		"DeleteResponseHeadersPolicy":  on("response-headers-policy/{Id}"),
		"CreateOriginAccessControl":    forAll(),
		"UpdateOriginAccessControl":    on("origin-access-control/{Id}"),
		"GetOriginAccessControl":       on("origin-access-control/{Id}"),
		"GetOriginAccessControlConfig": on("origin-access-control/{Id}"),
		"DeleteOriginAccessControl":    on("origin-access-control/{Id}"),
		"ListTagsForResource":          on("{Resource}"),
		"TagResource":                  on("{Resource}").with(tagsOrNot),
	},
}

// withConfigs adds the paths of what CloudFront makes, reads, changes and deletes in
// one way.
func withConfigs(paths, kinds map[string]string) map[string]string {
	for path, kind := range kinds {
		all := "/2020-05-31/" + path
		paths["POST "+all] = "Create" + kind
		paths["GET "+all+"/{Id}"] = "Get" + kind
		paths["GET "+all+"/{Id}/config"] = "Get" + kind + "Config"
		paths["PUT "+all+"/{Id}"] = "Update" + kind
		paths["PUT "+all+"/{Id}/config"] = "Update" + kind
		paths["DELETE "+all+"/{Id}"] = "Delete" + kind
	}
	return paths
}

// guardedBy is what it takes to put a firewall before a distribution.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/APIReference/API_DistributionConfig.html
func guardedBy(within string) func(*reading, *iam.Request) error {
	return func(r *reading, _ *iam.Request) error {
		if firewall := r.params[within+"WebACLId"]; firewall != "" {
			r.also("wafv2:GetWebACL", firewall)
		}
		return nil
	}
}

func tagsOrNot(r *reading, need *iam.Request) error {
	switch r.params["Operation"] {
	case "Tag":
		return nil
	case "Untag":
		need.Action = "cloudfront:UntagResource"
		return nil
	}
	return errors.New("it neither tags nor untags")
}

var events = service{
	prefix: "events", protocol: byTarget, target: "AWSEvents", form: "arn:aws:events:REGION:ACCOUNT:",
	rules: map[string]rule{
		"PutRule":             on("rule/{Name}").tagged("Tags").with(ownBus),
		"DescribeRule":        on("rule/{Name}").with(ownBus),
		"DeleteRule":          on("rule/{Name}").with(ownBus),
		"EnableRule":          on("rule/{Name}").with(ownBus),
		"DisableRule":         on("rule/{Name}").with(ownBus),
		"PutTargets":          on("rule/{Rule}").with(ownBus),
		"RemoveTargets":       on("rule/{Rule}").with(ownBus),
		"ListTargetsByRule":   on("rule/{Rule}").with(ownBus),
		"ListTagsForResource": on("{ResourceARN}"),
		"TagResource":         on("{ResourceARN}").tagged("Tags").itself(),
		"UntagResource":       on("{ResourceARN}"),
	},
}

// ownBus refuses rules of other buses, whose names are made otherwise, and targets
// that are reached by a role.
func ownBus(r *reading, _ *iam.Request) error {
	if bus := r.params["EventBusName"]; bus != "" && bus != "default" {
		return errors.New("it is of another bus")
	}
	for name := range r.params {
		if strings.HasSuffix(name, "RoleArn") {
			return errors.New("it has a role")
		}
	}
	return nil
}

var keys = service{
	prefix: "kms", protocol: byTarget, target: "TrentService",
	rules: map[string]rule{
		"Encrypt":              on("{KeyId}").with(keyed),
		"Decrypt":              on("{CiphertextBlob}").with(keyed),
		"GenerateDataKey":      on("{KeyId}").with(keyed),
		"DescribeKey":          on("{KeyId}").with(keyed),
		"GetKeyPolicy":         on("{KeyId}").with(keyed),
		"GetKeyRotationStatus": on("{KeyId}").with(keyed),
		"ListResourceTags":     on("{KeyId}").with(keyed),
		"ListAliases":          forAll(),
	},
}

// keyed finds the key that is meant.
func keyed(r *reading, need *iam.Request) error {
	name := r.params["KeyId"]
	if r.call.Operation == "Decrypt" {
		// The simulation puts the key's ID in front of what it encrypts.
		const id = 36
		var blob []byte
		quoted, err := json.Marshal(r.params["CiphertextBlob"])
		if err != nil {
			return err
		}
		if err := json.Unmarshal(quoted, &blob); err != nil || len(blob) < id {
			return errors.New("it is not encrypted by a key")
		}
		if name == "" {
			name = string(blob[:id])
		}
	}
	arn, err := r.account.Key(r.call.Region, name)
	if err != nil {
		return err
	}
	need.Resource = arn
	need.Keys["kms:CallerAccount"] = []string{AccountID}
	need.Keys["kms:ViaService"] = nil
	need.Keys["kms:EncryptionContext:PARAMETER_ARN"] = nil
	need.Keys["kms:RequestAlias"] = nil
	if strings.HasPrefix(name, "alias/") {
		need.Keys["kms:RequestAlias"] = []string{name}
	}
	return nil
}

var logs = service{
	prefix: "logs", protocol: byTarget, target: "Logs_20140328", form: "arn:aws:logs:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateLogGroup":           on("log-group:{logGroupName}").tagged("tags"),
		"DeleteLogGroup":           on("log-group:{logGroupName}"),
		"PutRetentionPolicy":       on("log-group:{logGroupName}"),
		"DeleteRetentionPolicy":    on("log-group:{logGroupName}"),
		"DescribeLogStreams":       on("log-group:{logGroupName}"),
		"CreateLogStream":          on("log-group:{logGroupName}:log-stream:{logStreamName}"),
		"PutLogEvents":             on("log-group:{logGroupName}:log-stream:{logStreamName}"),
		"ListTagsForResource":      on("{resourceArn}"),
		"TagResource":              on("{resourceArn}").tagged("tags").itself(),
		"UntagResource":            on("{resourceArn}"),
		"DescribeLogGroups":        forAll(),
		"PutQueryDefinition":       forAll(),
		"DeleteQueryDefinition":    forAll(),
		"DescribeQueryDefinitions": forAll(),
		"PutResourcePolicy":        forAll(),
		"DeleteResourcePolicy":     forAll(),
		"DescribeResourcePolicies": forAll(),

		"PutDeliverySource":         on("delivery-source:{name}").tagged("tags").with(vended),
		"GetDeliverySource":         on("delivery-source:{name}"),
		"DeleteDeliverySource":      on("delivery-source:{name}"),
		"PutDeliveryDestination":    on("delivery-destination:{name}").tagged("tags"),
		"GetDeliveryDestination":    on("delivery-destination:{name}"),
		"DeleteDeliveryDestination": on("delivery-destination:{name}"),
		"CreateDelivery":            on("delivery:made").tagged("tags").with(delivered),
		"GetDelivery":               on("delivery:{id}"),
		"DeleteDelivery":            on("delivery:{id}"),

		"UpdateDeliveryConfiguration": on("delivery:{id}"),
	},
}

// vended is what having CloudFront log its requests takes of CloudFront.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service-specific.html
func vended(r *reading, _ *iam.Request) error {
	if r.params["logType"] != "ACCESS_LOGS" {
		return errors.New("it is no log of requests")
	}
	r.also("cloudfront:AllowVendedLogDeliveryForResource", r.params["resourceArn"])
	return nil
}

// delivered is what a log's way into a group takes beside the way.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
func delivered(r *reading, _ *iam.Request) error {
	r.also("logs:CreateDelivery", r.params["deliveryDestinationArn"])
	r.also("logs:CreateDelivery",
		"arn:aws:logs:"+r.call.Region+":"+AccountID+":delivery-source:"+r.params["deliverySourceName"])
	for _, action := range []string{"PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"} {
		r.also("logs:"+action, "*")
	}
	return nil
}

// Whoever may describe some alarms only is not told of composite ones.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
var alarms = service{
	prefix: "cloudwatch", protocol: byAction, form: "arn:aws:cloudwatch:REGION:ACCOUNT:",
	rules: map[string]rule{
		"PutMetricAlarm":      on("alarm:{AlarmName}").tagged("Tags"),
		"PutCompositeAlarm":   on("alarm:{AlarmName}").tagged("Tags"),
		"DeleteAlarms":        on("alarm:{AlarmNames}"),
		"EnableAlarmActions":  on("alarm:{AlarmNames}"),
		"DisableAlarmActions": on("alarm:{AlarmNames}"),
		"DescribeAlarms":      forAll(),
		"ListTagsForResource": on("{ResourceARN}"),
		"TagResource":         on("{ResourceARN}").tagged("Tags").itself(),
		"UntagResource":       on("{ResourceARN}"),
		"PutDashboard":        on("arn:aws:cloudwatch::ACCOUNT:dashboard/{DashboardName}"),
		"GetDashboard":        on("arn:aws:cloudwatch::ACCOUNT:dashboard/{DashboardName}"),
		"DeleteDashboards":    on("arn:aws:cloudwatch::ACCOUNT:dashboard/{DashboardNames}"),
		"ListDashboards":      forAll(),
	},
}

var names = service{
	prefix: "route53", protocol: byPath, form: "arn:aws:route53:::",
	paths: map[string]string{
		"POST /2013-04-01/healthcheck":             "CreateHealthCheck",
		"GET /2013-04-01/healthcheck/{Id}":         "GetHealthCheck",
		"POST /2013-04-01/healthcheck/{Id}":        "UpdateHealthCheck",
		"DELETE /2013-04-01/healthcheck/{Id}":      "DeleteHealthCheck",
		"GET /2013-04-01/tags/{Type}/{Id}":         "ListTagsForResource",
		"POST /2013-04-01/tags/{Type}/{Id}":        "ChangeTagsForResource",
		"GET /2013-04-01/hostedzone":               "ListHostedZones",
		"GET /2013-04-01/hostedzonesbyname":        "ListHostedZonesByName",
		"GET /2013-04-01/hostedzone/{Id}":          "GetHostedZone",
		"GET /2013-04-01/hostedzone/{Id}/rrset":    "ListResourceRecordSets",
		"POST /2013-04-01/hostedzone/{Id}/rrset":   "ChangeResourceRecordSets",
		"POST /2013-04-01/hostedzone/{Id}/rrset/":  "ChangeResourceRecordSets",
		"GET /2013-04-01/change/{Id}":              "GetChange",
		"GET /2013-04-01/healthcheck/{Id}/status/": "GetHealthCheckStatus",
	},
	rules: map[string]rule{
		"CreateHealthCheck":        forAll(),
		"GetHealthCheck":           on("healthcheck/{Id}"),
		"GetHealthCheckStatus":     on("healthcheck/{Id}"),
		"UpdateHealthCheck":        on("healthcheck/{Id}"),
		"DeleteHealthCheck":        on("healthcheck/{Id}"),
		"ListTagsForResource":      on("{Type}/{Id}"),
		"ChangeTagsForResource":    on("{Type}/{Id}"),
		"ListHostedZones":          forAll(),
		"ListHostedZonesByName":    forAll(),
		"GetHostedZone":            on("hostedzone/{Id}"),
		"ListResourceRecordSets":   on("hostedzone/{Id}"),
		"ChangeResourceRecordSets": on("hostedzone/{Id}").with(records),
		"GetChange":                on("change/{Id}"),
	},
}

// records are what conditions on changes of a zone compare. Names count in lower case
// and without the last dot.
func records(r *reading, need *iam.Request) error {
	for path, value := range r.params {
		var key string
		switch {
		case strings.HasSuffix(path, "ResourceRecordSet.Name"):
			key, value = "NormalizedRecordNames", strings.TrimSuffix(strings.ToLower(value), ".")
		case strings.HasSuffix(path, "ResourceRecordSet.Type"):
			key = "RecordTypes"
		case strings.HasSuffix(path, ".Action"):
			key = "Actions"
		default:
			continue
		}
		key = "route53:ChangeResourceRecordSets" + key
		need.Keys[key] = append(need.Keys[key], value)
	}
	return nil
}

// Subscriptions are granted for all topics or not at all.
var topics = service{
	prefix: "sns", protocol: byAction, form: "arn:aws:sns:REGION:ACCOUNT:", keys: []string{"sns:Endpoint", "sns:Protocol"},
	rules: map[string]rule{
		"CreateTopic":               on("{Name}").tagged("Tags"),
		"DeleteTopic":               on("{TopicArn}"),
		"GetTopicAttributes":        on("{TopicArn}"),
		"SetTopicAttributes":        on("{TopicArn}").with(ownRole),
		"ListSubscriptionsByTopic":  on("{TopicArn}"),
		"Publish":                   on("{TopicArn}"),
		"Subscribe":                 on("{TopicArn}").with(subscribed),
		"Unsubscribe":               forAll(),
		"GetSubscriptionAttributes": forAll(),
		"SetSubscriptionAttributes": forAll(),
		"ListTagsForResource":       on("{ResourceArn}"),
		"TagResource":               on("{ResourceArn}").tagged("Tags").itself(),
		"UntagResource":             on("{ResourceArn}"),
	},
}

// ownRole refuses what makes a topic use a role.
func ownRole(r *reading, _ *iam.Request) error {
	if strings.HasSuffix(strings.ToLower(r.params["AttributeName"]), "rolearn") && r.params["AttributeValue"] != "" {
		return errors.New("it has a role")
	}
	return nil
}

func subscribed(r *reading, need *iam.Request) error {
	need.Keys["sns:Endpoint"] = []string{r.params["Endpoint"]}
	need.Keys["sns:Protocol"] = []string{r.params["Protocol"]}
	return nil
}

var parameters = service{
	prefix: "ssm", protocol: byTarget, target: "AmazonSSM", form: "arn:aws:ssm:REGION:ACCOUNT:",
	rules: map[string]rule{
		"PutParameter":           on("parameter/{Name}").tagged("Tags").taggedBy("AddTagsToResource").with(parameter),
		"GetParameter":           on("parameter/{Name}").with(decrypted),
		"GetParameters":          on("parameter/{Names}").with(parameter),
		"GetParameterHistory":    on("parameter/{Name}").with(parameter),
		"DeleteParameter":        on("parameter/{Name}").with(parameter),
		"DeleteParameters":       on("parameter/{Names}").with(parameter),
		"DescribeParameters":     forAll(),
		"ListTagsForResource":    on("parameter/{ResourceId}").with(parameter),
		"AddTagsToResource":      on("parameter/{ResourceId}").with(parameter),
		"RemoveTagsFromResource": on("parameter/{ResourceId}").with(parameter),
	},
}

// parameter writes a parameter's name as ARNs have it: without the slash it may begin
// with. One that is encrypted by AWS's own key for parameters takes no permission on
// the key; what another takes is not told here.
func parameter(r *reading, need *iam.Request) error {
	if key := r.params["KeyId"]; key != "" && key != "alias/aws/ssm" {
		return errors.New("it is encrypted by a key of its own")
	}
	if kind := r.params["ResourceType"]; kind != "" && kind != "Parameter" {
		return errors.New("it is no parameter")
	}
	need.Resource = strings.Replace(need.Resource, ":parameter//", ":parameter/", 1)
	if shown := ":parameter/aws/service/"; strings.Contains(need.Resource, shown) { // AWS's own, to everybody
		need.Resource = strings.Replace(need.Resource, AccountID+shown, shown, 1)
	}
	return nil
}

// decrypted is what reading an encrypted parameter takes beside the parameter: the
// Parameter Store uses the account's key for who asks. Whoever may read the parameter
// may use AWS's own through it.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
func decrypted(r *reading, need *iam.Request) error {
	if err := parameter(r, need); err != nil || r.params["WithDecryption"] != "true" {
		return err
	}
	key, err := r.account.ParameterKey(r.call.Region, r.params["Name"])
	if err != nil || key == "" {
		return err
	}
	asked := need.Resource
	r.via = "ssm.amazonaws.com"
	decrypt := r.also("kms:Decrypt", key)
	r.via = ""
	decrypt.Keys["kms:CallerAccount"] = []string{AccountID}
	decrypt.Keys["kms:RequestAlias"] = nil
	decrypt.Keys["kms:ViaService"] = []string{"ssm." + r.call.Region + ".amazonaws.com"}
	decrypt.Keys["kms:EncryptionContext:PARAMETER_ARN"] = []string{asked}
	return nil
}

// Who one is may be asked by anyone, whatever a policy says.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
var sessions = service{
	prefix: "sts", protocol: byAction, rules: map[string]rule{"GetCallerIdentity": {free: true}},
}

var traces = service{
	prefix: "xray", protocol: byPath,
	paths: map[string]string{
		"POST /TraceSegments": "PutTraceSegments", "POST /TelemetryRecords": "PutTelemetryRecords",
	},
	rules: map[string]rule{"PutTraceSegments": forAll(), "PutTelemetryRecords": forAll()},
}

var firewalls = service{
	prefix: "wafv2", protocol: byTarget, target: "AWSWAF_20190729", form: "arn:aws:wafv2:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateWebACL":               on("SCOPE/webacl/{Name}/made").tagged("Tags").with(scoped),
		"UpdateWebACL":               on("SCOPE/webacl/{Name}/{Id}").with(scoped),
		"GetWebACL":                  on("SCOPE/webacl/{Name}/{Id}").with(scoped),
		"DeleteWebACL":               on("SCOPE/webacl/{Name}/{Id}").with(scoped),
		"CreateIPSet":                on("SCOPE/ipset/{Name}/made").tagged("Tags").with(scoped),
		"UpdateIPSet":                on("SCOPE/ipset/{Name}/{Id}").with(scoped),
		"GetIPSet":                   on("SCOPE/ipset/{Name}/{Id}").with(scoped),
		"DeleteIPSet":                on("SCOPE/ipset/{Name}/{Id}").with(scoped),
		"AssociateWebACL":            on("{WebACLArn}").with(guards),
		"DisassociateWebACL":         on("{ResourceArn}").with(guards),
		"GetWebACLForResource":       on("{ResourceArn}").with(guards),
		"ListTagsForResource":        on("{ResourceARN}"),
		"TagResource":                on("{ResourceARN}").tagged("Tags").itself(),
		"UntagResource":              on("{ResourceARN}"),
		"GetLoggingConfiguration":    on("{ResourceArn}"),
		"PutLoggingConfiguration":    on("{LoggingConfiguration.ResourceArn}").with(logsRequests),
		"DeleteLoggingConfiguration": on("{ResourceArn}").with(logsNoMore),
	},
}

// guards is what a load balancer's firewall takes of the balancer.
// https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
func guards(r *reading, _ *iam.Request) error {
	if r.call.Operation != "GetWebACLForResource" {
		r.also("elasticloadbalancing:SetWebACL", r.params["ResourceArn"])
	}
	return nil
}

func scoped(r *reading, need *iam.Request) error {
	within := map[string]string{"CLOUDFRONT": "global", "REGIONAL": "regional"}[r.params["Scope"]]
	if within == "" {
		return errors.New("it has no scope")
	}
	need.Resource = strings.Replace(need.Resource, "SCOPE", within, 1)
	return nil
}

// logsRequests is what it takes to have a firewall log into a group.
// https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
func logsRequests(r *reading, _ *iam.Request) error {
	if !strings.Contains(r.params["LoggingConfiguration.LogDestinationConfigs.1"], ":log-group:") {
		return errors.New("it logs elsewhere than to a group")
	}
	for _, action := range []string{
		"CreateLogDelivery", "DeleteLogDelivery", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
	} {
		r.also("logs:"+action, "*")
	}
	r.linksRole("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging")
	return nil
}

func logsNoMore(r *reading, _ *iam.Request) error {
	r.also("logs:DeleteLogDelivery", "*")
	return nil
}
