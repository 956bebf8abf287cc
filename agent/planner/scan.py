"""Read a text piece by piece: what a pattern took is blanked, so that no word counts twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from agent.planner.reading import Since
from agent.planner.words import NUMBER_WORDS, ORDINALS

_TAKEN = "\x01"
_PLAIN_MARKS = str.maketrans("’‘“”–—", "''\"\"- ")


@lru_cache(maxsize=2_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\-./@])(?:{pattern})(?![\w\-/@]|\.\w)")


class Scanner:
    """A text with what was already understood taken out of it."""

    def __init__(self, text: str) -> None:
        self.rest = text.lower().translate(_PLAIN_MARKS)
        self.negated_to: int | None = None
        """Where the last excluded piece ended: what is joined to it by "and" is excluded too."""

    def has(self, pattern: str) -> bool:
        return _compiled(pattern).search(self.rest) is not None

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first match, taken out."""
        match = _compiled(pattern).search(self.rest)
        if match is not None:
            self.blank(*match.span())
        return match

    def find(self, pattern: str) -> re.Match[str] | None:
        """The first match, left where it is."""
        return _compiled(pattern).search(self.rest)

    def take_all(self, pattern: str) -> Iterator[re.Match[str]]:
        # An empty match takes nothing: it would come again for ever.
        while (match := self.take(pattern)) is not None and match.group(0):
            yield match

    def take_text(self, literal: str) -> bool:
        """Take a literal name, whole words only."""
        return self.take(re.escape(literal.lower())) is not None

    def put_back(self, match: re.Match[str]) -> None:
        """Undo a take."""
        self.rest = self.rest[: match.start()] + match.group(0) + self.rest[match.end() :]

    def words(self) -> list[str]:
        """The words that nothing has taken yet."""
        return re.findall(r"[a-z0-9][\w.\-:/@']*", self.rest.replace(_TAKEN, " "))

    def blank(self, start: int, end: int) -> None:
        """Take what stands between two positions."""
        self.rest = self.rest[:start] + _TAKEN * (end - start) + self.rest[end:]


_UNIT_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
_MONTHS = "january february march april may june july august september october november december".split()
_NUMBER = r"(\d{1,4}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + ")"


def number(word: str) -> int:
    """A number written as digits or as a word."""
    return int(word) if word.isdigit() else NUMBER_WORDS[word]


def take_since(scan: Scanner, now: datetime) -> Since | None:
    """A time bound, if the text names one."""
    if scan.take(
        r"(?:since|from|after|with|in|by|between|through) (?:the |my |our )?(?:last|latest|most recent|previous|newest)"
        r" (?:load|import|scan|upload|run|sync|data ?load|ingest(?:ion)?)s?"
        r"|(?:the )?(?:last|latest|most recent) (?:load|import|scan|upload|ingest(?:ion)?)"
    ):
        return Since(kind="last_load")
    match = scan.take(
        rf"(?:older|longer|more) than {_NUMBER} (hour|day|week|month|quarter|year)s?(?: ago| old)?"
    )
    if match is None:
        match = scan.take(
            rf"(?:for|open for|open) (?:over|more than|at least) {_NUMBER} (hour|day|week|month|quarter|year)s?"
        )
    if match is not None:
        return Since(kind="days", days=number(match[1]) * _UNIT_DAYS[match[2]], older=True)
    match = scan.take(
        rf"(?:in|within|over|during|for|since|from) (?:the )?(?:last|past|previous) (?:{_NUMBER} )?(hour|day|week|fortnight|month|quarter|year)s?"
        rf"|(?:newer|less|younger) than {_NUMBER} (hour|day|week|month|quarter|year)s?(?: ago| old)?"
        rf"|(?:last|past|this) (?:{_NUMBER} )?(hour|day|week|fortnight|month|quarter|year)s?"
    )
    if match is not None:
        groups = [g for g in match.groups() if g]
        unit = groups[-1]
        count = number(groups[0]) if len(groups) > 1 else 1
        return Since(kind="days", days=count * _UNIT_DAYS[unit])
    if scan.take(r"(?:since |from )?yesterday"):
        return Since(kind="days", days=1)
    if scan.take(r"(?:since |from )?today"):
        return Since(kind="date", date=now.date().isoformat())
    if (match := scan.take(r"(?:since|after|from) (\d{4}-\d{2}-\d{2})")) is not None:
        return Since(kind="date", date=match[1])
    if (match := scan.take(r"(?:since|after) (" + "|".join(_MONTHS) + r")(?: (\d{4}))?")) is not None:
        month = _MONTHS.index(match[1]) + 1
        year = int(match[2]) if match[2] else now.year - (month > now.month)
        return Since(kind="date", date=datetime(year, month, 1, tzinfo=UTC).date().isoformat())
    return None


def take_ordinal(scan: Scanner) -> int | None:
    """Which of a list is meant: "the second", "number 3", "the worst one"."""
    match = scan.take(r"(?:number|no\.?|nr|rank|position) ?#?(\d{1,3})|#(\d{1,3})")
    if match is not None:
        return int(match[1] or match[2])
    words = "|".join(ORDINALS)
    match = scan.take(
        rf"(?:the |that |this |my )?({words})(?:[ -](?:ranked|rated|scored))?(?: (?:one|item|finding|issue|entry|result|row|of (?:them|these|those)))?"
    )
    return ORDINALS[match[1]] if match is not None else None


def take_limit(scan: Scanner) -> int | None:
    """How many rows are wanted: "top 5", "the ten worst", "first 20"."""
    match = scan.take(
        rf"(?:top|first|worst|highest|newest|latest|oldest) {_NUMBER}"
        rf"|{_NUMBER}(?= (?:worst|most|top|highest|biggest|riskiest|newest|latest|oldest|findings|issues|things|items|problems|misconfigurations))"
        rf"|(?:limit|max(?:imum)?|at most|no more than|up to) {_NUMBER}(?: rows| results| findings)?"
    )
    if match is None:
        return None
    return number(next(g for g in match.groups() if g))
