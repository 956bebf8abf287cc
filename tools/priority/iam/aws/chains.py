"""Chains of assumed roles: who can become whom, in one step and in the end.

The search visits each role once from a start, however many identities lead to it; roles that trust a whole
account are looked up by the patterns of the caller's own grants, not pair by pair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import Policy
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.aws.sets import ResourceSet
from tools.priority.iam.aws.trust import Trust, trusts
from tools.priority.iam.logic import Decision, Verdict

ASSUME = "sts:assumerole"


@dataclass(frozen=True, slots=True)
class Step:
    """One identity becomes a role."""

    source: str
    role: str
    decision: Decision


class Reached:
    """The roles that a start ends up with: certain ones (ALLOW) and those behind an uncertain step (UNKNOWN)."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.verdicts: dict[str, Verdict] = {}
        self._by: dict[str, Step] = {}

    def add(self, step: Step, verdict: Verdict) -> None:
        """Notes that the role is reached by this step."""
        self._by[step.role] = step
        self.verdicts[step.role] = verdict

    def path(self, role: str) -> tuple[Step, ...]:
        """The steps from the start to the role: the surest way, and of those the shortest."""
        steps: list[Step] = []
        while role != self.source:
            step = self._by[role]
            steps.append(step)
            role = step.source
        return tuple(reversed(steps))


class AssumeGraph:
    """Who can assume what, over one estate. Build it when everything was added."""

    def __init__(self, estate: AwsEstate) -> None:
        self._estate = estate
        self.trusts: dict[str, tuple[Trust, ...]] = {
            arn: trusts(estate.evaluator, role) for arn, role in estate.roles.items()
        }
        self._named: dict[str, list[str]] = {}
        by_account: dict[str, list[Resource]] = {}
        anybody: list[Resource] = []
        for arn, entries in self.trusts.items():
            role = estate.roles[arn]
            if role.policy is None:
                by_account.setdefault(role.account, []).append(role)  # unknown whom it trusts
            for entry in entries:
                if entry.kind == "identity":
                    self._named.setdefault(_role_of_session(entry.party), []).append(arn)
                elif entry.kind == "account":
                    by_account.setdefault(entry.party, []).append(role)
                elif entry.kind in {"anyone", "unreadable"}:
                    anybody.append(role)
        self._delegating = {account: ResourceSet(roles) for account, roles in by_account.items()}
        self._anybody = ResourceSet(anybody)
        self._memo: dict[tuple[object, ...], tuple[tuple[str, Decision], ...]] = {}

    def who_can_assume(self, role: str) -> tuple[Trust, ...]:
        """The parties that the role's own policy trusts."""
        return self.trusts.get(role, ())

    def steps_from(self, source: str) -> Iterator[Step]:
        """The roles that an identity can, or may be able to, assume itself."""
        who = self._estate.principal_or_foreign(source)
        seen: set[str] = set()
        named = self._named.get(source, []) + (self._named.get(who.unique_id, []) if who.unique_id else [])
        for arn in named:
            if arn not in seen:
                seen.add(arn)
                decision = self._ask(who, arn)
                if decision.possible:
                    yield Step(source, arn, decision)
        for arn, decision in self._by_pattern(who):
            if arn not in seen:
                yield Step(source, arn, decision)

    def reachable(self, source: str, possible: bool = True) -> Reached:
        """Every role that the identity ends up with. `possible` also follows steps that are not certain."""
        reached = Reached(source)
        doubtful: list[Step] = []
        frontier = deque([source])
        verdict = Verdict.ALLOW
        while True:
            while frontier:
                for step in self.steps_from(frontier.popleft()):
                    if step.role in reached.verdicts or step.role == source:
                        continue
                    if verdict is Verdict.ALLOW and not step.decision.allowed:
                        doubtful.append(step)
                        continue
                    reached.add(step, verdict)
                    frontier.append(step.role)
            if verdict is Verdict.UNKNOWN or not possible:
                return reached
            verdict = Verdict.UNKNOWN
            for step in doubtful:
                if step.role not in reached.verdicts:
                    reached.add(step, verdict)
                    frontier.append(step.role)

    def _ask(self, who: Principal, role: str) -> Decision:
        return self._estate.evaluator.can(who, ASSUME, self._estate.roles[role])

    def _by_pattern(self, who: Principal) -> tuple[tuple[str, Decision], ...]:
        key = who.signature
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = tuple(self._search(who))
        return found

    def _search(self, who: Principal) -> Iterator[tuple[str, Decision]]:
        evaluator = self._estate.evaluator
        for roles in (self._delegating.get(who.account), self._anybody):
            if not roles:
                continue
            for role in self._candidates(who, roles):
                decision = evaluator.can(who, ASSUME, role)
                if decision.possible:
                    yield role.arn, decision

    def _candidates(self, who: Principal, roles: ResourceSet) -> Iterator[Resource]:
        """The roles that some grant of the identity is about; all of them where its grants are not known."""
        if who.policies is None or who.missing or who.missing_managed or who.kind == "root":
            yield from roles
            return
        own: list[Policy] = list(who.policies)
        patterns: list[str] = []
        for policy in own:
            for statement in self._estate.evaluator.relevant(policy, ASSUME):
                if statement.effect == "Deny":
                    continue
                if statement.resources is None or any("${" in r for r in statement.resources):
                    yield from roles
                    return
                patterns.extend(statement.resources)
        seen: set[int] = set()
        for pattern in dict.fromkeys(patterns):
            for index in roles.touched(pattern):
                if index not in seen:
                    seen.add(index)
                    yield roles[index]
        if roles is self._anybody:  # in its own account a role open to anyone needs no grant
            for index, role in enumerate(roles):
                if index not in seen and role.account == who.account:
                    yield role


def _role_of_session(arn: str) -> str:
    """The role behind the ARN of a session (its path is not in that ARN)."""
    if ":assumed-role/" not in arn:
        return arn
    parts = arn.split(":", 5)
    return f"arn:{parts[1]}:iam::{parts[4]}:role/{parts[5].split('/')[1]}" if len(parts) == 6 else arn
