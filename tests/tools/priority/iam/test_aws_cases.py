"""The table of AWS cases, and that a wrong allow is not among the answers."""

from __future__ import annotations

import pytest

from tests.tools.priority.iam.aws_cases import CASES, GET, PUBLIC, Case
from tests.tools.priority.iam.building import BUCKET, guarded
from tools.priority.iam.aws.evaluate import Evaluator
from tools.priority.iam.aws.public import open_to_strangers
from tools.priority.iam.logic import YES


@pytest.mark.parametrize("case", CASES, ids=[case.why for case in CASES])
def test_case(case: Case) -> None:
    found = Evaluator(case.organization).can(case.who, case.action, case.what, case.context)
    answer = "part" if found.allowed and found.partial else found.verdict.value
    assert answer == case.expect, found
    if found.allowed and case.who.kind not in {"root", "service"}:
        assert found.because
        assert all(one.match is YES and one.effect == "allow" for one in found.because)
    if found.verdict.value == "unknown":
        assert found.unknowns or found.because


@pytest.mark.parametrize(("why", "expect", "statement"), PUBLIC, ids=[row[0] for row in PUBLIC])
def test_public(why: str, expect: str, statement: dict[str, object]) -> None:
    resource = guarded(f"{BUCKET}/*", statement)
    assert open_to_strangers(Evaluator(), resource, [GET])[GET].verdict.value == expect


def test_the_table_is_large_and_its_reasons_differ() -> None:
    reasons = [case.why for case in CASES] + [row[0] for row in PUBLIC]
    assert len(set(reasons)) == len(reasons) >= 120
    assert {case.expect for case in CASES} == {"allow", "deny", "unknown", "part"}
