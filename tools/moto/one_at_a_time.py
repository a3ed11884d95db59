"""DynamoDB decides a condition and writes in one step; moto does so in two, on
one thread per request. Requests to its DynamoDB are handled one at a time, so
that a condition means here what it means there."""

import threading

from moto.dynamodb.responses import DynamoHandler

_lock = threading.Lock()
_call_action = DynamoHandler.call_action


def call_action(self):  # type: ignore[no-untyped-def]
    with _lock:
        return _call_action(self)


DynamoHandler.call_action = call_action
