"""Changes by position keep every other character."""

from __future__ import annotations

import pytest

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl import edit
from tools.remediation.hcl.tree import parse_file
from tools.remediation.hcl.write import nested, resource

TEXT = """# head
resource "aws_x" "y" { # why
  name = "n" # keep me
  size = 3

  # about inner
  inner {
    on = false # off for now
  }
}
"""


def test_a_value_is_changed_and_its_comment_stays() -> None:
    assert edit.set_value(TEXT, (0,), ("size",), 4) == TEXT.replace("size = 3", "size = 4")
    assert edit.set_value(TEXT, (0,), ("inner", "on"), True) == TEXT.replace("on = false #", "on = true #")


def test_a_new_attribute_joins_the_aligned_run() -> None:
    changed = edit.set_value(TEXT, (0,), ("encrypted",), True)
    assert '  name      = "n" # keep me\n  size      = 3\n  encrypted = true\n\n  # about inner' in changed


def test_a_run_that_was_not_aligned_is_left_as_it_was() -> None:
    text = 'resource "a" "b" {\n  name   = "n"\n  x = 1\n}\n'
    assert edit.set_value(text, (0,), ("encrypted",), True) == text.replace(
        "  x = 1\n", "  x = 1\n  encrypted = true\n"
    )


def test_a_missing_block_is_made_with_all_its_parents() -> None:
    changed = edit.set_value(TEXT, (0,), ("rule", "by_default", "algorithm"), "AES256")
    assert changed.endswith('\n  rule {\n    by_default {\n      algorithm = "AES256"\n    }\n  }\n}\n')
    assert changed.startswith(TEXT[:-2])


@pytest.mark.parametrize("text", ['r "a" "b" {}\n', 'r "a" "b" { x = 1 }\n'])
def test_a_one_line_block_is_spread_out(text: str) -> None:
    changed = edit.set_value(text, (0,), ("y",), 2)
    (block,) = parse_file(changed).blocks
    assert block.body.attribute("y") is not None
    assert ("x = 1" in text) == (block.body.attribute("x") is not None)


def test_windows_line_ends_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    changed = edit.set_value(text, (0,), ("rule", "on"), True)
    assert changed.count("\n") == changed.count("\r\n")
    assert "rule {\r\n" in changed


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('r "a" "b" {\n  dynamic "in" {\n    for_each = []\n    content {}\n  }\n}\n', ("in", "x")),
        ('r "a" "b" {\n  in {\n  }\n  in {\n  }\n}\n', ("in", "x")),
        ('r "a" "b" {\n  in = { x = 1 }\n}\n', ("in", "x")),
        ('r "a" "b" {\n  in {\n  }\n}\n', ("in",)),
    ],
)
def test_forms_that_cannot_be_edited_safely_are_refused(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(SourceNotEditable, match="by hand"):
        edit.set_value(text, (0,), path, 1)


def test_a_removed_block_takes_its_own_comment_and_no_more() -> None:
    text = "a {\n  # one\n  x {\n  }\n\n  # two\n  y {\n  }\n}\n"
    block = parse_file(text).blocks[0].body.blocks[0]
    assert edit.remove(text, block.start, block.end) == "a {\n  # two\n  y {\n  }\n}\n"
    last = parse_file(text).blocks[0].body.blocks[1]
    assert edit.remove(text, last.start, last.end) == "a {\n  # one\n  x {\n  }\n}\n"


def test_what_shares_its_line_is_not_removed() -> None:
    text = "a { x = 1 }\n"
    attribute = parse_file(text).blocks[0].body.attributes[0]
    with pytest.raises(SourceNotEditable):
        edit.remove(text, attribute.start, attribute.end)


def test_a_block_is_added_after_another_and_at_the_end() -> None:
    first = resource("aws_x", "y", {})
    assert edit.add_after("a {\n}\nb {\n}\n", (0,), first) == 'a {\n}\n\nresource "aws_x" "y" {}\nb {\n}\n'
    assert edit.add_after("a {\n}", (), first) == 'a {\n}\n\nresource "aws_x" "y" {}\n'
    assert edit.add_child("a {\n}\n", (0,), nested("in", {"x": 1})) == "a {\n  in {\n    x = 1\n  }\n}\n"
