package call

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// known is an account with what the cases need.
type known struct{}

func (known) HashKey(_, _, index string) (string, error) {
	return map[string]string{"": "pk", "byExpiry": "bucket"}[index], nil
}

func (known) Role(name string) (arn, boundary string, err error) {
	if name == "free" {
		return "arn:aws:iam::123456789012:role/free", "", nil
	}
	return "arn:aws:iam::123456789012:role/" + name, "arn:aws:iam::123456789012:policy/bound", nil
}

func (known) Key(_, name string) (string, error) {
	return "arn:aws:kms:eu-west-2:123456789012:key/" + strings.TrimPrefix(name, "alias/"), nil
}

func (known) ParameterKey(_, name string) (string, error) {
	return map[string]string{"/own": "arn:aws:kms:eu-west-2:123456789012:key/own"}[name], nil
}

func (known) Tags(string, string) (map[string]string, error) {
	return map[string]string{"project": "sgraph-send", "stack": "dev"}, nil
}

func (known) RouteTable(string, string) (string, error) { return "rtb-1", nil }

func (known) ProfileRole(string) (string, error) { return "arn:aws:iam::123456789012:role/host", nil }

func (known) DiscoveryTags(string, string) (map[string]string, error) {
	return map[string]string{"stack": "dev"}, nil
}

func (known) Template(string, string) (string, error) { return template, nil }

const template = `{"Resources":{"A":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":` +
	`"arn:aws:lambda:eu-west-2:123456789012:function:f:live","Principal":"*"}}}}`

// ask is a request that is signed for a service, and read.
func ask(t *testing.T, service, method, path string, header map[string]string, body string) (Call, error) {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ASIA1/20260101/eu-west-2/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return Read(r, []byte(body), known{})
}

// said is a need as the cases write it: action, resource, and what is looked at of the
// keys, after a space each.
func said(c Call) (all []string) {
	looked := []string{
		"dynamodb:LeadingKeys", "dynamodb:EnclosingOperation", "iam:PermissionsBoundary", "iam:PassedToService",
		"iam:AWSServiceName", "aws:TagKeys", "aws:CalledVia", "s3:prefix", "sns:Protocol", "kms:RequestAlias",
		"lambda:FunctionUrlAuthType", "lambda:Principal", "kms:ViaService",
	}
	for _, need := range c.Needs {
		text := need.Action + " " + strings.TrimPrefix(need.Resource, "arn:aws:")
		for _, key := range looked {
			if v := need.Keys[key]; len(v) > 0 {
				_, short, _ := strings.Cut(strings.TrimSuffix(key, "Operation"), ":")
				text += fmt.Sprintf(" %s=%s", short, strings.Join(v, ","))
			}
		}
		all = append(all, text)
	}
	return all
}

