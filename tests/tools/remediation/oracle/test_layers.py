"""Each layer, on texts that are right and on texts that are wrong in one way."""

from __future__ import annotations

import gzip
import json
import logging
import os
import shutil
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

from tools.remediation.hcl.layout import layout_faults
from tools.remediation.model import LayerStatus
from tools.remediation.oracle import scanner, syntax, terraform
from tools.remediation.oracle.case import Case
from tools.remediation.oracle.checks import check_scans
from tools.remediation.oracle.schema import check_schema
from tools.remediation.oracle.scope import check_scope
from tools.remediation.oracle.syntax import check_format, check_parse
from tools.remediation.recipe import Recipe
from tools.remediation.schemas.provider import PROVIDERS, provider_schema
from tools.remediation.schemas.reduce import reduce_schema
from tools.remediation.workspace import Selector, Spot, Workspace

OWNER = Spot("main.tf", "aws_kms_key.k")
PLAIN = 'resource "aws_kms_key" "k" {\n  description = "d"\n}\n'
ROTATED = 'resource "aws_kms_key" "k" {\n  description         = "d"\n  enable_key_rotation = true\n}\n'


def rotation(space: Workspace, owner: Spot) -> list[str]:
    return [] if space.value(owner, "enable_key_rotation") is True else ["it does not rotate"]


def case(before: str, after: str, *, touched: Any = (("enable_key_rotation",),), **recipe: Any) -> Case:
    space = Workspace({"main.tf": after})
    if touched:
        space.touched[OWNER] = set(touched)
    held = {"checks": ("CKV_AWS_7",), "risk": rotation, **recipe}
    plan = Recipe(owner=Selector("aws_kms_key"), now=(), edits=(), **held)
    return Case(plan, Workspace({"main.tf": before}), space, OWNER, {"main.tf": after}, snippet=False)


# -- parse and format


def test_a_text_that_terraform_refuses_does_not_pass() -> None:
    assert check_parse({"a.tf": PLAIN}).status is LayerStatus.PASSED
    result = check_parse({"a.tf": "x = 1 y = 2\n"})
    assert result.status is LayerStatus.FAILED
    assert "a.tf: line 1, column 7" in result.faults[0]


UGLY = [
    "a {\n   x = 1\n}\n",
    "a {\n  x = 1\n  long = 2\n}\n",
    'a = {\n    "x" = 1\n}\n',
    "a {\n  b   {\n  }\n    c = 1\n}\n",
]


@pytest.mark.parametrize("binary", [True, False])
def test_ugly_layout_is_seen_with_and_without_terraform(
    binary: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not binary:
        monkeypatch.setattr(syntax.shutil, "which", lambda name: None)
    elif shutil.which("terraform") is None:
        pytest.skip("no terraform binary")
    for text in UGLY:
        assert check_format(case(PLAIN, text)).status is LayerStatus.FAILED, text
    good = check_format(case(PLAIN, ROTATED))
    assert good.status is LayerStatus.PASSED
    assert ("terraform fmt" in good.detail) == binary


def test_lines_that_were_ugly_before_are_not_our_fault() -> None:
    ugly = "locals {\n    x   =   1\n}\n\n"
    assert check_format(case(ugly + PLAIN, ugly + ROTATED)).status is LayerStatus.PASSED


def test_our_layout_rules_take_what_terraform_fmt_writes() -> None:
    text = (
        'a "b" {\n  x   = 1\n  yyy = [1, 2]\n  z = {\n    k = "v"\n    long = jsonencode({\n      A = 1\n    })\n'
        "  }\n\n  # note\n  q = [\n    1,\n    2,\n  ]\n\n  in {\n    w = 1\n  }\n}\n"
    )
    assert layout_faults(text) == {}


# -- schema


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('resource "aws_kms_keys" "k" {\n}\n', "did you mean aws_kms_key?"),
        ('resource "aws_kms_key" "k" {\n  enable_rotation = true\n}\n', "not known to the provider"),
        ('resource "aws_kms_key" "k" {\n  arn = "x"\n}\n', "set by the provider"),
        ('resource "aws_kms_key" "k" {\n  enable_key_rotation = "soon"\n}\n', "must be bool"),
        ('resource "aws_kms_key" "k" {\n  tags = ["a"]\n}\n', "must be map(string)"),
        ('resource "aws_kms_key" "k" {\n  tags {\n    a = 1\n  }\n}\n', "is an attribute, not a block"),
        ('resource "aws_db_instance" "d" {\n}\n', "instance_class is required"),
        ('resource "aws_instance" "i" {\n  metadata_options = {}\n}\n', "is a block, not an attribute"),
        (
            'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "b"\n}\n',
            "needs a versioning_configuration block",
        ),
        (
            'resource "aws_instance" "i" {\n  metadata_options {\n    http_token = "x"\n  }\n}\n',
            "did you mean http_tokens?",
        ),
    ],
)
def test_what_the_provider_would_refuse_is_named(body: str, fault: str) -> None:
    result = check_schema({"main.tf": body})
    assert result.status is LayerStatus.FAILED
    assert any(fault in one for one in result.faults), result.faults


