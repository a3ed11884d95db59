"""Lambda says where a function logs and in which format; moto forgets it."""

from moto.awslambda.models import LambdaFunction

_get_configuration = LambdaFunction.get_configuration
_init = LambdaFunction.__init__
_update_configuration = LambdaFunction.update_configuration


def __init__(self, account_id, spec, region, version=1):  # type: ignore[no-untyped-def]
    _init(self, account_id, spec, region, version)
    own = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
    self.logging_config = spec.get("LoggingConfig") or own


def get_configuration(self, *args, **kwargs):  # type: ignore[no-untyped-def]
    return {**_get_configuration(self, *args, **kwargs), "LoggingConfig": self.logging_config}


def update_configuration(self, config_updates):  # type: ignore[no-untyped-def]
    self.logging_config = config_updates.get("LoggingConfig") or self.logging_config
    return _update_configuration(self, config_updates)


LambdaFunction.__init__ = __init__
LambdaFunction.get_configuration = get_configuration
LambdaFunction.update_configuration = update_configuration
