"""Our own pairs of question and plan, and the few that are most like a question."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from agent.asking.ranking import Ranking, asked, document

_FILE: Final = "plan_examples.jsonl"
_PER_SHAPE: Final = 2


@dataclass(frozen=True, slots=True)
class Example:
    """One pair. `shape` is the kind of question; `answer` what a model should give, as JSON values."""

    shape: str
    question: str
    answer: dict[str, Any] = field(hash=False)

    @property
    def plan(self) -> dict[str, Any] | None:
        return self.answer.get("plan")

    def text(self) -> str:
        body = json.dumps(self.answer, ensure_ascii=False, separators=(",", ":"))
        return f"Q: {self.question}\nA: {body}"


@cache
def library() -> tuple[Example, ...]:
    """All pairs, read once per process."""
    text = (files("prompts") / _FILE).read_text(encoding="utf-8")
    return tuple(_example(json.loads(line)) for line in text.splitlines() if line.strip())


def _example(row: dict[str, Any]) -> Example:
    answer: dict[str, Any] = {"outcome": row.get("outcome", "answer")}
    answer |= {key: row[key] for key in ("plan", "message", "choices") if key in row}
    return Example(row["shape"], row["question"], answer)


@cache
def _ranking() -> Ranking:
    return Ranking(
        [document((e.question, 2.0), (json.dumps(e.answer), 0.25), (e.shape, 0.5)) for e in library()]
    )


def similar(question: str, budget: int, count: Callable[[str], int], *, most: int = 6) -> tuple[Example, ...]:
    """The examples most like a question, best first, at most two of one shape, within `budget` tokens by `count`."""
    pairs = library()
    scores = _ranking().scores(asked(question))
    chosen: list[Example] = []
    shapes: Counter[str] = Counter()
    left = budget
    for number in sorted(range(len(pairs)), key=lambda n: (-scores[n], n)):
        example = pairs[number]
        if len(chosen) == most or scores[number] <= 0:
            break
        cost = count(example.text() + "\n\n")
        if shapes[example.shape] >= _PER_SHAPE or cost > left:
            continue
        chosen.append(example)
        shapes[example.shape] += 1
        left -= cost
    return tuple(chosen)


def rendered(examples: tuple[Example, ...]) -> str:
    """The examples as text for a prompt."""
    return "\n\n".join(example.text() for example in examples)