def test_meta_arguments_references_and_dynamic_blocks_are_fine() -> None:
    text = (
        'resource "aws_instance" "i" {\n  count = 2\n  ami = var.x\n  provider = aws.eu\n\n'
        '  dynamic "ebs_block_device" {\n    for_each = var.y\n    content {}\n  }\n\n'
        "  lifecycle {\n    prevent_destroy = true\n  }\n}\n"
        'resource "aws_security_group" "g" {\n  ingress = []\n}\n'
    )
    result = check_schema({"main.tf": text})
    assert result.faults == ()
    assert "aws 6.25.0" in result.detail


def test_without_a_schema_nothing_is_claimed() -> None:
    assert check_schema({"main.tf": 'resource "github_x" "y" {\n}\n'}).status is LayerStatus.NOT_VERIFIED


@pytest.mark.parametrize(("provider", "count"), [("aws", 1581), ("azurerm", 1127), ("google", 1096)])
def test_the_shipped_schemas_are_whole(provider: str, count: int) -> None:
    assert len(provider_schema(provider).resources) == count


def test_the_shipped_schemas_are_small() -> None:
    folder = Path(scanner.__file__).parents[1] / "schemas"
    assert sum((folder / f"{name}.json.gz").stat().st_size for name in PROVIDERS) < 400_000


def test_packing_shares_equal_bodies(tmp_path: Path) -> None:
    body = {"a": {"x": ["string", "r"]}, "b": {"in": ["list", "o", {"a": {"y": ["bool", "c"]}, "b": {}}]}}
    full = {"provider": {"name": "p", "version": "1"}, "resources": {"p_a": body, "p_b": body}}
    with gzip.open(tmp_path / "in.gz", "wt") as stream:
        json.dump(full, stream)
    reduce_schema(tmp_path / "in.gz", tmp_path / "out.gz")
    packed = json.loads(gzip.decompress((tmp_path / "out.gz").read_bytes()))
    assert len(packed["bodies"]) == 2
    assert packed["resources"]["p_a"] == packed["resources"]["p_b"]


# -- scope


def test_only_what_was_meant_may_change() -> None:
    assert check_scope(case(PLAIN, ROTATED)).status is LayerStatus.PASSED
    result = check_scope(case(PLAIN, ROTATED.replace('"d"', '"e"')))
    assert result.faults == ("aws_kms_key.k.description changed, which was not meant",)
    result = check_scope(case(PLAIN + "locals {\n  x = 1\n}\n", ROTATED))
    assert "locals is gone" in result.faults
    result = check_scope(case(PLAIN, ROTATED + "locals {\n  x = 1\n}\n"))
    assert "locals was added, which was not meant" in result.faults


def test_layout_and_comments_do_not_count_as_change() -> None:
    assert check_scope(case(PLAIN, PLAIN.replace(" = ", "  =  ") + "# c\n", touched=())).faults == ()


def test_a_change_that_makes_the_resource_anew_is_a_fault() -> None:
    before = 'resource "aws_db_instance" "d" {\n  storage_encrypted = false\n}\n'
    after = before.replace("false", "true")
    owner = Spot("main.tf", "aws_db_instance.d")
    space = Workspace({"main.tf": after}, touched={owner: {("storage_encrypted",)}})
    plan = Recipe(owner=Selector("aws_db_instance"), now=(), edits=(), risk=rotation, replaces=True)
    result = check_scope(
        Case(plan, Workspace({"main.tf": before}), space, owner, {"main.tf": after}, snippet=False)
    )
    assert result.status is LayerStatus.FAILED
    assert result.detail == "it cannot be done in place"
    assert "destroyed and made anew" in result.faults[0]


# -- targeted and no_new


