"""The timeline on the page: grouped by day, honest about what is cut, hostile names as text, nonsense survived."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.ui.elements import elements_for
from agent.ui.timeline import MOST_ENTRIES, timeline_props
from tests.e2e import fake_data as data

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def props(**more: Any) -> dict[str, Any]:
    made = timeline_props(data.activity().model_copy(update=more))
    assert made is not None
    return made


def test_one_element_draws_verdict_days_and_entries() -> None:
    (drawn,) = elements_for(data.activity())
    assert drawn.name == "TimelineView"
    assert drawn.props["state"] == "used now"
    assert [group["day"] for group in drawn.props["groups"]] == [f"2026-11-{n}" for n in (25, 24, 23, 22)]
    assert drawn.props["groups"][0]["entries"][0]["time"] == "13:41"
    assert [day["attempts"] for day in drawn.props["days"]] == [12, 9, 16, 11, 48, 2114, 612]
    assert drawn.props["cut"] is False
    assert drawn.props["queries"][0]["xql"].startswith("dataset = ")


def test_more_entries_than_drawn_are_counted_and_told() -> None:
    event = {"at": "2026-11-25T10:00:00+00:00", "kind": "call", "what": "x"}
    made = props(data={**data.activity().data, "events": [event] * 300}, total=450)
    assert made["returned"] == MOST_ENTRIES
    assert made["total"] == 450
    assert made["cut"] is True


def test_names_of_others_stay_text_and_hidden_characters_show() -> None:
    assert "\u202e" not in str(props())
    assert "<img" in str(props())


def test_an_empty_timeline_is_drawn_and_one_without_a_verdict_is_none() -> None:
    (drawn,) = elements_for(data.activity(empty=True))
    assert drawn.props["state"] == "unknown"
    assert drawn.props["groups"] == []
    bare = data.activity(empty=True).model_copy(update={"data": {}})
    assert elements_for(bare) == []


def test_a_state_that_nobody_knows_is_never_shown_as_quiet() -> None:
    made = props(data={**data.activity().data, "verdict": {"state": "fine", "reason": ""}})
    assert made["state"] == "unknown"


@given(
    st.dictionaries(
        st.sampled_from(["verdict", "finding", "resource", "events", "days", "sources", "ports"]), JSON
    )
)
def test_any_shape_is_drawn_or_left_out(given_data: dict[str, Any]) -> None:
    made = timeline_props(data.activity().model_copy(update={"data": given_data}))
    assert made is None or made["state"] == "unknown" or made["state"] in {"used now", "probed", "quiet"}
