"""Autoscaling groups keep their warm-up and their maintenance policy, and replace their
machines on request: one after the other, at once, by the version of the launch template
that is meant; and say that their policies are in force. moto's forget and cannot."""

import uuid
from datetime import datetime, timezone

from moto.autoscaling.models import FakeAutoScalingGroup, FakeScalingPolicy, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances
_template = InstanceState.launch_template.fget
_policy = FakeScalingPolicy.__init__


def keeping_all(action):  # type: ignore[no-untyped-def]
    """Has a group keep what a request says of it that moto does not read."""

    def kept(self):  # type: ignore[no-untyped-def]
        result = action(self)
        group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
        for name, value in (
            ("default_instance_warmup", self._get_int_param("DefaultInstanceWarmup")),
            ("instance_maintenance_policy", self._get_param("InstanceMaintenancePolicy")),
            ("max_instance_lifetime", self._get_int_param("MaxInstanceLifetime")),
        ):
            if value is not None:
                setattr(group, name, value)
        return result

    return kept


def replace_autoscaling_group_instances(self, count_needed, propagated_tags) -> None:  # type: ignore[no-untyped-def]
    """Machines know by which version they were launched."""
    before = {state.instance.id for state in self.instance_states}
    _launch(self, count_needed, propagated_tags)
    for state in self.instance_states:
        if state.instance.id not in before and self.ec2_launch_template:
            state.instance.launch_template_version = self.launch_template_version


def launch_template(self):  # type: ignore[no-untyped-def]
    template = _template(self)
    if template and hasattr(self.instance, "launch_template_version"):
        template["Version"] = self.instance.launch_template_version
    return template


def policy_init(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
    _policy(self, *args, **kwargs)
    self.enabled = True
    self.predictive_scaling_configuration = self.predictive_scaling_configuration or None


def start_instance_refresh(self):  # type: ignore[no-untyped-def]
    backend = self.autoscaling_backend
    group = backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
    wanted = self._get_param("DesiredConfiguration") or {}
    if wanted.get("LaunchTemplate"):
        group.ec2_launch_template.get_version(wanted["LaunchTemplate"]["Version"])  # or it fails
        group._set_launch_configuration("", wanted["LaunchTemplate"], None)
    for state in list(group.instance_states):  # one is launched before one goes
        group.replace_autoscaling_group_instances(1, group.get_propagated_tags())
        backend.update_attached_target_groups(group.name)
        group.instance_states.remove(state)
        for arn in group.target_group_arns:
            backend.elbv2_backend.deregister_targets(arn, [{"Id": state.instance.id}])
        group.ec2_backend.terminate_instances([state.instance.id])
    now = datetime.now(timezone.utc)
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "Status": "Successful",
        "StartTime": now, "EndTime": now, "PercentageComplete": 100, "InstancesToUpdate": 0,
        "DesiredConfiguration": wanted,
    }
    group.refreshes = [refresh, *getattr(group, "refreshes", [])]
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(self):  # type: ignore[no-untyped-def]
    group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
    return ActionResult({"InstanceRefreshes": getattr(group, "refreshes", [])})


def complete_lifecycle_action(self):  # type: ignore[no-untyped-def]
    return EmptyResult()


AutoScalingResponse.create_auto_scaling_group = keeping_all(AutoScalingResponse.create_auto_scaling_group)
AutoScalingResponse.update_auto_scaling_group = keeping_all(AutoScalingResponse.update_auto_scaling_group)
AutoScalingResponse.start_instance_refresh = start_instance_refresh
AutoScalingResponse.describe_instance_refreshes = describe_instance_refreshes
AutoScalingResponse.complete_lifecycle_action = complete_lifecycle_action
FakeAutoScalingGroup.replace_autoscaling_group_instances = replace_autoscaling_group_instances
FakeScalingPolicy.__init__ = policy_init
InstanceState.launch_template = property(launch_template)
