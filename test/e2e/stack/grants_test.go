package stack

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/guard"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// enforcement looks at what the roles of a deployed stack can do.
type enforcement struct {
	aws               simulation
	stack             string
	outputs           map[string]string
	userURL, adminURL string
	user, admin       *lambdahost.Function
	canary            *lambdahost.Function
	origin            string // what CloudFront shows
}

func (e *enforcement) names() names.Names {
	return names.Names{Account: account, Region: region, Stack: e.stack}
}

func (e *enforcement) roles() (all []string) {
	for _, function := range names.Functions {
		all = append(all, e.names().Role(function))
	}
	return all
}

// onSchedule has the functions do what they are called for from time to time, and
// Lambda do what it does as their roles: it writes what they log.
func (e *enforcement) onSchedule(t *testing.T) {
	t.Helper()
	for _, f := range []*lambdahost.Function{e.user, e.admin} {
		if _, err := f.Invoke(t.Context(), scheduled); err != nil {
			t.Error(err)
		}
	}
	for _, function := range names.Functions {
		all := e.telling(function)
		for _, action := range slices.Sorted(maps.Keys(all)) { // a stream before what is in it
			if status, said := e.asRole(t, e.names().Role(function), all[action]); status != http.StatusOK {
				t.Errorf("%s cannot %s: %d %.300s", function, action, status, said)
			}
		}
	}
}

// telling is what Lambda asks as a function's role: it writes what the function logs,
// once for each instance, and hands over its traces.
func (e *enforcement) telling(function string) map[string]question {
	stream := strings.ReplaceAll(time.Now().Format(time.RFC3339Nano), ":", ".")
	body := func(more string) string {
		return `{"logGroupName":"` + e.names().LogGroup(function) + `","logStreamName":"` + stream + `"` + more + `}`
	}
	event := `,"logEvents":[{"timestamp":` + time.Now().Format("20060102") + `00000,"message":"started"}]`
	return map[string]question{
		"logs:CreateLogStream": {
			service: "logs", method: http.MethodPost, path: "/", target: "Logs_20140328.CreateLogStream", body: body(""),
		},
		"logs:PutLogEvents": {
			service: "logs", method: http.MethodPost, path: "/", target: "Logs_20140328.PutLogEvents", body: body(event),
		},
		"xray:PutTraceSegments": {
			service: "xray", method: http.MethodPost, path: "/TraceSegments", body: `{"TraceSegmentDocuments":[]}`,
		},
		"xray:PutTelemetryRecords": {
			service: "xray", method: http.MethodPost, path: "/TelemetryRecords", body: `{"TelemetryRecords":[]}`,
		},
	}
}

// asRole asks what a function could, with its role.
func (e *enforcement) asRole(t *testing.T, role string, q question) (int, []byte) {
	t.Helper()
	lambda := iam.Principal{Type: "Service", Name: "lambda.amazonaws.com"}
	credentials, err := e.aws.guard.Assume(role, lambda, "sts:AssumeRole", nil)
	if err != nil {
		t.Fatal(err)
	}
	return q.ask(t, e.aws.guard.URL, credentials.AccessKeyID)
}

// unused are words of policies that nothing here needs, with the reason why they are
// there.
var unused = map[string]string{
	"arn:aws:ssm:eu-west-2:123456789012:parameter/sgraph-send/qa/api-key-old": "there is no key of before to decrypt",
}

