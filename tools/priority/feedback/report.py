"""What proposed weights would change, in numbers that a person can judge before activating them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tools.priority.errors import WeightsError
from tools.priority.feedback.calibrate import FITTED, UNCHANGED, Fit, agreement, fit, held_out, scaled, size
from tools.priority.feedback.model import CalibrationReport, Feedback, Moved, Mover, Scored
from tools.priority.weights import Weights, parse_weights

_WIDTH = 1.645  # of a standard deviation, for 90 %
_TOP = 25
_MOVERS = 10
_FEW = 20
_MOST_RANKED = 20_000


def propose(
    labels: Sequence[Feedback], current: Mapping[str, Any], version: str, findings: Sequence[Scored] = ()
) -> tuple[Weights, dict[str, Any], CalibrationReport]:
    """Weights fitted to the labels, the document that they were parsed from, and the report.

    Where the fit would break a promise of the weights file (a score that saturates), it is pulled back towards the
    weights in use until it does not.
    """
    found = fit(labels)
    weights, document, pulled = _sound(current, found, version)
    used = found if pulled == 1.0 else _pulled(found, pulled)
    notes = [f"fewer than {_FEW} labels: take the proposal as a hint"] if len(labels) < _FEW else []
    if pulled < 1.0:
        notes.append(f"pulled back to {pulled:.0%} of the fit, or scores would saturate")
    return weights, document, _report(labels, current, document, used, findings, tuple(notes))


def _sound(current: Mapping[str, Any], found: Fit, version: str) -> tuple[Weights, dict[str, Any], float]:
    for share in (1.0, 0.9, 0.75, 0.6, 0.45, 0.3, 0.15):
        document = scaled(current, _pulled(found, share), version)
        try:
            return parse_weights(document), document, share
        except WeightsError:
            continue
    raise WeightsError(
        "No weights near these labels keep scores from saturating. Look at the labels; some contradict each other."
    )


def _pulled(found: Fit, share: float) -> Fit:
    return Fit(
        {name: 1.0 + share * (value - 1.0) for name, value in found.scale.items()},
        found.scale_sd,
        share * found.shift,
        found.shift_sd,
    )


def _report(
    labels: Sequence[Feedback],
    current: Mapping[str, Any],
    document: Mapping[str, Any],
    found: Fit,
    findings: Sequence[Scored],
    notes: tuple[str, ...],
) -> CalibrationReport:
    tau, kept, movers = _churn(findings, found)
    return CalibrationReport(
        labels=len(labels),
        people=len({label.by for label in labels}),
        by_label=dict(Counter(label.label.value for label in labels)),
        moved=tuple(_moved(labels, current, document, found)),
        agreement_before=round(agreement(labels, UNCHANGED), 4),
        agreement_after=round(agreement(labels, found), 4),
        agreement_held_out=round(held_out(labels), 4),
        tau=tau,
        top_kept=kept,
        movers=movers,
        notes=notes,
    )


def _moved(
    labels: Sequence[Feedback], current: Mapping[str, Any], document: Mapping[str, Any], found: Fit
) -> list[Moved]:
    """The factors, those that moved most first."""
    rows = []
    for name in FITTED:
        before, after = size(current, name), size(document, name)
        sd = found.scale_sd.get(name, 0.0) * before * _WIDTH
        touched = sum(
            any(abs(s.points.get(name, 0.0)) > 1e-9 for s in (label.finding, label.other) if s)
            for label in labels
        )
        rows.append(
            Moved(
                factor=name,
                before=round(before, 4),
                after=round(after, 4),
                low=round(max(0.0, after - sd), 4),
                high=round(after + sd, 4),
                labels=touched,
            )
        )
    start, moved = float(current["start"]), float(document["start"])
    sd = found.shift_sd * _WIDTH
    rows.append(
        Moved(
            factor="start",
            before=start,
            after=round(moved, 4),
            low=round(moved - sd, 4),
            high=round(moved + sd, 4),
            labels=len(labels),
        )
    )
    return sorted(rows, key=lambda r: (-abs(r.after - r.before) / max(abs(r.before), 0.1), r.factor))


def _churn(findings: Sequence[Scored], found: Fit) -> tuple[float | None, float | None, tuple[Mover, ...]]:
    """Kendall's tau of the old and new order, the share of the old top that stays, and who moves most."""
    kept = sorted(findings, key=lambda s: (-s.log_odds, s.finding_id))[:_MOST_RANKED]
    if len(kept) < 2:
        return None, None, ()
    new = np.array([found.log_odds(s) for s in kept])
    order = sorted(range(len(kept)), key=lambda i: (-new[i], kept[i].finding_id))
    rank = {at: place for place, at in enumerate(order)}
    top = set(order[:_TOP])
    stay = len(top & set(range(min(_TOP, len(kept))))) / min(_TOP, len(kept))
    moved = sorted(range(len(kept)), key=lambda i: (-abs(rank[i] - i), kept[i].finding_id))[:_MOVERS]
    movers = tuple(
        Mover(
            finding_id=kept[i].finding_id,
            score_before=round(UNCHANGED.score(kept[i]), 1),
            score_after=round(found.score(kept[i]), 1),
            rank_before=i + 1,
            rank_after=rank[i] + 1,
        )
        for i in moved
        if rank[i] != i
    )
    return round(kendall([rank[i] for i in range(len(kept))]), 4), round(stay, 4), movers


def kendall(ranks: Sequence[int]) -> float:
    """Kendall's tau of a permutation against the order 0, 1, 2, ...; by counting inversions with a merge sort."""
    size = len(ranks)
    if size < 2:
        return 1.0
    return 1.0 - 4.0 * _inversions(list(ranks))[1] / (size * (size - 1))


def _inversions(values: list[int]) -> tuple[list[int], int]:
    if len(values) < 2:
        return values, 0
    middle = len(values) // 2
    left, a = _inversions(values[:middle])
    right, b = _inversions(values[middle:])
    merged: list[int] = []
    count, i, j = a + b, 0, 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            count += len(left) - i
            j += 1
    return merged + left[i:] + right[j:], count
