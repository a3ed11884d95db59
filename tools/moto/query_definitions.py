"""CloudWatch Logs keeps queries for people to use again; moto does not."""

import json
import uuid

from moto.logs.responses import LogsResponse

_kept: dict[str, dict] = {}


def put_query_definition(self):  # type: ignore[no-untyped-def]
    id_ = self._get_param("queryDefinitionId") or str(uuid.uuid4())
    _kept[id_] = {
        "queryDefinitionId": id_,
        "name": self._get_param("name"),
        "queryString": self._get_param("queryString"),
        "logGroupNames": self._get_param("logGroupNames") or [],
    }
    return json.dumps({"queryDefinitionId": id_})


def describe_query_definitions(self):  # type: ignore[no-untyped-def]
    prefix = self._get_param("queryDefinitionNamePrefix") or ""
    return json.dumps({"queryDefinitions": [q for q in _kept.values() if q["name"].startswith(prefix)]})


def delete_query_definition(self):  # type: ignore[no-untyped-def]
    return json.dumps({"success": _kept.pop(self._get_param("queryDefinitionId"), None) is not None})


for _action in (put_query_definition, describe_query_definitions, delete_query_definition):
    setattr(LogsResponse, _action.__name__, _action)
