"""Text for the page keeps its meaning and cannot do anything."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ui.text import code_safe, page_markdown, plain_value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("arn:aws:s3:::bucket", r"arn\:aws\:s3\:\:\:bucket"),
        ("severity:HIGH at 14:02", r"severity\:HIGH at 14:02"),
        ("`arn:aws:iam` stays", "`arn:aws:iam` stays"),
        ("```\na:b\n```", "```\na:b\n```"),
        ("**bold** and `code`", "**bold** and `code`"),
        ("mail me@example.org", "mail `me@example.org`"),
    ],
)
def test_directive_marks_are_escaped_outside_code(text: str, shown: str) -> None:
    assert page_markdown(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/x.png)",
        "[click](https://evil.example)",
        "see https://evil.example/a?b=c",
        "<img src=x onerror=alert(1)>",
        "www.evil.example",
        "[a]: https://evil.example\n[a]",
    ],
)
def test_nothing_links_loads_or_is_html(text: str) -> None:
    outside = re.sub(r"`[^`]*`", "", page_markdown(text))
    assert "](" not in outside
    assert "://" not in outside
    assert "www." not in outside
    assert "<" not in outside


def test_a_fence_cannot_be_closed_from_inside() -> None:
    assert "```" not in code_safe("a\n```\nb ````")


def test_hidden_characters_are_made_visible() -> None:
    assert plain_value("a\u202eb\u200bc") == "a\\u202eb\\u200bc"


def test_large_integers_stay_exact() -> None:
    assert plain_value({"id": 2**53 + 1, "n": 7, "ok": True}) == {
        "id": "9007199254740993",
        "n": 7,
        "ok": True,
    }


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
def test_values_survive_json_and_show_no_hidden_characters(value: object) -> None:
    shown = json.dumps(plain_value(value), ensure_ascii=False)
    assert json.loads(shown) == plain_value(value)
    assert not set(shown) & set("\u202e\u200b\u2066\ufeff")


@given(st.text(alphabet=st.sampled_from("a:`[]()!<>/\\ \n*w.@hтps\u202e"), max_size=80))
def test_no_text_becomes_a_link_or_html(text: str) -> None:
    outside = re.sub(r"```.*?(?:```|\Z)|`[^`\n]*`", "", page_markdown(text), flags=re.DOTALL)
    assert not re.search(r"!?\[[^\]\n]*\]\([^)\n]*\)", outside)
    assert "<" not in outside
    assert not re.search(r"(?<!\\):(?=[A-Za-z:])", outside)
