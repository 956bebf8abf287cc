"""Whole conversations on the real sample: right rows, nothing dropped, plain wording, suggestions that work."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.events import Profile, StepFinished, TurnEnded
from agent.runtime import Runtime
from evals.suites import conversation
from tests.agent.conftest import ANNA, load_estate, settings_for

pytestmark = pytest.mark.shared

_DATA = Path(conversation.__file__).resolve().parent.parent / "data" / "conversation"
_SETS = ("first", "test", "fresh")


@pytest.fixture
async def runtime(records: list[dict[str, Any]], tmp_path: Path) -> AsyncIterator[Runtime]:
    await load_estate(tmp_path, records)
    async with Runtime.open(settings_for(tmp_path), demo_if_empty=False, serve=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (shared_data / "findings" / "prowler-aws.ocsf.json").read_text("utf-8")
    )
    return found


async def _say(runtime: Runtime, thread: str, text: str) -> tuple[TurnEnded, list[StepFinished]]:
    events = [e async for e in runtime.conversation.turn(thread, text, ANNA, Profile.ENGINEER)]
    ended = events[-1]
    assert isinstance(ended, TurnEnded)
    return ended, [e for e in events if isinstance(e, StepFinished)]


def _cases(name: str) -> list[conversation.Case]:
    lines = (_DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [conversation.Case.model_validate_json(line) for line in lines if line.strip()]


async def test_answers_are_right(runtime: Runtime, records: list[dict[str, Any]]) -> None:
    for name in _SETS:
        judged = [await conversation._hold(runtime, case, records) for case in _cases(name)]
        wrong = [(j.id, j.faults) for j in judged if not j.right]
        assert len(wrong) <= len(judged) // 50, wrong
        assert [j.id for j in judged if j.dropped] == []
        assert [j.id for j in judged if not (j.valid and j.cited) and j.right] == []


_ODD = re.compile(
    r"\S  +\S|\s,|,,|\.\.(?!\.)| \.|\bNone\b(?! found)|\b1 (?:findings|rows|resources|buckets)\b"
)


async def test_wording_and_suggestions(runtime: Runtime) -> None:
    typed: set[str] = set()
    for case in [*_cases("first"), *_cases("develop")]:
        thread = str(uuid.uuid4())
        for text in case.turns:
            ended, _ = await _say(runtime, thread, text)
            assert ended.grounding.dropped == (), (case.turns, ended.grounding.dropped)
        assert not _ODD.search(ended.answer), (case.turns, ended.answer)
        for suggestion in ended.suggestions:
            if suggestion.text in typed:
                continue
            typed.add(suggestion.text)
            again = str(uuid.uuid4())
            for text in case.turns:
                await _say(runtime, again, text)
            followed, steps = await _say(runtime, again, suggestion.text)
            assert followed.outcome != "failed", (case.turns, suggestion)
            assert steps, (case.turns, suggestion, followed.answer)
            assert all(s.result is not None for s in steps), (case.turns, suggestion, followed.answer)
            assert "outside what I know" not in followed.answer
            assert followed.grounding.dropped == (), (case.turns, suggestion, followed.grounding.dropped)
    assert len(typed) >= 10
