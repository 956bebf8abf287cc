"""Commands can be pasted: a shell reads each outside value as one word."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.remediation.shell import aws, word


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn")),
        min_size=1,
    )
)
def test_visible_text_is_one_word(text: str) -> None:
    assert shlex.split(word(text)) == [text]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="a'\"$`\\;&|\n\t\u202e!-*~ é", min_size=1, max_size=20))
def test_bash_reads_back_what_was_written(text: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"printf %s {word(text)}"], capture_output=True, env={"LC_ALL": "C.UTF-8"}, timeout=10
    )
    assert done.stdout.decode() == text


def test_hidden_characters_are_made_visible() -> None:
    assert word("a\u202eb\n") == "$'a\\u202eb\\u000a'"


def test_a_command_is_put_together() -> None:
    assert aws("s3api", "x-y", "eu-west-1", some_name="a b", on=True, off=None, policy={"a": [1]}) == (
        "aws s3api x-y --some-name 'a b' --on --policy '{\"a\":[1]}' --region eu-west-1"
    )
