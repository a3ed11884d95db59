package metric

import "log/slog"

// metadata is the part of a line by which CloudWatch finds the metrics in it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metadata struct {
	Timestamp  int64       `json:"Timestamp"` // milliseconds
	Directives []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []member   `json:"Metrics"`
}

// member is a metric whose value is the line's field of that name.
type member struct {
	Name Name `json:"Name"`
	Unit Unit `json:"Unit"`
}

// embed adds the counts to a line that Logger's log will write: it has the
// service and the stage.
func (m Meter) embed(line *slog.Record, list []count, limit string) {
	all := directive{Namespace: Namespace, Dimensions: [][]string{m.dimensions()}}
	byLimit := directive{
		Namespace:  Namespace,
		Dimensions: [][]string{m.dimensions(), append(m.dimensions(), DimensionLimit)},
	}
	for _, c := range list {
		d := Of(c.name)
		line.AddAttrs(slog.Float64(string(c.name), c.n))
		if d.ByLimit && limit != "" {
			byLimit.Metrics = append(byLimit.Metrics, member{d.Name, d.Unit})
		} else {
			all.Metrics = append(all.Metrics, member{d.Name, d.Unit})
		}
	}
	told := metadata{Timestamp: line.Time.UnixMilli()}
	for _, d := range []directive{all, byLimit} {
		if len(d.Metrics) > 0 {
			told.Directives = append(told.Directives, d)
		}
	}
	if len(byLimit.Metrics) > 0 {
		line.AddAttrs(slog.String(DimensionLimit, limit))
	}
	line.AddAttrs(slog.Any("_aws", told))
}

func (m Meter) dimensions() []string {
	if m.Stage == "" {
		return []string{DimensionService}
	}
	return []string{DimensionService, DimensionStage}
}
