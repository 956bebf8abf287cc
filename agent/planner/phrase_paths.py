"""Say which attack paths there are: whose, where they lead, why the gravest one works, and what closes most."""

from __future__ import annotations

import re
from typing import Any

from agent.neutral import inline, plain
from agent.planner.focus import Made
from agent.planner.phrase_text import Phrased, as_of, paragraphs, quoted
from agent.planner.turn import Turn

_CUT = re.compile(r"\b(?:cut|choke|closes?|interrupt|break)", re.IGNORECASE)
_STEPS = 6
_TOLD = 4
_ENDS = {
    "data": "data",
    "administration": "administration of an account",
    "secrets": "secrets",
    "": "a crown jewel",
}


def paths(turn: Turn, item: Made) -> Phrased:
    """The paths in a headline, the steps of the gravest, what closes the most, and questions to go on with."""
    data, total = item.data, item.result["total"]
    end = _ENDS[(turn.paths.reaches if turn.paths is not None else None) or ""]
    found: list[dict[str, Any]] = data.get("paths") or []
    if not total:
        missing = _unread(data)
        text = f"**No attack path to {end}{_through(item)}.** Looked for in configuration, policies and findings."
        return Phrased(paragraphs(text, missing, as_of(item)), ("Show attack paths",))
    lead = _lead(item, end, total)
    cut = _chokes(data)
    cut_first = bool(cut) and _CUT.search(turn.reading.text) is not None
    first = found[0]
    steps = [
        f"- {inline(step['label'])}: {quoted(step['why'], 220)}{'' if step.get('known') else ' (possible, not proved)'}"
        for step in first.get("steps", [])[:_STEPS]
    ]
    others = [quoted(path["text"], 260) for path in found[1 : 1 + _TOLD]]
    lines = [
        f"**{cut}** {lead}." if cut_first else f"**{lead}.**",
        f"Gravest: {quoted(first['text'], 400)}. Its steps:",
        "\n".join(steps),
        ("Others:\n" + "\n".join(f"- {text}" for text in others)) if others else "",
        "" if cut_first else cut,
        _blast(data),
        _unread(data),
        as_of(item),
    ]
    return Phrased(paragraphs(*lines), _after(item, first))


def _lead(item: Made, end: str, total: int) -> str:
    counts, asked = item.data.get("counts"), item.data.get("asked")
    if isinstance(counts, dict) and isinstance(asked, int):
        verb = "is" if counts["on"] == 1 else "are"
        proved = "" if counts["proved"] == counts["on"] else f", {counts['proved']} of them on a proved one"
        return f"{counts['on']} of {asked} {verb} on an attack path to {end}{proved}"
    sure = sum(bool(path.get("known")) for path in item.data.get("paths") or [])
    count = f"1 attack path leads to {end}" if total == 1 else f"{total} attack paths lead to {end}"
    through = _through(item)
    return f"{count}{through}" + (", and it is proved" if total == 1 and sure else "")


def _through(item: Made) -> str:
    summary = str(item.result.get("summary", ""))
    _, mark, rest = summary.partition(" through ")
    if not mark or (item.args.get("resource") is None and item.args.get("finding_id") is None):
        return " through any of these" if item.data.get("asked") else ""
    name = rest.split(", ")[0].split(": nothing")[0]
    return f" through {inline(name)}"


def _chokes(data: dict[str, Any]) -> str:
    chokes = data.get("choke_points") or []
    if not chokes:
        return ""
    told = [f"{inline(c['label'])} (on every path to {c['closes']} of them)" for c in chokes[:3]]
    return f"Cut first: {', '.join(told)}."


def _blast(data: dict[str, Any]) -> str:
    blast = data.get("blast")
    if not isinstance(blast, dict) or not blast.get("positions"):
        return ""
    jewels = blast.get("jewels") or []
    named = ", ".join(_jewel(jewel) for jewel in jewels[:3])
    lead = f"Whoever holds it gets on to {blast['positions']} further positions"
    return f"{lead}, among them {named}." if named else f"{lead}, none of them a crown jewel."


def _jewel(jewel: dict[str, Any]) -> str:
    worth = f" ({quoted(jewel['worth'], 60)})" if jewel.get("worth") else ""
    return f"{inline(jewel['label'])}{worth}"


def _unread(data: dict[str, Any]) -> str:
    unread = data.get("unread") or []
    return f"Not readable, so not in it: {quoted('; '.join(map(str, unread[:3])), 300)}." if unread else ""


def _after(item: Made, first: dict[str, Any]) -> tuple[str, ...]:
    follow = []
    if item.args:
        follow.append("Where should we cut?")
    entry = next((s for s in first.get("steps", []) if s.get("asset_id")), None)
    if entry is not None and item.args.get("resource") is None:
        follow.append(f"What is the blast radius of {plain(entry['label'], 80)}?")
    return (*follow, "Show the ten findings to fix first")
