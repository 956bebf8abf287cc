from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import neutral


@pytest.mark.parametrize(
    ("hostile", "gone", "kept"),
    [
        ("see ![x](http://evil.example/p.png) now", "![", "x"),
        ("[click](https://evil.example)", "](", "click"),
        ("[ref][1]\n\n[1]: http://evil.example", "]:", "ref"),
        ("<img src=x onerror=alert(1)>", "<img", "img src=x"),
        ("go to https://evil.example/a?b=c now", "to https", "`https://evil.example/a?b=c`"),
        ("www.evil.example", "\x00", "`www.evil.example`"),
        ("javascript:alert(1)", "\x00", "`javascript:alert(1`"),
    ],
)
def test_links_images_and_html_become_text(hostile: str, gone: str, kept: str) -> None:
    made = neutral.markdown(hostile)
    assert gone not in made
    assert kept in made


def test_emphasis_lists_tables_and_code_stay() -> None:
    text = "**2 of 7** buckets\n\n- `a`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\n<b>[x](http://y)</b>\n```"
    made = neutral.markdown(text)
    assert made == text


def test_direction_and_control_characters_are_shown() -> None:
    assert neutral.visible("a\u202eb\x07c\u200bd") == "a\\u202eb\\u0007c\\u200bd"
    assert neutral.visible("zwei Zeilen\nund\tTab: ä ✓") == "zwei Zeilen\nund\tTab: ä ✓"


def test_inline_cannot_leave_its_code_marks() -> None:
    assert neutral.inline("a`b\n# c") == "`aˋb # c`"


@given(st.text(max_size=200))
def test_plain_text_never_opens_a_mark(text: str) -> None:
    made = neutral.plain(text)
    assert not re.search(r"(?<!\\)[\[\]<>`*]", made)


@given(st.text(alphabet="[]()!<>`:/ htpsw.x\n", max_size=60))
def test_no_link_survives(text: str) -> None:
    made = neutral.markdown(text)
    outside_code = re.sub(r"```.*?```|`[^`\n]*`", "", made, flags=re.DOTALL)
    assert "](" not in outside_code or not re.search(r"\[[^\]\n]*\]\(\s*[^)\n]*\)", outside_code)
    assert "<" not in outside_code
