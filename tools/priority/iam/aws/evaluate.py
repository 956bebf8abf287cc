"""The decision on one request, after AWS's published evaluation logic.

An explicit deny in any policy wins. What may then be done is
- in the account of the resource: what identity policies allow within boundary and session policies, or what
  the resource's own policy allows (naming a user or a session, on its own; naming a role or anyone, within
  boundary and session; naming the account, only what identity policies allow too);
- across accounts: what both sides allow;
- for roles (who may assume them) and KMS keys: never without their own policy;
and all of it within service control policies of the caller, resource control policies of the resource and
the endpoint's policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tools.priority.iam.aws.conditions import holds
from tools.priority.iam.aws.context import EMPTY, Context, Known, Layers
from tools.priority.iam.aws.identity import Principal, carried
from tools.priority.iam.aws.matching import covers_action, covers_resource, meet
from tools.priority.iam.aws.model import Policy, Statement
from tools.priority.iam.aws.organization import RCP_SERVICES, Organization
from tools.priority.iam.aws.principals import Manner, about
from tools.priority.iam.aws.resource import Resource, described
from tools.priority.iam.aws.variables import fill
from tools.priority.iam.glob import instance, intersect, is_pattern, matches
from tools.priority.iam.logic import (
    MAYBE,
    NO,
    YES,
    Decision,
    Evidence,
    Truth,
    Verdict,
    both,
    distinct,
    either,
    negate,
    verdict_of,
)

# Names for "some object in the set": nothing in a real estate is called like this.
_FILLERS = ("zq7x-any", "q")
_WITNESSES = 24  # tried members of a set; more patterns than that leave the answer unknown


@dataclass(slots=True)
class _Record:
    """What one decision comes across."""

    allows: list[Evidence] = field(default_factory=list)
    denies: list[Evidence] = field(default_factory=list)
    unknowns: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)


_About = tuple[Policy, tuple[Statement, ...]]


class Evaluator:
    """Decides requests. One serves one estate; it remembers which statements are about which action."""

    def __init__(self, organization: Organization | None = None) -> None:
        self.organization = organization or Organization()
        self._relevant: dict[tuple[int, str], tuple[Statement, ...]] = {}
        self._alive: dict[int, Policy] = {}  # keeps the ids in `_relevant` from being reused
        # One identity is asked about many resources in a row.
        self._last: tuple[Principal, str, object, tuple[_About, ...]] | None = None

    def relevant(self, policy: Policy, action: str) -> tuple[Statement, ...]:
        """The statements of the policy that are about the action (lower case)."""
        candidates = policy.about(action.partition(":")[0])
        if not candidates:
            return ()
        key = (id(policy), action)
        found = self._relevant.get(key)
        if found is None:
            self._alive[id(policy)] = policy
            found = self._relevant[key] = tuple(s for s in candidates if covers_action(s, action) is not NO)
        return found

    def can(
        self, principal: Principal, action: str, resource: Resource, context: Context = EMPTY
    ) -> Decision:
        """Whether the identity may do the action to the resource.

        For a set of resources (an ARN with wildcards) the answer is ALLOW if some member is certainly allowed;
        `partial` says that not all of them are.
        """
        action = action.lower()
        if resource.arn == "*" or not is_pattern(resource.arn):
            return self._decide(principal, action, resource, context)
        return self._of_set(principal, action, resource, context)

    def lets_in(self, principal: Principal, action: str, resource: Resource) -> bool:
        """Whether a resource of another account may let the identity in at all; True for one of its own account.

        Without evaluating anything else: across accounts nothing is allowed that the resource's policy does not allow.
        """
        if principal.kind in {"service", "stranger", "federated"}:
            return True
        if not resource.account or resource.account == principal.account:
            return True
        if not _consults_own_policy(resource, action):
            return False
        if resource.policy is None:
            return resource.kind in {"role", "key"} or (not resource.policy_known and resource.carries_policy)
        statements = self.relevant(resource.policy, action)
        return any(s.effect != "Deny" and about(s, principal)[0] is not NO for s in statements)

    def _of_set(self, principal: Principal, action: str, resource: Resource, context: Context) -> Decision:
        best: Decision | None = None
        worst = Verdict.ALLOW
        members, complete = self._members(principal, action, resource, context)
        for member in members:
            one = self._decide(principal, action, resource.at(member), context)
            if best is None or _rank(one.verdict) > _rank(best.verdict):
                best = one
            if _rank(one.verdict) < _rank(worst):
                worst = one.verdict
        assert best is not None
        if best.verdict is Verdict.ALLOW:
            return best._replace(partial=worst is not Verdict.ALLOW)
        if best.verdict is Verdict.DENY and not complete:
            return best._replace(verdict=Verdict.UNKNOWN, reason="too many patterns to try them all")
        return best

    def _members(
        self, principal: Principal, action: str, resource: Resource, context: Context
    ) -> tuple[list[str], bool]:
        """Concrete members of a set: an arbitrary one, and one inside each pattern that singles out a part."""
        found = [instance(resource.arn, filler) for filler in _FILLERS]
        full = self.context(principal, resource, context)
        for policy, statements in self._met(principal, action, resource):
            for statement in statements:
                for pattern in (*(statement.resources or ()), *(statement.not_resources or ())):
                    filled = fill(pattern, full, policy.variables)
                    if not isinstance(filled, str) or filled in {"*", resource.arn}:
                        continue
                    if intersect(filled, resource.arn):
                        member = instance(meet(filled, resource.arn), _FILLERS[0])
                        if matches(resource.arn, member):
                            found.append(member)
        distinct_members = list(dict.fromkeys(found))
        return distinct_members[:_WITNESSES], len(distinct_members) <= _WITNESSES

    def policies(self, principal: Principal, resource: Resource) -> Iterable[Policy]:
        """Every policy that a request of this identity for this resource meets."""
        yield from self._of_principal(principal)
        yield from self._of_resource(resource)

    def _of_principal(self, principal: Principal) -> Iterable[Policy]:
        yield from principal.policies or ()
        if principal.boundary is not None:
            yield principal.boundary
        yield from principal.session
        yield from principal.endpoints
        for level in self._service_levels(principal):
            yield from level

    def _of_resource(self, resource: Resource) -> Iterable[Policy]:
        for level in self._resource_levels(resource):
            yield from level
        if resource.policy is not None:
            yield resource.policy

    def _met(self, principal: Principal, action: str, resource: Resource) -> Iterable[_About]:
        """Every policy that the request meets and that has statements about the action, with these."""
        last, levels = self._last, self._service_levels(principal)
        if last is None or last[0] is not principal or last[1] != action or last[2] is not levels:
            own = ((policy, self.relevant(policy, action)) for policy in self._of_principal(principal))
            last = self._last = (principal, action, levels, tuple(one for one in own if one[1]))
        yield from last[3]
        for policy in self._of_resource(resource):
            yield policy, self.relevant(policy, action)

    def context(self, principal: Principal, resource: Resource, context: Context = EMPTY) -> Layers:
        """All that is known about a request."""
        id_of = self.organization.id_of
        return Layers(
            lambda: carried(principal, id_of(principal.account) if principal.account else None),
            lambda: described(resource, id_of(resource.account) if resource.account else None),
            lambda: context,
        )

    def _service_levels(self, principal: Principal) -> tuple[tuple[Policy, ...], ...]:
        caps = self.organization.caps(principal.account)
        if caps is None or caps.management or caps.levels is None or principal.service_linked:
            return ()
        return caps.levels

    def _resource_levels(self, resource: Resource) -> tuple[tuple[Policy, ...], ...]:
        caps = self.organization.accounts.get(resource.account)
        if caps is None or caps.management or resource.service not in RCP_SERVICES:
            return ()
        return caps.resource_levels

    def _decide(self, principal: Principal, action: str, resource: Resource, extra: Context) -> Decision:
        record = _Record()
        context = self.context(principal, resource, extra)
        denied = self._denied(principal, action, resource, context, record)
        if denied is YES:
            proof = tuple(e for e in record.denies if e.match is YES)
            return Decision(Verdict.DENY, "an explicit deny", proof)
        granted = self._granted(principal, action, resource, context, record)
        capped = self._capped(principal, action, resource, context, record)
        result = both(granted, capped, negate(denied))
        return _decision(result, granted, capped, denied, record)

    # Explicit denies -------------------------------------------------------------------------------------

    def _denied(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        result: Truth = NO
        for policy, statements in self._met(principal, action, resource):
            for statement in statements:
                if statement.effect == "Allow":
                    continue
                truth = self._applies(statement, policy, resource, context, record)
                if policy.kind.has_principal and truth is not NO:
                    truth = both(truth, about(statement, principal)[0])
                if statement.effect == "?":
                    truth = both(truth, MAYBE)
                if truth is not NO:
                    record.denies.append(_evidence(policy, statement, "deny", truth))
                    result = either(result, truth)
                if result is YES:
                    return YES
        for name in principal.missing:
            record.unknowns.append(f"policy {name} was not collected")
            result = either(result, MAYBE)
        return result

    # What is granted -------------------------------------------------------------------------------------

    def _granted(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        own_side = self._identity_side(principal, action, resource, context, record)
        limits = both(
            self._boundary(principal, action, resource, context, record),
            self._session(principal, action, resource, context, record),
        )
        by_manner = self._resource_side(principal, action, resource, context, record)
        named_directly = by_manner.get(Manner.DIRECT, NO)
        by_session = by_manner.get(Manner.SESSION, NO)
        anyone = by_manner.get(Manner.ANYONE, NO)
        any_manner = max(by_manner.values(), default=NO)
        if principal.kind in {"service", "stranger", "federated"}:
            return any_manner
        if resource.account and resource.account != principal.account:
            if not resource.carries_policy and resource.policy is None:
                return NO
            return both(any_manner, own_side, limits)
        delegated = both(own_side, limits)
        if resource.kind in {"role", "key"} and _needs_own_policy(resource, action):
            delegated = both(delegated, any_manner)
        if principal.kind == "user":
            # A boundary does not limit a grant to the user's ARN; for "anyone" nobody documents it.
            at_large = anyone if limits is YES else both(anyone, MAYBE if principal.session == () else limits)
            return either(delegated, both(named_directly, self._session_only(principal, limits)), at_large)
        if principal.kind == "root":
            return either(delegated, any_manner)
        return either(delegated, by_session, both(either(named_directly, anyone), limits))

    @staticmethod
    def _session_only(principal: Principal, limits: Truth) -> Truth:
        return YES if not principal.session else limits

    def _identity_side(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        if principal.all_powerful or principal.kind in {"root", "service", "stranger"}:
            return YES
        if principal.policies is None:
            record.unknowns.append(f"the policies of {principal.arn} were not collected")
            return MAYBE
        found = self._allowed(principal.policies, action, resource, context, record)
        if found is not YES and (principal.missing or principal.missing_managed):
            names = (*principal.missing, *principal.missing_managed)
            record.unknowns.extend(f"policy {name} was not collected" for name in names)
            found = either(found, MAYBE)
        return found

    def _boundary(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        if principal.boundary_missing:
            record.unknowns.append(f"the permissions boundary of {principal.arn} was not collected")
            return MAYBE
        if principal.boundary is None:
            return YES
        return self._allowed((principal.boundary,), action, resource, context, record)

    def _session(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        if not principal.session:
            return YES
        return self._allowed(principal.session, action, resource, context, record)

    def _resource_side(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> dict[Manner, Truth]:
        if not _consults_own_policy(resource, action):
            return {}
        if resource.policy is None:
            always = resource.kind in {"role", "key"}  # they cannot be without one
            if always or (not resource.policy_known and resource.carries_policy):
                record.unknowns.append(f"the policy of {resource.arn} was not collected")
                return {Manner.ANYONE: MAYBE, Manner.ACCOUNT: MAYBE}
            return {}
        found: dict[Manner, Truth] = {}
        for statement in self.relevant(resource.policy, action):
            if statement.effect == "Deny":
                continue
            who, manner = about(statement, principal)
            if who is NO:
                continue
            truth = both(who, self._applies(statement, resource.policy, resource, context, record))
            if statement.effect == "?":
                truth = both(truth, MAYBE)
            if truth is not NO:
                record.allows.append(_evidence(resource.policy, statement, "allow", truth))
                found[manner] = either(found.get(manner, NO), truth)
        return found

    # What caps it ----------------------------------------------------------------------------------------

    def _capped(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        result = self._through_endpoints(principal, action, resource, context, record)
        if principal.kind in {"service", "stranger", "federated"} or principal.service_linked:
            return result
        if self.organization.caps(principal.account) is None:
            text = f"no service control policies are recorded for account {principal.account}"
            if self.organization.strict:
                record.unknowns.append(text)
                return both(result, MAYBE)
            record.assumed.append(text)
            return result
        for level in self._service_levels(principal):
            result = both(result, self._allowed(level, action, resource, context, record))
        return result

    def _through_endpoints(
        self, principal: Principal, action: str, resource: Resource, context: Known, record: _Record
    ) -> Truth:
        result: Truth = YES
        for policy in principal.endpoints:
            passed: Truth = NO
            for statement in self.relevant(policy, action):
                if statement.effect != "Deny":
                    one = self._applies(statement, policy, resource, context, record)
                    one = both(
                        one, about(statement, principal)[0], YES if statement.effect == "Allow" else MAYBE
                    )
                    passed = either(passed, one)
            result = both(result, passed)
        return result

    def _allowed(
        self,
        policies: Sequence[Policy],
        action: str,
        resource: Resource,
        context: Known,
        record: _Record,
    ) -> Truth:
        """Whether any of the policies allows it."""
        result: Truth = NO
        for policy in policies:
            for statement in self.relevant(policy, action):
                if statement.effect == "Deny":
                    continue
                truth = self._applies(statement, policy, resource, context, record)
                if statement.effect == "?":
                    truth = both(truth, MAYBE)
                if truth is not NO:
                    record.allows.append(_evidence(policy, statement, "allow", truth))
                    result = either(result, truth)
                if result is YES:
                    return YES
        return result

    def _applies(
        self,
        statement: Statement,
        policy: Policy,
        resource: Resource,
        context: Known,
        record: _Record,
    ) -> Truth:
        """Whether a statement that is about the action (`relevant`) applies to the resource, its conditions met."""
        result = covers_resource(statement, policy, resource.arn, context)
        if result is NO:
            return NO
        if statement.actions is None and statement.not_actions is None:
            result = both(result, MAYBE)  # what is relevant names the action, or names none
        for condition in statement.conditions:
            truth = holds(condition, context, policy.variables)
            if truth is NO:
                return NO
            if truth is MAYBE:
                record.unknowns.append(condition.key)
            result = both(result, truth)
        if statement.opaque:
            record.unknowns.append(f"{policy.name} {statement.label} does not parse")
            return both(result, MAYBE)
        return result


def _consults_own_policy(resource: Resource, action: str) -> bool:
    """A role's own policy is about assuming it, not about managing it."""
    return resource.kind != "role" or action.startswith("sts:")


