"""Application Auto Scaling keeps the tags of what it scales; moto does not."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

_tags: dict[str, dict[str, str]] = {}
_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target


def register_scalable_target(self):  # type: ignore[no-untyped-def]
    answer = _register_scalable_target(self)
    tags = self._get_param("Tags")
    if tags:
        _tags[json.loads(answer)["ScalableTargetARN"]] = dict(tags)
    return answer


def list_tags_for_resource(self):  # type: ignore[no-untyped-def]
    return json.dumps({"Tags": _tags.get(self._get_param("ResourceARN"), {})})


def tag_resource(self):  # type: ignore[no-untyped-def]
    _tags.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags", {}))
    return json.dumps({})


def untag_resource(self):  # type: ignore[no-untyped-def]
    for key in self._get_param("TagKeys", []):
        _tags.get(self._get_param("ResourceARN"), {}).pop(key, None)
    return json.dumps({})


ApplicationAutoScalingResponse.register_scalable_target = register_scalable_target
ApplicationAutoScalingResponse.list_tags_for_resource = list_tags_for_resource
ApplicationAutoScalingResponse.tag_resource = tag_resource
ApplicationAutoScalingResponse.untag_resource = untag_resource
