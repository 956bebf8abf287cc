"""Layers `validate` and `plan`: Terraform itself, where the binary and the providers are on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tools.remediation.model import LayerResult
from tools.remediation.oracle.case import failed, not_verified, passed

_TIMEOUT = 120
_BUILT_IN = "terraform_"


def plugin_folders(home: Path | None = None) -> list[Path]:
    """Folders that may hold provider plugins (filesystem mirrors); downloads are never made."""
    base = home or Path.home()
    named = os.environ.get("POSTURE_TERRAFORM_PLUGINS", "")
    candidates = [Path(named)] if named else []
    candidates += [
        base / ".terraform.d/plugins",
        base / ".local/share/terraform/plugins",
        Path("/usr/local/share/terraform/plugins"),
    ]
    return [folder for folder in candidates if folder.is_dir()]


def check_validate(files: dict[str, str], types: set[str]) -> LayerResult:
    """`terraform validate` on a copy, if it can be done without any download."""
    binary = shutil.which("terraform")
    if binary is None:
        return not_verified("terraform is not installed here; run `terraform validate` in your pipeline.")
    folders = plugin_folders()
    if not folders and any(not name.startswith(_BUILT_IN) for name in types):
        return not_verified(
            "the provider plugins are not on this machine; run `terraform validate` in your pipeline."
        )
    with tempfile.TemporaryDirectory(prefix="posture-") as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        plugins = [f"-plugin-dir={folders[0]}"] if folders else []
        try:
            prepared = _terraform(
                binary, folder, "init", "-backend=false", "-input=false", "-no-color", *plugins
            )
            if prepared.returncode != 0:
                return not_verified(
                    "terraform init needs something that is not on this machine; validate in your pipeline."
                )
            done = _terraform(binary, folder, "validate", "-json", "-no-color")
        except (OSError, subprocess.SubprocessError) as error:
            return not_verified(f"terraform did not run ({type(error).__name__}); validate in your pipeline.")
    return read_validation(done.stdout)


def read_validation(output: str) -> LayerResult:
    """The verdict of `terraform validate -json`."""
    try:
        answer = json.loads(output)
        problems = [item for item in answer["diagnostics"] if item.get("severity") == "error"]
        valid = bool(answer["valid"])
    except (ValueError, KeyError, TypeError):
        return not_verified("terraform validate gave no readable answer; run it in your pipeline.")
    if valid:
        return passed("terraform validate accepts it")
    return failed(
        "terraform validate refuses it",
        [f"{p.get('summary', '')}: {p.get('detail', '')}"[:300] for p in problems],
    )


def check_plan() -> LayerResult:
    """A plan needs credentials and state of the real account, which a draft never uses."""
    return not_verified(
        "a plan needs your state and credentials; run `terraform plan` in your pipeline and see that nothing "
        "is "
        "destroyed or replaced."
    )


def read_plan(plan: dict[str, Any]) -> LayerResult:
    """The verdict on `terraform show -json PLAN`: destroy and replace are faults."""
    changes = plan.get("resource_changes")
    if not isinstance(changes, list):
        return not_verified("this is no plan in JSON; give the output of `terraform show -json PLAN`.")
    actions = {str(c.get("address")): list((c.get("change") or {}).get("actions") or []) for c in changes}
    bad = [f"{address}: {' then '.join(what)}" for address, what in actions.items() if "delete" in what]
    if bad:
        return failed("the plan destroys or replaces", bad)
    busy = sorted(address for address, what in actions.items() if what not in (["no-op"], ["read"], []))
    return passed(f"the plan changes {', '.join(busy) or 'nothing'}; nothing is destroyed or replaced")


def _terraform(binary: str, folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": folder,
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
    return subprocess.run(  # noqa: S603 - fixed arguments
        [binary, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
        env=environment,
    )