def _needs_own_policy(resource: Resource, action: str) -> bool:
    return action.startswith("sts:") if resource.kind == "role" else action != "kms:createkey"


def _evidence(policy: Policy, statement: Statement, effect: str, truth: Truth) -> Evidence:
    return Evidence(policy.kind.value, policy.name, statement.label, effect, truth)


def _rank(verdict: Verdict) -> int:
    return (Verdict.DENY, Verdict.UNKNOWN, Verdict.ALLOW).index(verdict)


def _decision(result: Truth, granted: Truth, capped: Truth, denied: Truth, record: _Record) -> Decision:
    assumed = distinct(record.assumed)
    if result is YES:
        sure = tuple(dict.fromkeys(e for e in record.allows if e.match is YES))
        return Decision(verdict_of(result), "allowed and nothing denies it", sure, (), assumed)
    if result is NO:
        reason = "nothing allows it" if granted is NO else "service control policies do not allow it"
        return Decision(verdict_of(result), reason, (), (), assumed)
    if denied is MAYBE and granted is YES and capped is YES:
        reason = "allowed, unless a deny applies that cannot be judged"
    else:
        reason = "an allow applies only under facts that are not recorded"
    because = tuple(dict.fromkeys((*record.allows, *record.denies)))
    return Decision(verdict_of(result), reason, because, distinct(record.unknowns), assumed)