func TestWhatRequestsNeed(t *testing.T) {
	t.Parallel()
	target := func(of string) map[string]string { return map[string]string{"X-Amz-Target": of} }
	type headers = map[string]string
	for _, c := range []struct {
		service, method, path string
		header                headers
		body                  string
		want                  []string
	}{
		// S3: names of actions are not those of operations.
		{"s3", "GET", "/", nil, "", []string{"s3:ListAllMyBuckets *"}},
		{"s3", "HEAD", "/b", nil, "", []string{"s3:ListBucket s3:::b"}},
		{"s3", "GET", "/b?list-type=2&prefix=a/", nil, "", []string{"s3:ListBucket s3:::b prefix=a/"}},
		{"s3", "GET", "/b?versions", nil, "", []string{"s3:ListBucketVersions s3:::b"}},
		{"s3", "GET", "/b?uploads", nil, "", []string{"s3:ListBucketMultipartUploads s3:::b"}},
		{"s3", "GET", "/b?lifecycle", nil, "", []string{"s3:GetLifecycleConfiguration s3:::b"}},
		{"s3", "DELETE", "/b?lifecycle", nil, "", []string{"s3:PutLifecycleConfiguration s3:::b"}},
		{"s3", "DELETE", "/b?policy", nil, "", []string{"s3:DeleteBucketPolicy s3:::b"}},
		{"s3", "DELETE", "/b?publicAccessBlock", nil, "", []string{"s3:PutBucketPublicAccessBlock s3:::b"}},
		{"s3", "GET", "/b?metrics&id=a", nil, "", []string{"s3:GetMetricsConfiguration s3:::b"}},
		{"s3", "PUT", "/b", nil, "", []string{"s3:CreateBucket s3:::b"}},
		{"s3", "HEAD", "/b/a/k%20x", nil, "", []string{"s3:GetObject s3:::b/a/k x"}},
		{"s3", "GET", "/b/k?versionId=1", nil, "", []string{"s3:GetObjectVersion s3:::b/k"}},
		{"s3", "GET", "/b/k?tagging", nil, "", []string{"s3:GetObjectTagging s3:::b/k"}},
		{"s3", "GET", "/b/k?uploadId=1", nil, "", []string{"s3:ListMultipartUploadParts s3:::b/k"}},
		{"s3", "DELETE", "/b/k?uploadId=1", nil, "", []string{"s3:AbortMultipartUpload s3:::b/k"}},
		{"s3", "DELETE", "/b/k?versionId=1", nil, "", []string{"s3:DeleteObjectVersion s3:::b/k"}},
		{"s3", "POST", "/b/k?uploads", nil, "", []string{"s3:PutObject s3:::b/k"}},
		{"s3", "POST", "/b/k?uploadId=1", nil, "<CompleteMultipartUpload/>", []string{"s3:PutObject s3:::b/k"}},
		{"s3", "PUT", "/b/k?uploadId=1&partNumber=2", nil, "part", []string{"s3:PutObject s3:::b/k"}},
		{
			"s3", "PUT", "/b/k", headers{"X-Amz-Tagging": "a=b", "X-Amz-Acl": "private"}, "",
			[]string{"s3:PutObject s3:::b/k", "s3:PutObjectTagging s3:::b/k", "s3:PutObjectAcl s3:::b/k"},
		},
		{
			"s3", "PUT", "/b/k", headers{"X-Amz-Copy-Source": "/c/l%2Fm"}, "",
			[]string{"s3:PutObject s3:::b/k", "s3:GetObject s3:::c/l/m"},
		},
		{
			"s3", "POST", "/b?delete", nil, "<Delete><Object><Key>k</Key></Object><Object><Key>l</Key><VersionId>1</VersionId>" +
				"</Object></Delete>", []string{"s3:DeleteObject s3:::b/k", "s3:DeleteObjectVersion s3:::b/l"},
		},
		// DynamoDB: each item by its partition, and transactions by their parts.
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.GetItem"), `{"TableName":"t","Key":{"pk":{"S":"a/1"}}}`,
			[]string{"dynamodb:GetItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a/1"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.PutItem"),
			`{"TableName":"t","Item":{"pk":{"S":"a"},"x":{"N":"1"}}}`,
			[]string{"dynamodb:PutItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.Query"), `{"TableName":"t",` +
				`"KeyConditionExpression":"sk > :s AND #p = :p","ExpressionAttributeNames":{"#p":"pk"},` +
				`"ExpressionAttributeValues":{":p":{"S":"a"},":s":{"S":"b"}}}`,
			[]string{"dynamodb:Query dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.Query"), `{"TableName":"t","IndexName":"byExpiry",` +
				`"KeyConditionExpression":"bucket=:b","ExpressionAttributeValues":{":b":{"N":"7"}}}`,
			[]string{"dynamodb:Query dynamodb:eu-west-2:123456789012:table/t/index/byExpiry LeadingKeys=7"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.TransactWriteItems"), `{"TransactItems":[` +
				`{"ConditionCheck":{"TableName":"t","Key":{"pk":{"S":"a"}}}},{"Put":{"TableName":"t","Item":{"pk":{"S":"b"}}}},` +
				`{"Update":{"TableName":"t","Key":{"pk":{"S":"c"}}}},{"Delete":{"TableName":"u","Key":{"pk":{"S":"d"}}}}]}`,
			[]string{
				"dynamodb:ConditionCheckItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a Enclosing=TransactWriteItems",
				"dynamodb:PutItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=b Enclosing=TransactWriteItems",
				"dynamodb:UpdateItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=c Enclosing=TransactWriteItems",
				"dynamodb:DeleteItem dynamodb:eu-west-2:123456789012:table/u LeadingKeys=d Enclosing=TransactWriteItems",
			},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.TransactGetItems"),
			`{"TransactItems":[{"Get":{"TableName":"t","Key":{"pk":{"S":"a"}}}}]}`,
			[]string{"dynamodb:GetItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a Enclosing=TransactGetItems"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.BatchGetItem"),
			`{"RequestItems":{"t":{"Keys":[{"pk":{"S":"a"}},{"pk":{"S":"b"}}]}}}`,
			[]string{"dynamodb:BatchGetItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a,b"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.BatchWriteItem"),
			`{"RequestItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}}`,
			[]string{"dynamodb:BatchWriteItem dynamodb:eu-west-2:123456789012:table/t LeadingKeys=a,b"},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.CreateTable"),
			`{"TableName":"t","Tags":[{"Key":"k","Value":"v"}]}`,
			[]string{
				"dynamodb:CreateTable dynamodb:eu-west-2:123456789012:table/t TagKeys=k",
				"dynamodb:TagResource dynamodb:eu-west-2:123456789012:table/t TagKeys=k",
			},
		},
		{
			"dynamodb", "POST", "/", target("DynamoDB_20120810.Scan"), `{"TableName":"t"}`,
			[]string{"dynamodb:Scan dynamodb:eu-west-2:123456789012:table/t"},
		},
		// Lambda: aliases have ARNs of their own; roles are passed, and code is fetched.
		{
			"lambda", "GET", "/2015-03-31/functions/f?Qualifier=live", nil, "",
			[]string{"lambda:GetFunction lambda:eu-west-2:123456789012:function:f:live"},
		},
		{
			"lambda", "POST", "/2015-03-31/functions", nil, `{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r",` +
				`"Code":{"S3Bucket":"b","S3Key":"k"},"Tags":{"a":"b"}}`,
			[]string{
				"lambda:CreateFunction lambda:eu-west-2:123456789012:function:f TagKeys=a",
				"iam:PassRole iam::123456789012:role/r PassedToService=lambda.amazonaws.com",
				"s3:GetObject s3:::b/k CalledVia=lambda.amazonaws.com",
				"lambda:TagResource lambda:eu-west-2:123456789012:function:f TagKeys=a",
			},
		},
		{
			"lambda", "PUT", "/2015-03-31/functions/f/configuration", nil, `{"Role":"arn:aws:iam::123456789012:role/r"}`,
			[]string{
				"lambda:UpdateFunctionConfiguration lambda:eu-west-2:123456789012:function:f",
				"iam:PassRole iam::123456789012:role/r PassedToService=lambda.amazonaws.com",
			},
		},
		{
			"lambda", "POST", "/2015-03-31/functions/f/policy?Qualifier=live", nil,
			`{"Action":"lambda:InvokeFunctionUrl","Principal":"*","FunctionUrlAuthType":"NONE","StatementId":"s"}`,
			[]string{
				"lambda:AddPermission lambda:eu-west-2:123456789012:function:f:live FunctionUrlAuthType=NONE Principal=*",
			},
		},
		{
			"lambda", "POST", "/2015-03-31/functions/f/invocations?Qualifier=live", nil, `not JSON`,
			[]string{"lambda:InvokeFunction lambda:eu-west-2:123456789012:function:f:live"},
		},
		{
			"lambda", "GET", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-2%3A123456789012%3Afunction%3Af", nil, "",
			[]string{"lambda:ListTags lambda:eu-west-2:123456789012:function:f"},
		},
		// CloudFormation does what a template says with the caller's permissions.
		{
			"cloudformation", "POST", "/", nil, "Action=CreateStack&StackName=s&TemplateBody=" + template,
			[]string{
				"cloudformation:CreateStack cloudformation:eu-west-2:123456789012:stack/s/made",
				"lambda:AddPermission lambda:eu-west-2:123456789012:function:f:live CalledVia=cloudformation.amazonaws.com " +
					"Principal=*",
				"lambda:GetPolicy lambda:eu-west-2:123456789012:function:f:live CalledVia=cloudformation.amazonaws.com",
			},
		},
		{
			"cloudformation", "POST", "/", nil, "Action=DeleteStack&StackName=s",
			[]string{
				"cloudformation:DeleteStack cloudformation:eu-west-2:123456789012:stack/s/made",
				"lambda:RemovePermission lambda:eu-west-2:123456789012:function:f:live CalledVia=cloudformation.amazonaws.com " +
					"Principal=*",
				"lambda:GetPolicy lambda:eu-west-2:123456789012:function:f:live CalledVia=cloudformation.amazonaws.com",
			},
		},
		// IAM: the boundary that is asked for, or that is there.
		{
			"iam", "POST", "/", nil, "Action=CreateRole&RoleName=r&Path=/&PermissionsBoundary=arn:b&Tags.member.1.Key=k",
			[]string{
				"iam:CreateRole iam::123456789012:role/r PermissionsBoundary=arn:b TagKeys=k",
				"iam:TagRole iam::123456789012:role/r PermissionsBoundary=arn:b TagKeys=k",
			},
		},
		{"iam", "POST", "/", nil, "Action=CreateRole&RoleName=r", []string{"iam:CreateRole iam::123456789012:role/r"}},
		{
			"iam", "POST", "/", nil, "Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={}",
			[]string{"iam:PutRolePolicy iam::123456789012:role/r PermissionsBoundary=arn:aws:iam::123456789012:policy/bound"},
		},
		{
			"iam", "POST", "/", nil, "Action=PutRolePolicy&RoleName=free&PolicyName=p&PolicyDocument={}",
			[]string{"iam:PutRolePolicy iam::123456789012:role/free"},
		},
		{
			"iam", "POST", "/", nil, "Action=CreatePolicyVersion&PolicyArn=arn:aws:iam::123456789012:policy/p",
			[]string{"iam:CreatePolicyVersion iam::123456789012:policy/p"},
		},
		// The others.
		{"sts", "POST", "/", nil, "Action=GetCallerIdentity", nil},
		{
			"kms", "POST", "/", target("TrentService.Encrypt"), `{"KeyId":"alias/a","Plaintext":"AA=="}`,
			[]string{"kms:Encrypt kms:eu-west-2:123456789012:key/a RequestAlias=alias/a"},
		},
		{
			"kms", "POST", "/", target("TrentService.Decrypt"),
			`{"CiphertextBlob":"MTIzNDU2NzgtMTIzNC0xMjM0LTEyMzQtMTIzNDU2Nzg5MDEyeHg="}`,
			[]string{"kms:Decrypt kms:eu-west-2:123456789012:key/12345678-1234-1234-1234-123456789012"},
		},
		{
			"ssm", "POST", "/", target("AmazonSSM.GetParameter"), `{"Name":"/sgraph-send/dev/key","WithDecryption":true}`,
			[]string{"ssm:GetParameter ssm:eu-west-2:123456789012:parameter/sgraph-send/dev/key"},
		},
		{
			"ssm", "POST", "/", target("AmazonSSM.GetParameter"), `{"Name":"/own","WithDecryption":true}`,
			[]string{
				"ssm:GetParameter ssm:eu-west-2:123456789012:parameter/own",
				"kms:Decrypt kms:eu-west-2:123456789012:key/own CalledVia=ssm.amazonaws.com ViaService=ssm.eu-west-2.amazonaws.com",
			},
		},
		{
			"ssm", "POST", "/", target("AmazonSSM.GetParameter"), `{"Name":"/own"}`,
			[]string{"ssm:GetParameter ssm:eu-west-2:123456789012:parameter/own"},
		},
		{
			"ssm", "POST", "/", target("AmazonSSM.PutParameter"), `{"Name":"key","Tags":[{"Key":"k","Value":"v"}]}`,
			[]string{
				"ssm:PutParameter ssm:eu-west-2:123456789012:parameter/key TagKeys=k",
				"ssm:AddTagsToResource ssm:eu-west-2:123456789012:parameter/key TagKeys=k",
			},
		},
		{
			"monitoring", "POST", "/", nil, "Action=DeleteAlarms&AlarmNames.member.1=a&AlarmNames.member.2=b",
			[]string{
				"cloudwatch:DeleteAlarms cloudwatch:eu-west-2:123456789012:alarm:a",
				"cloudwatch:DeleteAlarms cloudwatch:eu-west-2:123456789012:alarm:b",
			},
		},
		{
			"monitoring", "POST", "/", nil, "Action=DescribeAlarms&AlarmNames.member.1=a",
			[]string{"cloudwatch:DescribeAlarms *"},
		},
		{
			"monitoring", "POST", "/", nil, "Action=PutDashboard&DashboardName=d",
			[]string{"cloudwatch:PutDashboard cloudwatch::123456789012:dashboard/d"},
		},
		{
			"sns", "POST", "/", nil, "Action=Subscribe&TopicArn=arn:aws:sns:eu-west-2:123456789012:t&Protocol=email",
			[]string{"sns:Subscribe sns:eu-west-2:123456789012:t Protocol=email"},
		},
		{"sns", "POST", "/", nil, "Action=Unsubscribe&SubscriptionArn=arn:s", []string{"sns:Unsubscribe *"}},
		{
			"events", "POST", "/", target("AWSEvents.PutTargets"), `{"Rule":"r","Targets":[{"Id":"a","Arn":"arn:f"}]}`,
			[]string{"events:PutTargets events:eu-west-2:123456789012:rule/r"},
		},
		{
			"budgets", "POST", "/", target("AWSBudgetServiceGateway.DescribeBudget"), `{"AccountId":"1","BudgetName":"b"}`,
			[]string{
				"budgets:ViewBudget budgets::123456789012:budget/b",
				"billing:GetBillingViewData billing::123456789012:billingview/primary",
			},
		},
		{
			"budgets", "POST", "/", target("AWSBudgetServiceGateway.CreateBudget"), `{"Budget":{"BudgetName":"b"}}`,
			[]string{"budgets:ModifyBudget budgets::123456789012:budget/b"},
		},
		{
			"cloudfront", "POST", "/2020-05-31/distribution?WithTags", nil, "<DistributionConfigWithTags><DistributionConfig>" +
				"<WebACLId>arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1</WebACLId></DistributionConfig><Tags><Items>" +
				"<Tag><Key>k</Key><Value>v</Value></Tag></Items></Tags></DistributionConfigWithTags>",
			[]string{
				"cloudfront:CreateDistribution * TagKeys=k",
				"wafv2:GetWebACL wafv2:us-east-1:123456789012:global/webacl/a/1",
				"cloudfront:TagResource * TagKeys=k",
			},
		},
		{
			"cloudfront", "PUT", "/2020-05-31/distribution/E1/config", nil, "<DistributionConfig/>",
			[]string{"cloudfront:UpdateDistribution cloudfront::123456789012:distribution/E1"},
		},
		{
			"route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", nil, "<ChangeResourceRecordSetsRequest/>",
			[]string{"route53:ChangeResourceRecordSets route53:::hostedzone/Z1"},
		},
		{
			"wafv2", "POST", "/", target("AWSWAF_20190729.GetWebACL"), `{"Name":"a","Id":"1","Scope":"CLOUDFRONT"}`,
			[]string{"wafv2:GetWebACL wafv2:eu-west-2:123456789012:global/webacl/a/1"},
		},
		{
			"logs", "POST", "/", target("Logs_20140328.PutLogEvents"), `{"logGroupName":"g","logStreamName":"s"}`,
			[]string{"logs:PutLogEvents logs:eu-west-2:123456789012:log-group:g:log-stream:s"},
		},
		{
			"logs", "POST", "/", target("Logs_20140328.PutDeliverySource"),
			`{"name":"s","resourceArn":"arn:aws:cloudfront::123456789012:distribution/E1","logType":"ACCESS_LOGS"}`,
			[]string{
				"logs:PutDeliverySource logs:eu-west-2:123456789012:delivery-source:s",
				"cloudfront:AllowVendedLogDeliveryForResource cloudfront::123456789012:distribution/E1",
			},
		},
		{
			"logs", "POST", "/", target("Logs_20140328.CreateDelivery"), `{"deliverySourceName":"s",` +
				`"deliveryDestinationArn":"arn:aws:logs:eu-west-2:123456789012:delivery-destination:d"}`,
			[]string{
				"logs:CreateDelivery logs:eu-west-2:123456789012:delivery:made",
				"logs:CreateDelivery logs:eu-west-2:123456789012:delivery-destination:d",
				"logs:CreateDelivery logs:eu-west-2:123456789012:delivery-source:s",
				"logs:PutResourcePolicy *", "logs:DescribeResourcePolicies *", "logs:DescribeLogGroups *",
			},
		},
		{"xray", "POST", "/TraceSegments", nil, `{}`, []string{"xray:PutTraceSegments *"}},
	} {
		got, err := ask(t, c.service, c.method, c.path, c.header, c.body)
		if err != nil || !slices.Equal(said(got), c.want) {
			t.Errorf("%s %s %s needs %q, %v; want %q", c.service, c.method, c.path, said(got), err, c.want)
		}
	}
}

// Who may not list a bucket is not told what is not in it.
func TestMissTakesListing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path string
		tells        bool
	}{{"GET", "/b/k", true}, {"HEAD", "/b/k", true}, {"PUT", "/b/k", false}, {"GET", "/b", false}} {
		got, err := ask(t, "s3", c.method, c.path, nil, "")
		if err != nil || (got.ToMiss != nil) != c.tells {
			t.Errorf("%s %s: %v, %v", c.method, c.path, got.ToMiss, err)
		} else if c.tells && (got.ToMiss.Action != "s3:ListBucket" || got.ToMiss.Resource != "arn:aws:s3:::b") {
			t.Errorf("%s %s takes %v to be missed", c.method, c.path, got.ToMiss)
		}
	}
}

func TestPresignedIsReadFromTheQuery(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPut, "/b/k?X-Amz-Credential=ASIA2%2F20260101%2Feu-west-2%2Fs3%2Faws4_request"+
		"&X-Amz-Signature=0&x-id=PutObject", nil)
	got, err := Read(r, nil, known{})
	if err != nil || got.AccessKey != "ASIA2" || !slices.Equal(said(got), []string{"s3:PutObject s3:::b/k"}) {
		t.Errorf("%v %v, %v", got, said(got), err)
	}
}

