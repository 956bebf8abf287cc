"""Findings, configurations and folders that the tests of this capability share."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.findings.kinds import kind_for
from tools.findings.model import Finding, ResourceRef, Severity
from tools.remediation.oracle import scanner, syntax

ACCOUNT = "123456789012"


def make_finding(rule: str, uid: str, name: str = "", region: str = "us-east-1", kind: str = "") -> Finding:
    """An open AWS finding of a Prowler rule on one resource."""
    return Finding(
        id=f"test-{rule}",
        title=rule,
        severity=Severity.HIGH,
        rule_id=rule,
        kind=kind or kind_for("aws", rule),
        provider="aws",
        account=ACCOUNT,
        region=region,
        resource=ResourceRef(uid=uid, name=name or uid.rpartition("/")[2].rpartition(":")[2]),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes Terraform files by name into a new folder and gives it back."""

    def write(**files: str) -> Path:
        root = tmp_path / "iac"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / f"{name.replace('__', '/')}.tf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return root

    return write


@pytest.fixture(scope="session")
def checkov() -> None:
    """Skips where checkov is not installed at all; where it is installed, it must load."""
    if importlib.util.find_spec("checkov") is None:
        pytest.skip("checkov (the extra `verify`) is not installed")
    try:
        scanner.scan({"main.tf": "locals {}\n"})
    except scanner.ScannerUnavailable as error:
        pytest.fail(str(error))


@pytest.fixture
def no_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own layout rules instead of a process per draft."""
    monkeypatch.setattr(syntax.shutil, "which", lambda name: None)
