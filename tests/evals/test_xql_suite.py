"""The suite itself: the built-in planner and a model at an endpoint go through the same harness."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.cli import eval_app
from evals.suites import xql
from evals.suites.xql_asking import Asker
from evals.suites.xql_gold import seed_store
from tests.agent.openai_server import calls, scripted_endpoint, status

BUCKETS = {
    "dataset": "asset_inventory",
    "where": {"field": "xdm.asset.type.id", "op": "eq", "value": "S3_BUCKET"},
    "fields": ["xdm.asset.id", "xdm.asset.name"],
}


def _case(name: str, question: str, expect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "topic": name,
        "shape": "list",
        "profile": "engineer",
        "estate": {"size": "small", "seed": 5},
        "turns": [question],
        "expect": expect,
        **more,
    }


def _rows(where: str) -> dict[str, Any]:
    return {"outcome": "answer", "match": "rows", "keys": [["id"]], "sql": f"SELECT id FROM a WHERE {where}"}


CASES = [
    _case(
        "buckets",
        "which s3 buckets are there?",
        _rows("type = 'S3_BUCKET'"),
        reading={"must": ["s3 bucket|s3_bucket"]},
    ),
    _case("roles", "which iam roles are there?", _rows("type = 'AWS_IAM_ROLE'")),
    _case("weather", "will it rain?", {"outcome": "refuse"}),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in CASES), "utf-8")
    return file


def _answer(plan: dict[str, Any]) -> dict[str, Any]:
    return calls(("answer_question", {"outcome": "answer", "reading": "buckets", "plan": plan}))


async def test_a_model_is_measured_by_the_same_harness(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuses = calls(("answer_question", {"outcome": "refuse", "message": "I know posture, not weather."}))
    with scripted_endpoint(_answer(BUCKETS), _answer(BUCKETS), refuses) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-not-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        body = await xql.run(data, "scripted")
    told = {case["id"]: case for case in body["cases"]}
    assert [case["id"] for case in body["cases"]] == ["buckets", "roles", "weather"]
    assert told["buckets"]["faults"] == []
    assert told["buckets"]["rows"] is told["buckets"]["reading"] is told["buckets"]["valid"] is True
    assert told["roles"]["rows"] is False
    assert "missing" in told["roles"]["faults"][0] or "none of" in told["roles"]["faults"][0]
    assert (told["weather"]["got"], told["weather"]["rows"]) == ("refuse", None)
    assert (body["model"], body["n"]) == ("scripted", 3)
    assert (body["row_set_match"]["value"], body["row_set_match"]["n"]) == (0.5, 2)
    assert (body["outcome_match"]["value"], body["valid_query"]["n"]) == (1.0, 2)
    assert body["tokens"]["prompt"] > 0
    assert body["tokens"]["answer"] > 0
    assert body["seconds_to_query"]["n"] == 2
    assert body["seconds_to_rows"]["n"] == 3


async def test_what_the_planner_says_in_place_of_a_model_is_not_the_models(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_endpoint(status(401)) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-not-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        body = await xql.run(data, "scripted")
    assert {case["got"] for case in body["cases"]} == {"error"}
    assert body["right"]["value"] == 0.0


async def test_the_built_in_planner_needs_no_endpoint_and_no_tokens(data: Path) -> None:
    body = await xql.run(data, None)
    assert body["model"] == "built-in"
    assert body["tokens"] == {"prompt": 0, "answer": 0}
    assert body["per_profile"]["engineer"]["n"] == 3
    assert body["per_outcome"]["refuse"]["outcome_match"]["value"] == 1.0
    assert all(case["got"] != "error" for case in body["cases"])


async def test_rows_beyond_the_first_page_are_judged_too(tmp_path: Path) -> None:
    seed_store(tmp_path, "small", 5)
    async with Asker.open(tmp_path, None) as asker:
        reply = await asker.hold(("dataset = asset_inventory | fields xdm.asset.id",))
    assert reply.outcome == "answer"
    assert len(reply.rows) == reply.body["total"] > 200
    assert reply.to_query is not None
    assert reply.to_query <= reply.to_rows


async def test_a_question_that_breaks_the_product_is_one_failed_case(tmp_path: Path) -> None:
    seed_store(tmp_path, "small", 5)

    async def breaks(text: str, previous: dict[str, Any] | None) -> dict[str, Any]:
        raise KeyError(text)

    async with Asker.open(tmp_path, None) as asker:
        asker._ask = breaks  # type: ignore[method-assign]
        reply = await asker.hold(("which buckets?", "and in azure?"))
        assert (reply.outcome, reply.error) == ("error", "KeyError: 'which buckets?'")


def test_quantiles_have_intervals() -> None:
    found = xql.seconds([0.01 * n for n in range(1, 101)])
    assert (found["n"], found["p50"], found["p95"]) == (100, 0.5, 0.95)
    assert found["p50_ci95"][0] < 0.5 < found["p50_ci95"][1]
    assert xql.seconds([])["p95"] is None


class TestCommand:
    def test_prints_one_document(self, data: Path, tmp_path: Path) -> None:
        out = tmp_path / "kept"
        run = CliRunner().invoke(eval_app, ["xql", "--data", str(data), "--json", "--out", str(out)])
        assert run.exit_code == 0, run.output
        body = json.loads(run.stdout)
        assert (body["suite"], body["split"], body["n"]) == ("xql", "cases.jsonl", 3)
        assert json.loads(next(out.iterdir()).read_text("utf-8"))["n"] == 3

    def test_prints_shares_and_why_cases_failed(self, data: Path) -> None:
        run = CliRunner().invoke(eval_app, ["xql", "--data", str(data)])
        assert run.exit_code == 0
        assert "row_set_match:" in run.stdout
        assert "seconds_to_rows:" in run.stdout

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (None, "there is no file"),
            ('{"id": "x"}', "the cases cannot be used"),
            ("not json", "cannot be used"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, tmp_path: Path, text: str | None, says: str) -> None:
        file = tmp_path / "mine.jsonl"
        if text is not None:
            file.write_text(text, "utf-8")
        run = CliRunner().invoke(eval_app, ["xql", "--data", str(file)])
        assert run.exit_code == 1
        assert says in str(run.exception) + run.output
