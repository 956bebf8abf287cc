"""Times in a question: ages, windows, dates, months; all in UTC."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
_SHORT: Final = {name[:3]: n for n, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_DAYS: Final = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
_WORDS: Final = {
    w: n for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "fourteen": 14, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "half a": 0.5, "a hundred": 100, "hundred": 100, "a dozen": 12}  # fmt: skip
_N: Final = r"(\d{1,4}|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")"
_U: Final = r"(h|hrs?|hours?|d|days?|w|wks?|weeks?|fortnights?|months?|mo|quarters?|years?|y|yrs?)"
_MONTH: Final = r"(january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
_DAY: Final = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[t ]\d{{2}}:\d{{2}}(?::\d{{2}})?z?)?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?(?! ?%))"
_WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY: Final = rf"(?:last )?(?:{'|'.join(_WEEKDAYS)})"
_PERIOD: Final = rf"(?:yesterday|{_WEEKDAY}|today|(?:{_MONTH})(?:,? \d{{4}})?|(?:last|this) (?:calendar )?(?:week|month|quarter|year)|\d{{4}})"

Way = Literal["older", "within", "range"]
Make = Callable[["re.Match[str]", datetime], "When | None"]


@dataclass(frozen=True, slots=True)
class When:
    """A time said. older and within count `days` back from now; a range runs from `start` to `end` (half open)."""

    start_at: int
    end_at: int
    way: Way
    label: str
    days: float = 0.0
    start: datetime | None = None
    end: datetime | None = None


def find_times(text: str, now: datetime) -> list[When]:
    """The times that a text in lower case says, not overlapping, in their order."""
    found: list[When] = []
    taken: list[tuple[int, int]] = []
    for pattern, make in _RULES:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            when = make(match, now)
            if when is not None:
                found.append(when)
                taken.append(match.span())
    return sorted(found, key=lambda when: when.start_at)


def _amount(n: str, unit: str) -> tuple[float, str]:
    count = float(n) if n.isdigit() else float(_WORDS[n])
    name = next(key for key in _DAYS if unit[:1] == key[:1] and (unit[:2] in ("mo",)) == (key == "month"))
    shown = f"{count:g} {name}{'' if count == 1 else 's'}"
    return count * _DAYS[name], shown


def _older(match: re.Match[str], now: datetime) -> When:
    n, unit = [g for g in match.groups() if g][:2]
    days, shown = _amount(n, unit)
    return When(*match.span(), "older", f"more than {shown} ago", days)


def _within(match: re.Match[str], now: datetime) -> When | None:
    groups = [g for g in match.groups() if g]
    n, unit = groups[:2] if len(groups) > 1 else ("1", groups[0])
    days, shown = _amount(n, unit)
    return When(*match.span(), "within", f"in the last {shown}", days)


def day_of(text: str, now: datetime) -> tuple[datetime, timedelta] | None:
    """The moment that a date begins, and how long it lasts."""
    text = text.strip().removeprefix("the ")
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2}))?z?)?\Z", text)
    try:
        if iso:
            hour, minute, second = (int(g or 0) for g in iso.groups()[3:6])
            at = datetime(int(iso[1]), int(iso[2]), int(iso[3]), hour, minute, second, tzinfo=UTC)
            return at, timedelta(days=1) if iso[4] is None else timedelta(minutes=1)
        month = re.search(_MONTH, text)
        if month is None:
            return None
        number = _SHORT[month[1][:3]]
        year = re.search(r"\b(\d{4})\b", text)
        day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text)
        at = datetime(int(year[1]) if year else now.year, number, int(day[1]) if day else 1, tzinfo=UTC)
        if not year and at > now:
            at = at.replace(year=at.year - 1)
        return at, timedelta(days=1) if day else _month_after(at) - at
    except ValueError:
        return None


def _month_after(at: datetime) -> datetime:
    return at.replace(year=at.year + 1, month=1) if at.month == 12 else at.replace(month=at.month + 1)


def _period(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text == "today":
        return midnight, midnight + timedelta(days=1)
    if text == "yesterday":
        return midnight - timedelta(days=1), midnight
    if (weekday := text.removeprefix("last ")) in _WEEKDAYS:
        # the latest such day that is over
        back = (midnight.weekday() - _WEEKDAYS.index(weekday) - 1) % 7 + 1
        return midnight - timedelta(days=back), midnight - timedelta(days=back - 1)
    calendar = re.match(r"(last|this) (?:calendar )?(week|month|quarter|year)\Z", text)
    if calendar:
        first = _first_of(calendar[2], midnight)
        if calendar[1] == "this":
            return first, now + timedelta(seconds=1)
        return _first_of(calendar[2], first - timedelta(days=1)), first
    if re.fullmatch(r"\d{4}", text):
        year = int(text)
        return (
            (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
            if 2000 < year < 2100
            else None
        )
    found = day_of(text, now)
    return (found[0], found[0] + found[1]) if found else None


def _first_of(unit: str, day: datetime) -> datetime:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def _range(match: re.Match[str], start: datetime | None, end: datetime | None, label: str) -> When:
    return When(*match.span(), "range", label, start=start, end=end)


def _since(match: re.Match[str], now: datetime) -> When | None:
    found = _period(match["p"], now) or None
    return _range(match, found[0], None, f"since {found[0]:%Y-%m-%d}") if found else None


def _after(match: re.Match[str], now: datetime) -> When | None:
    found = _period(match["p"], now)
    return _range(match, found[1], None, f"after {found[1] - timedelta(days=1):%Y-%m-%d}") if found else None


def _before(match: re.Match[str], now: datetime) -> When | None:
    found = _period(match["p"], now)
    return _range(match, None, found[0], f"before {found[0]:%Y-%m-%d}") if found else None


def _until(match: re.Match[str], now: datetime) -> When | None:
    found = _period(match["p"], now)
    return _range(match, None, found[1], f"until {found[1] - timedelta(days=1):%Y-%m-%d}") if found else None


def _between(match: re.Match[str], now: datetime) -> When | None:
    first, last = _period(match["p"], now), _period(match["q"], now)
    if not first or not last or first[0] >= last[1]:
        return None
    return _range(
        match, first[0], last[1], f"from {first[0]:%Y-%m-%d} to {last[1] - timedelta(days=1):%Y-%m-%d}"
    )


def _in(match: re.Match[str], now: datetime) -> When | None:
    found = _period(match["p"], now)
    if not found:
        return None
    last = found[1] - timedelta(days=1)
    label = (
        f"on {found[0]:%Y-%m-%d}"
        if last <= found[0]
        else f"from {found[0]:%Y-%m-%d} to {min(last, now):%Y-%m-%d}"
    )
    return _range(match, found[0], found[1], label)


def _rules() -> Iterator[tuple[str, Make]]:
    day = rf"{_DAY}|{_PERIOD}"
    yield rf"(?:between|from) (?P<p>{day}) (?:and|to|until|till) (?P<q>{day})", _between
    yield (
        rf"(?:older|more|longer|greater|over|beyond|exceeding) than {_N} ?{_U}(?: old| ago| of age)?",
        _older,
    )
    yield (
        rf"(?:(?:for|aged?|is|are) )?(?:over|beyond|at least|exceeding|more than|>) {_N} ?{_U}(?: old| ago| of age)?|(?:for )?{_N} ?\+ ?{_U}(?: old)?|{_N}\+? {_U} (?:or more|or older|or longer|plus)|(?:since|for) more than {_N} {_U}|before the (?:last|past) {_N} {_U}",
        _older,
    )
    yield rf"for {_N} ?{_U}(?! (?:or|and) (?:more|longer|older))", _older
    yield (
        rf"(?:in|within|over|during|for|since|from|throughout)? ?(?:the )?(?:last|past|previous|preceding|trailing) {_N} ?{_U}|(?:newer|less|younger|fewer) than {_N} ?{_U}(?: ago| old)?|(?:under|below) {_N} ?{_U}(?: old)?|(?:since|from) {_N} {_U}(?: ago)?|(?:in|within) {_N} {_U}(?! (?:or|and))|(?:up to|at most) {_N} {_U} old|{_N} {_U} or (?:newer|less|younger)",
        _within,
    )
    yield (
        r"(?:(?:in|within|over|during|for|since|from) )?(?:the )?(?:last|past) (hour|day|week|fortnight|month|quarter|year)",
        _within,
    )
    yield r"(?:in |during )?(?:the )?(?P<p>(?:last|this) calendar (?:week|month|quarter|year))", _in
    yield (
        rf"(?:since|from|starting|as of)(?: the)?(?: start of| beginning of)? (?P<p>{day})(?: on(?:wards?)?)?",
        _since,
    )
    yield rf"(?:after|later than|newer than|past) (?P<p>{day})", _after
    yield rf"(?:since )?(?:before|prior to|earlier than|older than) (?P<p>{day})", _before
    yield rf"(?:until|till|up to|by) (?P<p>{_DAY}|yesterday|today)", _until
    yield (
        rf"(?:in|on|during|of|for)(?: the month of)? (?P<p>{_DAY}|(?:{_MONTH})(?:,? \d{{4}})?|2\d{{3}})",
        _in,
    )
    yield rf"(?:on )?(?P<p>{_WEEKDAY})", _in
    yield r"(?:in |during )?(?P<p>today|yesterday|this (?:week|month|quarter|year))", _in


_RULES: Final = tuple(
    (re.compile(rf"(?<![\w\-./])(?:{pattern})(?![\w\-])"), make) for pattern, make in _rules()
)
