"""S3 counts requests of a bucket where a metrics configuration asks for it;
moto takes such a request for one that makes the bucket. The configurations are
kept here as they came."""

from moto.s3.responses import S3Response

_configurations: dict[tuple[str, str], bytes] = {}


def _guard(verb, answer):  # type: ignore[no-untyped-def]
    otherwise = getattr(S3Response, verb)

    def respond(self, *args):  # type: ignore[no-untyped-def]
        if "metrics" not in self.querystring or "id" not in self.querystring:
            return otherwise(self, *args)
        return answer(self, (self.bucket_name, self.querystring["id"][0]))

    setattr(S3Response, verb, respond)


def _put(self, key):  # type: ignore[no-untyped-def]
    _configurations[key] = self.body
    return 200, {}, ""


def _get(self, key):  # type: ignore[no-untyped-def]
    if key in _configurations:
        return 200, {}, _configurations[key]
    return 404, {}, "<Error><Code>NoSuchConfiguration</Code><Message>none</Message></Error>"


def _delete(self, key):  # type: ignore[no-untyped-def]
    _configurations.pop(key, None)
    return 204, {}, ""


_guard("_bucket_response_put", _put)
_guard("_bucket_response_get", _get)
_guard("_bucket_response_delete", _delete)
