"""What scripts rely on: each command's JSON document, and the exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Shell

GOOD = "dataset = issues | fields xdm.issue.id | limit 3"
UNKNOWN = "dataset = no_such_dataset | limit 3"
BROKEN = "dataset = issues | filter ("


def has(body: dict[str, Any], *names: str) -> None:
    missing = [name for name in names if name not in body]
    assert not missing, f"{missing} not in {sorted(body)}"


def test_ask_answers_with_its_evidence(loaded: Shell) -> None:
    ended = loaded.json("ask", "which buckets are public")
    assert ended.code == 0
    body = ended.body
    has(body, "thread", "answer", "citations", "tool_calls", "queries", "proposals", "grounding")
    assert "ledger-exports" in json.dumps(body)
    assert body["tool_calls"]
    has(body["tool_calls"][0], "name", "args", "ok", "summary")
    has(body["queries"][0], "xql", "rows", "total", "truncated", "as_of")
    has(body["grounding"], "checked", "dropped")
    follow_up = loaded.json("ask", "only the ones in eu-west-1", "--thread", body["thread"])
    assert follow_up.body["thread"] == body["thread"]
    assert follow_up.body["queries"][0]["total"] == 1


def test_findings_are_listed_by_score_and_shown_with_it(loaded: Shell) -> None:
    body = loaded.json("findings", "list", "--top", "3").body
    has(body, "total", "returned", "truncated", "as_of", "findings")
    assert (body["total"], body["returned"], body["truncated"]) == (4, 3, True)
    for row in body["findings"]:
        has(row, "id", "title", "severity", "score")
    scores = [row["score"] for row in body["findings"]]
    assert scores == sorted(scores, reverse=True)
    first = body["findings"][0]
    shown = loaded.json("findings", "show", first["id"]).body
    assert shown["id"] == shown["finding"]["id"] == first["id"]
    assert shown["score"]["score"] == pytest.approx(first["score"], abs=0.05)
    assert loaded.json("findings", "show", str(first["issue_id"])).body["id"] == first["id"]


@pytest.mark.parametrize(
    ("where", "total"),
    [
        (["severity=critical"], 2),
        (["severity=critical,medium"], 3),
        (["service=iam"], 1),
        (["region=eu-west-1", "severity=medium"], 1),
        (["tag.DataClass=PII"], 1),
        (["text=brochures"], 2),
        (["status=PASS"], 1),
        (["resource=nothing-like-it"], 0),
    ],
)
def test_where_narrows(loaded: Shell, where: list[str], total: int) -> None:
    options = [part for condition in where for part in ("--where", condition)]
    ended = loaded.json("findings", "list", *options)
    assert (ended.code, ended.body["total"]) == (0, total)


def test_the_table_names_what_show_takes(loaded: Shell) -> None:
    for options in ([], ["--grouped"], ["--where", "status=PASS"]):
        lines = loaded("findings", "list", *options).out.splitlines()
        cells = [cell.strip() for cell in lines[2].split("│")]
        assert any(loaded.json("findings", "show", cell).code == 0 for cell in cells[2:4]), lines[2]


def test_grouped_counts_what_one_fix_closes(loaded: Shell) -> None:
    alone, grouped = (loaded.json("findings", "list", *o).body for o in ([], ["--grouped"]))
    assert 0 < grouped["total"] <= alone["total"]
    has(grouped["findings"][0], "id", "title", "severity", "score")


def test_triage_says_what_surfaces(loaded: Shell) -> None:
    body = loaded.json("triage", "--once", "--phase", "audit").body
    has(body, "seen", "scored", "proposed", "surfaced_share", "seconds")
    assert (body["seen"], body["scored"], body["proposed"]) == (4, 4, 0)
    assert 0 <= body["surfaced_share"] <= 1


def test_xql_one_input_is_one_report_and_several_are_a_list_in_order(shell: Shell, tmp_path: Path) -> None:
    one = shell.json("xql", "check", GOOD)
    assert one.code == 0
    assert (one.body["parsed"], one.body["valid"], one.body["errors"]) == (True, True, [])
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "b.xql").write_text(BROKEN)
    (folder / "a.xql").write_text(GOOD)
    (tmp_path / "single.xql").write_text(UNKNOWN)
    many = shell.json("xql", "check", GOOD, folder, tmp_path / "single.xql", "-", given=GOOD)
    assert many.code == 1
    results = many.body["results"]
    assert [r["valid"] for r in results] == [True, True, False, False, True]
    assert [r["parsed"] for r in results] == [True, True, False, True, True]
    assert [Path(r["file"]).name for r in results if "file" in r] == ["a.xql", "b.xql", "single.xql"]
    has(results[2]["errors"][0], "rule", "line", "column", "message", "suggestions")


def test_xql_check_reads_standard_input_when_nothing_is_named(shell: Shell) -> None:
    assert shell.json("xql", "check", given=GOOD).code == 0
    assert shell.json("xql", "check", given=BROKEN).code == 1


def test_xql_format_prints_one_style(shell: Shell) -> None:
    assert shell("xql", "format", "dataset=issues|limit 3").out == "dataset = issues\n| limit 3\n"
    assert shell("xql", "format", BROKEN).code == 1


def test_xql_run_takes_several_inputs(loaded: Shell, tmp_path: Path) -> None:
    one = loaded.json("xql", "run", "dataset = issues | comp count() as n")
    assert one.code == 0
    has(one.body, "plan", "reading", "outcome", "columns", "rows", "total", "truncated", "as_of")
    assert one.body["rows"] == [{"n": 4}]
    assert one.body["outcome"] == "answer"
    (tmp_path / "q.xql").write_text(UNKNOWN)
    many = loaded.json("xql", "run", GOOD, tmp_path / "q.xql", tmp_path / "none.xql")
    assert many.code == 1
    assert [r["valid"] for r in many.body["results"]] == [True, False, False]
    for result in many.body["results"]:
        has(result, "parsed", "xql", "errors", "outcome", "columns", "rows", "total", "as_of")


def test_xql_ask_takes_several_questions(loaded: Shell, tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_text(
        "how many critical findings per service\n\nwhich buckets are public\n"
    )
    body = loaded.json("xql", "ask", tmp_path / "questions.txt", "what is the weather in Paris").body
    assert [r["outcome"] for r in body["results"]] == ["answer", "answer", "refuse"]
    assert [r["question"] for r in body["results"]][1:] == [
        "which buckets are public",
        "what is the weather in Paris",
    ]
    for result in body["results"]:
        has(result, "parsed", "valid", "xql", "errors", "plan", "reading", "columns", "rows", "total")
    assert body["results"][1]["total"] == 2


def test_compliance_search_finds_or_abstains(shell: Shell) -> None:
    body = shell.json(
        "compliance", "search", "encryption of data at rest", "--framework", "hipaa", "-k", "3"
    ).body
    assert body["abstained"] is False
    assert 0 < len(body["hits"]) <= 3
    for hit in body["hits"]:
        has(hit, "framework", "id", "title", "score")
        assert hit["framework"] == "hipaa"
    nothing = shell.json("compliance", "search", "recipe for blueberry pancakes")
    assert (nothing.code, nothing.body["abstained"], nothing.body["hits"]) == (0, True, [])


def test_compliance_report_counts_per_status_and_writes_files(loaded: Shell, tmp_path: Path) -> None:
    body = loaded.json("compliance", "report", "hipaa", "--out", tmp_path / "report").body
    counts = {name: body[name] for name in ("fail", "pass", "manual", "not_assessed")}
    assert counts == body["counts"]
    assert sum(counts.values()) == body["total"]
    assert counts["fail"] > 0
    assert [Path(f).read_text(encoding="utf-8")[:2] for f in body["files"]] == ["# "]
    assert loaded("compliance", "report", "hipaa").out.startswith("# ")


def test_frameworks_are_listed(shell: Shell) -> None:
    names = [f["framework"] for f in shell.json("compliance", "frameworks").body["frameworks"]]
    assert {"hipaa", "nist_csf_2.0"} <= set(names)


def test_fix_draft_has_files_diff_and_layers(loaded: Shell) -> None:
    public = loaded.json("findings", "list", "--where", "rule=s3_bucket_public_access", "--top", "1").body
    ended = loaded.json("fix", "draft", public["findings"][0]["id"])
    assert ended.code == 0
    has(ended.body, "files", "diff", "layers")
    assert set(ended.body["layers"]) >= {
        "parse",
        "format",
        "schema",
        "targeted",
        "no_new",
        "validate",
        "plan",
    }
    assert {layer["status"] for layer in ended.body["layers"].values()} <= {
        "passed",
        "failed",
        "not_verified",
    }


def test_audit_and_approvals_of_a_quiet_home(shell: Shell, tmp_path: Path) -> None:
    assert shell.json("approvals", "list").body["total"] == 0
    verified = shell.json("audit", "verify")
    assert (verified.code, verified.body["intact"], verified.body["first_bad"]) == (0, True, None)
    assert shell.json("audit", "export").body == {"rows": []}
    assert shell.json("audit", "export", "--out", tmp_path / "t.jsonl").body["rows"] == 0
    assert (tmp_path / "t.jsonl").read_text() == ""


def test_doctor_names_each_part(loaded: Shell) -> None:
    ended = loaded.json("doctor")
    assert ended.code == 0
    states = {p["part"]: p["state"] for p in ended.body["parts"]}
    assert {"settings", "packages", "database", "tenant", "model", "controls", "verifier"} <= set(states)
    assert states["tenant"] == "ok"
    assert all(p["advice"] for p in ended.body["parts"] if p["state"] != "ok")


def test_tenant_info_counts_evidence(loaded: Shell) -> None:
    body = loaded.json("tenant", "info").body
    assert body["datasets"]["findings"] == 5
    assert body["findings_by_status"] == {"FAIL": 4, "PASS": 1, "MANUAL": 0}
    text = loaded("tenant", "info")
    assert text.code == 0
    assert "FAIL 4" in text.err


def test_an_empty_estate_is_no_error(shell: Shell) -> None:
    assert shell.json("tenant", "info").body["datasets"]["findings"] == 0
    assert shell.json("triage", "--once").body["surfaced_share"] == 0


def test_progress_and_notices_stay_off_stdout(shell: Shell) -> None:
    ended = shell.json("findings", "list", "--top", "1")
    assert ended.body["returned"] == 1
    assert "demo estate" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "hello there"],
        ["findings", "list", "--top", "2"],
        ["compliance", "frameworks"],
        ["doctor"],
        ["xql", "run", GOOD],
        ["xql", "ask", "which buckets are public"],
        ["audit", "verify"],
        ["approvals", "list"],
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_without_json_it_is_text(loaded: Shell, arguments: list[str]) -> None:
    ended = loaded(*arguments)
    assert ended.code == 0
    assert ended.out.strip()
    assert not ended.out.startswith("{")


def test_a_real_process_keeps_the_contract(loaded: Shell) -> None:
    """Once as scripts do it: its own process, stdout and stderr apart, bytes that are UTF-8."""
    environment = {**os.environ, "POSTURE_HOME": str(loaded.home), "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(
        [sys.executable, "-m", "agent.cli", "findings", "show", "no-such-id", "--json"],
        capture_output=True, env=environment, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "no-such-id" in json.loads(ended.stdout)["error"]
    assert ended.stderr == b""


def test_a_reader_that_leaves_is_no_crash(loaded: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        ended = subprocess.run(
            [sys.executable, "-m", "agent.cli", "findings", "list", "--json"],
            stdout=out, stderr=subprocess.PIPE, env={**os.environ, "POSTURE_HOME": str(loaded.home)},
            check=False, timeout=60,
        )  # fmt: skip
    assert ended.returncode == 1
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr
