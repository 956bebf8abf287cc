"""What is asked for: resources with their own policies, and what requests for them always carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from tools.priority.iam.aws.context import Context
from tools.priority.iam.aws.model import Policy

Kind = Literal["role", "key", "bucket", "object", "other"]
# Services whose resources can carry a policy: without a record of it nobody can say.
_CARRIERS = frozenset(
    "s3 sqs sns kms secretsmanager lambda ecr dynamodb kinesis glue es aoss elasticfilesystem backup events "
    "codeartifact iam sts ses apigateway execute-api logs".split()
)


@lru_cache(maxsize=8_192)
def _service(arn: str) -> str:
    parts = arn.split(":", 3)
    return parts[2].lower() if len(parts) > 2 else ""


@lru_cache(maxsize=8_192)
def _kind(arn: str) -> Kind:
    service = _service(arn)
    if service == "iam" and ":role/" in arn:
        return "role"
    if service == "kms" and ":key/" in arn:
        return "key"
    if service == "s3":
        return "object" if "/" in arn else "bucket"
    return "other"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, or a set of them when the ARN has wildcards after its name (`arn:aws:s3:::logs/*`).

    `policy` is its own policy; `policy_known` False means that it was not collected. `tags` None likewise.
    """

    arn: str
    account: str
    policy: Policy | None = None
    policy_known: bool = True
    region: str = ""
    tags: Mapping[str, str] | None = None

    @property
    def service(self) -> str:
        return _service(self.arn)

    @property
    def kind(self) -> Kind:
        return _kind(self.arn)

    @property
    def carries_policy(self) -> bool:
        """Whether resources of this service can have a policy of their own."""
        return self.service in _CARRIERS

    def at(self, arn: str) -> Resource:
        """One of the set that this is, under the same policy. Asked very often: no general copy."""
        return Resource(arn, self.account, self.policy, self.policy_known, self.region, self.tags)

    def inside(self, suffix: str) -> Resource:
        """What lies in it (`/*` for the objects of a bucket), under the same policy.

        Tags of a bucket are not tags of its objects, so they become unknown.
        """
        return replace(self, arn=self.arn + suffix, tags=None) if suffix else self


ANY = Resource("*", "", policy=None)


def everything(account: str, region: str = "") -> Resource:
    """The resource `*` of actions that have no resource of their own (`ec2:DescribeInstances`)."""
    return Resource("*", account, region=region)


_TAG_PREFIXES = (
    "aws:resourcetag/",
    "iam:resourcetag/",
    "ec2:resourcetag/",
    "secretsmanager:resourcetag/",
    "ssm:resourcetag/",
    "rds:db-tag/",
)


def described(resource: Resource, organization: str | None) -> Context:
    """The keys that follow from the resource."""
    values: dict[str, tuple[str, ...]] = {}
    families: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    if resource.account:
        values["aws:resourceaccount"] = (resource.account,)
    if organization:
        values["aws:resourceorgid"] = (organization,)
    elif organization == "":
        absent = frozenset({"aws:resourceorgid", "aws:resourceorgpaths"})
    parts = resource.arn.split(":", 5)
    region = resource.region or (parts[3] if len(parts) == 6 else "")
    if region and "*" not in region:
        values["aws:requestedregion"] = (region,)
    elif resource.service in {"iam", "organizations"}:
        values["aws:requestedregion"] = ("us-east-1",)
    if resource.tags is not None:
        families = _TAG_PREFIXES
        for tag, value in resource.tags.items():
            for prefix in _TAG_PREFIXES:
                values[prefix + tag.lower()] = (value,)
    return Context(values, absent, families)
