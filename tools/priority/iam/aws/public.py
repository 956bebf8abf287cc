"""Whether a resource's own policy lets strangers in: people with no account, or with an account of their own,
from any network. A stranger can be tried in several guises; the best of them counts.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.evaluate import Evaluator
from tools.priority.iam.aws.identity import STRANGER
from tools.priority.iam.aws.model import Policy
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.logic import Decision, Verdict, truth_of

# An address that no range of anybody's is likely to single out (TEST-NET-3).
_ADDRESS = "203.0.113.77"
# A range this wide is no restriction: a stranger can rent an address in it.
_WIDE_V4, _WIDE_V6 = 8, 20
_NETWORK = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")
_IDENTITY = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "kms:calleraccount",
)  # fmt: skip


def open_to_strangers(
    evaluator: Evaluator, resource: Resource, actions: Iterable[str], context: Context = EMPTY
) -> dict[str, Decision]:
    """For each action, whether strangers may do it to the resource (or, with wildcards, to part of it)."""
    return {action: _open(evaluator, resource, action, context) for action in actions}


def _open(evaluator: Evaluator, resource: Resource, action: str, context: Context) -> Decision:
    best: Decision | None = None
    for guise in _guises(resource):
        one = evaluator.can(STRANGER, action, resource, guise.over(context))
        if best is None or truth_of(one.verdict) > truth_of(best.verdict):
            best = one
        if one.verdict is Verdict.ALLOW:
            break
    assert best is not None
    return best._replace(assumed=())


def _guises(resource: Resource) -> Iterator[Context]:
    addresses = [_ADDRESS, *_addresses(resource.policy)]
    for address in dict.fromkeys(addresses):
        internet = Context.of({"aws:SourceIp": address}, absent=_NETWORK)
        yield internet
        yield internet.over(Context.of({"aws:PrincipalType": "Anonymous"}, absent=_IDENTITY))
    yield Context.of(absent=("aws:SourceIp",))  # through an endpoint of the stranger's own


def _addresses(policy: Policy | None) -> Iterator[str]:
    """An address inside each range of the policy that is too wide to keep strangers out."""
    for statement in policy.statements if policy else ():
        for condition in statement.conditions:
            if condition.base not in {"IpAddress", "NotIpAddress"}:
                continue
            for value in condition.values:
                try:
                    network = ipaddress.ip_network(value.strip(), strict=False)
                except ValueError:
                    continue
                widest = _WIDE_V4 if network.version == 4 else _WIDE_V6
                if network.prefixlen <= widest and (network.prefixlen == 0 or network.is_global):
                    yield str(network[min(77, network.num_addresses - 1)])
