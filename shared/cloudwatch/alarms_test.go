package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"sgraph.ai/send/shared/cloudwatch"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// in asks the simulated CloudWatch of a region to do something.
func in(t *testing.T, region string, pairs ...string) {
	t.Helper()
	form := url.Values{"Version": {"2010-08-01"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *moto.Config(t).BaseEndpoint,
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential=test/20300131/"+region+"/monitoring/aws4_request, SignedHeaders=host, Signature=0")
	res, err := asking.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("moto answers %s: %s", res.Status, said)
	}
}

func metricAlarm(t *testing.T, region, name, topic, description string) {
	t.Helper()
	in(t, region, "Action", "PutMetricAlarm", "AlarmName", name, "AlarmActions.member.1", topic,
		"AlarmDescription", description, "Namespace", "AWS/Lambda", "MetricName", "Errors",
		"ComparisonOperator", "GreaterThanThreshold", "EvaluationPeriods", "1", "Period", "60", "Statistic", "Sum",
		"Threshold", "1")
}

func namesOf(t *testing.T) stack.Names {
	t.Helper()
	return stack.Names{Account: "123456789012", Region: moto.Region, Stack: strings.ToLower(t.Name())}
}

func said(all []stack.Alarm) (lines []string) {
	for _, a := range all {
		why, playbook := a.Described()
		lines = append(lines, fmt.Sprintf("%s %s %s %q %q %q", a.Name, a.Region, a.State, a.Reason, why, playbook))
	}
	slices.Sort(lines)
	return lines
}

// Of both regions, metric alarms and the one that sums them up, and of no other stack.
func TestTheAlarmsOfAStack(t *testing.T) {
	t.Parallel()
	n := namesOf(t)
	own, global := n.TopicARN(moto.Region, stack.Alarms), n.TopicARN(stack.GlobalRegion, stack.GlobalAlarms)
	metricAlarm(t, moto.Region, n.Alarm("user-errors"), own, stack.DescribeAlarm("it fails & <fails>", "function-errors"))
	metricAlarm(t, stack.GlobalRegion, n.Alarm("user-down"), global, "made by hand")
	in(t, moto.Region, "Action", "PutCompositeAlarm", "AlarmName", n.Alarm("unhealthy"),
		"AlarmRule", `ALARM("`+n.Alarm("user-errors")+`")`, "AlarmActions.member.1", own)
	other := n
	other.Stack += "-two" // whose alarms have names that begin alike
	metricAlarm(t, moto.Region, other.Alarm("user-errors"), other.TopicARN(moto.Region, stack.Alarms), "")
	metricAlarm(t, moto.Region, n.Alarm("of-somebody"), "arn:aws:sns:"+moto.Region+":123456789012:else", "")
	in(t, moto.Region, "Action", "SetAlarmState", "AlarmName", n.Alarm("user-errors"), "StateValue", "ALARM",
		"StateReason", "the test says so")

	c := cloudwatch.New(moto.Load(t))
	for _, names := range []stack.Names{n, {Stack: n.Stack}} {
		all, failed := c.Alarms(t.Context(), names)
		if failed.Err() != nil {
			t.Fatal(failed.Err())
		}
		for _, a := range all {
			if a.Since.IsZero() {
				t.Errorf("nothing says since when %s is %s", a.Name, a.State)
			}
		}
		got := said(all)
		if len(got) != 3 || !strings.HasPrefix(got[0], n.Alarm("unhealthy")+" eu-west-2 ") ||
			!strings.HasPrefix(got[1], n.Alarm("user-down")+" us-east-1 ") ||
			!strings.HasSuffix(got[1], ` "made by hand" ""`) ||
			got[2] != n.Alarm("user-errors")+` eu-west-2 ALARM "the test says so" "it fails & <fails>" "function-errors"` {
			t.Errorf("of %+v it finds\n%s", names, strings.Join(got, "\n"))
		}
	}
	if all, failed := c.Alarms(t.Context(), stack.Names{Account: "210987654321", Stack: n.Stack}); len(all) > 0 ||
		failed.Err() != nil {
		t.Errorf("another account has %v, %v", all, failed)
	}
}

// aside is what stands in for CloudWatch, by the pages that it has.
func aside(t *testing.T, answer func(form url.Values, region string) (status int, body string)) *cloudwatch.CloudWatch {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "/")
		status, body := answer(r.PostForm, strings.Split(scope, "/")[1])
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return cloudwatch.New(func(context.Context) (aws.Config, error) {
		return aws.Config{
			Region: "eu-west-2", BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		}, nil
	})
}

func pageOf(next string, names ...string) string {
	var members strings.Builder
	for _, name := range names {
		fmt.Fprintf(&members, `<member><AlarmName>%s</AlarmName><StateValue>OK</StateValue>
			<AlarmActions><member>arn:aws:sns:eu-west-2:123456789012:sgraph-send-alarms-qa</member></AlarmActions>
			<StateTransitionedTimestamp>2030-01-31T12:00:00.123Z</StateTransitionedTimestamp></member>`, name)
	}
	return `<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult>` +
		`<MetricAlarms>` + members.String() + `</MetricAlarms><NextToken>` + next + `</NextToken>` +
		`</DescribeAlarmsResult></DescribeAlarmsResponse>`
}

func TestAlarmsComeInPages(t *testing.T) {
	t.Parallel()
	c := aside(t, func(form url.Values, region string) (int, string) {
		if form.Get("AlarmNamePrefix") != "sgraph-send-qa-" || form.Get("MaxRecords") != "100" {
			t.Errorf("asked is %v", form)
		}
		switch {
		case region != "eu-west-2":
			return 200, pageOf("")
		case form.Get("NextToken") == "":
			return 200, pageOf("two", "a", "b")
		}
		return 200, pageOf("", "c")
	})
	all, failed := c.Alarms(t.Context(), stack.Names{Stack: "qa"})
	if len(all) != 3 || failed.Err() != nil {
		t.Errorf("%v, %v", all, failed)
	}
}

// What never ends, is refused, or is no answer is said, region by region: the others'
// alarms are told all the same.
func TestARegionThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	denied := `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>canary</Message></Error>` +
		`</ErrorResponse>`
	for says, answer := range map[string]func() (int, string){
		"more than 2000 have names":  func() (int, string) { return 200, pageOf("more", "a") },
		"403 Forbidden AccessDenied": func() (int, string) { return 403, denied },
		"500 Internal Server Error":  func() (int, string) { return 500, "canary" },
		"cannot be read":             func() (int, string) { return 200, "canary" },
	} {
		c := aside(t, func(_ url.Values, region string) (int, string) {
			if region == "eu-west-2" {
				return 200, pageOf("", "a")
			}
			return answer()
		})
		all, failed := c.Alarms(t.Context(), stack.Names{Stack: "qa"})
		text := fmt.Sprint(failed.Err())
		if len(all) != 1 || len(failed) != 1 || failed["us-east-1"] == nil || !strings.Contains(text, says) ||
			strings.Contains(text, "canary") {
			t.Errorf("%s: %v, %v", says, all, failed)
		}
	}
}

func TestWithoutAConfiguration(t *testing.T) {
	t.Parallel()
	c := cloudwatch.New(func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no credentials") })
	if all, failed := c.Alarms(t.Context(), stack.Names{Stack: "qa"}); all != nil ||
		!strings.Contains(fmt.Sprint(failed.Err()), "no credentials") {
		t.Errorf("%v, %v", all, failed)
	}
}
