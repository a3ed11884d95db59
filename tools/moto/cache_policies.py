"""CloudFront caches by policy; moto knows distributions but no policies of
one's own, and tells of forwarded values where a policy took their place."""

import uuid

from moto.cloudfront import urls
from moto.cloudfront.models import DefaultCacheBehaviour
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

_policies: dict[str, tuple[str, dict]] = {}  # by id: ETag and configuration


class NoSuchCachePolicy(ServiceException):
    code = "NoSuchCachePolicy"
    status_code = 404


def _answer(id_: str) -> ActionResult:
    if id_ not in _policies:
        raise NoSuchCachePolicy("The cache policy does not exist")
    etag, config = _policies[id_]
    policy = {"Id": id_, "CachePolicyConfig": config}
    return ActionResult({"CachePolicy": policy, "CachePolicyConfig": config, "ETag": etag})


def _keep(id_: str, config: dict) -> ActionResult:
    _policies[id_] = (uuid.uuid4().hex, config)
    return _answer(id_)


def create_cache_policy(self):  # type: ignore[no-untyped-def]
    return _keep(str(uuid.uuid4()), self._get_param("CachePolicyConfig", {}))


def update_cache_policy(self):  # type: ignore[no-untyped-def]
    return _keep(self._get_param("Id"), self._get_param("CachePolicyConfig", {}))


def get_cache_policy(self):  # type: ignore[no-untyped-def]
    return _answer(self._get_param("Id"))


def delete_cache_policy(self):  # type: ignore[no-untyped-def]
    _policies.pop(self._get_param("Id"), None)
    return EmptyResult()


_behaviour = DefaultCacheBehaviour.__init__


def _behave(self, config):  # type: ignore[no-untyped-def]
    _behaviour(self, config)
    if config.get("CachePolicyId"):
        self.forwarded_values = None


DefaultCacheBehaviour.__init__ = _behave
for _action in (create_cache_policy, update_cache_policy, get_cache_policy, delete_cache_policy):
    setattr(CloudFrontResponse, _action.__name__, _action)
for _path in ("cache-policy$", "cache-policy/(?P<policy_id>[^/]+)$", "cache-policy/(?P<policy_id>[^/]+)/config$"):
    urls.url_paths["{0}/2020-05-31/" + _path] = CloudFrontResponse.dispatch
