"""The picture of attack paths: layers, shared positions, circles, hostile names."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.ui.elements import elements_for
from agent.ui.paths import MOST_POSITIONS, path_props
from tests.e2e import fake_data as data
from tools.results import ToolResult


def drawn(*paths: str, known: bool = True) -> dict[str, Any] | None:
    """Paths given as words: `drawn("web role bucket")`."""
    views = [
        {
            "entry": p.split()[0],
            "jewel": p.split()[-1],
            "chance": 0.5,
            "risk": 0.5,
            "known": known,
            "steps": [
                {"key": k, "label": k, "kind": "compute", "account": "", "value": 0, "known": known}
                for k in p.split()
            ],
        }
        for p in paths
    ]
    result = ToolResult(
        kind="path",
        summary="s",
        total=len(views),
        returned=len(views),
        truncated=False,
        as_of=data.AS_OF,
        data={"paths": views},
    )
    return path_props(result)


def layers(props: dict[str, Any]) -> dict[str, int]:
    return {node["label"]: node["layer"] for node in props["nodes"]}


def test_shared_positions_are_drawn_once_right_of_all_that_leads_to_them() -> None:
    props = drawn("web role bucket", "hook bucket", "hook x y bucket")
    assert props is not None
    assert layers(props) == {"internet": 0, "web": 1, "role": 2, "bucket": 4, "hook": 1, "x": 2, "y": 3}
    pairs = {(props["nodes"][e["from"]]["label"], props["nodes"][e["to"]]["label"]) for e in props["edges"]}
    assert ("role", "bucket") in pairs
    assert ("hook", "bucket") in pairs
    assert len(props["edges"]) == len(pairs) == 8


def test_no_two_positions_share_a_place() -> None:
    props = drawn("a b c", "d b e", "f g", "h c")
    assert props is not None
    places = [(node["layer"], node["row"]) for node in props["nodes"]]
    assert len(set(places)) == len(places)


def test_a_path_that_passes_another_one_the_other_way_makes_no_circle() -> None:
    props = drawn("a b c", "b a d")
    assert props is not None
    at = layers(props)
    for edge in props["edges"]:
        names = [props["nodes"][edge[end]]["label"] for end in ("from", "to")]
        assert at[names[0]] < at[names[1]], names


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), min_size=1, max_size=8)
)
@settings(max_examples=200, deadline=None)
def test_any_paths_can_be_drawn(paths: list[list[str]]) -> None:
    props = drawn(*(" ".join(p) for p in paths))
    assert props is not None
    assert len(props["nodes"]) <= MOST_POSITIONS
    assert all(
        0 <= e["from"] < len(props["nodes"]) and 0 <= e["to"] < len(props["nodes"]) for e in props["edges"]
    )


def test_without_a_path_there_is_no_picture() -> None:
    assert drawn() is None
    result = data.attack_paths().model_copy(update={"data": {"paths": "nonsense"}})
    assert elements_for(result) == []


def test_names_of_others_stay_text() -> None:
    props = path_props(
        data.attack_paths().model_copy(
            update={
                "data": {
                    "paths": [
                        {
                            "entry": data.NASTY,
                            "steps": [{"key": "k", "label": data.NASTY, "kind": "data", "why": data.NASTY}],
                        }
                    ]
                }
            }
        )
    )
    assert props is not None
    assert "\u202e" not in str(props)


def test_more_paths_than_drawn_are_counted() -> None:
    result = data.attack_paths().model_copy(update={"total": 40})
    props = path_props(result)
    assert props is not None
    assert props["title"] == "The 3 gravest of 40 attack paths"
    assert props["more"] == 37
