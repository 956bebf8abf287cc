"""Say what one finding, fix, report or proposal is: the headline; the page shows the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.neutral import inline, plain
from agent.planner.focus import Made

Words = tuple[str, tuple[str, ...]]

AFTER_ERROR = ("Show the ten findings to fix first", "Which buckets are public?")
_AFTER_FINDING = ("Why does it score that?", "Draft a fix for it", "Add a comment with the reasons to it")


def finding(item: Made) -> Words:
    """A finding in a sentence or two."""
    f = item.data["finding"]
    score = item.data.get("score")
    where = ", ".join(
        x for x in (inline(f["resource"]["name"] or f["account"]), plain(f["region"])) if x and x != "(empty)"
    )
    lead = f"**{plain(f['headline'], 200)}** on {where}"
    if score:
        lead += f": {score['score']:.0f} of 100, rank {score['rank']} of {score['of']}"
    else:
        lead += f": {plain(f['status'])}"
    detail = plain(f.get("description") or "", 400)
    return f"{lead}. {detail}".strip(), _AFTER_FINDING


def priority(item: Made) -> Words:
    """Why a finding scores what it scores."""
    score = item.data["score"]
    f = item.data["finding"]
    lines = [
        f"**{score['score']:.0f} of 100 ({score['low']:.0f} to {score['high']:.0f}), rank {score['rank']} of {score['of']}.** "
        f"{plain(score['headline'] or f['title'], 400)}"
    ]
    if score.get("rationale"):
        lines.append(plain(score["rationale"], 1_500))
    lowers = [f"{plain(c['change'], 160)} → {c['score']:.0f}" for c in score.get("counterfactuals", [])[:3]]
    told = score.get("rationale") or ""
    if lowers and "What lowers it" not in told:
        lines.append("What lowers it: " + "; ".join(lowers) + ".")
    if score.get("gates"):
        lines.append("Held down by: " + "; ".join(plain(g["because"], 160) for g in score["gates"]) + ".")
    if score.get("unknowns") and "Not known" not in told:
        lines.append("Not known: " + ", ".join(plain(u, 80) for u in score["unknowns"][:6]) + ".")
    return "\n\n".join(lines), (
        "Draft a fix for it",
        "Add a comment with the reasons to it",
        "Show pending approvals",
    )


def fix(item: Made) -> Words:
    """A fix by its layers."""
    made = item.data["fix"]
    layers = made["layers"]
    passed = [n for n, layer in layers.items() if layer["status"] == "passed"]
    failed = [n for n, layer in layers.items() if layer["status"] == "failed"]
    not_verified = [n for n, layer in layers.items() if layer["status"] == "not_verified"]
    lines = [f"**{plain(made['title'], 200)}.** Nothing has been applied."]
    state = [
        f"{len(passed)} of {len(layers)} layers passed ({_layers(passed)})" if passed else "no layer passed"
    ]
    if failed:
        state.append(f"failed: {_layers(failed)}")
    if not_verified:
        state.append(f"not verified: {_layers(not_verified)}")
    lines.append("; ".join(state)[:1].upper() + "; ".join(state)[1:] + ".")
    if made.get("replaces"):
        lines.append("**This makes the resource anew; read the notes before you apply it.**")
    if made.get("breaks"):
        lines.append("May break: " + " ".join(plain(b, 300) for b in made["breaks"][:2]))
    return "\n\n".join(lines), (
        "Add a comment with the reasons to it",
        "Why does it score that?",
        "Show the ten findings to fix first",
    )


def passed_over(made: Sequence[Made]) -> str:
    """Which higher findings have no template, where the fix is for the highest one that has."""
    fixed = made[-1].data.get("fix", {}).get("finding_id")
    ranked = next((m.rows for m in made if m.name == "search_findings"), [])
    place = next((i for i, row in enumerate(ranked) if row.get("id") == fixed), 0)
    if place == 0:
        return ""
    first = ranked[0]
    which = f"{plain(first['finding'], 120)} on {inline(first['resource'])}"
    lead = "The finding ranked above it" if place == 1 else f"The {place} findings ranked above it"
    verb = "has" if place == 1 else "have"
    return f"{lead} ({which}{'' if place == 1 else ' first'}) {verb} no template yet; this is for the highest that has one."


def _layers(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def controls(item: Made) -> Words:
    """Controls found, or that none fits."""
    if item.data.get("abstained") or not item.rows:
        return (
            "**No control fits that well enough to show.** " + plain(str(item.result["summary"]), 200),
            ("HIPAA gap report", "Which HIPAA safeguards cover encryption at rest?"),
        )
    lines = [
        f"**{item.rows[0]['id']} {plain(item.rows[0]['title'], 160)}** fits best. {plain(item.rows[0]['asks for'], 400)}"
    ]
    rest = [f"{r['id']} {plain(r['title'], 100)}" for r in item.rows[1:4]]
    if rest:
        lines.append("Also: " + "; ".join(rest) + ".")
    return "\n\n".join(lines), ("HIPAA gap report",)


def report(item: Made) -> Words:
    """A gap report by its headline and what comes first."""
    data = item.data
    lines = [f"**{plain(data['headline'], 500)}**"]
    listed = data.get("listed", "all")
    if listed != "all":
        lines.append(
            f"Listed: {item.result['returned']} of {item.result['total']} requirements with status {listed.replace('_', ' ')}."
        )
        lines += [
            f"- {r['requirement']} {plain(r['title'], 100)}: {plain(r['why'], 240)}" for r in item.rows[:8]
        ]
    elif data.get("first"):
        lines.append("Look at first:")
        lines += [
            f"- {r['requirement']} {plain(r['title'], 100)}: {plain(r['why'], 240)}" for r in data["first"]
        ]
    lines.append("\nNot assessed is not passed.")
    return "\n".join(lines), ("What was not assessed for HIPAA, and why?", "What fails HIPAA?")


def proposals(item: Made) -> Words:
    """Proposals that wait, or that none does."""
    lines = [f"**{plain(str(item.result['summary']), 300)}**"]
    for row in item.rows[:8]:
        until = datetime.fromisoformat(row["expires"])
        lines.append(
            f"- {row['proposal']}: {plain(row['effect'], 120)} on issue {inline(row['issue'])}, {plain(row['state'])}, until {until:%Y-%m-%d %H:%M} UTC"
        )
    if not item.rows:
        lines.append("Ask for a comment or a new severity on a finding to make one.")
    return "\n".join(lines), () if item.rows else ("Show the ten findings to fix first",)


def outcome(item: Made) -> Words:
    """What became of decided proposals, in the executor's own sentences."""
    lines = [f"**{plain(o['message'], 500)}**" for o in item.data.get("outcomes", [])]
    return "\n\n".join(lines) or "Nothing was waiting.", ("Show pending approvals",)
