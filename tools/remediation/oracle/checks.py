"""Layers `targeted` and `no_new`: is the weakness gone in meaning and in the scanner's eyes, and is nothing
worse?"""

from __future__ import annotations

from tools.remediation.model import LayerResult
from tools.remediation.oracle.case import Case, failed, not_verified, passed
from tools.remediation.oracle.scanner import Scan, ScannerUnavailable, scan
from tools.remediation.source import folder_of

_MANY_FILES = 80


def check_scans(case: Case, *, wanted: bool = True) -> tuple[LayerResult, LayerResult]:
    """Both layers, from one scan of the state before and one of the state after; without `wanted`, no scan."""
    if not wanted:
        reason = "checkov was not run"
        return _targeted_without(case, reason), not_verified(reason)
    try:
        before, after = scan(_relevant(case, case.before.files)), scan(_relevant(case, case.after.files))
    except ScannerUnavailable as error:
        return _targeted_without(case, str(error)), not_verified(str(error))
    if after.unread:
        reason = f"checkov could not read {', '.join(after.unread[:3])}"
        return _targeted_without(case, reason), not_verified(reason)
    return _targeted(case, before, after), _no_new(case, before, after)


def _relevant(case: Case, files: dict[str, str]) -> dict[str, str]:
    """All files of a small folder; of a large one those of the modules that the fix is about."""
    if len(files) <= _MANY_FILES:
        return files
    spots = (case.owner, *case.after.touched, *case.after.added, *case.after.removed)
    modules = {folder_of(spot.file) for spot in spots}
    return {name: text for name, text in files.items() if folder_of(name) in modules}


def _meaning(case: Case) -> tuple[list[str], list[str]]:
    remaining = case.recipe.risk(case.after, case.owner)
    here = any(block.address == case.owner.address for block in case.before.tree(case.owner.file).blocks)
    if not here:
        return [case.recipe.missing or "it is not there"], remaining
    return case.recipe.risk(case.before, case.owner), remaining


def _targeted_without(case: Case, reason: str) -> LayerResult:
    before, remaining = _meaning(case)
    if remaining:
        return failed("the risk is still there", remaining)
    if not before:
        return passed("by our own rule this text has it right already")
    if not case.recipe.checks:
        return passed(
            "by our own rule: " + ("; ".join(before) or "nothing was wrong in this text") + ": gone"
        )
    return not_verified(f"{reason}. By our own rule the risk is gone.")


def _targeted(case: Case, before: Scan, after: Scan) -> LayerResult:
    was, remaining = _meaning(case)
    if remaining:
        return failed("the risk is still there, whatever a scanner says", remaining)
    if not was:
        return failed("this text did not have the weakness: what runs differs from it", [])
    wanted = set(case.recipe.checks)
    about = case.addresses
    failing = {(check, name) for check, name in before.failed if check in wanted and _concerns(name, about)}
    still = {(check, name) for check, name in after.failed if check in wanted and _concerns(name, about)}
    if still:
        return failed("a targeted check still fails", [f"{check} on {name}" for check, name in sorted(still)])
    gone = "; ".join(was[:4])
    if not failing:
        return passed(
            f"by our own rule the risk is gone ({gone}); checkov {after.version} has no check that shows it "
            "here"
        )
    ids = ", ".join(sorted({check for check, _ in failing}))
    return passed(
        f"checkov {after.version}: {ids} failed before and not after; by our own rule too the risk is gone "
        f"({gone})"
    )


def _concerns(name: str, addresses: set[str]) -> bool:
    bare = name.partition("[")[0]
    return any(bare == address or bare.endswith(f".{address}") for address in addresses)


def _no_new(case: Case, before: Scan, after: Scan) -> LayerResult:
    new = sorted(after.failed - before.failed)
    added = {spot.address for spot in case.after.added}
    excused = {
        (check, name): case.recipe.accepted[check]
        for check, name in new
        if check in case.recipe.accepted and _concerns(name, added)
    }
    faults = [
        f"{check} on {name}: {after.names.get(check, '')}"
        for check, name in new
        if (check, name) not in excused
    ]
    if faults:
        return failed(f"{len(faults)} check(s) fail that did not fail before", faults)
    closed = len(before.failed - after.failed)
    known = "".join(f"; {check} fails on the new resource: {why}" for (check, _), why in excused.items())
    return passed(
        f"checkov {after.version}: {len(after.failed)} failing now, {len(before.failed)} before; "
        f"{'none is worse' if excused else 'none is new'}, {closed} gone{known}"
    )
