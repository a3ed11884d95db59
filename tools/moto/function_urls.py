"""A function can have a URL of its own and one of each alias; moto has one in all."""

import threading
from urllib.parse import unquote

from moto.awslambda.exceptions import GenericResourcNotFound
from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda.responses import LambdaResponse


_lock = threading.Lock()  # two URLs of a function may be asked for at once


class AliasUrl(FunctionUrlConfig):
    def __init__(self, function, config, qualifier):  # type: ignore[no-untyped-def]
        super().__init__(function=function, config=config)
        self.qualifier = qualifier

    def to_dict(self):  # type: ignore[no-untyped-def]
        told = super().to_dict()
        if self.qualifier:
            told["FunctionArn"] += f":{self.qualifier}"
        return told


def _by_qualifier(answer):  # type: ignore[no-untyped-def]
    """The operation of moto, on the URL of the qualifier that is asked for."""

    def asked(self):  # type: ignore[no-untyped-def]
        function = self.backend.get_function(unquote(self.path.split("/")[-2]))
        with _lock:
            function.asked = self._get_param("Qualifier")
            return answer(self)

    return asked


def _urls(self):  # type: ignore[no-untyped-def]
    return self.__dict__.setdefault("urls", {})


def create_url_config(self, config):  # type: ignore[no-untyped-def]
    made = AliasUrl(self, config, self.asked)
    _urls(self)[self.asked] = made
    return made


def get_url_config(self):  # type: ignore[no-untyped-def]
    if self.asked not in _urls(self):
        raise GenericResourcNotFound()
    return _urls(self)[self.asked]


def update_url_config(self, config):  # type: ignore[no-untyped-def]
    get_url_config(self).update(config)
    return get_url_config(self)


def delete_url_config(self):  # type: ignore[no-untyped-def]
    get_url_config(self)
    del _urls(self)[self.asked]


LambdaFunction.create_url_config = create_url_config
LambdaFunction.get_url_config = get_url_config
LambdaFunction.update_url_config = update_url_config
LambdaFunction.delete_url_config = delete_url_config
for operation in ("create", "get", "update", "delete"):
    name = f"{operation}_function_url_config"
    setattr(LambdaResponse, name, _by_qualifier(getattr(LambdaResponse, name)))
