"""Whether the rows of a result are the right ones, by value and not by the names of columns.

The rule, the same for every planner. Text is compared without case and outer quotes, null and "" are one value.

* `rows`: some column (lists are flattened) has exactly the set of the gold's keys, in any of the ways in which the
  gold says them (an id, a name if the gold's names tell its rows apart). A row may come twice. A key of several parts
  needs one column each, and the combinations must be the gold's. With `columns`, the result has exactly those columns.
* `counts`: one row for each group and the right number in it (groups that differ in the case of letters only are
  one). Groups that count 0 may be left out on both sides, and
  so may the group without a name (an asset that lacks the tag), yet if that group is shown, its number must be right.
  With `order`, the numbers must come in that order. One row with a number column named after each group will do too.
* `number`: one row, and a number in it is the right one. With `share`, per cent or a fraction, to half a per cent.
* `top`: exactly the first `limit` of the gold by `rank`, in its order. Any choice among equals is right, and so are all
  equals of the last one. With `per`, this holds in each group (in any order of rows). With `first`, only the first row
  is looked at: who asks which one has the most may be shown a whole ranking. With `value`, each row's number is right.
* `bins`: for each bin (an instant, whether written as epoch, ISO text or a date) and key, the right number. Empty bins
  may be left out.

Where a question has several readings, the gold has one set of rows for each, and one of them must match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, pairwise, permutations, product
from typing import Any

from evals.suites.xql_cases import Expect
from evals.suites.xql_values import instant, key, keys, number, same_number

Row = Mapping[str, Any]
Key = tuple[str | None, ...]
_MOST_COLUMNS = 60


def fault(expect: Expect, golds: Sequence[Sequence[Row]], rows: Sequence[Row]) -> str | None:
    """What is wrong with the rows of a result, or None when they are right by some reading."""
    if not golds:
        raise ValueError("there is no gold to compare with")
    found = [_fault(expect, gold, rows) for gold in golds]
    return None if None in found else found[0]


def _fault(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> str | None:
    if (
        expect.columns
        and rows
        and (got := {c for c in rows[0] if not c.startswith("_")}) != set(expect.columns)
    ):
        return f"columns {', '.join(sorted(got))}, not {', '.join(expect.columns)}"
    if expect.match == "rows":
        return _rows_fault(expect, gold, rows)
    if expect.match == "number":
        return _number_fault(expect, gold, rows)
    if expect.match == "top":
        return _top_fault(expect, gold, rows)
    return _counts_fault(expect, gold, rows)


# --- sets of rows


def _rows_fault(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> str | None:
    if not gold:
        return f"{len(rows)} rows where there are none" if rows else None
    if not rows:
        return f"no row, not {len(gold)}"
    columns = _columns(rows)
    nearest: tuple[int, str] | None = None
    for names in product(*(_told_apart(gold, ways, len(expect.keys) == 1) for ways in expect.keys)):
        wanted = {tuple(key(row[name]) for name in names) for row in gold}
        for chosen in permutations(columns, len(names)):
            got = {
                combined for row in rows for combined in product(*(tuple(keys(row.get(c))) for c in chosen))
            }
            if got == wanted:
                return None
            missing, extra = len(wanted - got), len(got - wanted)
            if len(wanted & got) and (nearest is None or missing + extra < nearest[0]):
                nearest = missing + extra, f"{missing} of {len(wanted)} missing, {extra} not asked for"
    return nearest[1] if nearest else f"none of the {len(gold)} right rows among {len(rows)}"


def _told_apart(gold: Sequence[Row], ways: Sequence[str], alone: bool) -> list[str]:
    """The gold's columns that say a key; a way that does not tell its rows apart says no key by itself."""
    there = [name for name in ways if name in gold[0]]
    if not alone:
        return there
    distinct = len({key(row[there[0]]) for row in gold}) if there else 0
    return [name for name in there if len({key(row[name]) for row in gold} - {None}) == distinct]


def _columns(rows: Sequence[Row]) -> list[str]:
    seen: dict[str, None] = {}
    for row in rows:
        seen.update(dict.fromkeys(row))
    return list(seen)[:_MOST_COLUMNS]


