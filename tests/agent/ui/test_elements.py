"""From results to elements: what is drawn, and with which data."""

from __future__ import annotations

from typing import Any

import pytest

from agent.events import Grounding, Suggestion, TurnEnded
from agent.ui.answer import answer_elements, answer_text
from agent.ui.elements import approval_cards, column_type, elements_for, follow_ups, labels_for
from agent.ui.steps import done_name, shown_args, shown_outcome, shown_query, words_for
from tests.e2e import fake_data as data
from tools.results import ToolResult


def result(kind: Any, rows: tuple[dict[str, Any], ...] = (), **more: Any) -> ToolResult:
    total = more.pop("total", len(rows))
    return ToolResult(
        kind=kind,
        summary="s",
        total=total,
        returned=len(rows),
        truncated=len(rows) < total,
        as_of=data.AS_OF,
        rows=rows,
        **more,
    )


def test_a_table_keeps_every_row_and_says_how_many_there_are() -> None:
    (table,) = elements_for(data.buckets())
    assert table.name == "ResultTable"
    assert len(table.props["rows"]) == 7
    assert table.props["counted"] == "7 of 7 rows"
    assert table.props["truncated"] is False
    assert table.props["queries"][0]["xql"].startswith("dataset = asset_inventory")
    assert "\\u202e" in table.props["rows"][6]["xdm.asset.name"]


def test_a_cut_table_says_so_even_when_the_page_cuts_it() -> None:
    rows = tuple({"id": i} for i in range(700))
    (table,) = elements_for(result("table", rows))
    assert table.props["truncated"] is True
    assert table.props["counted"] == "500 of 700 rows"
    assert len(table.props["rows"]) == 500


def test_findings_put_what_matters_on_the_left_and_open_by_title() -> None:
    (table,) = elements_for(data.findings())
    keys = [column["key"] for column in table.props["columns"]]
    assert keys[:3] == ["score", "severity", "title"]
    assert keys[-1] == "id"
    assert table.props["opens"] == "title"


def test_views_by_kind() -> None:
    assert [e.name for e in elements_for(data.finding())] == ["FindingCard"]
    assert [e.name for e in elements_for(data.fix())] == ["FixView"]
    assert [e.name for e in elements_for(data.report())] == ["ReportView", "ResultTable"]
    assert elements_for(result("notice")) == []


def test_the_layers_of_a_fix_become_a_list_in_their_order() -> None:
    (view,) = elements_for(data.fix())
    layers = view.props["layers"]
    assert [layer["name"] for layer in layers][:3] == ["parse", "format", "schema"]
    assert {layer["status"] for layer in layers} == {"passed", "failed", "not_verified"}


def test_a_list_of_proposals_brings_their_cards_with_ids_only() -> None:
    (cards,) = elements_for(result("proposals", data={"cards": ["p-1", "p-2"]}))
    assert cards.name == "ApprovalCard"
    assert cards.props == {"proposals": ["p-1", "p-2"], "compact": False}


def test_cards_name_each_proposal_once() -> None:
    assert approval_cards([]) == []
    assert approval_cards(["a", "a", "b"])[0].props["proposals"] == ["a", "b"]


def test_follow_ups() -> None:
    assert follow_ups([]) == []
    (element,) = follow_ups([Suggestion("label", "text")])
    assert element.props["items"] == [{"label": "label", "text": "text"}]


def test_labels_are_short_and_tell_columns_apart() -> None:
    labels = labels_for(["xdm.asset.name", "xdm.account.name", "score", "total_count"])
    assert labels == {
        "xdm.asset.name": "asset name",
        "xdm.account.name": "account name",
        "score": "score",
        "total_count": "total count",
    }


@pytest.mark.parametrize(
    ("key", "values", "kind"),
    [
        ("xdm.issue.severity", ["HIGH", "low"], "severity"),
        ("severity", ["odd"], "text"),
        ("score", [93.1, 2], "score"),
        ("count", [1, "9007199254740993"], "number"),
        ("flag", [True, False], "text"),
        ("seen", ["2026-11-25T13:50:00Z", None], "time"),
        ("tags", [{"a": "b"}, {}], "list"),
        ("id", ["x"], "id"),
        ("status", ["fail", "not_assessed"], "status"),
        ("empty", [None, ""], "text"),
    ],
)
def test_column_types(key: str, values: list[Any], kind: str) -> None:
    assert column_type(key, values) == kind


def test_steps_are_named_in_words_and_count_rows() -> None:
    assert words_for("query_posture").done == "Queried posture data"
    assert words_for("some_new_tool").doing == "Running some new tool"
    assert done_name("search_findings", data.findings(), True) == "Searched findings: 24 of 320 rows"
    assert done_name("draft_fix", data.fix(), True) == "Drafted and checked a fix"
    assert done_name("draft_fix", None, False) == "Drafting and checking a fix: failed"


def test_a_step_shows_query_arguments_and_outcome_as_text() -> None:
    assert shown_query(data.buckets().queries) == data.XQL
    assert shown_args({}) == ""
    assert "```" not in shown_args({"q": "```"})
    outcome = shown_outcome("7 buckets [x](y)", data.buckets(), None)
    assert "Read as: S3 buckets" in outcome
    assert "7 of 7 rows" in outcome
    assert "as of 2026-11-25 14:02 UTC" in outcome
    assert "[x](" not in outcome
    assert shown_outcome("", None, "the tenant does not answer") == "the tenant does not answer"


def test_the_answer_says_what_was_left_out() -> None:
    ended = TurnEnded(
        "t",
        "**Yes.** arn:aws:x",
        "waiting",
        proposals=("p-2",),
        suggestions=(Suggestion("a", "b"),),
        grounding=Grounding(dropped=("s", "t")),
        notices=("The model did not answer.",),
    )
    text = answer_text(ended)
    assert text.startswith(r"**Yes.** arn\:aws\:x")
    assert "2 sentences were left out" in text
    assert "The model did not answer." in text
    made = result("proposals", data={"waiting": [{"id": "p-2", "hash": "h"}]})
    drawn = answer_elements([data.buckets(), data.buckets(), made], ended, ("p-1", "p-2"))
    assert [e.name for e in drawn] == ["ResultTable", "ApprovalCard", "ApprovalCard", "FollowUps"]
    assert drawn[1].props == {"proposals": ["p-2"], "compact": False}
    assert drawn[2].props == {"proposals": ["p-1"], "compact": True}
    later = answer_elements([], ended, ("p-1", "p-2"))
    assert later[0].props == {"proposals": ["p-2", "p-1"], "compact": True}


def test_a_time_bin_is_shown_as_a_time() -> None:
    table = elements_for(data.weekly())[-1]
    assert [column["type"] for column in table.props["columns"]] == ["epoch", "number"]
