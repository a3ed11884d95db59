"""The tags of a launch template itself are none that it gives to what it launches; moto
has them among those. And what a later version has machines do at their start is as
encoded as what the first has; moto launches nothing by it."""

from moto.core.types import Base64EncodedString
from moto.ec2.models.launch_templates import LaunchTemplate

_create_version = LaunchTemplate.create_version


def create_version(self, data, description):  # type: ignore[no-untyped-def]
    given = [t for t in data.get("TagSpecifications", []) if t["ResourceType"] != "launch-template"]
    if given:
        data = {**data, "TagSpecifications": given}
    else:
        data.pop("TagSpecifications", None)
    if isinstance(data.get("UserData"), str):
        data["UserData"] = Base64EncodedString(data["UserData"])
    return _create_version(self, data, description)


LaunchTemplate.create_version = create_version
