"""What a case of the XQL suite is, which split it belongs to, and dates that are said relative to today."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Outcome = Literal["answer", "clarify", "refuse", "no_such"]
Split = Literal["develop", "test"]
DATA = Path(__file__).resolve().parent.parent / "data" / "xql"
_DATE = re.compile(r"\{date:(\d+):([^{}]+)\}")


class Estate(BaseModel):
    """The seeded estate that a case is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: Literal["small", "medium", "large"] = "small"
    seed: int = Field(ge=0)


class Expect(BaseModel):
    """What the last turn must come to. How rows are compared: see `evals.suites.xql_match`.

    `outcome` lists every acceptable one. `sql` lists every acceptable reading of the question; each statement runs on
    the tenant's tables and the views of `evals.suites.xql_gold`. `keys` has one entry per part of the key, each with
    the gold's columns that say the same thing (an id, a name).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: tuple[Outcome, ...]
    match: Literal["rows", "counts", "number", "top", "bins"] | None = None
    sql: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    value: str | None = None
    share: bool = False
    tolerance: float = 0.0
    order: Literal["asc", "desc"] | None = None
    rank: str | None = None
    limit: int | None = Field(default=None, ge=1)
    first: bool = False
    per: str | None = None
    bin: Literal["hour", "day", "week", "month"] | None = None
    columns: tuple[str, ...] = ()
    empty: bool = False
    names: tuple[str, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()

    @field_validator("outcome", "sql", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            "rows": bool(self.keys),
            "counts": bool(self.keys and self.value),
            "number": bool(self.value),
            "top": bool(self.keys and self.rank and self.order and self.limit),
            "bins": bool(self.bin and self.value),
        }
        if ("answer" in self.outcome) != bool(self.match and self.sql):
            raise ValueError("an answer needs `match` and `sql`, and only an answer has them")
        if self.match and not needed[self.match]:
            raise ValueError(f"`{self.match}` lacks one of: keys, value, rank, order, limit, bin")
        if "no_such" in self.outcome and not self.names:
            raise ValueError("no_such needs the `names` of what is missing")
        if self.outcome == ("clarify",) and len(self.choices) < 2:
            raise ValueError("clarify needs two `choices`")
        return self


class Reading(BaseModel):
    """Words that the stated reading must have or must not have; `a|b` means one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


class Case(BaseModel):
    """One conversation; its last turn is judged.

    `let` asks the estate for names: `{bucket}` in turns, SQL and reading is what the SQL of `bucket` gives (one value).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    topic: str
    shape: str
    profile: Literal["engineer", "auditor", "analyst"]
    estate: Estate
    turns: tuple[str, ...] = Field(min_length=1)
    expect: Expect
    reading: Reading | None = None
    let: dict[str, str] = Field(default_factory=dict)

    def at(self, now: datetime) -> Case:
        """The case with its relative dates said for `now`."""
        return self._said(lambda text: dated(text, now), lambda text: dated(text, now))

    def naming(self, values: Mapping[str, str]) -> Case:
        """The case with the names that `let` asked the estate for, in place of `{name}`."""

        def plainly(text: str) -> str:
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", value)
            return text

        def quoted(text: str) -> str:
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", value.replace("'", "''"))
            return text

        return self._said(plainly, quoted)

    def _said(self, say: Callable[[str], str], sql: Callable[[str], str]) -> Case:
        expect = self.expect.model_copy(
            update={
                "sql": tuple(map(sql, self.expect.sql)),
                "names": tuple(map(say, self.expect.names)),
            }
        )
        reading = self.reading and Reading(
            must=tuple(map(say, self.reading.must)), must_not=tuple(map(say, self.reading.must_not))
        )
        return self.model_copy(
            update={"turns": tuple(map(say, self.turns)), "expect": expect, "reading": reading}
        )


def dated(text: str, now: datetime) -> str:
    """`{date:20:%d %B}` becomes the day 20 days before `now`, written so."""
    return _DATE.sub(lambda m: (now - timedelta(days=int(m[1]))).strftime(m[2]), text)


def split_of(topic: str) -> Split:
    """The split of a topic. All questions of a topic are in one split, so that no paraphrase crosses.

    The rule was fixed before any answer was seen, and only reads the topic's name.
    """
    return "develop" if sha256(f"posture xql: {topic}".encode()).digest()[0] % 2 == 0 else "test"


def load(path: Path) -> list[Case]:
    """The cases of a JSONL file. Raises `ValueError` for a case that is incomplete or an id that comes twice."""
    cases = [Case.model_validate_json(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    twice = [name for name, n in Counter(case.id for case in cases).items() if n > 1]
    if twice:
        raise ValueError(f"{path.name}: ids that come twice: {', '.join(twice)}")
    return cases


def by_estate(cases: Sequence[Case]) -> dict[Estate, list[Case]]:
    """The cases grouped by the estate that they are about, in order of first use."""
    found: dict[Estate, list[Case]] = {}
    for case in cases:
        found.setdefault(case.estate, []).append(case)
    return found
