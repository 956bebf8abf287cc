"""The strict reader of Terraform's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.remediation.errors import HclSyntaxError
from tools.remediation.hcl.tokens import tokenize
from tools.remediation.hcl.tree import parse_file, walk

REFUSED = [
    "x = 1 y = 2\n",
    "a {\n",
    "a { b = 1 c = 2 }\n",
    "a {\n  b = 1 }\n  c\n",
    "x = [1\n",
    "x = 1\nx = 2\n",
    'x = "a\nb"\n',
    "x = {a = 1 b = 2}\n",
    "x = foo(1 2)\n",
    "= 1\n",
    "x =\n",
    "x = a.\n",
    'x = "\\q"\n',
    'x = "${a"\n',
    "x = <<EOT\n  hello\n",
    "/* open\n",
    "x = 1 +\n",
    "x = (1\n",
    "x = a ? b\n",
    "}\n",
    "x = '1'\n",
    "x = [for a in b : a\n",
]
ACCEPTED = [
    'x = [for a in b : a if a != ""]\n',
    "x = {for k, v in m : k => v...}\n",
    "x = a ? b : c\nz = -1 + 2\n",
    'x = foo.bar[0].baz[*].q["k"]\n',
    'x = {a = 1, b = 2}\ny = "${foo("}")}-${"a${b}"}"\n',
    "x = <<-EOT\n  a ${b}\n  EOT\n",
    'x = {\n "a" : 1\n (b) = 2,\n c = 3 # c\n}\n',
    "x = (\n 1 +\n 2\n)\n",
    "lifecycle { prevent_destroy = true }\n",
    "x = [\n 1,\n # c\n 2,\n]\nlocals {}\n",
    "a = f(\n  x,\n  y...\n)\n",
    'r "a" "b" {\n} # c\n',
    'x = provider::aws::arn_parse("x")\n',
    "x = a.0.b\n",
    'x = "%{ for a in b }x%{ endfor }"\n',
    "x = !a && b || c == d\n",
    "// c\n/* d */ x = 1\n",
    "\ufeffx = 1\r\ny = 2\r\n",
    "x = 1e3\ny = 0.5",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_terraform_refuses_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(HclSyntaxError) as caught:
        parse_file(text)
    assert caught.value.line >= 1
    assert caught.value.column >= 1


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_terraform_takes_is_taken(text: str) -> None:
    parse_file(text)


def test_the_place_of_a_fault_is_exact() -> None:
    with pytest.raises(HclSyntaxError, match="line 2, column 7"):
        parse_file("a = 1\nx = 1 y = 2\n")


def test_blocks_and_attributes_know_where_they_stand() -> None:
    text = '# top\nresource "aws_x" "y" {\n  a = "1" # one\n  b {\n    c = [1, 2]\n  }\n}\n'
    (block,) = parse_file(text).blocks
    assert block.address == "aws_x.y"
    assert text[block.start : block.end].startswith('resource "aws_x"')
    assert text[block.end - 1] == "}"
    attribute = block.body.attribute("a")
    assert attribute is not None
    assert text[attribute.start : attribute.end] == 'a = "1"'
    assert [inner.kind for inner in walk(parse_file(text))] == ["resource", "b"]


@pytest.mark.parametrize(
    "deep", ["x = " + "[" * 5000, "x = " + "(" * 5000, "a {\n" * 5000, 'x = "' + '${"' * 5000]
)
def test_deep_nesting_is_a_fault_and_not_a_crash(deep: str) -> None:
    with pytest.raises(HclSyntaxError):
        parse_file(deep)


@given(st.text(alphabet='ab1_ \n\t={}[](),.:?"$%\\#/*<-EOT', max_size=60))
def test_any_text_is_read_or_refused_and_nothing_is_lost(text: str) -> None:
    try:
        parse_file(text)
    except HclSyntaxError:
        return
    assert "".join(token.text for token in tokenize(text)) == text
