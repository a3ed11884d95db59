"""A distribution uses CloudFront's own certificate where it names no other, and then
has no way of showing one; moto takes each for CloudFront's own, and names an empty
other one and a way."""

from moto.cloudfront.models import ViewerCertificate

_init = ViewerCertificate.__init__


def __init__(self, config):  # type: ignore[no-untyped-def]
    _init(self, config)
    if self.iam_certificate_id or self.acm_certificate_arn:
        self.cloud_front_default_certificate = False
        self.iam_certificate_id = self.iam_certificate_id or None
        self.acm_certificate_arn = self.acm_certificate_arn or None
    else:
        self.cloud_front_default_certificate = True
        self.iam_certificate_id = None
        self.acm_certificate_arn = None
        self.ssl_support_method = None


ViewerCertificate.__init__ = __init__
