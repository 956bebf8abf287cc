"""Nothing hidden stays hidden; no comment is a command, a mention, an image or one of our markers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.cortex.text import first_visible
from tools.writeback import InvalidProposal
from tools.writeback.text import LONGEST_COMMENT, comment_body, inert, one_line, visible

_NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "!/！／@＠[](){}<>`*#|\\ \t\n\r\u200b\u202e\u2028\x00\x1b\u3164\u2800\ufeff\U000e0041aposture"
        ),
        st.characters(),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Print value=1", "> !Print value=1"),
        ("  \n !Print", "> !Print"),
        ("fine\n!Print", "fine\n> !Print"),
        ("fine\n\t/ban", "fine\n> \t/ban"),
        ("！Print", "> ！Print"),
        ("/invite bob", "> /invite bob"),
        ("\u200b!Print", "⟨U+200B⟩!Print"),
        ("ask @bob, bob@example.com stays", "ask (at)bob, bob@example.com stays"),
        ("![x](https://example.invalid/a.png)", "> ! [x] (https://example.invalid/a.png)"),
        ("[safe](https://example.invalid)", "[safe] (https://example.invalid)"),
        ("<img src=x onerror=y>", "‹img src=x onerror=y>"),
        ("a < b and 3 <4", "a < b and 3 <4"),
        ("[posture p-1 abc]", "(posture p-1 abc]"),
        ("[ POSTURE p-1 abc]", "( POSTURE p-1 abc]"),
        ("admin\u202egnp.exe", "admin⟨U+202E⟩gnp.exe"),
        ("line\r\nother\rthird", "line\nother\nthird"),
        ("a\x00b\x1b[31m", "a⟨U+0000⟩b⟨U+001B⟩[31m"),
        ("blank\u3164here", "blank⟨U+3164⟩here"),
        ("half\ud800", "half⟨U+D800⟩"),
        ("see arn:aws:s3:::a-b/c and 10/8", "see arn:aws:s3:::a-b/c and 10/8"),
    ],
)
def test_what_becomes_of_a_comment(text: str, expected: str) -> None:
    assert comment_body(text) == expected


@given(_NASTY)
def test_no_comment_can_act_or_hide(text: str) -> None:
    try:
        body = comment_body(text)
    except InvalidProposal:
        assert not inert(text)
        return
    assert comment_body(body) == body
    assert body.encode()
    for line in body.split("\n"):
        assert first_visible(line) not in ("!", "/")
    assert not any(unicodedata.category(c)[0] == "C" and c not in "\n\t" for c in body)
    assert "[posture" not in body.casefold()
    assert "![" not in body
    assert "](" not in body
    assert len(body) <= LONGEST_COMMENT


@given(_NASTY, st.integers(min_value=1, max_value=40))
def test_a_label_is_one_bounded_visible_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert not any(unicodedata.category(c)[0] == "C" or (c.isspace() and c != " ") for c in line)


@given(st.text())
def test_visible_keeps_what_can_be_seen(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    for character in text:
        if character.isascii() and character.isprintable():
            assert character in shown


@pytest.mark.parametrize("text", ["", "  ", "\n\t\n"])
def test_an_empty_comment_is_refused(text: str) -> None:
    with pytest.raises(InvalidProposal, match="empty"):
        comment_body(text)


@pytest.mark.parametrize("text", ["x" * (LONGEST_COMMENT + 1), "\u200b" * 1_000, "x" * 1_000_000])
def test_a_long_comment_is_refused_never_cut(text: str) -> None:
    with pytest.raises(InvalidProposal, match="Shorten it"):
        comment_body(text)


def test_the_longest_comment_is_taken_whole() -> None:
    assert comment_body("x" * LONGEST_COMMENT) == "x" * LONGEST_COMMENT
