"""How well the Action Priority Score ranks planted attack paths, beside what people rank by today.

Estates come from the generator; the truth is its manifest, which nothing but evals read. Each estate is loaded into a
tenant of its own and scored through the product's own services. Baselines rank the same findings of the same run.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.runtime import open_services
from agent.settings import Settings
from evals.suites.ranking import interval, measured, recall_in_share
from tools.findings.model import Finding, FindingSet
from tools.priority.arithmetic import evaluate
from tools.priority.context import Context
from tools.priority.enrich.model import NOTHING, Enrichments
from tools.priority.enriched import cve_of
from tools.priority.exposure import exposure_of
from tools.priority.factors import inputs_for
from tools.priority.service import score_snapshot
from tools.priority.weights import FactorWeight, Weights, load_weights

SWAY = 0.25
TOP = 0.05


@dataclass(frozen=True)
class Estate:
    """One generated estate, as the product reads it, with its truth."""

    size: str
    seed: int
    snapshot: FindingSet
    enriched: Enrichments
    labels: Mapping[str, int]
    planted: Sequence[Mapping[str, Any]]
    decoys: Sequence[Mapping[str, Any]]

    def grade(self, finding: Finding) -> int:
        """0 to 3; an issue that the manifest does not name is 0."""
        return self.labels.get(str(finding.issue_id), 0)


async def run(size: str, seeds: Sequence[int], *, sensitivity: bool = True) -> dict[str, Any]:
    """Load, score and judge the estates of these seeds."""
    weights = load_weights()
    rankings: dict[str, list[list[int]]] = {}
    swayed: dict[str, list[float]] = {}
    kinds: dict[str, list[dict[str, Any]]] = {}
    estates, cases, seconds = [], [], []
    for seed in seeds:
        estate = await load(size, seed)
        started = time.perf_counter()
        ordered, context = ranked(estate, weights)
        seconds.append(time.perf_counter() - started)
        grades = [estate.grade(f) for f in ordered]
        rankings.setdefault("score", []).append(grades)
        for name, order in BASELINES.items():
            rankings.setdefault(name, []).append([estate.grade(f) for f in order(ordered, context, seed)])
        for plant in _plants(estate, ordered):
            kinds.setdefault(plant["kind"], []).append(plant)
            cases += [f"seed {seed}: {plant['kind']}: {f}" for f in plant["missed"]]
        if sensitivity:
            for name, other in _swayed(weights).items():
                changed = [estate.grade(f) for f in _again(ordered, context, other)]
                swayed.setdefault(name, []).append(measured([changed])["ndcg_10"]["value"])
        estates.append({"seed": seed, "findings": len(ordered), "graded": sum(g >= 2 for g in grades)})
    result = {name: measured(grades) for name, grades in rankings.items()}
    return {
        "suite": "priority",
        "size": size,
        "weights": weights.version,
        "estates": estates,
        "score": result["score"],
        "baselines": {name: value for name, value in result.items() if name != "score"},
        "beaten": {
            name: _beaten(result["score"], value) for name, value in result.items() if name != "score"
        },
        "plants_in_top_5_percent": _plant_share(kinds),
        "per_kind": {kind: _kind(plants) for kind, plants in sorted(kinds.items())},
        "sensitivity_ndcg_10": {name: round(sum(v) / len(v), 4) for name, v in sorted(swayed.items())},
        "seconds_to_score": interval(seconds)["value"],
        "missed": cases,
    }


async def load(size: str, seed: int) -> Estate:
    """Generate an estate into a tenant of its own and read it as the product does."""
    from tools.tenant.database import TenantDatabase
    from tools.tenant.estate import planted
    from tools.tenant.estate import seed as plant
    from tools.tenant.running import STORE

    with tempfile.TemporaryDirectory(prefix="posture-eval-") as folder:
        home = Path(folder)
        database = TenantDatabase.open(home / STORE)
        try:
            plant(database, size, seed)  # type: ignore[arg-type]
            truth = planted(database)
        finally:
            database.close()
        async with open_services(Settings(home=home, tenant_url=None)) as services:
            await services.priority.scores()
            context = await services.priority.context()
            snapshot = await services.findings.snapshot()
    labels = {str(k): int(v) for k, v in truth["labels"].items()}
    return Estate(size, seed, snapshot, context.enriched, labels, truth["planted"], truth["decoys"])


def ranked(
    estate: Estate, weights: Weights, enriched: Enrichments | None = None
) -> tuple[list[Finding], Context]:
    """Open findings, the highest score first."""
    book, context = score_snapshot(
        estate.snapshot, weights, enriched=estate.enriched if enriched is None else enriched
    )
    by_id = estate.snapshot.by_id
    return [by_id[score.finding_id] for score in book.ranked], context


def _again(findings: Sequence[Finding], context: Context, weights: Weights) -> list[Finding]:
    """The same findings by other weights; facts are taken over."""
    keyed = [(-evaluate(inputs_for(f, context), weights).log_odds, f.id, f) for f in findings]
    return [f for _, _, f in sorted(keyed, key=lambda item: item[:2])]


def _swayed(weights: Weights) -> dict[str, Weights]:
    """Weights with one factor a quarter heavier or lighter."""
    found = {}
    for name, factor in weights.factors.items():
        for sign, share in (("+", 1 + SWAY), ("-", 1 - SWAY)):
            changed = FactorWeight(up=factor.up * share, down=factor.down * share)
            factors = {**weights.factors, name: changed}
            found[f"{name} {sign}25 %"] = weights.model_copy(update={"factors": factors})
    return found


def _plants(estate: Estate, ordered: Sequence[Finding]) -> list[dict[str, Any]]:
    place = {str(f.issue_id): at for at, f in enumerate(ordered)}
    top = max(1, -(-len(ordered) * 5 // 100))
    rules = {str(f.issue_id): f.rule_id for f in ordered}
    found = []
    for plant in estate.planted:
        graded = {issue: int(grade) for issue, grade in plant["findings"].items()}
        missed = [i for i in graded if place.get(i, len(ordered)) >= top]
        found.append(
            {
                "kind": plant["kind"],
                "findings": len(graded),
                "whole": not missed,
                "found": len(graded) - len(missed),
                "worst": max((place.get(i, len(ordered)) / len(ordered) for i in graded), default=0.0),
                "missed": [
                    f"{rules.get(i, i)} (grade {graded[i]}) at {place.get(i, len(ordered)) / len(ordered):.1%}"
                    for i in missed
                ],
            }
        )
    return found


def _plant_share(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    plants = [plant for held in kinds.values() for plant in held]
    from evals.results import proportion

    return proportion([bool(plant["whole"]) for plant in plants])


def _kind(plants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "plants": len(plants),
        "whole_in_top_5_percent": sum(bool(p["whole"]) for p in plants),
        "findings_in_top_5_percent": f"{sum(p['found'] for p in plants)} of {sum(p['findings'] for p in plants)}",
        "worst_place": f"{max(p['worst'] for p in plants):.1%}",
    }


def _beaten(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, bool]:
    """Whether our interval lies above theirs, metric by metric."""
    return {name: ours[name]["ci95"][0] > theirs[name]["ci95"][1] for name in ours}


# --- what people rank by today -------------------------------------------------------------------------------

Order = Callable[[Sequence[Finding], Context, int], list[Finding]]


def _by(findings: Sequence[Finding], value: Callable[[Finding], float], seed: int) -> list[Finding]:
    """By a value; ties fall by chance, the same for a seed."""
    return sorted(findings, key=lambda f: (-value(f), _lot(f, seed)))


def _lot(finding: Finding, seed: int) -> str:
    return hashlib.sha256(f"{seed}|{finding.id}".encode()).hexdigest()


def _severity(findings: Sequence[Finding], context: Context, seed: int) -> list[Finding]:
    return _by(findings, lambda f: f.severity.rank, seed)


def _exposed(finding: Finding, context: Context) -> float:
    asset = context.estate.assets.get(finding.resource.asset_id)
    fact = exposure_of(context.reader, asset).fact if asset is not None else None
    return 1.0 if fact is not None and fact.state == "known" and fact.grade > 0 else 0.0


def _severity_exposure(findings: Sequence[Finding], context: Context, seed: int) -> list[Finding]:
    return _by(findings, lambda f: (1 + f.severity.rank) * (1 + _exposed(f, context)), seed)


def _exploit_chain(findings: Sequence[Finding], context: Context, seed: int) -> list[Finding]:
    """Exploited vulnerabilities first, then by exploit probability, then by CVSS, then by severity."""

    def value(finding: Finding) -> float:
        cve = cve_of(finding)
        flaws = context.enriched.flaws.get(finding.resource.asset_id, ())
        flaw = next((f for f in flaws if f.cve.upper() == cve), None) if cve else None
        if flaw is None:
            return finding.severity.rank / 10
        return (100.0 if flaw.kev else 0.0) + 10 * (flaw.epss or 0.0) + (flaw.cvss or 0.0) / 10

    return _by(findings, value, seed)


def _product(findings: Sequence[Finding], context: Context, seed: int) -> list[Finding]:
    """Severity times exposure times data times environment times exploit, clamped to 100, as many products do."""

    def value(finding: Finding) -> float:
        asset = context.estate.assets.get(finding.resource.asset_id)
        facts = context.facts_of(asset)
        times = 1.5 if _exposed(finding, context) else 1.0
        times *= 1.5 if facts.data.state == "known" and facts.data.grade > 0.7 else 1.0
        times *= 1.3 if facts.environment.grade > 0.7 else 1.0
        flaws = context.enriched.flaws.get(finding.resource.asset_id, ())
        times *= 1.5 if any(f.kev for f in flaws) else 1.0
        return min(100.0, (20 + 20 * finding.severity.rank) * times)

    return _by(findings, value, seed)


def _random(findings: Sequence[Finding], context: Context, seed: int) -> list[Finding]:
    return _by(findings, lambda f: 0.0, seed)


BASELINES: Mapping[str, Order] = {
    "vendor_severity": _severity,
    "severity_times_exposure": _severity_exposure,
    "kev_epss_chain": _exploit_chain,
    "product_and_clamp": _product,
    "random": _random,
}


def without(enriched: Enrichments, name: str) -> Enrichments:
    """The enrichments as if one source had not answered."""
    if name == "all":
        return NOTHING
    emptied: dict[str, Any] = {name: {}}
    return replace(enriched, **emptied, states={k: v for k, v in enriched.states.items() if k != name})


__all__ = ["BASELINES", "Estate", "load", "ranked", "recall_in_share", "run", "without"]
