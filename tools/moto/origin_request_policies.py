"""CloudFront passes on of a request what a policy says; moto knows distributions
but no policies, and tells of forwarded values where policies took their place."""

import uuid

from moto.cloudfront import urls
from moto.cloudfront.models import DefaultCacheBehaviour
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

_policies: dict[str, tuple[str, dict]] = {}  # by id: ETag and configuration


class NoSuchOriginRequestPolicy(ServiceException):
    code = "NoSuchOriginRequestPolicy"
    status_code = 404


def _answer(id_: str) -> ActionResult:
    if id_ not in _policies:
        raise NoSuchOriginRequestPolicy("The origin request policy does not exist")
    etag, config = _policies[id_]
    policy = {"Id": id_, "OriginRequestPolicyConfig": config}
    return ActionResult({"OriginRequestPolicy": policy, "OriginRequestPolicyConfig": config, "ETag": etag})


def _keep(id_: str, config: dict) -> ActionResult:
    _policies[id_] = (uuid.uuid4().hex, config)
    return _answer(id_)


def create_origin_request_policy(self):  # type: ignore[no-untyped-def]
    return _keep(str(uuid.uuid4()), self._get_param("OriginRequestPolicyConfig", {}))


def update_origin_request_policy(self):  # type: ignore[no-untyped-def]
    return _keep(self._get_param("Id"), self._get_param("OriginRequestPolicyConfig", {}))


def get_origin_request_policy(self):  # type: ignore[no-untyped-def]
    return _answer(self._get_param("Id"))


def delete_origin_request_policy(self):  # type: ignore[no-untyped-def]
    _policies.pop(self._get_param("Id"), None)
    return EmptyResult()


_behaviour = DefaultCacheBehaviour.__init__


def _behave(self, config):  # type: ignore[no-untyped-def]
    _behaviour(self, config)
    if config.get("CachePolicyId"):
        self.forwarded_values = None


DefaultCacheBehaviour.__init__ = _behave
for _action in (
    create_origin_request_policy,
    update_origin_request_policy,
    get_origin_request_policy,
    delete_origin_request_policy,
):
    setattr(CloudFrontResponse, _action.__name__, _action)
for _path in ("$", "/(?P<policy_id>[^/]+)$", "/(?P<policy_id>[^/]+)/config$"):
    urls.url_paths["{0}/2020-05-31/origin-request-policy" + _path] = CloudFrontResponse.dispatch