// nothingIdle fails for each action, resource and set of the ledger that a role may
// reach and nothing needed.
func (e *enforcement) nothingIdle(t *testing.T) {
	idle, err := e.aws.guard.Idle(e.roles()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range idle {
		if unused[word.Text] == "" {
			t.Errorf("nothing needed %s", word)
		}
	}
	for text := range unused {
		if !slices.ContainsFunc(idle, func(w iam.Word) bool { return w.Text == text }) {
			t.Errorf("something needed %s after all, or nobody may do it any more", text)
		}
	}
}

// eachGrantCounts takes one action after the other from the roles' policies, and looks
// for what does not work without.
func (e *enforcement) eachGrantCounts(t *testing.T) {
	const token = "token-of-the-proofs"
	admin := client{t: t, base: e.adminURL, header: http.Header{"X-Api-Key": {apiKey}}}
	admin.post(wire.CreateToken.To(), wire.CreateTokenRequest{TokenName: token}, nil)
	for function, proofs := range map[string]map[string]proof{
		metric.User: e.userProofs(token), metric.Admin: e.adminProofs(token), metric.Canary: e.canaryProofs(),
	} {
		for action, q := range e.telling(function) {
			proofs[action] = func(t *testing.T) func() int {
				return func() int {
					status, _ := e.asRole(t, e.names().Role(function), q)
					return status
				}
			}
		}
		whole := e.policy(t, function)
		for _, action := range whole.actions() {
			t.Run(function+" without "+action, func(t *testing.T) {
				prove := proofs[action]
				if prove == nil {
					t.Fatal("nothing shows what it is for")
				}
				run := prove(t)
				e.setPolicy(t, function, whole.without(action))
				defer e.setPolicy(t, function, whole)
				from := e.aws.guard.Count()
				if status := run(); status < http.StatusBadRequest {
					t.Errorf("what it is for answers %d all the same", status)
				}
				is := func(a guard.Asked) bool { return a.Request.Action == action }
				if !slices.ContainsFunc(e.aws.guard.Refused(from), is) {
					t.Errorf("it was not asked for")
				}
			})
		}
	}
}

// proof prepares something that takes a certain action, which then is done, and answers
// how it went.
type proof func(t *testing.T) func() int

// userProofs are what the user function's grants are for.
func (e *enforcement) userProofs(token string) map[string]proof {
	// of makes a proof of what is prepared with all grants, and done then.
	of := func(prepare func(c client) func() int) proof {
		return func(t *testing.T) func() int {
			t.Helper()
			return prepare(client{t: t, base: e.userURL, header: http.Header{"X-Sgraph-Access-Token": {token}}})
		}
	}
	sent := func(method string, route wire.Route) proof {
		return of(func(c client) func() int {
			id := c.send(seal(c.t, 1000), nil)
			return func() int { return c.status(method, route.To(id), nil) }
		})
	}
	deleted := of(func(c client) func() int {
		id, secret := c.sendDeletable()
		c.header = c.header.Clone()
		wire.DeleteAuth.Set(c.header, secret)
		return func() int { return c.status(http.MethodDelete, wire.DeleteTransfer.To(id), nil) }
	})
	create := func(c client, size int) string {
		var created wire.CreateTransferReply
		c.post(wire.CreateTransfer.To(), wire.CreateTransferRequest{FileSizeBytes: int64(size)}, &created)
		return created.TransferID
	}
	return map[string]proof{
		"dynamodb:GetItem": sent(http.MethodGet, wire.TransferInfo),
		"dynamodb:Query": of(func(c client) func() int {
			return func() int {
				if _, err := e.user.Invoke(c.t.Context(), scheduled); err != nil {
					return http.StatusInternalServerError
				}
				return http.StatusOK
			}
		}),
		"dynamodb:PutItem": of(func(c client) func() int {
			return func() int { return c.status(http.MethodPost, wire.CreateTransfer.To(), []byte("{}")) }
		}),
		"dynamodb:UpdateItem": sent(http.MethodGet, wire.DownloadTransfer),
		"dynamodb:DeleteItem": deleted,
		"s3:GetObject":        sent(http.MethodGet, wire.DownloadTransfer),
		"s3:PutObject": of(func(c client) func() int {
			sealed := seal(c.t, 1000)
			id := create(c, len(sealed))
			return func() int { return c.status(http.MethodPost, wire.UploadTransfer.To(id), sealed) }
		}),
		"s3:DeleteObject": deleted,
		"s3:AbortMultipartUpload": of(func(c client) func() int {
			const size = 6 << 20
			id := create(c, size)
			var upload wire.InitiateUploadReply
			c.post(wire.InitiateUpload.To(), wire.InitiateUploadRequest{TransferID: id, FileSizeBytes: size}, &upload)
			return func() int { return c.status(http.MethodPost, wire.CancelUpload.To(id, upload.UploadID), nil) }
		}),
		"s3:ListMultipartUploadParts": of(func(c client) func() int {
			sealed := seal(c.t, 6<<20)
			id := create(c, len(sealed))
			assembly := c.putParts(id, sealed)
			return func() int { return c.status(http.MethodPost, wire.AssembleUpload.To(), assembly) }
		}),
		// Without it a missing file looks as if it might be there.
		"s3:ListBucket": of(func(c client) func() int {
			id := create(c, 1000)
			c.get(wire.UploadURL.To(id), nil)
			return func() int {
				status := c.status(http.MethodPost, wire.CompleteTransfer.To(id), nil)
				if status == http.StatusNotFound {
					return http.StatusOK
				}
				return status
			}
		}),
	}
}

// adminProofs are what the admin function's grants are for.
func (e *enforcement) adminProofs(token string) map[string]proof {
	asked := func(method string, path string, body any) proof {
		return func(t *testing.T) func() int {
			t.Helper()
			c := client{t: t, base: e.adminURL, header: http.Header{"X-Api-Key": {apiKey}}}
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			return func() int { return c.status(method, path, text) }
		}
	}
	// What it has read it knows for a while; another process has to ask.
	anew := func(path string) proof {
		return func(t *testing.T) func() int {
			t.Helper()
			config := e.aws.deployed(t, e.names().Function(metric.Admin), e.outputs["artifactsBucket"],
				e.outputs["adminArtifact"])
			fresh, _ := host(t, config, e.aws.endpoint)
			c := client{t: t, base: fresh, header: http.Header{"X-Api-Key": {apiKey}}}
			wire.OriginSecret.Set(c.header, e.origin)
			return func() int { return c.status(http.MethodGet, path, nil) }
		}
	}
	readsKey := anew(wire.LookupToken.To(token))
	return map[string]proof{
		"dynamodb:GetItem":    asked(http.MethodGet, wire.LookupToken.To(token), nil),
		"dynamodb:Query":      asked(http.MethodGet, wire.ListTokens.To(), nil),
		"dynamodb:PutItem":    asked(http.MethodPost, wire.CreateToken.To(), wire.CreateTokenRequest{UsageLimit: 1}),
		"dynamodb:UpdateItem": asked(http.MethodPost, wire.UseToken.To(token), wire.UseTokenRequest{Action: "proof"}),
		"dynamodb:DeleteItem": func(t *testing.T) func() int {
			t.Helper()
			login := asked(http.MethodPost, wire.Login.To(), wire.LoginRequest{APIKey: apiKey})(t)
			if status := login(); status != http.StatusOK {
				t.Fatalf("the login answers %d", status)
			}
			return asked(http.MethodDelete, wire.EndOtherSessions.To(), nil)(t)
		},
		"ssm:GetParameter": readsKey,
		"kms:Decrypt":      readsKey,
		"s3:GetObject":     asked(http.MethodGet, wire.ListEvents.To(), nil),
		"s3:PutObject":     asked(http.MethodPost, wire.RecordEvents.To(), event()),
		"s3:ListBucket":    asked(http.MethodGet, wire.ListEvents.To(), nil),

		"cloudwatch:DescribeAlarms": anew(wire.Alarms.To()),
		"lambda:GetAlias":           anew(wire.Serving.To()),
	}
}

// canaryProofs are what the canary's grants are for.
func (e *enforcement) canaryProofs() map[string]proof {
	return map[string]proof{"dynamodb:GetItem": func(t *testing.T) func() int {
		t.Helper()
		return func() int {
			if _, err := e.canary.Invoke(t.Context(), scheduled); err != nil {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		}
	}}
}

// grants is a role's own policy.
type grants struct {
	Version   string
	Statement []map[string]any
}

const ownPolicy = "service"

func (e *enforcement) policy(t *testing.T, function string) grants {
	t.Helper()
	get := ofIAM("GetRolePolicy", "RoleName", e.names().Role(function), "PolicyName", ownPolicy)
	status, said := get.ask(t, e.aws.endpoint, "test")
	_, text, _ := strings.Cut(string(said), "<PolicyDocument>")
	text, _, _ = strings.Cut(text, "</PolicyDocument>")
	text, err := url.PathUnescape(text)
	if err != nil {
		t.Fatal(err)
	}
	var g grants
	if err := json.Unmarshal([]byte(text), &g); err != nil || status != http.StatusOK {
		t.Fatalf("iam answers %d: %s", status, said)
	}
	return g
}

// setPolicy changes a role's policy behind the guard's back.
func (e *enforcement) setPolicy(t *testing.T, function string, g grants) {
	t.Helper()
	text, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	put := ofIAM("PutRolePolicy", "RoleName", e.names().Role(function), "PolicyName", ownPolicy,
		"PolicyDocument", string(text))
	if status, said := put.ask(t, e.aws.endpoint, "test"); status != http.StatusOK {
		t.Fatalf("iam answers %d: %s", status, said)
	}
	e.aws.guard.Forget()
}

func actionsOf(statement map[string]any) (all []string) {
	if one, is := statement["Action"].(string); is {
		return []string{one}
	}
	for _, action := range statement["Action"].([]any) {
		all = append(all, action.(string))
	}
	return all
}

func (g grants) actions() []string {
	var all []string
	for _, s := range g.Statement {
		all = append(all, actionsOf(s)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (g grants) without(action string) grants {
	less := grants{Version: g.Version}
	for _, s := range g.Statement {
		kept := slices.DeleteFunc(actionsOf(s), func(a string) bool { return a == action })
		if len(kept) == 0 {
			continue
		}
		changed := maps.Clone(s)
		changed["Action"] = kept
		less.Statement = append(less.Statement, changed)
	}
	return less
}