// What is not known is an error, and not a request that needs nothing.
func TestWhatIsNotKnownIsRefused(t *testing.T) {
	t.Parallel()
	type request struct{ service, method, path, target, body string }
	for _, c := range []request{
		{"s3", "PUT", "/b?torrent", "", ""},
		{"s3", "POST", "/b/k", "", ""},
		{"s3", "GET", "/b/k?uploads", "", ""},
		{"s3", "GET", "/b?policy&acl", "", ""},
		{"s3", "POST", "/b/k?select&select-type=2", "", ""},
		{"dynamodb", "POST", "/", "DynamoDB_20120810.ExecuteStatement", `{}`},
		{"dynamodb", "POST", "/", "DynamoDB_20120810.Query", `{"TableName":"t","KeyConditionExpression":"sk = :s"}`},
		{"dynamodb", "POST", "/", "DynamoDB_20120810.GetItem", `{"TableName":"t","Key":{}}`},
		{"dynamodb", "POST", "/", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[]}`},
		{"dynamodb", "POST", "/", "DynamoDB_20120810.BatchGetItem", `{"RequestItems":{}}`},
		{"dynamodb", "POST", "/", "AWSEvents.PutRule", `{}`},
		{"lambda", "GET", "/2015-03-31/event-source-mappings", "", ""},
		{"iam", "POST", "/", "", "Action=CreateLoginProfile&UserName=u"},
		{"iam", "POST", "/", "", "Action=PutRolePolicy"},
		{"iam", "POST", "/?Action=GetRole", "", "Action=DeleteRole&RoleName=r"},
		{"s3", "POST", "/b?delete", "", "<Delete></Delete>"},
		{"iam", "POST", "/", "", "Action=CreateRole&Action=GetRole&RoleName=r"},
		{"sts", "POST", "/", "", "Action=AssumeRole"},
		{"events", "POST", "/", "AWSEvents.PutTargets", `{"Rule":"r","Targets":[{"Id":"a","Arn":"f","RoleArn":"r"}]}`},
		{"ssm", "POST", "/", "AmazonSSM.PutParameter", `{"Name":"/a","KeyId":"alias/own"}`},
		{"kms", "POST", "/", "TrentService.CreateGrant", `{"KeyId":"a"}`},
		{
			"cloudformation", "POST", "/", "",
			`Action=CreateStack&StackName=s&TemplateBody={"Resources":{"A":{"Type":"AWS::IAM::Role"}}}`,
		},
		{"ec2", "POST", "/", "", "Action=RunInstances"},
	} {
		header := map[string]string{}
		if c.target != "" {
			header["X-Amz-Target"] = c.target
		}
		if got, err := ask(t, c.service, c.method, c.path, header, c.body); err == nil {
			t.Errorf("%v needs %q", c, said(got))
		}
	}
	if _, err := Read(httptest.NewRequest(http.MethodGet, "/b/k", nil), nil, known{}); err == nil {
		t.Error("what nobody signed is read")
	}
}
