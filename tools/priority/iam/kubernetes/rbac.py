"""Kubernetes RBAC: additive rules of roles, bound to users, groups and service accounts. There are no denies.

Subjects are `user:NAME`, `group:NAME` and `sa:NAMESPACE/NAME`. A request without credentials is `anonymous`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.priority.iam.kubernetes.defaults import DEFAULT_ROLES
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
    verdict_of,
)
from tools.priority.iam.model import Fault

ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a role allows. `opaque`: it does not parse, so it may allow anything."""

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    names: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A role bound to a subject, in a namespace or (empty) everywhere."""

    name: str
    namespace: str
    role_kind: str
    role: str
    role_namespace: str


class Cluster:
    """Roles, bindings and service accounts of one cluster."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.service_accounts: dict[str, dict[str, str]] = {}
        self._rules: dict[tuple[str, str, str], tuple[Rule, ...]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._aggregates: dict[str, list[dict[str, str]]] = {}
        self._bindings: dict[str, list[Binding]] = {}
        for role, rules in DEFAULT_ROLES.items():
            self._rules["ClusterRole", "", role] = tuple(self._rule(r, role) for r in rules)

    def add(self, manifest: Mapping[str, Any]) -> None:
        """A Role, ClusterRole, RoleBinding, ClusterRoleBinding or ServiceAccount as the API returns it."""
        kind, meta = manifest.get("kind"), manifest.get("metadata")
        meta = meta if isinstance(meta, Mapping) else {}
        name, namespace = str(meta.get("name", "")), str(meta.get("namespace", ""))
        if kind == "ServiceAccount":
            notes = meta.get("annotations")
            notes = notes if isinstance(notes, Mapping) else {}
            self.service_accounts[f"sa:{namespace}/{name}"] = {str(k): str(v) for k, v in notes.items()}
        elif kind in {"Role", "ClusterRole"}:
            self._add_role(str(kind), "" if kind == "ClusterRole" else namespace, name, manifest, meta)
        elif kind in {"RoleBinding", "ClusterRoleBinding"}:
            self._add_binding(name, "" if kind == "ClusterRoleBinding" else namespace, manifest)
        else:
            self.faults.append(Fault(name or "manifest", "kind", f"is not one of RBAC: {str(kind)[:40]}"))

    def _add_role(
        self, kind: str, namespace: str, name: str, manifest: Mapping[str, Any], meta: Mapping[str, Any]
    ) -> None:
        rules = manifest.get("rules") or []
        self._rules[kind, namespace, name] = tuple(
            self._rule(rule, name) for rule in (rules if isinstance(rules, list) else [None])
        )
        labels = meta.get("labels")
        self._labels[name] = (
            {str(k): str(v) for k, v in labels.items()} if isinstance(labels, Mapping) else {}
        )
        aggregation = manifest.get("aggregationRule")
        if (
            isinstance(aggregation, Mapping) and not rules
        ):  # the API server fills in the rules; files lack them
            for selector in aggregation.get("clusterRoleSelectors") or []:
                wanted = selector.get("matchLabels") if isinstance(selector, Mapping) else None
                if isinstance(wanted, Mapping):
                    self._aggregates.setdefault(name, []).append({str(k): str(v) for k, v in wanted.items()})

    def _rule(self, raw: Any, name: str) -> Rule:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("verbs"), list):
            self.faults.append(Fault(name, "rules", "has one without verbs"))
            everything = frozenset("*")
            return Rule(everything, everything, everything, opaque=True)
        return Rule(
            _set(raw.get("apiGroups")),
            _set(raw.get("resources")),
            _set(raw.get("verbs")),
            _set(raw.get("resourceNames")),
            _set(raw.get("nonResourceURLs")),
        )

    def _add_binding(self, name: str, namespace: str, manifest: Mapping[str, Any]) -> None:
        reference = manifest.get("roleRef")
        if not isinstance(reference, Mapping) or not reference.get("name"):
            self.faults.append(Fault(name, "roleRef", "is missing"))
            return
        kind = str(reference.get("kind", "ClusterRole"))
        where = namespace if kind == "Role" else ""
        binding = Binding(name, namespace, kind, str(reference["name"]), where)
        subjects = manifest.get("subjects")
        for subject in subjects if isinstance(subjects, list) else ():
            key = self._subject(subject, namespace) if isinstance(subject, Mapping) else None
            if key is None:
                self.faults.append(Fault(name, "subjects", "has one of an unknown kind"))
            else:
                self._bindings.setdefault(key, []).append(binding)

    @staticmethod
    def _subject(subject: Mapping[str, Any], namespace: str) -> str | None:
        kind, name = subject.get("kind"), subject.get("name")
        if kind == "ServiceAccount":
            return f"sa:{subject.get('namespace') or namespace}/{name}"
        if kind == "User":
            parts = str(name).split(":")
            if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"]:
                return f"sa:{parts[2]}/{parts[3]}"
            return ANONYMOUS if name == "system:anonymous" else f"user:{name}"
        return f"group:{name}" if kind == "Group" else None

    def identities(self, subject: str, groups: Iterable[str] = ()) -> list[str]:
        """The names under which bindings reach a subject. `groups`: those of a user, as its login says."""
        if subject == ANONYMOUS:
            return [ANONYMOUS, "group:system:unauthenticated"]
        found = [subject, *(f"group:{group}" for group in groups)]
        if subject.startswith("sa:"):
            namespace = subject[3:].split("/", 1)[0]
            found += ["group:system:serviceaccounts", f"group:system:serviceaccounts:{namespace}"]
        if "group:system:unauthenticated" not in found and subject != "group:system:unauthenticated":
            found.append("group:system:authenticated")
        return list(dict.fromkeys(found))

    def bindings(
        self, subject: str, groups: Iterable[str] = ()
    ) -> Iterator[tuple[Binding, tuple[Rule, ...] | None]]:
        """The bindings of a subject with the rules of their roles (None: the role was not collected)."""
        for name in self.identities(subject, groups):
            for binding in self._bindings.get(name, ()):
                yield binding, self._rules_of(binding)

    def _rules_of(self, binding: Binding) -> tuple[Rule, ...] | None:
        rules = self._rules.get((binding.role_kind, binding.role_namespace, binding.role))
        if rules is None or binding.role not in self._aggregates:
            return rules
        found = list(rules)
        for wanted in self._aggregates[binding.role]:
            for name, labels in self._labels.items():
                if wanted.items() <= labels.items() and name != binding.role:
                    found.extend(self._rules.get(("ClusterRole", "", name), ()))
        return tuple(found)

    def can(
        self,
        subject: str,
        verb: str,
        resource: str,
        *,
        group: str = "",
        namespace: str = "",
        name: str = "",
        groups: Iterable[str] = (),
    ) -> Decision:
        """Whether the subject may use the verb on a resource (`pods`, `pods/exec`) of an API group.

        `namespace` empty: in all of them. `name` empty: on any; rules that name single objects then allow a part.
        """
        granted: Truth = NO
        allows: list[Evidence] = []
        unknowns: list[str] = []
        partial = True
        for binding, rules in self.bindings(subject, groups):
            if binding.namespace and binding.namespace != namespace:
                continue
            if rules is None:
                unknowns.append(f"{binding.role_kind} {binding.role} was not collected")
            truth, whole = _rules_allow(rules, verb, resource, group, name)
            if truth is not NO:
                allows.append(Evidence("role binding", binding.name, binding.role, "allow", truth))
                granted = either(granted, truth)
                partial = partial and not (whole and truth is YES)
        if granted is NO:
            return Decision(Verdict.DENY, "no rule allows it")
        if granted is YES:
            sure = tuple(e for e in allows if e.match is YES)
            return Decision(verdict_of(granted), "a rule allows it", sure, partial=partial)
        return Decision(
            verdict_of(granted), "depends on what is not recorded", tuple(allows), distinct(unknowns)
        )

    def namespaces(self) -> list[str]:
        """Every namespace that a binding or service account names."""
        found = {b.namespace for bindings in self._bindings.values() for b in bindings if b.namespace}
        return sorted(found | {sa[3:].split("/", 1)[0] for sa in self.service_accounts})

    def subjects(self) -> list[str]:
        """Every subject that is bound, and every service account."""
        return sorted({*self._bindings, *self.service_accounts})


