"""The score in words, made from the facts by code, and a checker that holds the words to the facts.

What would lower the score is computed by scoring again with one fact as its fix would leave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.findings.model import Finding
from tools.priority.arithmetic import Inputs, evaluate
from tools.priority.errors import UnfoundedTextError
from tools.priority.facts import Fact, absent
from tools.priority.model import Counterfactual, Explanation, PriorityScore
from tools.priority.reading import shown
from tools.priority.weights import Weights, score_of

_TOLD = (
    "exposure",
    "attack path",
    "data class",
    "environment",
    "blast radius",
    "combination",
    "compensating controls",
)
_TOKEN = re.compile(r"[^\s,;()]+")
_MARKED = re.compile(r"[0-9_/@:#<>&=\\]|[a-z][A-Z]|[A-Z]{2}|\w-\w|\w\.\w")
_SMALLEST = 1.0


def explain(finding: Finding, inputs: Inputs, weights: Weights, score: PriorityScore) -> Explanation:
    """Headline, paragraph and counterfactuals of a score."""
    changes = counterfactuals(finding, inputs, weights, score)
    return Explanation(_headline(finding, inputs), _paragraph(inputs, score, changes), changes)


def counterfactuals(
    finding: Finding, inputs: Inputs, weights: Weights, score: PriorityScore
) -> tuple[Counterfactual, ...]:
    """What would lower the score, each computed by scoring again."""
    found = []
    for change, facts in _fixes(finding, inputs):
        lower = score_of(evaluate(replace(inputs, facts={**inputs.facts, **facts}), weights).log_odds)
        if score.score - lower >= _SMALLEST:
            found.append(Counterfactual(change, lower))
    return tuple(sorted(found, key=lambda c: (c.score, c.change)))


def _fixes(finding: Finding, inputs: Inputs) -> Iterator[tuple[str, dict[str, Fact]]]:
    exposure, path, blast = inputs.facts["exposure"], inputs.facts["path"], inputs.facts["blast"]
    no_path = absent("attack path", "none once that is done", "computed")
    closed = absent("exposure", "closed", "computed", grade=-1.0)
    name = shown(finding.resource.name or finding.resource.uid)
    if exposure.grade > 0:
        yield _closing(exposure, name), {"exposure": closed, "path": no_path}
    elif exposure.state == "unknown":
        yield f"learning that {name or 'it'} cannot be reached", {"exposure": closed, "path": no_path}
    if blast.grade >= 0.3:
        less = absent("blast radius", "nothing beyond its task", "computed")
        who = blast.ids[0] if blast.ids else name
        what = blast.ids[1] if len(blast.ids) > 1 else "its permissions"
        keeps = path if "administrator" not in path.value else no_path
        if blast.value.startswith("holds credentials"):
            yield "taking the credentials out of its environment", {"blast": less}
        else:
            yield f"taking {what} from {who}", {"blast": less, "path": keeps}
    data = inputs.facts["data"]
    if data.state == "unknown":
        yield (
            "learning that it holds no sensitive data",
            {"data": data._replace(state="known", grade=data.low)},
        )


def _closing(exposure: Fact, name: str) -> str:
    ports, opened, rest = exposure.value.partition(" open to ")
    if opened:
        owner = rest.partition(" on ")[2].partition(",")[0] or rest.partition(" by ")[2].partition(",")[0]
        return f"closing {ports} to the internet" + (f" on {owner}" if owner else "")
    return f"ending the exposure of {name}" if name else "ending the exposure"


def _headline(finding: Finding, inputs: Inputs) -> str:
    facts = inputs.facts
    parts = [f"{_subject(finding)}: {inputs.weakness.words}"]
    exposure, data, environment = facts["exposure"], facts["data"], facts["environment"]
    weak = inputs.weakness.name
    if weak not in {"detection", "resilience", "governance"}:
        if exposure.state == "known" and exposure.grade > 0:
            if weak not in {"entry", "takeover", "data_exposure"}:
                parts.append(
                    "the internet reaches it" if weak != "credential" else "it works from the internet"
                )
        elif exposure.state == "unknown":
            parts.append("whether the internet reaches it is not known")
        elif exposure.grade < 0:
            parts.append("the internet does not reach it")
    path = facts["path"]
    if path.grade > 0 and ("administrator" in path.value or path.value.count("→") > 1):
        target = path.value.rsplit("→", 1)[-1].strip()
        parts.append(f"a path {'may lead' if path.state == 'unknown' else 'leads'} to {target}")
    if data.state == "known" and data.grade >= 0.3:
        parts.append(f"it holds {data.value} data" if data.value != "a secret" else "it holds a secret")
    if environment.state == "known":
        parts.append(f"tagged {environment.value}")
    return "; ".join(parts) + "."


def _subject(finding: Finding) -> str:
    name = shown(finding.resource.name or finding.resource.uid)
    given = next((shown(value) for key, value in finding.tags.items() if key.lower() == "name" and value), "")
    if given and name and given != name:
        return f"{given} ({name})"
    return name or given or "A resource that is not named"


def _paragraph(inputs: Inputs, score: PriorityScore, changes: tuple[Counterfactual, ...]) -> str:
    sentences = [f"{score.score:.0f} of 100 ({score.low:.0f} to {score.high:.0f})."]
    raising = sorted(
        (
            c
            for c in score.contributions
            if c.points > (0.3 if c.fact.state == "unknown" else 0.05) and c.factor in _TOLD
        ),
        key=lambda c: (-c.points, c.factor),
    )
    lowering = sorted(
        (c for c in score.contributions if c.points < -0.05 and c.factor in _TOLD),
        key=lambda c: (c.points, c.factor),
    )
    words = inputs.weakness.words
    sentences.append(f"{words[:1].upper()}{words[1:]}; {inputs.severity.value} in the source.")
    if raising:
        sentences.append(
            "Raised by " + "; ".join(f"{c.factor} {c.points:+.1f} ({c.because})" for c in raising) + "."
        )
    if lowering:
        sentences.append(
            "Lowered by " + "; ".join(f"{c.factor} {c.points:+.1f} ({c.because})" for c in lowering) + "."
        )
    for gate in score.gates:
        sentences.append(
            f"Held down from {gate.before:.0f} to {gate.after:.0f} because {gate.name}: {gate.because}."
        )
    sentences += score.notes
    unsettled = [c for c in score.contributions if c.fact.state == "unknown" and c.high - c.low >= 0.05]
    if unsettled:
        told = (f"{c.factor} {c.low:+.1f} to {c.high:+.1f}" for c in unsettled)
        sentences.append("Not known: " + "; ".join(told) + ".")
    if changes:
        told_changes = "; ".join(f"{c.change} → {c.score:.0f}" for c in changes[:3])
        sentences.append(f"What lowers it: {told_changes}.")
    return " ".join(sentences)


def unfounded(text: str, score: PriorityScore, finding: Finding) -> tuple[str, ...]:
    """Numbers, ids and names in a text about a score that its facts do not hold; empty when all is well."""
    corpus = " ".join(_evidence(score, finding))
    numbers = set(_numbers(score))
    bad = []
    for raw in _TOKEN.findall(text):
        token = raw.rstrip(".:…").strip("'\"")
        if not token or not _MARKED.search(token) or token in numbers:
            continue
        if token not in corpus:
            bad.append(token)
    return tuple(dict.fromkeys(bad))


def check_rationale(score: PriorityScore, finding: Finding) -> None:
    """Raise `UnfoundedTextError` if the score's own words name what its facts do not hold."""
    for text in (score.headline, score.rationale):
        if bad := unfounded(text, score, finding):
            raise UnfoundedTextError(
                f"The rationale of {finding.id} names {', '.join(bad[:5])}, which no fact holds. Report it."
            )


def _evidence(score: PriorityScore, finding: Finding) -> Iterator[str]:
    yield from (shown(finding.resource.name), shown(finding.resource.uid), finding.severity.value)
    yield from (shown(value) for key, value in finding.tags.items() if key.lower() == "name")
    for item in score.contributions:
        yield from (item.fact.value, item.fact.source, *item.fact.ids, item.factor)
    for gate in score.gates:
        yield from (gate.name, gate.because)
    yield from score.notes


def _numbers(score: PriorityScore) -> Iterator[str]:
    for value in (
        score.score,
        score.low,
        score.high,
        *(g.before for g in score.gates),
        *(g.after for g in score.gates),
    ):
        yield f"{value:.0f}"
    for item in score.contributions:
        yield from (f"{item.points:+.1f}", f"{item.low:+.1f}", f"{item.high:+.1f}")
    for change in score.counterfactuals:
        yield f"{change.score:.0f}"
    yield "100"
