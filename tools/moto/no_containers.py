"""moto runs functions in containers, which few machines have to spare. Here an
invocation is taken and answered with nothing: the tests run functions their
own way."""

from moto.awslambda.models import LambdaFunction


def invoke(self, body, request_headers, response_headers):  # type: ignore[no-untyped-def]
    return b"{}"


LambdaFunction.invoke = invoke
