package metric_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
)

// meter returns a meter as on Lambda, a log, and what was logged.
func meter(level slog.Level) (metric.Meter, *slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	m := metric.Meter{Service: metric.User, Stage: "dev", Embed: true}
	return m, m.Logger(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: level}))), &out
}

func TestEveryMetricCanBeEmbeddedAtOnce(t *testing.T) {
	t.Parallel()
	m, log, out := meter(slog.LevelInfo)
	ctx, counts := metric.Begin(t.Context())
	for i, d := range metric.Table {
		if d.ByLimit {
			metric.CountLimit(ctx, d.Name, "create")
			continue
		}
		metric.Count(ctx, d.Name, int64(i))
		metric.Count(ctx, d.Name, 1)
	}
	m.Log(log, slog.LevelInfo, "all of them", counts)
	m.Log(log, slog.LevelInfo, "nothing more", counts)

	got := metrictest.Read(t, out.String())
	whole := map[string]string{"service": "user", "stage": "dev"}
	for i, d := range metric.Table {
		want := []metrictest.Value{{N: float64(i + 1), Dimensions: []map[string]string{whole}}}
		if d.ByLimit {
			want[0].N = 1
			byLimit := map[string]string{"service": "user", "stage": "dev", "limit": "create"}
			want[0].Dimensions = append(want[0].Dimensions, byLimit)
		}
		if fmt.Sprint(got[d.Name]) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", d.Name, got[d.Name], want)
		}
	}
	if n := strings.Count(out.String(), "_aws"); n != 1 {
		t.Errorf("%d lines have metrics, want 1", n)
	}
}

func TestCountsOutliveTheLevelOfTheLog(t *testing.T) {
	t.Parallel()
	m, log, out := meter(slog.LevelError)
	ctx, counts := metric.Begin(t.Context())
	m.Log(log, slog.LevelInfo, "nothing was counted", counts)
	if out.Len() != 0 {
		t.Errorf("logged %s", out)
	}
	metric.Count(ctx, metric.Swept, 3)
	m.Log(log, slog.LevelInfo, "swept", counts)
	if n := metrictest.Sum(t, out.String(), metric.Swept); n != 3 {
		t.Errorf("swept %v, want 3", n)
	}
}

func TestWithoutAStage(t *testing.T) {
	t.Parallel()
	m, _, out := meter(slog.LevelInfo)
	m.Stage = ""
	log := m.Logger(slog.New(slog.NewJSONHandler(out, nil)))
	var counts metric.Counts
	counts.Add(metric.Panics, 1)
	m.Log(log, slog.LevelInfo, "no stage", &counts)
	if got := metrictest.Read(t, out.String())[metric.Panics]; len(got) != 1 || len(got[0].Dimensions[0]) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestCountingNowhereIsNoFault(t *testing.T) {
	t.Parallel()
	metric.Count(context.Background(), metric.Panics, 1)
	metric.CountLimit(context.Background(), metric.LimitHit, "create")
	ctx, counts := metric.Begin(t.Context())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				metric.Count(ctx, metric.Downloads, 1)
			}
		})
	}
	all.Wait()
	m, log, out := meter(slog.LevelInfo)
	m.Log(log, slog.LevelInfo, "together", counts)
	if n := metrictest.Sum(t, out.String(), metric.Downloads); n != 800 {
		t.Errorf("counted %v, want 800", n)
	}
}

// The constants are in the table, and the table is in the documentation.
func TestTable(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("names.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\t(\w+)\s+Name = "(\w+)"$`).FindAllStringSubmatch(string(source), -1)
	if len(constants) != len(metric.Table) || len(constants) == 0 {
		t.Errorf("%d constants, %d in the table", len(constants), len(metric.Table))
	}
	for _, c := range constants {
		if c[1] != c[2] {
			t.Errorf("%s is %q", c[1], c[2])
		}
		metric.Of(metric.Name(c[2])) // panics where it is not in the table
	}

	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, d := range metric.Table {
		limit := ""
		if d.ByLimit {
			limit = ", by limit"
		}
		fmt.Fprintf(&rows, "| `%s` | %s%s | %s | `%s` | %s |\n",
			d.Name, d.Unit, limit, strings.Join(d.Services, ", "), d.Prometheus(), d.Meaning)
	}
	if !strings.Contains(string(page), "|\n"+rows.String()+"\n") {
		t.Errorf("docs/metrics.md does not have the table:\n%s", &rows)
	}
}

func BenchmarkCount(b *testing.B) {
	for b.Loop() {
		ctx, _ := metric.Begin(b.Context())
		metric.Count(ctx, metric.Downloads, 1)
		metric.Count(ctx, metric.BytesDownloaded, 1000)
	}
}
