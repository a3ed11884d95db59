package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
)

func (c *Tasks) name() string { return c.Name }

func (c *Tasks) logs() pulumi.StringOutput { return c.LogGroup.Name }

func (c *Tasks) requests() metricOf { return c.target.requests() }

// measured is what ECS measures of the tasks, or of what it wants of them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
func (c *Tasks) measured(namespace, metric, stat string) metricOf {
	return metricOf{
		namespace: namespace, name: metric, stat: stat,
		dimensions: pulumi.StringMap{"ClusterName": c.cluster, "ServiceName": c.Service.Name},
	}
}

// Where ECS says what.
const (
	ecsUsage    = "AWS/ECS"
	ecsInsights = "ECS/ContainerInsights"
)

// fullPercent is how much of a processor, or of memory, tasks may use on average:
// where there can be more of them, there were.
const fullPercent = 85

// alarms watch the tasks, and what they answer.
func (c *Tasks) alarms() []alarm {
	of := func(kind string) string { return c.Name + "-" + kind }
	all := append(c.target.alarms(),
		alarm{
			name: of("cpu"), playbook: "tasks-busy",
			why:    "the tasks use more than 85 % of their processors: there are as many as there may be",
			metric: c.measured(ecsUsage, "CPUUtilization", "Average"), above: fullPercent, period: 300,
		},
		alarm{
			name: of("memory"), playbook: "tasks-busy",
			why:    "the tasks use more than 85 % of their memory, and are ended where they use all",
			metric: c.measured(ecsUsage, "MemoryUtilization", "Average"), above: fullPercent, period: 300,
		},
		alarm{
			name: of("tasks-missing"), playbook: "tasks-missing",
			why: "fewer tasks run than are to, for a quarter of an hour: they do not start, or end again",
			metrics: map[string]metricOf{
				"wanted":  c.measured(ecsInsights, "DesiredTaskCount", "Minimum"),
				"running": c.measured(ecsInsights, "RunningTaskCount", "Maximum"),
			},
			math: "wanted - running", above: 0, period: 300, datapoints: 3, of: 3,
		})
	if c.tasks.Count.Moves() {
		all = append(all, alarm{
			name: of("tasks-most"), playbook: "tasks-busy",
			why:    "there are as many tasks as there may be: whoever comes now waits",
			metric: c.measured(ecsInsights, "DesiredTaskCount", "Minimum"), above: float64(c.tasks.Count.Most) - 0.5,
			period: 300, datapoints: 3, of: 3,
		})
	}
	return all
}

// draw has two rows of the dashboard for them.
func (c *Tasks) draw(p *page) {
	of := func(namespace, name string) line {
		return line{namespace, name, "ClusterName", c.cluster, "ServiceName", c.Service.Name}
	}
	c.target.draw(p)
	p.graph(c.Name+": tasks", "Average", of(ecsInsights, "DesiredTaskCount"), of(ecsInsights, "RunningTaskCount"),
		of(ecsInsights, "PendingTaskCount"))
	p.graph(c.Name+": processor and memory in %", "Average", of(ecsUsage, "CPUUtilization"),
		of(ecsUsage, "MemoryUtilization"))
	p.graph(c.Name+": faults", "Sum", p.counted(c.Name, metric.Panics))
	p.failing(c.Name)
}
