package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
)

func (c *Hosted) name() string { return c.Name }

func (c *Hosted) logs() pulumi.StringOutput { return c.LogGroup.Name }

func (c *Hosted) requests() metricOf { return c.target.requests() }

func (c *Hosted) alarms() []alarm { return c.target.alarms() }

// draw has two rows of the dashboard for it, one of which is of the hosts as such.
func (c *Hosted) draw(p *page) {
	c.target.draw(p)
	p.graph(c.Name+": faults", "Sum", p.counted(c.Name, metric.Panics))
	p.failing(c.Name)
	if c.Name == metric.User {
		c.hosts.draw(p)
	}
}

// measured is what EC2 measures of the hosts, or of what it wants of them.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
func (c *Hosts) measured(namespace, metric, stat string) metricOf {
	return metricOf{
		namespace: namespace, name: metric, stat: stat,
		dimensions: pulumi.StringMap{"AutoScalingGroupName": c.Group.Name},
	}
}

// Where EC2 says what.
const (
	hostUsage = "AWS/EC2"
	hostGroup = "AWS/AutoScaling"
)

// alarms watch the hosts as such; what they answer, the load balancer measures.
func (c *Hosts) alarms() []alarm {
	all := []alarm{
		{
			name: "hosts-busy", playbook: "hosts-busy",
			why:    "the hosts use more than 85 % of their processors: there are as many as there may be",
			metric: c.measured(hostUsage, "CPUUtilization", "Average"), above: fullPercent, period: 300,
		},
		{
			name: "hosts-missing", playbook: "hosts-missing",
			why: "fewer hosts are in service than are to be, for a quarter of an hour: they do not start, or end again",
			metrics: map[string]metricOf{
				"wanted":  c.measured(hostGroup, "GroupDesiredCapacity", "Minimum"),
				"serving": c.measured(hostGroup, "GroupInServiceInstances", "Maximum"),
			},
			math: "wanted - serving", above: 0, period: 300, datapoints: 3, of: 3,
		},
	}
	if c.count.Moves() {
		all = append(all, alarm{
			name: "hosts-most", playbook: "hosts-busy",
			why:    "there are as many hosts as there may be: whoever comes now waits",
			metric: c.measured(hostGroup, "GroupDesiredCapacity", "Minimum"), above: float64(c.count.Most) - 0.5,
			period: 300, datapoints: 3, of: 3,
		})
	}
	return all
}

// draw has half a row of the dashboard for them.
func (c *Hosts) draw(p *page) {
	of := func(namespace, name string) line { return line{namespace, name, "AutoScalingGroupName", c.Group.Name} }
	p.graph("hosts", "Average", of(hostGroup, "GroupDesiredCapacity"), of(hostGroup, "GroupInServiceInstances"),
		of(hostGroup, "GroupPendingInstances"))
	p.graph("hosts: processors in %, and credits of burstable ones", "Average", of(hostUsage, "CPUUtilization"),
		of(hostUsage, "CPUCreditBalance").with("Minimum"))
	p.graph("hosts: bytes in and out", "Sum", of(hostUsage, "NetworkIn"), of(hostUsage, "NetworkOut"))
}
