"""Layers `parse` and `format`."""

from __future__ import annotations

import difflib
import shutil
import subprocess

from tools.remediation.errors import HclSyntaxError
from tools.remediation.hcl.layout import layout_faults
from tools.remediation.hcl.tree import parse_file
from tools.remediation.model import LayerResult
from tools.remediation.oracle.case import Case, failed, not_verified, passed

_TIMEOUT = 20


def check_parse(files: dict[str, str]) -> LayerResult:
    """Our own strict reader, which refuses what Terraform refuses."""
    faults = []
    for name, text in files.items():
        try:
            parse_file(text)
        except HclSyntaxError as error:
            faults.append(f"{name}: {error}")
    if faults:
        return failed("it does not parse", faults)
    return passed(f"{len(files)} file(s) parse under strict rules")


def check_format(case: Case) -> LayerResult:
    """`terraform fmt` where the binary is; else our own layout rules. Lines that were there before are not
    judged."""
    binary = shutil.which("terraform")
    faults: list[str] = []
    for name, text in case.delivered.items():
        old = "" if case.snippet else case.before.files.get(name, "")
        new_lines = _new_lines(old, text)
        try:
            wrong = _terraform_lines(binary, text) if binary else layout_faults(text)
        except (OSError, subprocess.SubprocessError) as error:
            return not_verified(f"terraform fmt did not run ({type(error).__name__}); run it by hand.")
        faults.extend(
            f"{name}, line {number}: {reason}"
            for number, reason in sorted(wrong.items())
            if number in new_lines
        )
    how = "terraform fmt" if binary else "our own layout rules (indent, alignment; no terraform binary here)"
    if faults:
        return failed(f"not laid out as {how} wants", faults)
    return passed(f"laid out as {how} wants")


def _terraform_lines(binary: str, text: str) -> dict[int, str]:
    done = subprocess.run(  # noqa: S603 - a fixed command; the text goes in on stdin
        [binary, "fmt", "-no-color", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode != 0:
        return {1: "terraform fmt refuses the text"}
    return dict.fromkeys(_new_lines(done.stdout, text), "terraform fmt would change this line")


def _new_lines(old: str, new: str) -> set[int]:
    """Numbers (from 1) of the lines of `new` that `old` does not have there."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return {
        number + 1
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag != "equal"
        for number in range(start, end)
    }
