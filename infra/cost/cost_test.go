package cost_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/infra/cost"
)

const root = "../.."

func bill(t *testing.T, stack string, traffic cost.Traffic, free bool, changes ...string) cost.Bill {
	t.Helper()
	all := map[string]string{}
	for _, c := range changes {
		key, value, _ := strings.Cut(c, "=")
		all[key] = value
	}
	s, err := cost.Stack(root, stack, all)
	if err != nil {
		t.Fatal(err)
	}
	b, err := cost.Of(s, traffic, free)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// line is a line of a bill, or nothing.
func line(b cost.Bill, p cost.Price) (found cost.Line) {
	for _, l := range b.Lines {
		if l.What == p.What {
			found = l
		}
	}
	return found
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(b)) }

func TestThePageIsWhatTheCommandSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "cost.md"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := cost.Fill(root, string(page))
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want {
		t.Error("docs/cost.md is not what the stack files, the prices and the work come to: run go generate ./infra/cost")
	}
	if !strings.Contains(want, "As gathered on "+cost.Date) {
		t.Errorf("docs/cost.md does not say that its prices are of %s", cost.Date)
	}
}

// By hand: 200,000 transfers of 1 MB, each downloaded once, through the functions.
func TestABillAddsUp(t *testing.T) {
	t.Parallel()
	traffic := cost.Traffic{Transfers: 2e5, Bytes: 1e6, Downloads: 1, Life: 15 * 24 * time.Hour}
	b := bill(t, "dev", traffic, false, "region=us-east-1")
	sum, share := 0.0, 0.0
	for i, l := range b.Lines {
		sum, share = sum+l.Cost, share+l.Share
		if i > 0 && l.Cost > b.Lines[i-1].Cost {
			t.Errorf("%s comes after what costs less", l.What)
		}
	}
	if !near(sum, b.Total) || !near(share, 1) {
		t.Errorf("the lines come to %v and %v of it, the bill says %v", sum, share, b.Total)
	}
	if l := line(b, cost.StoreGB); l.Count < 100 || l.Count > 102 || !near(l.Cost, l.Count*0.023) {
		t.Errorf("200 GB for half a month, and the trail, are %+v", l)
	}
	// 200 GB of payload, a page of each visit, and the answers.
	visits := 4e5
	want := (2e5*1e6 + visits*cost.PageKB*1e3) / 1e9
	if l := line(b, cost.Egress); l.Count < want || l.Count > want+10 || !near(l.Cost, l.Count*0.09) {
		t.Errorf("%v GB go out, and the bill says %+v", want, l)
	}
	// What is free is taken off once, and never more than there is.
	free := bill(t, "dev", traffic, true, "region=us-east-1")
	if got, less := line(free, cost.Egress).Cost, line(b, cost.Egress).Cost; !near(less-got, 100*0.09) {
		t.Errorf("of egress %v dollars are free", less-got)
	}
	for _, l := range free.Lines {
		if l.Cost < 0 {
			t.Errorf("%s costs %v", l.What, l.Cost)
		}
	}
}

func TestPricesFallInTiers(t *testing.T) {
	t.Parallel()
	// 25 TB of parts from S3: 10 at 9 cents, 15 at 8.5.
	b := bill(t, "dev", cost.Traffic{Transfers: 1000, Bytes: 25e9, Downloads: 1}, false)
	if l := line(b, cost.Egress); math.Abs(l.Cost-(10_000*0.09+15_000*0.085)) > 1 {
		t.Errorf("25 TB cost %v", l.Cost)
	}
}

func TestSettingsMoveTheBill(t *testing.T) {
	t.Parallel()
	small := cost.Traffic{Transfers: 1e5, Bytes: 1e6, Downloads: 2}
	base := bill(t, "prod", small, false)
	for change, less := range map[string]bool{
		"edge=false": true, "uptime=false": true, "canaryMinutes=0": true, "userMemory=512": true, "botControl=true": false,
		"tracing=true": false, "webhookUrl=https://hooks.example.org": false,
		"accessLogDays=7": false, "defaultTtl=12h": true, "logRetentionDays=30": true, "protect=false": true,
		"architecture=x86_64": false, "region=us-east-1": true,
	} {
		if got := bill(t, "prod", small, false, change).Total; got < base.Total != less || got == base.Total {
			t.Errorf("with %s it costs %v, and %v without", change, got, base.Total)
		}
	}
	for _, sc := range cost.Scenarios {
		whole := bill(t, sc.Stack, sc.Traffic, false)
		var changes []string
		for _, c := range sc.Cheapest {
			changes = append(changes, c.Key+"="+c.Value)
			if got := bill(t, sc.Stack, sc.Traffic, false, changes...).Total; got >= whole.Total {
				t.Errorf("%s: %s makes it %v, from %v", sc.Name, c.Key, got, whole.Total)
			} else {
				whole.Total = got
			}
		}
	}
}

