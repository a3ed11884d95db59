"""A rule about another group has a description as well as one about addresses, whichever
way it goes; moto says only what the latter has."""

from moto.ec2.models.security_groups import SecurityGroupRule

SecurityGroupRule.description = property(
    lambda rule: rule.ip_range.get("Description") or rule.source_group.get("Description")
)
