package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
)

// day is what a stack's metrics are, by name, for a minute of it: counts are of
// that minute. NaN, or no entry, is no data.
type day map[string]func(minute int) float64

// during is a value from a minute until before another, and otherwise another.
func during(from, until int, value, otherwise float64) func(int) float64 {
	return func(minute int) float64 {
		if from <= minute && minute < until {
			return value
		}
		return otherwise
	}
}

func always(value float64) func(int) float64 { return func(int) float64 { return value } }

// once is a count at one minute, and nothing else.
func once(at int) func(int) float64 { return during(at, at+1, 1, math.NaN()) }

// well is what all days have in common.
func well() day {
	return day{
		"Duration": always(300), "ConcurrentExecutions": always(2), "HealthCheckStatus": always(1),
		"HealthyHostCount": always(2), "UnHealthyHostCount": always(0), "TargetResponseTime": always(0.1),
		"CPUUtilization": always(20), "MemoryUtilization": always(30),
		"DesiredTaskCount": always(2), "RunningTaskCount": always(2),
		"SweepsCompleted": func(m int) float64 { return during(30, 31, 1, math.NaN())(m % 60) },
		"CanarySucceeded": func(m int) float64 { return during(2, 3, 1, math.NaN())(m % 5) },
	}
}

func with(d day, more day) day {
	maps.Copy(d, more)
	return d
}

// quiet is a day of a stack that hardly anybody uses, on which each thing goes
// wrong once; busy one of a stack with 3,000 requests a minute, where something
// always goes wrong; as recorded of such services.
func quiet() day {
	return with(well(), day{
		"UrlRequestCount": always(2), "Invocations": always(2),
		"RequestCount": always(2), "HTTPCode_Target_5XX_Count": once(100), "HTTPCode_Target_4XX_Count": always(1),
		"HTTPCode_ELB_5XX_Count": once(101),
		"Url5xxCount":            once(100), "Errors": once(200), "Throttles": once(300), "Url4xxCount": always(1),
		"LedgerErrors": once(400), "StorageErrors": once(410), "LimiterFailedOpen": once(420), "FailedLogins": once(430),
		"ConsumedReadCapacityUnits": always(4), "ConsumedWriteCapacityUnits": always(3),
		"ReadThrottleEvents": once(500), "WriteThrottleEvents": once(505), "SystemErrors": once(510),
		"AllRequests": always(3), "5xxErrors": once(520), "BlockedRequests": once(530),
	})
}

func busy() day {
	return with(well(), day{
		"UrlRequestCount": always(3000), "Invocations": always(3000), "ConcurrentExecutions": always(3),
		"RequestCount": always(3000), "HTTPCode_Target_5XX_Count": always(3), "HTTPCode_Target_4XX_Count": always(300),
		"HTTPCode_ELB_5XX_Count": always(1),
		"Url5xxCount":            always(3), "Errors": always(2), "Throttles": always(3), "Url4xxCount": always(300),
		"LedgerErrors": always(3), "StorageErrors": always(2), "LimiterFailedOpen": always(1), "FailedLogins": always(1),
		"ConsumedReadCapacityUnits": always(9000), "ConsumedWriteCapacityUnits": always(6000),
		"ReadThrottleEvents": always(10), "WriteThrottleEvents": always(10), "SystemErrors": always(2),
		"AllRequests": always(5000), "5xxErrors": always(5), "BlockedRequests": always(50),
	})
}

// The hour of failing, of days that were otherwise well.
const fails, ends = 600, 660

// failing is a day on which for an hour part of everything goes wrong, of what
// there is in a minute.
func failing(d day, requests, part float64) day {
	wrong := during(fails, ends, requests*part, math.NaN())
	return with(d, day{
		"HTTPCode_Target_5XX_Count": wrong, "HTTPCode_ELB_5XX_Count": wrong,
		"Url5xxCount": wrong, "Errors": wrong, "Throttles": wrong, "LedgerErrors": wrong, "StorageErrors": wrong,
		"LimiterFailedOpen": wrong, "ReadThrottleEvents": wrong, "WriteThrottleEvents": wrong, "SystemErrors": wrong,
		"5xxErrors": wrong,
	})
}