# --- one number


def _number_fault(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> str | None:
    right = gold[0][expect.value or ""] if gold else None
    if len(rows) != 1:
        return f"{len(rows)} rows, not one with the number {_short(right)}"
    found = [n for n in map(number, rows[0].values()) if n is not None]
    if any(same_number(n, right, tolerance=expect.tolerance, share=expect.share) for n in found):
        return None
    return f"number {', '.join(map(_short, found)) or 'none'}, not {_short(right)}"


def _short(value: Any) -> str:
    found = number(value)
    return "none" if found is None else f"{found:.6g}"


# --- groups and bins with a number each


def _counts_fault(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> str | None:
    if _side_by_side(expect, gold, rows):
        return None
    nearest: tuple[int, str] | None = None
    for names in product(*([name for name in ways if gold and name in gold[0]] for ways in expect.keys)):
        wanted = _numbers(gold, names, expect.value or "", expect) or {}
        for time, chosen, counted in _assignments(expect, gold, rows, names):
            got = _numbers(rows, chosen, counted, expect, time)
            if got is None:
                continue
            wrong, missing = _differences(expect, wanted, got)
            if not wrong and not missing and any(wanted.get(group) for group in got):
                ordered = _ordered([number(row.get(counted)) for row in rows], expect.order)
                return None if ordered else "the groups are not in the order asked for"
            if nearest is None or wrong + missing < nearest[0]:
                told = f"{wrong} groups with a wrong number, {missing} of {len(wanted)} missing"
                nearest = wrong + missing, told
    return nearest[1] if nearest else f"no columns with the {len(gold)} groups and their numbers"


def _side_by_side(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether one row holds each group's number under a column that bears the group's name (`failed`: 12)."""
    if len(rows) != 1 or len(expect.keys) != 1 or expect.bin:
        return False
    numbers = {column.casefold(): number(value) for column, value in rows[0].items()}
    for way in (name for name in expect.keys[0] if gold and name in gold[0]):
        counted = [(key(row[way]), row[expect.value or ""]) for row in gold if row[expect.value or ""]]
        if all(
            name is not None
            and any(
                name in column and same_number(n, right, tolerance=expect.tolerance, share=expect.share)
                for column, n in numbers.items()
            )
            for name, right in counted
        ):
            return bool(counted)
    return False


def _assignments(
    expect: Expect, gold: Sequence[Row], rows: Sequence[Row], names: Sequence[str]
) -> Iterator[tuple[str | None, tuple[str, ...], str]]:
    """Ways to take columns as time, keys and number. A key's column holds each of the gold's names that count."""
    columns = _columns(rows)
    numeric = [c for c in columns if rows and all(number(r.get(c)) is not None for r in rows)]
    times: list[str | None] = [None]
    if expect.bin is not None:
        times = [c for c in columns if all(instant(r.get(c), expect.bin) for r in rows)]
    held = {c: {key(r.get(c)) for r in rows} for c in columns}
    wanted = [{key(r[n]) for r in gold if number(r[expect.value or ""])} - {None} for n in names]
    fitting = [[c for c in columns if needed <= held[c]] for needed in wanted]
    for time, counted in product(times, numeric):
        for chosen in product(*fitting):
            if len({*chosen, counted, time}) == len(chosen) + 2:
                yield time, chosen, counted


def _numbers(
    rows: Sequence[Row], names: Sequence[str], value: str, expect: Expect, time: str | None = None
) -> dict[tuple[Any, ...], float] | None:
    """Group to number; None when a group comes twice. A gold's bins are in its column `t`.

    Groups that differ in the case of letters only (`PII`, `pii`) are one here: their numbers are added up.
    """
    found: dict[tuple[Any, ...], float] = {}
    spelled: set[tuple[Any, ...]] = set()
    for row in rows:
        when = (instant(row[time or "t"], expect.bin),) if expect.bin else ()
        group = (*when, *(key(row.get(name)) for name in names))
        raw = (*when, *(str(row.get(name) or "") for name in names))
        if raw in spelled or (group in found and (expect.share or expect.tolerance)):
            return None
        spelled.add(raw)
        found[group] = found.get(group, 0.0) + (number(row.get(value)) or 0.0)
    return found


def _differences(
    expect: Expect, wanted: Mapping[tuple[Any, ...], float], got: Mapping[tuple[Any, ...], float]
) -> tuple[int, int]:
    """How many groups have a wrong number, and how many are missing."""
    wrong = [
        group
        for group, n in got.items()
        if not same_number(n, wanted.get(group, 0.0), tolerance=expect.tolerance, share=expect.share)
    ]
    return len(wrong), len([g for g, n in wanted.items() if n and g not in got and None not in g])


def _ordered(values: Sequence[Any], order: str | None) -> bool:
    known = [v for v in values if v is not None]
    if order is None:
        return True
    return all(a <= b if order == "asc" else a >= b for a, b in pairwise(known))


# --- the first so many


def _top_fault(expect: Expect, gold: Sequence[Row], rows: Sequence[Row]) -> str | None:
    if not rows:
        return "no row"
    told = "no column tells the right rows"
    for names in product(*([name for name in ways if name in gold[0]] for ways in expect.keys)):
        by_key = {tuple(key(row[name]) for name in names): row for row in gold}
        if len(by_key) < len(gold):
            continue
        for chosen in permutations(_columns(rows), len(names)):
            picked = [by_key.get(_one_key(row, chosen)) for row in (rows[:1] if expect.first else rows)]
            known = [row for row in picked if row is not None]
            if not known:
                continue
            if len(known) < len(picked):
                told = f"{len(picked) - len(known)} of {len(picked)} rows are not among those asked about"
                continue
            wrong = _ranking_fault(expect, gold, known) or _values_fault(expect, known, rows)
            if wrong is None:
                return None
            told = wrong
    return told


def _one_key(row: Row, chosen: Sequence[str]) -> Key:
    found: list[str | None] = []
    for name in chosen:
        cell = list(keys(row.get(name)))
        found.append(cell[0] if len(cell) == 1 else None)
    return tuple(found)


def _ranking_fault(expect: Expect, gold: Sequence[Row], picked: Sequence[Row]) -> str | None:
    rank, limit, per = expect.rank or "", expect.limit or 1, expect.per
    if len({id(row) for row in picked}) < len(picked):
        return "a row comes twice"

    def group(row: Row) -> str:
        return key(row[per]) or "" if per else ""

    def ranks(members: Sequence[Row]) -> dict[str, list[Any]]:
        ordered = sorted(members, key=group)
        return {name: [row[rank] for row in rows] for name, rows in groupby(ordered, key=group)}

    got, right = ranks(picked), ranks(gold)
    if missing := set(right) - set(got):
        return f"{len(missing)} of {len(right)} groups missing"
    for name, values in got.items():
        best = sorted(right[name], reverse=expect.order == "desc")
        if per:
            values = sorted(values, reverse=expect.order == "desc")
        cut = best[: 1 if expect.first else limit]
        equals = [v for v in best[len(cut) :] if v == cut[-1]]
        if values[: len(cut)] != cut or any(v != cut[-1] for v in values[len(cut) :]):
            return f"not the first {len(cut)} in order{f' of {name}' if per else ''}"
        if len(values) not in (len(cut), len(cut) + len(equals)):
            return f"{len(values)} rows, not {len(cut)}"
    return None


def _values_fault(expect: Expect, picked: Sequence[Row], rows: Sequence[Row]) -> str | None:
    if expect.value is None:
        return None
    pairs = list(zip(picked, rows, strict=False))
    for column in _columns(rows):
        if all(
            same_number(
                _cell(row.get(column)), right[expect.value], tolerance=expect.tolerance, share=expect.share
            )
            for right, row in pairs
        ):
            return None
    return "the numbers beside the rows are wrong or missing"


def _cell(value: Any) -> float | None:
    return value.timestamp() if isinstance(value, datetime) else number(value)
