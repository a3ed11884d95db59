package stack

import "fmt"

// Cluster is where the tasks of Fargate run.
func (n Names) Cluster() string { return n.whole() }

// TaskService is what keeps a service's tasks running, and the family of their
// definitions, of which each deploy that changed something made one.
func (n Names) TaskService(service string) string { return n.part(service) }

// TaskRole is what a service's tasks run as.
func (n Names) TaskRole(service string) string { return n.part(service + "-task") }

// ExecutionRole is what starts tasks: it pulls their image, and writes their logs.
func (n Names) ExecutionRole() string { return n.part("execution") }

// Registry is where the stack's image is.
func (n Names) Registry() string { return n.whole() }

// Namespace is the zone, of the stack's network alone, by which tasks find the admin
// service, and AdminHost its name there.
func (n Names) Namespace() string { return n.whole() + ".internal" }

// AdminHost is the admin service to those who are in the stack's network.
func (n Names) AdminHost() string { return "admin." + n.Namespace() }

// Scaling is a rule by which a service's tasks become more or less.
func (n Names) Scaling(service, by string) string { return n.part(service + "-" + by) }

// FailedDeployments is the rule that tells of a deployment that failed.
func (n Names) FailedDeployments() string { return n.part("failed-deployments") }

// TaskServiceARN is a service as events and policies refer to it.
func (n Names) TaskServiceARN(service string) string {
	return fmt.Sprintf("arn:aws:ecs:%s:%s:service/%s/%s", n.Region, n.Account, n.Cluster(), n.TaskService(service))
}