// value is what a metric is for a period that ends before a minute.
func (d day) value(name, stat string, end, minutes int) float64 {
	of := d[name]
	if of == nil {
		return math.NaN()
	}
	var known []float64
	for m := end - minutes; m < end; m++ {
		if v := of(m); !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	switch {
	case len(known) == 0:
		return math.NaN()
	case stat == "Sum":
		sum := 0.0
		for _, v := range known {
			sum += v
		}
		return sum
	case stat == "Minimum":
		return slices.Min(known)
	}
	return slices.Max(known) // Maximum, and near enough p99
}

// calculate reads metric math, of which alarms use what Go can parse.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
func calculate(t *testing.T, expression string, values map[string]float64) float64 {
	t.Helper()
	parsed, err := parser.ParseExpr(strings.ReplaceAll(expression, "IF(", "IF_("))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	var of func(ast.Expr) float64
	of = func(e ast.Expr) float64 {
		switch e := e.(type) {
		case *ast.ParenExpr:
			return of(e.X)
		case *ast.BasicLit:
			v, err := strconv.ParseFloat(e.Value, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		case *ast.Ident:
			v, ok := values[e.Name]
			if !ok {
				t.Fatalf("%s: there is no metric %s", expression, e.Name)
			}
			return v
		case *ast.BinaryExpr:
			x, y := of(e.X), of(e.Y)
			is := func(b bool) float64 {
				switch {
				case math.IsNaN(x) || math.IsNaN(y):
					return math.NaN()
				case b:
					return 1
				}
				return 0
			}
			switch e.Op {
			case token.ADD:
				return x + y
			case token.SUB:
				return x - y
			case token.MUL:
				return x * y
			case token.QUO:
				return x / y
			case token.GTR:
				return is(x > y)
			case token.GEQ:
				return is(x >= y)
			}
		case *ast.CallExpr:
			switch name := e.Fun.(*ast.Ident).Name; {
			case name == "FILL" && len(e.Args) == 2:
				if v := of(e.Args[0]); !math.IsNaN(v) {
					return v
				}
				return of(e.Args[1])
			case name == "IF_" && len(e.Args) == 3:
				switch condition := of(e.Args[0]); {
				case math.IsNaN(condition):
					return math.NaN()
				case condition != 0:
					return of(e.Args[1])
				}
				return of(e.Args[2])
			}
		}
		t.Fatalf("%s is not understood here", expression)
		return 0
	}
	return of(parsed)
}

// raised returns the minutes at which an alarm is raised and ends, from the
// second hour of a day on; -1 is never.
func raised(t *testing.T, a declared, d day) (from, until int) {
	t.Helper()
	period := 0
	if p := plain(a.at("period")); p.IsNumber() {
		period = int(p.NumberValue()) / 60
	}
	queries := a.list("metricQueries")
	for i := range queries {
		if p := a.at("metricQueries", strconv.Itoa(i), "metric", "period"); plain(p).IsNumber() {
			period = int(plain(p).NumberValue()) / 60
		}
	}
	number := func(key string) float64 { return plain(a.at(key)).NumberValue() }
	threshold, of, needed := number("threshold"), int(number("evaluationPeriods")), int(number("datapointsToAlarm"))
	if period == 0 || of == 0 || needed == 0 {
		t.Fatalf("%s: period %d, %d of %d", a.Name, period, needed, of)
	}
	breaches := func(end int) bool {
		var v float64
		if len(queries) == 0 {
			v = d.value(a.text("metricName"), a.text("statistic"), end, period)
		} else {
			values, expression := map[string]float64{}, ""
			for i := range queries {
				part := func(path ...string) string {
					return a.text(append([]string{"metricQueries", strconv.Itoa(i)}, path...)...)
				}
				if e := part("expression"); e != "" {
					expression = e
				} else {
					values[part("id")] = d.value(part("metric", "metricName"), part("metric", "stat"), end, period)
				}
			}
			v = calculate(t, expression, values)
		}
		if math.IsNaN(v) {
			return a.text("treatMissingData") == "breaching"
		}
		if a.text("comparisonOperator") == "LessThanOrEqualToThreshold" {
			return v <= threshold
		}
		return v > threshold
	}
	from, until = -1, -1
	for end := max(60, of*period) / period * period; end <= 24*60; end += period {
		bad := 0
		for i := range of {
			if end-i*period >= period && breaches(end-i*period) {
				bad++
			}
		}
		switch {
		case bad >= needed && from < 0:
			from = end
		case bad < needed && from >= 0 && until < 0:
			until = end
		}
	}
	return from, until
}

// raises holds the alarms of a stack to those that a day is to raise, from when it
// fails to when that ends, each by so many minutes later at most.
func raises(t *testing.T, g *graph, name string, d day, want []string, begins, over int) {
	t.Helper()
	var all []string
	for _, a := range g.some(t, kindAlarm) {
		from, until := raised(t, a, d)
		if from < 0 {
			continue
		}
		all = append(all, a.Name)
		if from < fails || from > fails+begins || until < ends || until > ends+over {
			t.Errorf("%s: %s is raised from %d to %d", name, a.Name, from, until)
		}
	}
	slices.Sort(all)
	if want := slices.Sorted(slices.Values(want)); !slices.Equal(all, want) {
		t.Errorf("on a day of %s %v are raised, want %v", name, all, want)
	}
}

// TestAlarmsOnDaysOfAllKinds: none on a day that is well, quiet or busy; and when
// part of everything fails, all that watch for it, soon, and not for longer.
func TestAlarmsOnDaysOfAllKinds(t *testing.T) {
	// What watches the requests of a stack, whatever their number.
	all := []string{"ledger-throttles", "ledger-errors", "transfers-bucket-errors"}
	for _, service := range []string{"user", "admin"} {
		for _, of := range []string{"limiter-open", "ledger-calls", "storage-calls"} {
			all = append(all, service+"-"+of)
		}
	}
	behindBalancer := []string{"user-target-5xx", "admin-target-5xx", "balancer-5xx"}
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		watching := slices.Concat(all, map[string][]string{
			settings.Lambda: {
				"user-errors", "user-throttles", "user-url-5xx", "admin-errors", "admin-throttles", "admin-url-5xx",
			},
			settings.Fargate: behindBalancer, settings.EC2: behindBalancer,
		}[compute])
		for name, d := range map[string]struct {
			day
			raises []string
		}{
			"quiet":                      {quiet(), nil},
			"busy":                       {busy(), nil},
			"failing":                    {failing(busy(), 3000, 0.1), watching},
			"failing, and hardly used":   {failing(quiet(), 2, 1), watching},
			"not a request, not a datum": {well(), nil},
		} {
			raises(t, g, name, d.day, d.raises, 10, 15)
		}
	})
}
