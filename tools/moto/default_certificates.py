"""A distribution that uses CloudFront's own certificate has no other, and no way
of showing it; moto names an empty one and a way."""

from moto.cloudfront.models import ViewerCertificate

_init = ViewerCertificate.__init__


def __init__(self, config):  # type: ignore[no-untyped-def]
    _init(self, config)
    if self.cloud_front_default_certificate:
        self.iam_certificate_id = None
        self.acm_certificate_arn = None
        self.ssl_support_method = None


ViewerCertificate.__init__ = __init__
