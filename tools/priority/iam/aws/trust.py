"""Who a role's trust policy lets assume it, one entry for each named party.

The entry is what the trust policy says; for AWS identities the chain (`chains.py`) adds their own side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.priority.iam.aws.conditions import holds
from tools.priority.iam.aws.context import Context, Known
from tools.priority.iam.aws.evaluate import Evaluator
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.matching import covers_action
from tools.priority.iam.aws.model import Condition, Named, Policy, Statement
from tools.priority.iam.aws.principals import account_of
from tools.priority.iam.aws.public import open_to_strangers
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.logic import MAYBE, NO, YES, Evidence, Truth, Verdict, both, negate, verdict_of

TrustKind = Literal["anyone", "account", "identity", "service", "oidc", "saml", "unreadable"]
# Identity providers that serve everybody: without a condition on the subject, all their users are let in.
SHARED_ISSUERS = (
    "token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "api.bitbucket.org", "accounts.google.com",
    "cognito-identity.amazonaws.com", "graph.facebook.com", "oidc.circleci.com", "agent.buildkite.com",
    "www.amazon.com", "oidc.vercel.com", "token.actions.codefresh.io",
)  # fmt: skip
# Whoever asks these for a token picks the audience, so a condition on it keeps nobody out. Pods of EKS likewise
# get their tokens for the audience of STS.
_FREE_AUDIENCE = (
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "agent.buildkite.com",
)
_ACTIONS = {"oidc": "sts:assumerolewithwebidentity", "saml": "sts:assumerolewithsaml"}
_STRANGER_SUBJECT = "zq7x-stranger/zq7x:ref:refs/heads/zq7x"


@dataclass(frozen=True, slots=True)
class Trust:
    """One party that a role trusts.

    `party` is an account number, ARN, service host, issuer or `*`. `verdict` is UNKNOWN when a condition or a
    deny cannot be judged. `subjects` are the accepted `sub` patterns of a federated trust (empty: none are
    demanded). `strangers` tells whether people outside the organisation's control get in through it.
    """

    role: str
    kind: TrustKind
    party: str
    verdict: Verdict
    evidence: Evidence
    conditions: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    strangers: Verdict = Verdict.DENY


def trusts(evaluator: Evaluator, role: Resource) -> tuple[Trust, ...]:
    """Whom the role trusts, in the order of its policy; nothing for a role whose policy is not recorded."""
    policy = role.policy
    if policy is None:
        return ()
    found: list[Trust] = []
    for statement in policy.statements:
        if statement.effect == "Deny":
            continue
        entries = statement.principals
        if entries is None:
            entries = (
                (Named("anyone", "*"),)
                if statement.not_principals is not None
                else (Named("unreadable", ""),)
            )
        for entry in entries:
            one = _trust(evaluator, role, policy, statement, entry)
            if one is not None:
                found.append(one)
    return tuple(found)


def _trust(
    evaluator: Evaluator, role: Resource, policy: Policy, statement: Statement, entry: Named
) -> Trust | None:
    kind, party = _party(entry)
    action = _ACTIONS.get(kind, "sts:assumerole")
    covered = covers_action(statement, action)
    if covered is NO:
        return None
    conditions = tuple(map(str, statement.conditions))
    subjects = _subjects(statement)
    who = _stand_in(kind, party)
    context = evaluator.context(who, role)
    truth = both(covered, MAYBE if statement.opaque or statement.effect == "?" else YES)
    for condition in statement.conditions:
        claim = condition.key.rpartition(":")[2]
        if kind == "oidc" and (claim == "sub" or (claim == "aud" and free_audience(party))):
            continue  # the subject is told by `subjects`
        truth = both(truth, holds(condition, context, policy.variables))
    truth = both(truth, _not_denied(evaluator, policy, action, role, entry, context))
    if truth is NO:
        return None
    strangers = Verdict.DENY
    if kind == "anyone":
        strangers = open_to_strangers(evaluator, role, [action])[action].verdict
    elif kind == "oidc":
        strangers = _open_issuer(party, statement, truth)
    evidence = Evidence(policy.kind.value, policy.name, statement.label, "allow", truth)
    return Trust(role.arn, kind, party, verdict_of(truth), evidence, conditions, subjects, strangers)


def _party(entry: Named) -> tuple[TrustKind, str]:
    if entry.type == "anyone":
        return "anyone", "*"
    if entry.type == "service":
        return "service", entry.value.lower()
    if entry.type == "federated":
        if ":saml-provider/" in entry.value:
            return "saml", entry.value
        _, marker, issuer = entry.value.partition(":oidc-provider/")
        return "oidc", (issuer if marker else entry.value)
    if entry.type == "aws":
        account = account_of(entry.value)
        return ("account", account) if account else ("identity", entry.value)
    return "unreadable", entry.value


def _stand_in(kind: TrustKind, party: str) -> Principal:
    if kind == "service":
        return Principal(party, "", "service", all_powerful=True)
    if kind in {"oidc", "saml"}:
        return Principal(party, "", "federated", all_powerful=True)
    if kind == "identity" and party.startswith("arn:"):
        return Principal(party, party.split(":")[4], "user" if ":user/" in party else "role")
    # An account or anybody: the names of those who come are not known, so conditions on them stay open.
    account = party if kind == "account" else ""
    return Principal("", account, "group")


def _not_denied(
    evaluator: Evaluator, policy: Policy, action: str, role: Resource, entry: Named, context: Known
) -> Truth:
    """Whether no deny of the trust policy takes the party out again."""
    result: Truth = YES
    for statement in evaluator.relevant(policy, action):
        if statement.effect == "Allow":
            continue
        truth: Truth = MAYBE if statement.opaque or statement.effect == "?" else YES
        for condition in statement.conditions:
            truth = both(truth, holds(condition, context, policy.variables))
        result = both(result, negate(both(truth, _same_party(statement, entry))))
    return result


def _same_party(statement: Statement, entry: Named) -> Truth:
    if statement.principals is None:
        return MAYBE
    if any(named.type == "anyone" or named == entry for named in statement.principals):
        return YES
    return MAYBE if entry.type in {"anyone", "aws"} else NO


def _subjects(statement: Statement) -> tuple[str, ...]:
    found: list[str] = []
    for condition in statement.conditions:
        if condition.key.rpartition(":")[2] == "sub" and not condition.negated:
            found.extend(condition.values)
    return tuple(dict.fromkeys(found))


def _open_issuer(issuer: str, statement: Statement, truth: Truth) -> Verdict:
    """Whether strangers who have an account with a shared issuer are let in."""
    host = issuer.split("/", 1)[0].lower()
    if not host.endswith(SHARED_ISSUERS):
        return Verdict.DENY
    admitted = truth
    for condition in statement.conditions:
        if condition.key.rpartition(":")[2] == "sub":
            admitted = both(admitted, _admits_stranger(condition))
    return verdict_of(admitted)


def free_audience(issuer: str) -> bool:
    """Whether those who ask the issuer for a token choose its audience."""
    host = issuer.split("/", 1)[0].lower()
    return host.endswith(_FREE_AUDIENCE) or host.startswith("oidc.eks.")


def _admits_stranger(condition: Condition) -> Truth:
    """Whether a subject of somebody else's project passes."""
    probes = (
        f"repo:{_STRANGER_SUBJECT}",
        f"project_path:{_STRANGER_SUBJECT}",
        f"organization:{_STRANGER_SUBJECT}",
    )
    return max(holds(condition, Context.of({condition.key: probe})) for probe in probes)
