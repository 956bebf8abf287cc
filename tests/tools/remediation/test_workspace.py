"""Which block made a resource: found, or said to be unclear; never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from tools.remediation import workspace
from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl.write import resource
from tools.remediation.workspace import Selector, Spot, Workspace, companions, locate

BUCKET = Selector("aws_s3_bucket", {"bucket": "acme-logs"}, ("acme-logs",), {"Name": "logs"})


def spaced(**files: str) -> Workspace:
    return Workspace({f"{name.replace('__', '/')}.tf": text for name, text in files.items()})


def bucket(name: str, expression: str, more: str = "") -> str:
    return f'resource "aws_s3_bucket" "{name}" {{\n  bucket = {expression}\n{more}}}\n'


@pytest.mark.parametrize(
    "expression",
    [
        '"acme-logs"',
        "var.name",
        '"${var.prefix}-logs"',
        "local.full",
        '"${local.org}-${var.what}"',
        '"${ var.prefix }-logs"',
    ],
)
def test_a_name_is_followed_through_variables_and_locals(expression: str) -> None:
    text = (
        'variable "name" {\n  default = "acme-logs"\n}\nvariable "prefix" {\n  default = "acme"\n}\n'
        'variable "what" {\n  default = "logs"\n}\nlocals {\n  org  = "acme"\n  full = "${local.org}-logs"\n}\n'
    )
    space = spaced(main=text + bucket("a", '"other"') + bucket("b", expression))
    assert locate(space, BUCKET) == Spot("main.tf", "aws_s3_bucket.b")


def test_two_that_fit_are_ambiguous() -> None:
    space = spaced(main=bucket("a", '"acme-logs"'), old__main=bucket("b", '"acme-logs"'))
    with pytest.raises(
        SourceNotEditable, match=r"Several blocks .*aws_s3_bucket\.a \(main\.tf\).*aws_s3_bucket\.b"
    ):
        locate(space, BUCKET)


def test_an_import_block_decides() -> None:
    imported = 'import {\n  to = aws_s3_bucket.b\n  id = "acme-logs"\n}\n'
    space = spaced(main=bucket("a", '"acme-logs"') + bucket("b", "var.unknown"), imports=imported)
    assert locate(space, BUCKET).address == "aws_s3_bucket.b"


def test_a_name_that_cannot_be_told_is_not_guessed() -> None:
    with pytest.raises(SourceNotEditable, match=r"not written out in: aws_s3_bucket\.a"):
        locate(spaced(main=bucket("a", "var.unknown")), BUCKET)
    with pytest.raises(SourceNotEditable, match="No block in this folder"):
        locate(spaced(main=bucket("a", '"other"')), BUCKET)


def test_a_module_that_makes_it_is_named() -> None:
    call = 'module "logs" {\n  source = "./m"\n  bucket = "acme-logs"\n}\n'
    with pytest.raises(SourceNotEditable, match=r"module\.logs \(main\.tf\)"):
        locate(spaced(main=call), BUCKET)


def test_tags_decide_where_there_is_no_name_and_it_is_said() -> None:
    wanted = Selector("aws_instance", {}, ("i-1",), {"Name": "web", "Env": "prod"})
    block = 'resource "aws_instance" "{}" {{\n  tags = {{ Name = "{}" }}\n}}\n'
    space = spaced(main=block.format("a", "db") + block.format("b", "web"))
    assert locate(space, wanted).address == "aws_instance.b"
    assert "by its tags" in space.notes[0]
    with pytest.raises(SourceNotEditable, match="Several"):
        locate(spaced(main=block.format("a", "web") + block.format("b", "web")), wanted)


def test_count_is_pointed_out() -> None:
    space = spaced(main=bucket("a", '"acme-logs"', "  count = 2\n"))
    locate(space, BUCKET)
    assert "has count" in space.notes[0]


def test_variables_that_refer_to_each_other_do_not_hang() -> None:
    loop = "locals {\n  a = local.b\n  b = local.a\n}\n"
    with pytest.raises(SourceNotEditable):
        locate(spaced(main=loop + bucket("a", "local.a")), BUCKET)


def test_companions_are_found_by_reference_and_by_name_in_the_same_module_only() -> None:
    owner = Spot("main.tf", "aws_s3_bucket.a")

    def acl(name: str, link: str) -> str:
        return f'resource "aws_s3_bucket_acl" "{name}" {{\n  bucket = {link}\n}}\n'

    text = bucket("a", '"acme-logs"') + "".join(
        acl(name, link)
        for name, link in (
            ("one", "aws_s3_bucket.a.id"),
            ("two", '"acme-logs"'),
            ("three", "aws_s3_bucket.a[0].bucket"),
            ("four", "aws_s3_bucket.ab.id"),
            ("five", '"${aws_s3_bucket.a.id}"'),
            ("six", "each.value"),
        )
    )
    space = spaced(main=text, other__main=acl("seven", '"acme-logs"'))
    found = companions(space, owner, "aws_s3_bucket_acl", "bucket", ("acme-logs",))
    assert [spot.address.rpartition(".")[2] for spot in found] == ["one", "two", "three", "five"]
    assert "aws_s3_bucket_acl.six" in space.notes[0]


def test_an_added_block_gets_a_free_name() -> None:
    space = spaced(main=bucket("a", '"acme-logs"'))
    owner = Spot("main.tf", "aws_s3_bucket.a")
    assert space.add(owner, resource("aws_x", "y", {})).address == "aws_x.y"
    assert space.add(owner, resource("aws_x", "y", {})).address == "aws_x.y_2"


def test_a_hint_points_and_a_differing_one_excludes() -> None:
    wanted = Selector("aws_kms_key", {}, ("k-1",), hints={"description": "cards"})
    block = 'resource "aws_kms_key" "{}" {{\n  description = "{}"\n}}\n'
    assert (
        locate(spaced(main=block.format("a", "logs") + block.format("b", "cards")), wanted).address
        == "aws_kms_key.b"
    )
    with pytest.raises(SourceNotEditable):
        locate(spaced(main=block.format("a", "logs")), wanted)


def test_a_large_folder_is_read_once_and_not_once_per_block(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counted(workspace.Scope):
        def __init__(self, modules: Any) -> None:
            made.append(1)
            super().__init__(modules)

    monkeypatch.setattr(workspace, "Scope", Counted)
    files = {f"f{n}": "".join(bucket(f"b{n}_{k}", f'"x-{n}-{k}"') for k in range(10)) for n in range(30)}
    space = spaced(**files, own=bucket("a", '"acme-logs"'))
    owner = locate(space, BUCKET)
    assert sum(made) == 1
    space.set(owner, ("force_destroy",), False)
    assert space.value(owner, "force_destroy") is False
    assert sum(made) == 2