def _rules_allow(
    rules: tuple[Rule, ...] | None, verb: str, resource: str, group: str, name: str
) -> tuple[Truth, bool]:
    """Whether some rule allows it, and whether one does so for all objects."""
    if rules is None:
        return MAYBE, True
    best: Truth = NO
    whole = False
    for rule in rules:
        if not (_in(verb, rule.verbs) and _in(group, rule.groups) and _covers(resource, rule.resources)):
            continue
        limited = bool(rule.names)
        if limited and ((name and name not in rule.names) or verb in {"create", "deletecollection"}):
            continue  # a new object has no name that could be compared
        truth = both(
            YES, MAYBE if rule.opaque or (limited and not name and verb in {"list", "watch"}) else YES
        )
        best = either(best, truth)
        whole = whole or (truth is YES and (not limited or bool(name)))
    return best, whole


def _covers(resource: str, resources: frozenset[str]) -> bool:
    if "*" in resources or resource in resources:
        return True
    _, slash, sub = resource.partition("/")
    return bool(slash) and f"*/{sub}" in resources


def _in(value: str, values: frozenset[str]) -> bool:
    return "*" in values or value in values


def _set(value: Any) -> frozenset[str]:
    return frozenset(v for v in value if isinstance(v, str)) if isinstance(value, list) else frozenset()
