"""Budgets carry tags, change, and say whom they tell; moto's do not."""

import json

from moto.budgets.responses import BudgetsResponse

_tags: dict[str, dict[str, str]] = {}
_create_budget = BudgetsResponse.create_budget


def _arn(account: str, name: str) -> str:
    return f"arn:aws:budgets::{account}:budget/{name}"


def create_budget(self):  # type: ignore[no-untyped-def]
    arn = _arn(self._get_param("AccountId"), self._get_param("Budget")["BudgetName"])
    _tags[arn] = {t["Key"]: t["Value"] for t in self._get_param("ResourceTags", [])}
    return _create_budget(self)


def list_tags_for_resource(self):  # type: ignore[no-untyped-def]
    tags = _tags.get(self._get_param("ResourceARN"), {})
    return json.dumps({"ResourceTags": [{"Key": k, "Value": v} for k, v in tags.items()]})


def tag_resource(self):  # type: ignore[no-untyped-def]
    tags = _tags.setdefault(self._get_param("ResourceARN"), {})
    tags.update({t["Key"]: t["Value"] for t in self._get_param("ResourceTags", [])})
    return json.dumps({})


def untag_resource(self):  # type: ignore[no-untyped-def]
    tags = _tags.get(self._get_param("ResourceARN"), {})
    for key in self._get_param("ResourceTagKeys", []):
        tags.pop(key, None)
    return json.dumps({})


def update_budget(self):  # type: ignore[no-untyped-def]
    new = self._get_param("NewBudget")
    budget = self.backend.budgets[self._get_param("AccountId")][new["BudgetName"]]
    budget.budget.update(new)
    return json.dumps({})


def describe_subscribers_for_notification(self):  # type: ignore[no-untyped-def]
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    asked = self._get_param("Notification")
    for notification in budget.notifications:
        if all(notification.details.get(k) == asked[k] for k in ("NotificationType", "Threshold")):
            return json.dumps({"Subscribers": notification.subscribers})
    return json.dumps({"Subscribers": []})


BudgetsResponse.create_budget = create_budget
BudgetsResponse.update_budget = update_budget
BudgetsResponse.describe_subscribers_for_notification = describe_subscribers_for_notification
BudgetsResponse.list_tags_for_resource = list_tags_for_resource
BudgetsResponse.tag_resource = tag_resource
BudgetsResponse.untag_resource = untag_resource
