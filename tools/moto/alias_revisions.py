"""An alias that is moved has another revision, and moves for nobody who names one of
before; moto says the first for ever and takes any. It lets an alias send a share of the
calls to a version that is not there, too."""

import json
from uuid import uuid4
from urllib.parse import unquote

from moto.awslambda.exceptions import PreconditionFailedException
from moto.awslambda.responses import LambdaResponse

_update_alias = LambdaResponse.update_alias


def update_alias(self):  # type: ignore[no-untyped-def]
    name, asked = unquote(self.path.rsplit("/")[-3]), json.loads(self.body)
    alias = self.backend.get_alias(unquote(self.path.rsplit("/", 2)[-1]), name)
    if asked.get("RevisionId") not in (None, alias.revision_id):
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
    for version in (asked.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}:
        self.backend.get_function(name, version)
    alias.revision_id = str(uuid4())
    return _update_alias(self)


LambdaResponse.update_alias = update_alias
