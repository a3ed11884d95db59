// Package metrictest reads the metrics in log lines as CloudWatch does, and
// refuses what CloudWatch would drop without a word.
package metrictest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
)

// Value is what a line says of a metric.
type Value struct {
	N          float64
	Dimensions []map[string]string // one set of values for each set of dimensions
}

// Read returns the metrics of every line of a log. Each line must be a JSON
// object, and its embedded metrics must keep to the format.
func Read(t testing.TB, log string) map[metric.Name][]Value {
	t.Helper()
	all := map[metric.Name][]Value{}
	for line := range strings.SplitSeq(strings.TrimSpace(log), "\n") {
		if line == "" {
			continue
		}
		values, err := read(line)
		if err != nil {
			t.Errorf("%v in %s", err, line)
		}
		for name, v := range values {
			all[name] = append(all[name], v)
		}
	}
	return all
}

// Sum returns how much of a metric a log has.
func Sum(t testing.TB, log string, name metric.Name) (sum float64) {
	t.Helper()
	for _, v := range Read(t, log)[name] {
		sum += v.N
	}
	return sum
}

type metadata struct {
	Timestamp  *int64
	Directives []struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []struct{ Name, Unit string }
	} `json:"CloudWatchMetrics"`
}

// read is CloudWatch's side of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func read(line string) (map[metric.Name]Value, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if names := repeated(line); names != nil {
		return nil, fmt.Errorf("fields that are there twice: %v", names)
	}
	if fields["_aws"] == nil {
		for name := range fields {
			for _, d := range metric.Table {
				if name == string(d.Name) {
					return nil, fmt.Errorf("%s is counted but not declared", name)
				}
			}
		}
		return nil, nil
	}
	if len(line) > 256<<10 {
		return nil, fmt.Errorf("the line has %d bytes", len(line))
	}
	var m metadata
	if err := json.Unmarshal(fields["_aws"], &m); err != nil {
		return nil, err
	}
	if m.Timestamp == nil || time.Since(time.UnixMilli(*m.Timestamp)).Abs() > time.Hour {
		return nil, fmt.Errorf("the timestamp is not now, in milliseconds")
	}
	if len(m.Directives) == 0 {
		return nil, fmt.Errorf("no metric is declared")
	}
	values := map[metric.Name]Value{}
	for _, d := range m.Directives {
		if d.Namespace != metric.Namespace || len(d.Metrics) == 0 || len(d.Metrics) > 100 || len(d.Dimensions) == 0 {
			return nil, fmt.Errorf("namespace %q, %d metrics, %d sets of dimensions",
				d.Namespace, len(d.Metrics), len(d.Dimensions))
		}
		var dimensions []map[string]string
		for _, set := range d.Dimensions {
			of := map[string]string{}
			for _, name := range set {
				var value string
				if err := json.Unmarshal(fields[name], &value); err != nil || strings.TrimSpace(value) == "" || len(value) > 1024 {
					return nil, fmt.Errorf("the dimension %s is no field of the line that is text", name)
				}
				of[name] = value
			}
			if len(set) > 30 || len(of) != len(set) {
				return nil, fmt.Errorf("the dimensions %v", set)
			}
			dimensions = append(dimensions, of)
		}
		for _, member := range d.Metrics {
			name := metric.Name(member.Name)
			var n float64
			if err := json.Unmarshal(fields[member.Name], &n); err != nil {
				return nil, fmt.Errorf("%s is no field of the line that is a number", name)
			}
			if _, twice := values[name]; twice || string(metric.Of(name).Unit) != member.Unit {
				return nil, fmt.Errorf("%s is declared twice, or in %s", name, member.Unit)
			}
			values[name] = Value{n, dimensions}
		}
	}
	for name := range fields {
		for _, d := range metric.Table {
			if _, declared := values[d.Name]; name == string(d.Name) && !declared {
				return nil, fmt.Errorf("%s is counted but not declared", name)
			}
		}
	}
	return values, nil
}

// repeated returns the names that the object has more than once, of which a
// reader would see only one value.
func repeated(line string) []string {
	d := json.NewDecoder(strings.NewReader(line))
	seen := map[string]int{}
	for depth, name := 0, true; ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			name = true
			continue
		case json.Delim('}'), json.Delim(']'):
			depth--
			name = true
			continue
		}
		if depth != 1 {
			continue
		}
		if s, ok := token.(string); ok && name {
			seen[s]++
			name = false
			continue
		}
		name = true
	}
	maps.DeleteFunc(seen, func(_ string, n int) bool { return n == 1 })
	return slices.Sorted(maps.Keys(seen))
}