@pytest.mark.usefixtures("checkov")
class TestScans:
    def test_the_check_fails_before_and_passes_after(self) -> None:
        targeted, no_new = check_scans(case(PLAIN, ROTATED))
        assert targeted.status is LayerStatus.PASSED
        assert "CKV_AWS_7 failed before and not after" in targeted.detail
        assert no_new.status is LayerStatus.PASSED

    def test_silencing_the_check_is_not_a_fix(self) -> None:
        silenced = PLAIN.replace("{\n", "{\n  #checkov:skip=CKV_AWS_7: later\n")
        targeted, _ = check_scans(case(PLAIN, silenced))
        assert targeted.status is LayerStatus.FAILED
        assert targeted.faults == ("it does not rotate",)

    def test_a_check_that_still_fails_is_a_fault(self) -> None:
        def fooled(space: Workspace, owner: Spot) -> list[str]:
            return [] if "# x" in space.files["main.tf"] else ["x"]

        targeted, _ = check_scans(case(PLAIN, PLAIN + "# x\n", risk=fooled))
        assert targeted.status is LayerStatus.FAILED
        assert targeted.faults == ("CKV_AWS_7 on aws_kms_key.k",)

    def test_a_new_weakness_is_a_fault(self) -> None:
        worse = (
            ROTATED
            + '\nresource "aws_security_group" "g" {\n  ingress {\n    from_port = 22\n    to_port = 22\n'
        )
        worse += '    protocol = "tcp"\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
        _, no_new = check_scans(case(PLAIN, worse))
        assert no_new.status is LayerStatus.FAILED
        assert any(fault.startswith("CKV_AWS_24 on aws_security_group.g") for fault in no_new.faults)

    def test_a_weakness_that_was_not_in_the_text_is_said(self) -> None:
        targeted, _ = check_scans(case(ROTATED, ROTATED))
        assert targeted.status is LayerStatus.FAILED
        assert "did not have the weakness" in targeted.detail

    def test_a_text_that_checkov_cannot_read_is_not_clean(self) -> None:
        found = scanner.scan({"main.tf": "resource {\n"})
        assert found.unread == ("main.tf",)

    def test_it_leaves_no_trace_and_runs_in_any_thread(self) -> None:
        root = logging.getLogger()
        state = (list(root.handlers), root.level, list(warnings.filters), dict(os.environ), sys.stdout)
        out: list[scanner.Scan] = []

        def work(number: int) -> None:
            out.append(scanner.scan({"main.tf": PLAIN + f"# {number}\n"}))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [("CKV_AWS_7", "aws_kms_key.k") in scan.failed for scan in out] == [True] * 3
        assert state == (
            list(root.handlers),
            root.level,
            list(warnings.filters),
            dict(os.environ),
            sys.stdout,
        )

    def test_names_that_lead_out_of_the_folder_are_refused(self) -> None:
        with pytest.raises(ValueError, match="out of the folder"):
            scanner.scan({"../x.tf": ""})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("no", name="checkov"), "posture-agent[verify]"),
        (ImportError("cannot import name", name="hcl2"), "bc-python-hcl2"),
    ],
)
def test_without_checkov_nothing_is_claimed(
    error: ImportError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise error

    monkeypatch.setattr(scanner.importlib, "import_module", refuse)
    monkeypatch.setattr(scanner, "_cache", type(scanner._cache)())
    targeted, no_new = check_scans(case(PLAIN, ROTATED))
    assert (targeted.status, no_new.status) == (LayerStatus.NOT_VERIFIED, LayerStatus.NOT_VERIFIED)
    assert said in targeted.detail
    assert "By our own rule the risk is gone" in targeted.detail
    targeted, _ = check_scans(case(PLAIN, PLAIN))
    assert targeted.status is LayerStatus.FAILED
    targeted, _ = check_scans(case(PLAIN, ROTATED, checks=()))
    assert targeted.status is LayerStatus.PASSED


# -- validate and plan


def test_without_terraform_or_providers_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terraform, "plugin_folders", lambda home=None: [])
    assert terraform.check_validate({"main.tf": PLAIN}, {"aws_kms_key"}).status is LayerStatus.NOT_VERIFIED
    monkeypatch.setattr(terraform.shutil, "which", lambda name: None)
    assert "not installed" in terraform.check_validate({"main.tf": PLAIN}, {"aws_kms_key"}).detail
    assert terraform.check_plan().status is LayerStatus.NOT_VERIFIED


@pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform binary")
def test_terraform_itself_is_asked_where_it_can_answer() -> None:
    good = 'resource "terraform_data" "x" {\n  input = "a"\n}\n'
    assert terraform.check_validate({"main.tf": good}, {"terraform_data"}).status is LayerStatus.PASSED
    bad = terraform.check_validate({"main.tf": good.replace("input", "inputs")}, {"terraform_data"})
    assert bad.status is LayerStatus.FAILED
    assert "inputs" in bad.faults[0]


def test_answers_of_terraform_that_cannot_be_read_prove_nothing() -> None:
    assert terraform.read_validation("oops").status is LayerStatus.NOT_VERIFIED
    assert terraform.read_plan({}).status is LayerStatus.NOT_VERIFIED


def test_a_plan_that_destroys_is_a_fault() -> None:
    def plan(*actions: str) -> dict[str, Any]:
        return {"resource_changes": [{"address": "aws_x.y", "change": {"actions": list(actions)}}]}

    assert terraform.read_plan(plan("update")).status is LayerStatus.PASSED
    assert terraform.read_plan(plan("no-op")).detail.startswith("the plan changes nothing")
    for actions in (("delete",), ("delete", "create"), ("create", "delete")):
        assert terraform.read_plan(plan(*actions)).status is LayerStatus.FAILED


def test_plugin_folders_are_only_those_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".terraform.d/plugins").mkdir(parents=True)
    monkeypatch.setenv("POSTURE_TERRAFORM_PLUGINS", str(tmp_path / "absent"))
    assert terraform.plugin_folders(tmp_path)[0] == tmp_path / ".terraform.d/plugins"