func TestWhatCannotBeComputedIsSaid(t *testing.T) {
	t.Parallel()
	s, err := cost.Stack(root, "prod", map[string]string{"region": "sa-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cost.Of(s, cost.Traffic{}, false); err == nil || !strings.Contains(err.Error(), "sa-east-1") {
		t.Errorf("a region without prices: %v", err)
	}
	if _, err := cost.Stack(root, "prod", map[string]string{"edgge": "false"}); err == nil ||
		!strings.Contains(err.Error(), "edgge") {
		t.Errorf("a setting that there is not: %v", err)
	}
	if _, err := cost.Stack(root, "none", nil); err == nil || !strings.Contains(err.Error(), "Pulumi.none.yaml") {
		t.Errorf("a stack that there is not: %v", err)
	}
}

func TestPricesAreDatedAndSourced(t *testing.T) {
	t.Parallel()
	for _, p := range cost.Prices {
		if p.What == "" || p.Unit == "" || p.Per <= 0 || !strings.HasPrefix(p.Source, "https://aws.amazon.com/") {
			t.Errorf("%+v", p)
		}
		for i, tier := range p.Tiers {
			if tier.London <= 0 || tier.Virginia <= 0 || tier.UpTo == 0 != (i == len(p.Tiers)-1) {
				t.Errorf("%s: %+v", p.What, tier)
			}
		}
	}
}

// By hand: what runs all the time, whether anybody comes or not.
func TestServersCostAllTheTime(t *testing.T) {
	t.Parallel()
	idle := func(changes ...string) cost.Bill {
		return bill(t, "prod", cost.Traffic{}, false, append(changes, "domain=send.example.org", "region=us-east-1")...)
	}
	const hours = 720
	hosts := idle("compute=ec2", "hosts=3-9")
	for want, price := range map[float64]cost.Price{
		3 * hours * 0.0168:     cost.SmallARM,
		3 * cost.HostGB * 0.08: cost.Disks,
		hours * 0.0225:         cost.Balancers,
		5 * hours * 0.005:      cost.Addresses,
	} {
		if l := line(hosts, price); !near(l.Cost, want) {
			t.Errorf("%s is %v, want %v", price.What, l.Cost, want)
		}
	}
	tasks := idle("compute=fargate", "userTasks=3-9", "adminTasks=2-4", "userTask=512/1024", "adminTask=256/512")
	for want, price := range map[float64]cost.Price{
		(3*0.5 + 2*0.25) * hours * 0.03238: cost.FargateCPU,
		(3*1 + 2*0.5) * hours * 0.00356:    cost.FargateMemory,
		hours * 0.0225:                     cost.Balancers,
		7 * hours * 0.005:                  cost.Addresses,
	} {
		if l := line(tasks, price); !near(l.Cost, want) {
			t.Errorf("%s is %v, want %v", price.What, l.Cost, want)
		}
	}
	for name, b := range map[string]cost.Bill{"hosts": hosts, "tasks": tasks} {
		for _, not := range []cost.Price{cost.EdgeRequests, cost.EdgeEgress} {
			if l := line(b, not); l.Cost > 0 {
				t.Errorf("%s pay for %s", name, not.What)
			}
		}
		// The canary is a function on each.
		if l := line(b, cost.LambdaRequests); l.Count > 0.1 || l.Count == 0 {
			t.Errorf("%s have %v million invocations", name, l.Count)
		}
	}
	if l := line(idle("compute=ec2", "architecture=x86_64"), cost.SmallX86); !near(l.Cost, hours*0.0208) {
		t.Errorf("another processor costs %v", l.Cost)
	}
	s, err := cost.Stack(root, "prod", map[string]string{
		"compute": "ec2", "domain": "send.example.org", "instanceType": "m7g.large",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cost.Of(s, cost.Traffic{}, false); err == nil || !strings.Contains(err.Error(), "m7g.large") {
		t.Errorf("a host of a kind without a price: %v", err)
	}
}

// By hand: 39,000 calls more in a month of 30 days, and an alarm, whether anybody is told
// of anything or not.
func TestWebhooksCostARoundEachMinute(t *testing.T) {
	t.Parallel()
	const url = "webhookUrl=https://hooks.example.org"
	without, with := bill(t, "dev", cost.Traffic{}, false), bill(t, "dev", cost.Traffic{}, false, url)
	if more := line(with, cost.LambdaRequests).Count - line(without, cost.LambdaRequests).Count; !near(more, 0.03888) {
		t.Errorf("%v million invocations come to it", more)
	}
	if more := line(with, cost.Alarms).Count - line(without, cost.Alarms).Count; more != 1 {
		t.Errorf("%v metrics of alarms come to it", more)
	}
	const place = "domain=send.example.org"
	servers, told := bill(t, "prod", cost.Traffic{}, false, place, "compute=ec2"),
		bill(t, "prod", cost.Traffic{}, false, place, "compute=ec2", url)
	if got, want := line(told, cost.LambdaRequests), line(servers, cost.LambdaRequests); got.Count != want.Count {
		t.Errorf("hosts, which send by themselves, are called %v million times, and %v without", got.Count, want.Count)
	}
}
