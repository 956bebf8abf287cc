"""Whatever a cloud name holds, written out it means exactly itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.remediation.hcl.evaluate import attribute_value
from tools.remediation.hcl.tree import parse_file
from tools.remediation.hcl.values import Encoded, Raw, Unknown, literal, quote, unquote
from tools.remediation.hcl.write import label_for, nested, render, resource

HOSTILE = [
    '"',
    '\\"',
    '${file("/etc/passwd")}',
    "$${x}",
    "$$${x}",
    "$$$${x}",
    "%{ if true }x%{ endif }",
    "%%{x}",
    'a\nresource "x" "y" {}',
    "\r\n",
    "\u2028\u2029\u202e\u200b",
    "\x00\x1b[31m",
    "EOT\n",
    "*/",
    "# x",
    "\\",
    "\\u0024{x}",
    "$",
    "$ {",
    "ünï 漢字 🚀",
    "$\u200b{x}",
]
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_itself(text: str) -> None:
    written = quote(text)
    assert "\n" not in written
    assert unquote(written) == text


@given(st.text(max_size=60))
def test_any_text_comes_back_as_itself_on_one_line(text: str) -> None:
    written = quote(text)
    assert len(written.splitlines()) == 1
    assert unquote(written) == text


@given(st.text(alphabet="${}%\\\"'\nabc", max_size=40))
def test_text_made_of_what_is_special_stays_inside_its_attribute(text: str) -> None:
    source = f"x = {quote(text)}\ny = 1\n"
    body = parse_file(source)
    assert [item.name for item in body.attributes] == ["x", "y"]
    assert attribute_value(body, "x", source) == text


@given(_values)
def test_any_value_comes_back_as_itself(value: Any) -> None:
    source = f"x = {literal(value)}\n"
    assert attribute_value(parse_file(source), "x", source) == value


@given(_values)
def test_an_encoded_value_comes_back_as_itself(value: Any) -> None:
    source = f"x = {literal(Encoded(value))}\n"
    assert attribute_value(parse_file(source), "x", source) == Encoded(value)


@given(st.text(max_size=80))
def test_a_label_is_always_a_terraform_name(text: str) -> None:
    label = label_for(text)
    assert label.isascii()
    assert label.isidentifier()
    assert len(label) <= 62


@pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform binary")
def test_terraform_itself_reads_them_as_we_do(tmp_path: Path) -> None:
    expression = "jsonencode(" + "[" + ", ".join(quote(text) for text in HOSTILE) + "])"
    done = subprocess.run(
        ["terraform", "console", "-no-color"],
        input=expression,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    answer = json.loads(json.loads(done.stdout.strip().splitlines()[-1]))
    assert answer == HOSTILE


def test_an_interpolation_is_not_taken_for_text() -> None:
    assert unquote('"${var.x}"') is None
    assert unquote('"$${var.x}"') == "${var.x}"
    source = 'x = "a-${var.x}"\n'
    assert isinstance(attribute_value(parse_file(source), "x", source), Unknown)


def test_a_block_is_laid_out_in_the_usual_way() -> None:
    block = resource(
        "aws_x",
        "y",
        {"a": 1, "long": Raw("var.z"), "tags": {"Name": "n"}, "b": []},
        nested("in", {"c": True}),
    )
    assert render(block) == (
        'resource "aws_x" "y" {\n  a    = 1\n  long = var.z\n  tags = {\n    Name = "n"\n  }\n  b = []\n\n'
        "  in {\n    c = true\n  }\n}\n"
    )
