"""Scores of a snapshot that differs from the one before by some findings, without scoring the rest again.

A score rests on its finding, on its asset, and on how many serious findings its asset has. While the assets and what
was asked outside stand still, only findings that are new or changed, and those on assets whose count of serious ones
moved, can have another score.
"""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Mapping

from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.priority.context import SERIOUS, Context
from tools.priority.graph.told import told_by
from tools.priority.model import PriorityScore, ScoreBook
from tools.priority.score import score_finding
from tools.priority.weakness import weakness_of

_FEEDS_ENRICHMENT = {"VULNERABILITY", "DATA"}
"""Findings of these categories are also what enrichment reads; a new one can change the graph."""


def added_to(
    book: ScoreBook, context: Context, before: FindingSet, after: FindingSet
) -> tuple[ScoreBook, Context] | None:
    """The scores of `after` from those of `before`: equal to scoring all of it at the moment of `book`.

    None when only a full computation is right: other assets, findings that share an id, or a change among findings
    that enrichment or the graph reads.
    """
    if not same_assets(before.assets, after.assets):
        return None
    old, new = before.by_id, after.by_id
    if len(old) != len(before.findings) or len(new) != len(after.findings):
        return None
    changed = [f for f in after.findings if (known := old.get(f.id)) is not f and known != f]
    gone = [f for f in before.findings if f.id not in new] if len(old) + len(changed) != len(new) else []
    replaced = [old[f.id] for f in changed if f.id in old]
    if not replaced and not gone and len(old) + len(changed) != len(new):
        return None
    dropped = [*gone, *replaced]
    if any(f.category.upper() in _FEEDS_ENRICHMENT or told_by(f) is not None for f in (*changed, *dropped)):
        return None
    serious = dict(context.serious)
    moved = _count(serious, dropped, -1) | _count(serious, changed, 1)
    moved = {key for key in moved if key and serious.get(key, 0) != context.serious.get(key, 0)}
    # A copy keeps the graph and the facts of assets, which the new findings cannot change.
    then = copy.copy(context)
    then.serious = serious
    again = {f.id: f for f in after.findings if f.resource.asset_id in moved} if moved else {}
    again |= {f.id: f for f in changed}
    leaving = again.keys() | {f.id for f in dropped}
    scores = [score_finding(f, then) for f in again.values() if f.open]
    return _merged(book, scores, leaving, after.complete), then


def same_assets(one: Mapping[str, AssetRecord], other: Mapping[str, AssetRecord]) -> bool:
    """Whether two snapshots have the same assets; quick when they share the records."""
    if one is other:
        return True
    if len(one) != len(other):
        return False
    return all((held := other.get(key)) is asset or held == asset for key, asset in one.items())


def _count(serious: dict[str, int], findings: list[Finding], by: int) -> set[str]:
    moved = set()
    for finding in findings:
        if finding.open and weakness_of(finding).name in SERIOUS:
            key = finding.resource.asset_id
            serious[key] = serious.get(key, 0) + by
            moved.add(key)
    return moved


def _merged(book: ScoreBook, scores: list[PriorityScore], leaving: set[str], complete: bool) -> ScoreBook:
    """The ranking with some scores out and others in, without sorting it all again."""
    kept = [score for score in book.ranked if score.finding_id not in leaving]
    scores.sort(key=_place)
    merged: list[PriorityScore] = []
    start = 0
    for score in scores:
        at = bisect_left(kept, _place(score), lo=start, key=_place)
        merged += kept[start:at]
        merged.append(score)
        start = at
    merged += kept[start:]
    return ScoreBook(tuple(merged), book.as_of, book.weights_version, complete)


def _place(score: PriorityScore) -> tuple[float, str]:
    return (-score.log_odds, score.finding_id)
