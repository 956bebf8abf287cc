"""Which privilege-escalation combinations an identity holds, decided by the same engine as everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.priority.iam.aws.bounds import leaves_room
from tools.priority.iam.aws.chains import ASSUME, AssumeGraph
from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.escalation_table import Combination, Need, all_actions, combinations
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.reach import ActionReach, Reach
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.aws.sets import ResourceSet
from tools.priority.iam.logic import NO, YES, Decision, Truth, Verdict, both, distinct, truth_of, verdict_of
from tools.priority.iam.model import Escalation

# What new things an action makes or uses, as the end of their ARNs ("" before the slash is the account's own,
# "!" means one of AWS's). Actions that are not listed are asked about the resource `*`, which only a statement
# about everything allows.
_NEW: dict[str, tuple[str, ...]] = {
    "ec2:runinstances": ("instance/*", "subnet/*", "network-interface/*", "volume/*"),
    "lambda:createfunction": ("function:*",),
    "lambda:invokefunction": ("function:*",),
    "lambda:addpermission": ("function:*",),
    "lambda:createfunctionurlconfig": ("function:*",),
    "glue:createjob": ("job/*",),
    "glue:startjobrun": ("job/*",),
    "glue:updatejob": ("job/*",),
    "cloudformation:createstack": ("stack/*",),
    "cloudformation:updatestack": ("stack/*",),
    "cloudformation:createchangeset": ("stack/*",),
    "cloudformation:executechangeset": ("stack/*",),
    "codebuild:createproject": ("project/*",),
    "codebuild:updateproject": ("project/*",),
    "codebuild:startbuild": ("project/*",),
    "sagemaker:createnotebookinstance": ("notebook-instance/*",),
    "sagemaker:createpresignednotebookinstanceurl": ("notebook-instance/*",),
    "sagemaker:createtrainingjob": ("training-job/*",),
    "sagemaker:createprocessingjob": ("processing-job/*",),
    "ecs:runtask": ("task-definition/*",),
    "ecs:starttask": ("task-definition/*",),
    "ecs:createservice": ("service/*",),
    "states:createstatemachine": ("stateMachine:*",),
    "states:startexecution": ("stateMachine:*",),
    "scheduler:createschedule": ("schedule/*",),
    "ssm:createdocument": ("document/*",),
    "ssm:sendcommand": ("!document/AWS-RunShellScript",),
    "codepipeline:createpipeline": ("*",),
    "codedeploy:createdeploymentgroup": ("deploymentgroup:*",),
    "codedeploy:createdeployment": ("deploymentgroup:*",),
    "eks:createpodidentityassociation": ("cluster/*",),
    "batch:registerjobdefinition": ("job-definition/*",),
    "batch:submitjob": ("job-definition/*",),
}
_PROBES = ("iam:zq7xanything", "sts:zq7xanything", "s3:zq7xanything", "zq7x:anything")
_REGION = "us-east-1"


class Escalations:
    """Escalation over a finished estate."""

    def __init__(
        self, estate: AwsEstate, reach: Reach | None = None, graph: AssumeGraph | None = None
    ) -> None:
        self._estate = estate
        self._reach = reach or Reach(estate)
        self._graph = graph or AssumeGraph(estate)
        self._sets: dict[tuple[str, str], ResourceSet] = {}
        self._new: dict[tuple[object, ...], Decision] = {}
        self._trusting: dict[str, dict[str, Verdict]] = {}
        for role, entries in self._graph.trusts.items():
            for entry in entries:
                if entry.kind in {"service", "anyone"} and "/aws-service-role/" not in role:
                    host = entry.party if entry.kind == "service" else "*"
                    known = self._trusting.setdefault(host, {})
                    if known.get(role) is not Verdict.ALLOW:
                        known[role] = entry.verdict

    def admin(self, principal: str) -> Decision:
        """Whether the identity may do everything, AWS services that nobody has thought of yet included."""
        who = self._estate.principal(principal)
        everywhere = Resource("*", who.account)
        found = [self._estate.evaluator.can(who, action, everywhere) for action in _PROBES]
        return min(found, key=lambda decision: truth_of(decision.verdict))

    def of(self, principal: str) -> tuple[Escalation, ...]:
        """The combinations that the identity holds, or may hold, in the order of the table."""
        who = self._estate.principal(principal)
        granted = {
            action for action in all_actions() if action == ASSUME or self._reach.recorded_grant(who, action)
        }
        found = [one for row in combinations() if row.actions <= granted for one in self._try(who, row)]
        lacking = who.missing or who.missing_managed or who.policies is None
        if lacking and leaves_room(self._estate, who):
            names = distinct(
                f"policy {name} was not collected" for name in (*who.missing, *who.missing_managed)
            )
            text = "holds policies that were not collected"
            found.append(
                Escalation("unrecorded-policies", who.arn, "policy", Verdict.UNKNOWN, text, unknowns=names)
            )
        return tuple(found)

    def _try(self, who: Principal, row: Combination) -> Iterator[Escalation]:
        general: Truth = YES
        decisions: list[Decision] = []
        for need in row.needs:
            if need.on == "new":
                decision = self._on_new(who, need.action)
                general = both(general, truth_of(decision.verdict))
                decisions.append(decision)
                if general is NO:
                    return
        targeted = [need for need in row.needs if need.on != "new"]
        # The identity on which the gain falls comes first: a passed role rather than the instance it is put on.
        targeted.sort(key=lambda need: need.on != "passed")
        if not targeted:
            yield _escalation(row, who, verdict_of(general), (), decisions)
            return
        groups: dict[str, list[Need]] = {}
        for need in targeted:
            groups.setdefault(need.on, []).append(need)
        found = [self._targets(who, row, on, needs) for on, needs in groups.items()]
        for other in found[1:]:
            best = max((truth_of(d.verdict) for d in other.values()), default=NO)
            general = both(general, best)
        if general is NO:
            return
        for verdict in (Verdict.ALLOW, Verdict.UNKNOWN):
            chosen = {
                target: decision
                for target, decision in found[0].items()
                if verdict_of(both(general, truth_of(decision.verdict))) is verdict
            }
            if chosen:
                yield _escalation(
                    row,
                    who,
                    verdict,
                    self._gained(next(iter(groups)), chosen),
                    [*decisions, *chosen.values()],
                )

    def _gained(self, on: str, chosen: Iterable[str]) -> tuple[str, ...]:
        """For code under a role: the roles; otherwise the targets themselves."""
        roles = self._estate.workloads.get(on)
        return tuple(dict.fromkeys(roles[t] if roles else t for t in chosen))

    def _targets(self, who: Principal, row: Combination, on: str, needs: list[Need]) -> dict[str, Decision]:
        """The targets to which all the needs can be done, each with its least certain decision."""
        result: dict[str, Decision] | None = None
        for need in needs:
            if _assumes(need):
                found = {step.role: step.decision for step in self._graph.steps_from(who.arn)}
            else:
                found = dict(self._over(who, row, on, need.action).each())
            if on == "passed":
                trusted = {**self._trusting.get("*", {}), **self._trusting.get(row.service, {})}
                found = {arn: _weaker(d, trusted[arn]) for arn, d in found.items()}
            if result is not None:
                found = {
                    arn: min(d, result[arn], key=lambda one: truth_of(one.verdict))
                    for arn, d in found.items()
                    if arn in result
                }
            result = found
        found = dict(result or {})
        if not on.startswith("own-"):
            found.pop(who.arn, None)
        return found

    def _over(self, who: Principal, row: Combination, on: str, action: str) -> ActionReach:
        if on.startswith("own-"):
            own = {
                "own-user": [who.arn] if who.kind == "user" else [],
                "own-role": [who.arn] if who.kind == "role" else [],
                "own-group": self._estate.groups_of.get(who.arn, []),
                "own-policy": self._estate.held_by(who.arn),
            }[on]
            singles = []
            for arn in own:
                decision = self._estate.evaluator.can(who, action, self._plain(arn))
                if decision.possible:
                    singles.append((arn, decision))
            return ActionReach(action, (), tuple(singles))
        if on == "group" and who.kind != "user":
            return ActionReach(action, (), ())  # only a user can be put into a group
        context = EMPTY
        if on == "passed":
            context = Context.of({"iam:PassedToService": row.service})
        members = self._members(who.account, on, row.service)
        return self._reach.over(who, action, members, context)

    def _plain(self, arn: str) -> Resource:
        role = self._estate.roles.get(arn)
        return role or Resource(arn, arn.split(":")[4] if arn.count(":") >= 5 else "", None)

    def _members(self, account: str, on: str, service: str) -> ResourceSet:
        key = (account, f"passed to {service}" if on == "passed" else on)
        if key not in self._sets:
            self._sets[key] = ResourceSet(self._listed(account, on, service))
        return self._sets[key]

    def _listed(self, account: str, on: str, service: str) -> Iterator[Resource]:
        if on == "user":
            for principal in self._estate.principals.values():
                if principal.kind == "user" and principal.account == account:
                    yield Resource(principal.arn, account, None, tags=principal.tags)
        elif on == "group":
            yield from map(self._plain, self._estate.groups_of_account(account))
        elif on in {"role", "passed"}:
            trusting = {**self._trusting.get("*", {}), **self._trusting.get(service, {})}
            for arn, role in self._estate.roles.items():
                if (
                    role.account == account
                    and "/aws-service-role/" not in arn
                    and (on == "role" or arn in trusting)
                ):
                    yield role
        else:
            for arn in self._estate.workloads.get(on, {}):
                resource = self._estate.resources[arn]
                if resource.account == account:
                    yield resource

    def _on_new(self, who: Principal, action: str) -> Decision:
        """Whether the action can be done to something that does not exist yet, in some region."""
        low = action.lower()
        key = (who.signature, low)
        found = self._new.get(key)
        if found is None:
            tries = [self._in_region(who, low, region) for region in self._regions(who, low)]
            found = self._new[key] = max(tries, key=lambda decision: truth_of(decision.verdict))
        return found

    def _in_region(self, who: Principal, action: str, region: str) -> Decision:
        shapes = _NEW.get(action)
        evaluator = self._estate.evaluator
        if shapes is None:
            return evaluator.can(who, action, Resource("*", who.account, region=region))
        service = action.partition(":")[0]
        found = []
        for shape in shapes:
            account, end = ("", shape[1:]) if shape.startswith("!") else (who.account, shape)
            arn = f"arn:aws:{service}:{region}:{account}:{end}"
            found.append(evaluator.can(who, action, Resource(arn, who.account, None, region=region)))
        return min(found, key=lambda decision: truth_of(decision.verdict))

    def _regions(self, who: Principal, action: str) -> list[str]:
        """Regions to try: a usual one, and those that the identity's policies speak of."""
        found = [_REGION]
        evaluator = self._estate.evaluator
        for policy in evaluator.policies(who, Resource("*", who.account)):
            for statement in evaluator.relevant(policy, action):
                for condition in statement.conditions:
                    if condition.key == "aws:requestedregion":
                        found.extend(v for v in condition.values if "*" not in v and "$" not in v)
                for pattern in statement.resources or ():
                    parts = pattern.split(":", 5)
                    if len(parts) == 6 and parts[3] and "*" not in parts[3]:
                        found.append(parts[3])
        return list(dict.fromkeys(found))[:8]


def _assumes(need: Need) -> bool:
    return need.action.lower() == ASSUME


def _weaker(decision: Decision, trusted: Verdict) -> Decision:
    if trusted is Verdict.ALLOW or decision.verdict is not Verdict.ALLOW:
        return decision
    return Decision(
        Verdict.UNKNOWN, "the role's trust depends on a condition", decision.because, ("trust condition",)
    )


def _escalation(
    row: Combination, who: Principal, verdict: Verdict, targets: tuple[str, ...], decisions: list[Decision]
) -> Escalation:
    some = decisions[:8]
    because = tuple(dict.fromkeys(e for decision in some for e in decision.because))[:8]
    unknowns = distinct(text for decision in some for text in decision.unknowns)
    return Escalation(row.id, who.arn, row.gain, verdict, row.summary, targets, because, unknowns)
