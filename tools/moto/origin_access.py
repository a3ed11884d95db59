"""An origin can name the control by which CloudFront reaches it, and a bucket that
is reached so has no identity beside it; moto forgets the one."""

from moto.cloudfront.models import Origin

_init = Origin.__init__


def __init__(self, origin):  # type: ignore[no-untyped-def]
    _init(self, origin)
    self.origin_access_control_id = origin.get("OriginAccessControlId") or ""
    if "S3OriginConfig" in origin:
        self.s3_origin_config = origin["S3OriginConfig"]


Origin.__init__ = __init__
