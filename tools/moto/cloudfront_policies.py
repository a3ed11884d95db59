"""What CloudFront passes on of a request, and adds to a reply, policies say; moto
knows distributions but no policies, and tells of forwarded values where policies
took their place."""

import uuid

from moto.cloudfront import urls
from moto.cloudfront.models import DefaultCacheBehaviour
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult


class Policies:
    """One kind of them, as moto's routes and actions know it."""

    def __init__(self, kind: str, path: str, action: str) -> None:
        self.kind = kind
        self.kept: dict[str, tuple[str, dict]] = {}  # by id: ETag and configuration
        for name, made in (
            ("create", lambda r: self.keep(str(uuid.uuid4()), r)),
            ("update", lambda r: self.keep(r._get_param("Id"), r)),
            ("get", lambda r: self.answer(r._get_param("Id"))),
            ("delete", lambda r: self.drop(r._get_param("Id"))),
        ):
            setattr(CloudFrontResponse, f"{name}_{action}", made)
        for end in ("$", "/(?P<policy_id>[^/]+)$", "/(?P<policy_id>[^/]+)/config$"):
            urls.url_paths["{0}/2020-05-31/" + path + end] = CloudFrontResponse.dispatch

    def keep(self, id_: str, request: CloudFrontResponse) -> ActionResult:
        config = request._get_param(self.kind + "Config", {})
        self.kept[id_] = (uuid.uuid4().hex, config)
        return self.answer(id_)

    def answer(self, id_: str) -> ActionResult:
        if id_ not in self.kept:
            raise ServiceException("NoSuch" + self.kind, "The policy does not exist")
        etag, config = self.kept[id_]
        policy = {"Id": id_, self.kind + "Config": config}
        return ActionResult({self.kind: policy, self.kind + "Config": config, "ETag": etag})

    def drop(self, id_: str) -> EmptyResult:
        self.kept.pop(id_, None)
        return EmptyResult()


Policies("OriginRequestPolicy", "origin-request-policy", "origin_request_policy")
Policies("ResponseHeadersPolicy", "response-headers-policy", "response_headers_policy")

_behaviour = DefaultCacheBehaviour.__init__


def _behave(self, config):  # type: ignore[no-untyped-def]
    _behaviour(self, config)
    if config.get("CachePolicyId"):
        self.forwarded_values = None


DefaultCacheBehaviour.__init__ = _behave
