"""Runs all layers over a draft."""

from __future__ import annotations

from tools.remediation.hcl.tree import parse_file
from tools.remediation.model import LayerName, LayerResult
from tools.remediation.oracle.case import Case, not_verified
from tools.remediation.oracle.checks import check_scans
from tools.remediation.oracle.schema import check_schema
from tools.remediation.oracle.scope import check_scope
from tools.remediation.oracle.syntax import check_format, check_parse
from tools.remediation.oracle.terraform import check_plan, check_validate


def verify(case: Case, *, scan: bool = True) -> dict[LayerName, LayerResult]:
    """Every layer's result. What does not parse is not looked at further."""
    old = case.before.files
    changed = {name: text for name, text in case.after.files.items() if old.get(name) != text}
    parsed = check_parse({**changed, **case.delivered})
    if parsed.status != "passed":
        later = not_verified("it does not parse")
        return {"parse": parsed, **dict.fromkeys(_LATER, later)}
    targeted, no_new = check_scans(case, wanted=scan)
    return {
        "parse": parsed,
        "format": check_format(case),
        "schema": check_schema(case.delivered, None if case.snippet else case.addresses),
        "targeted": targeted,
        "no_new": no_new,
        "validate": check_validate(
            case.after.files if not case.snippet else case.delivered, _types(case.delivered)
        ),
        "plan": check_plan(),
        "scope": check_scope(case),
    }


_LATER: tuple[LayerName, ...] = ("format", "schema", "targeted", "no_new", "validate", "plan", "scope")


def _types(files: dict[str, str]) -> set[str]:
    return {
        block.labels[0]
        for text in files.values()
        for block in parse_file(text).blocks
        if block.kind in ("resource", "data") and block.labels
    }
