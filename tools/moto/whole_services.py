"""A service of ECS keeps what it is told of its deployments and its tasks;
moto keeps that of a change, and not of the beginning."""

from moto.ecs.responses import EC2ContainerServiceResponse

_KEPT = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
}
_create_service = EC2ContainerServiceResponse.create_service


def create_service(self):  # type: ignore[no-untyped-def]
    answer = _create_service(self)
    for parameter, attribute in _KEPT.items():
        setattr(answer.result["service"], attribute, self._get_param(parameter))
    return answer


EC2ContainerServiceResponse.create_service = create_service
