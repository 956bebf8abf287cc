"""Who asks: AWS principals, and what their requests always carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.priority.iam.aws.context import Context
from tools.priority.iam.aws.model import Policy

Kind = Literal["user", "role", "group", "root", "service", "federated", "stranger"]
# Keys that only requests made by an AWS service on its own behalf carry.
_FROM_SERVICES = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
)
_FORWARDED = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "kms:viaservice")


@dataclass(frozen=True, slots=True)
class Principal:
    """An identity with all that limits it.

    `missing` names attached policies whose documents were not collected; those of AWS (`missing_managed`)
    are taken to hold no denies. `policies` None means that nobody looked (an identity of a foreign account).
    `endpoints` are the policies of the VPC endpoints that all its requests pass. `tags` None means not
    collected.
    """

    arn: str
    account: str
    kind: Kind
    policies: tuple[Policy, ...] | None = ()
    missing: tuple[str, ...] = ()
    missing_managed: tuple[str, ...] = ()
    boundary: Policy | None = None
    boundary_missing: bool = False
    session: tuple[Policy, ...] = ()
    endpoints: tuple[Policy, ...] = ()
    tags: Mapping[str, str] | None = None
    unique_id: str = ""
    all_powerful: bool = False

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def service_linked(self) -> bool:
        """Organisation policies do not apply to service-linked roles."""
        return ":role/aws-service-role/" in self.arn

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for identities that every question without their name answers alike."""
        documents = (
            *(self.policies or ()),
            *self.session,
            *self.endpoints,
            *((self.boundary,) if self.boundary else ()),
        )
        own = self.arn if any(policy.uses_identity for policy in documents) else ""
        return (
            self.account,
            self.kind,
            None if self.policies is None else frozenset(map(id, self.policies)),
            id(self.boundary) if self.boundary else None,
            frozenset(map(id, self.session)),
            frozenset(map(id, self.endpoints)),
            self.missing,
            self.missing_managed,
            self.boundary_missing,
            self.service_linked,
            self.all_powerful,
            own,
        )


def foreign(arn: str, account: str = "") -> Principal:
    """An identity of an account that was not collected: its own policies are unknown."""
    kind: Kind = "user" if ":user/" in arn else "root" if arn.endswith(":root") else "role"
    return Principal(arn, account or arn.split(":")[4], kind, policies=None)


def service(host: str) -> Principal:
    """An AWS service acting on its own behalf (`lambda.amazonaws.com`)."""
    return Principal(host.lower(), "", "service", all_powerful=True)


STRANGER_ACCOUNT = "stranger"
STRANGER = Principal(
    f"arn:aws:iam::{STRANGER_ACCOUNT}:role/anybody",
    STRANGER_ACCOUNT,
    "stranger",
    tags=None,
    all_powerful=True,
)


def carried(principal: Principal, organization: str | None) -> Context:
    """The keys that follow from the identity. `organization`: its organisation's id, "" if it stands alone,
    None if unknown."""
    values: dict[str, tuple[str, ...]] = {"aws:viaawsservice": ("false",), "aws:securetransport": ("true",)}
    absent: set[str] = set(_FORWARDED)
    families: tuple[str, ...] = ()
    if principal.kind == "service":
        values["aws:principalisawsservice"] = ("true",)
        values["aws:principalservicename"] = (principal.arn,)
        absent |= {"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:username"}
        absent |= {
            "aws:sourcevpce",
            "aws:sourcevpc",
            "aws:vpcsourceip",
            "aws:principalorgpaths",
            "aws:sourceip",
        }
        return Context(values, frozenset(absent), ("aws:principaltag/",))
    absent |= set(_FROM_SERVICES)
    values["aws:principalisawsservice"] = ("false",)
    if principal.account:
        values["aws:principalaccount"] = (principal.account,)
        values["kms:calleraccount"] = (principal.account,)
    if principal.arn:  # without: one of an account, nobody knows which
        values["aws:principalarn"] = (principal.arn,)
    if organization:
        values["aws:principalorgid"] = (organization,)
    elif organization == "":
        absent |= {"aws:principalorgid", "aws:principalorgpaths"}
    if principal.kind == "user":
        values["aws:principaltype"] = ("User",)
        values["aws:username"] = (principal.name,)
        if principal.unique_id:
            values["aws:userid"] = (principal.unique_id,)
    elif principal.kind == "role":
        values["aws:principaltype"] = ("AssumedRole",)
        absent.add("aws:username")
    elif principal.kind == "root":
        values["aws:principaltype"] = ("Account",)
        absent.add("aws:username")
        families = ("aws:principaltag/",)
    elif principal.kind == "stranger":
        # A stranger may come from an account, a network and an organisation of its own, never from ours.
        values["aws:principalorgid"] = ("o-stranger",)
        values["aws:principalorgpaths"] = ("o-stranger/r-stranger/",)
        values["aws:sourcevpce"] = ("vpce-stranger",)
        values["aws:sourcevpc"] = ("vpc-stranger",)
    for tag, value in (principal.tags or {}).items():
        values[f"aws:principaltag/{tag.lower()}"] = (value,)
    if principal.tags is not None and principal.kind == "user":
        families = ("aws:principaltag/",)  # a role's session may carry more tags than the role
    return Context(values, frozenset(absent), families)
