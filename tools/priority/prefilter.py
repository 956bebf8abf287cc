"""Which findings a person or a rule of the customer holds down, and when such a rule may not act.

An accepted risk is a person's decision about a finding and always acts. A rule of `benign.toml` is a decision about a
sort of finding: it does not act on one through which an attack path to a crown jewel is proved, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tools.findings.model import AssetRecord, Finding
from tools.priority.acceptance import Acceptance, Acceptances, accepted_by_platform, matches
from tools.priority.benign import NOTHING, ApprovedPort, Benign
from tools.priority.correlation.focus import ports_of
from tools.priority.facts import Fact
from tools.priority.graph.view import path_text
from tools.priority.graph.vocabulary import graph_words
from tools.priority.reading import shown
from tools.priority.sources import sources_of
from tools.priority.weakness import Weakness

if TYPE_CHECKING:
    from tools.priority.context import Context

ACCEPTED: Final = "accepted exception"
BY_PLATFORM: Final = "accepted in the platform"
EXCLUDED: Final = "exclusion of the tenant"
PORT: Final = "approved port"
PUBLIC: Final = "approved as public"
ESTATE: Final = "of a test estate"
BENIGN: Final = frozenset({PORT, PUBLIC, ESTATE})
KINDS: Final = (ACCEPTED, BY_PLATFORM, EXCLUDED, PORT, PUBLIC, ESTATE)
PLURALS: Final = {
    ACCEPTED: "accepted exceptions",
    BY_PLATFORM: "accepted in the platform",
    EXCLUDED: "exclusions of the tenant",
    PORT: "approved ports",
    PUBLIC: "approved as public",
    ESTATE: "of test estates",
}
"""The kinds behind a number other than one."""
_PUBLIC_THEMES = {"public", "public_address", "ingress"}


@dataclass(frozen=True)
class Tolerances:
    """What is accepted and approved now. `problem` is a sentence when `benign.toml` could not be used."""

    accepted: tuple[Acceptance, ...] = ()
    benign: Benign = NOTHING
    problem: str = field(default="", compare=False)

    @cached_property
    def acceptances(self) -> Acceptances:
        """The accepted risks, indexed."""
        return Acceptances(self.accepted)


NO_TOLERANCES = Tolerances()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a finding stands: what holds it down (`kind` of `KINDS`, or empty), because of what; or why a rule of
    `benign.toml` that fits it did not act.
    """

    kind: str = ""
    because: str = ""
    not_held: str = ""


_FREE = Standing()


def standing_of(finding: Finding, weakness: Weakness, path: Fact, context: Context) -> Standing:
    """What holds a finding down, a person's word first."""
    tolerances = context.tolerances
    accepted = tolerances.acceptances.of(finding, context.as_of) if tolerances.accepted else None
    if accepted is not None:
        end = f" until {accepted.until.date().isoformat()}" if accepted.until else ""
        return Standing(ACCEPTED, f"accepted by {shown(accepted.by)}{end}: {shown(accepted.reason, 300)}")
    if progress := accepted_by_platform(finding):
        return Standing(BY_PLATFORM, f"the platform says {shown(progress)}")
    if excepted := context.enriched.excepted.get(str(finding.issue_id)):
        return Standing(BY_PLATFORM, shown(excepted))
    if excluded := context.enriched.excluded.get(str(finding.issue_id)):
        return Standing(EXCLUDED, shown(excluded))
    if tolerances.benign.empty:
        return _FREE
    return _benign(finding, weakness, path, context)


def _benign(finding: Finding, weakness: Weakness, path: Fact, context: Context) -> Standing:
    refused, proved = "", None
    for kind, because, why_not in _fitting(finding, weakness, context):
        if proved is None:
            proved = _proved(finding, path, context)
        if proved:
            return Standing(not_held=f"{because}, but a path through it is proved: {proved}")
        if not why_not:
            return Standing(kind, because)
        refused = refused or f"{because}, but {why_not}"
    return Standing(not_held=refused)


def _proved(finding: Finding, path: Fact, context: Context) -> str:
    """The proved path to a crown jewel that a finding has a part in; empty if there is none.

    A public thing of which nobody knows what it holds is worth something to the graph by that alone; that is what an
    approval speaks about, so a path that only ends there proves nothing against it, unless the thing leads on.
    """
    if path.grade <= 0 and path.low <= 0:
        return ""
    asset_id, graph = finding.resource.asset_id, context.graph
    found = graph.path_of(asset_id, known_only=True)
    if found is None:
        known = path.state == "known" and path.grade > 0 and graph.beside(asset_id) <= 0
        return path.value if known else ""
    unseen = graph_words().jewel["unseen"]
    if found.value > unseen or found.jewel.asset_id != asset_id:
        return path_text(found)
    further = graph.blast_radius(asset_id).jewels
    return path_text(found) if any(n.asset_id != asset_id and n.value > unseen for n in further) else ""


def _fitting(finding: Finding, weakness: Weakness, context: Context) -> Iterable[tuple[str, str, str]]:
    """Rules that fit: kind, the reason that was given, and why it may not act (empty if it may)."""
    at, rules = context.as_of, context.tolerances.benign
    for estate in rules.test_estate:
        if estate.about(finding, at):
            yield ESTATE, f"a test estate ({shown(estate.reason, 300)})", ""
    if weakness.name == "data_exposure" or weakness.theme in _PUBLIC_THEMES:
        for public in rules.approved_public:
            if public.about(finding, at) and any(matches(finding.rule_id, rule) for rule in public.rules):
                yield PUBLIC, f"approved as public ({shown(public.reason, 300)})", ""
    ports = ports_of(finding) if rules.approved_port else ()
    for rule in rules.approved_port if ports else ():
        if set(ports) <= set(rule.ports) and rule.about(finding, at):
            asset = context.estate.assets.get(finding.resource.asset_id)
            yield PORT, f"approved ({shown(rule.reason, 300)})", _outside(rule, ports, asset, context)


def _outside(rule: ApprovedPort, ports: tuple[int, ...], asset: AssetRecord | None, context: Context) -> str:
    """Why an approved port is not covered: who else gets in, or that no record shows who does."""
    if asset is None:
        return "the resource is not in the inventory"
    named = "port " + str(ports[0]) if len(ports) == 1 else "ports " + ", ".join(map(str, ports[:4]))
    opened = False
    for port in ports:
        sources = sources_of(context.estate, asset, port)
        if sources is None:
            return f"no record shows who may reach {named}"
        opened = opened or bool(sources)
        for source in sources:
            if not rule.admits(source):
                return f"{shown(source)} may reach port {port} too"
    return "" if opened else f"no rule on record opens {named}"
