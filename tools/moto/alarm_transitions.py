"""An alarm says since when it is in its state; moto knows when that was last set."""

from moto.cloudwatch.models import Alarm

_init, _update_state = Alarm.__init__, Alarm.update_state


def __init__(self, *args, **kwargs):  # type: ignore[no-untyped-def]
    _init(self, *args, **kwargs)
    self.state_transitioned_timestamp = self.state_updated_timestamp


def update_state(self, reason, reason_data, state_value):  # type: ignore[no-untyped-def]
    before = self.state_value
    _update_state(self, reason, reason_data, state_value)
    if state_value != before:
        self.state_transitioned_timestamp = self.state_updated_timestamp


Alarm.__init__ = __init__
Alarm.update_state = update_state
