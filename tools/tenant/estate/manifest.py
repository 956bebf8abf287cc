"""The truth about an estate: its attack paths, its decoys, and how much each issue matters (0 to 3).

Grade 3: closing it breaks a path from a proven entry to what is worth having. 2: it makes such a path easier, or its
fix may break it. 1: another finding on a resource of a path, or an entry that is open and leads to nothing of worth
or to what is not known. 0, which is not written down: all the rest.

The manifest is kept with the store's own facts, out of reach of queries and of the API; only evals read it.
"""

from __future__ import annotations

import json
from typing import Any

from tools.tenant.database import TenantDatabase
from tools.tenant.estate.cell import Cell, Plant
from tools.tenant.estate.rows import Written

BEHIND = {
    *("dead end", "permission boundary", "explicit deny", "inactive key", "other source", "not routed"),
    *("other group", "resource policy", "metadata role", "no rights", "private vault", "narrow scopes"),
    *("harmless role", "service condition", "other subject", "not privileged", "ended grant"),
    *("metadata tokens", "scp deny", "condition of trust", "other principal"),
}
"""Decoys that are stopped by these have an open entry; it leads to nothing."""
MANIFEST = "manifest"
"""Under which name the store keeps it."""


class ManifestError(AssertionError):
    """The generator planted something that does not show in the rows; a mistake in the generator."""


def empty(about: dict[str, Any]) -> dict[str, Any]:
    """A manifest to which accounts are added."""
    return {**about, "version": 2, "planted": [], "decoys": [], "possible": [], "labels": {}}


def add(manifest: dict[str, Any], cell: Cell, written: Written) -> None:
    """Put what is planted in an account into the manifest."""
    labels: dict[str, int] = manifest["labels"]
    for plant in cell.plants:
        graded = _graded(plant, written)
        path = {resource.id for resource in plant.path}
        beside = [
            issue
            for (resource, _), issue in written.by_rule.items()
            if resource in path and issue not in graded and written.severities[issue] not in {"LOW", "INFO"}
        ]
        for issue, grade in (*((issue, 1) for issue in beside), *graded.items()):
            labels[str(issue)] = max(grade, labels.get(str(issue), 0))
        _merge(manifest, plant, cell.account.id, graded, beside)
    for decoy in cell.decoys:
        ids = {resource.id for resource in decoy.resources}
        issues = [
            str(issue)
            for (resource, _), issue in written.by_rule.items()
            # A resource may be part of a path too: a project whose policy names several accounts.
            if resource in ids and labels.get(str(issue), 0) < 2
        ]
        if decoy.stopped_by in BEHIND:
            # What is open there is open, if only to nothing of worth.
            front = {resource.id for resource in decoy.resources[:2]}
            for (resource, _), issue in written.by_rule.items():
                if resource in front and written.severities[issue] not in {"LOW", "INFO"}:
                    labels.setdefault(str(issue), 1)
        manifest["decoys"].append(
            {
                "id": f"d{len(manifest['decoys']) + 1:03}",
                "kind": decoy.kind,
                "stopped_by": decoy.stopped_by,
                "why": decoy.why,
                "account": cell.account.id,
                "assets": [resource.id for resource in decoy.resources],
                "resource": decoy.resources[0].uid,
                "findings": sorted(issues),
            }
        )

    for one in cell.possible:
        ids = {resource.id for resource in one.path}
        issues = [
            str(issue)
            for (resource, _), issue in written.by_rule.items()
            if resource in ids and written.severities[issue] in {"HIGH", "CRITICAL"}
        ]
        for name in issues:
            labels.setdefault(name, 1)
        manifest["possible"].append(
            {
                "kind": one.kind,
                "why": one.why,
                "account": cell.account.id,
                "path": [resource.id for resource in one.path],
                "missing": [resource.uid for resource in one.missing],
                "findings": sorted(issues),
            }
        )


def _merge(
    manifest: dict[str, Any], plant: Plant, account: str, graded: dict[int, int], beside: list[int]
) -> None:
    """Add a path, or one more part of it; accounts may come in any order."""
    entry: dict[str, Any] | None = next((p for p in manifest["planted"] if p["key"] == plant.key), None)
    if entry is None:
        entry = {
            "id": f"p{len(manifest['planted']) + 1:03}",
            "key": plant.key,
            "kind": plant.kind,
            "why": plant.why,
            "accounts": [],
            "parts": {},
            "findings": {},
            "beside": [],
        }
        manifest["planted"].append(entry)
    entry["accounts"].append(account)
    entry["parts"][str(plant.part)] = [[resource.id, resource.uid] for resource in plant.path]
    entry["findings"] |= {str(issue): grade for issue, grade in graded.items()}
    entry["beside"] += sorted(map(str, beside))
    steps = [step for part in sorted(entry["parts"], key=int) for step in entry["parts"][part]]
    entry["path"] = [step[0] for step in steps]
    entry["hops"] = [step[1] for step in steps]
    entry["entry"], entry["jewel"] = entry["path"][0], entry["path"][-1]


def _graded(plant: Plant, written: Written) -> dict[int, int]:
    found: dict[int, int] = {}
    for key, grade in plant.grades.items():
        issue = written.by_rule.get(key)
        if issue is None:
            raise ManifestError(f"{plant.kind}: no issue for {key[1]} on its resource")
        found[issue] = grade
    return found


def keep(database: TenantDatabase, manifest: dict[str, Any]) -> None:
    """Put the manifest where only evals look."""
    with database.writing() as cursor:
        database._set_meta(cursor, MANIFEST, json.dumps(manifest))


def planted(database: TenantDatabase) -> dict[str, Any]:
    """The manifest of the estate in a store; empty when it holds none.

    `planted`: paths with kind, why, path (asset ids from entry to what it is worth), hops (their provider ids),
    findings (issue id -> grade 2 or 3); `decoys`: kind, stopped_by, why, assets, findings (issue ids, grade 0);
    `possible`: paths that hang on records which were not collected (`missing`: provider ids), grade 1;
    `labels`: issue id -> 1, 2 or 3; an issue that is not in it has grade 0.
    """
    kept = database.meta(MANIFEST)
    # A manifest of a demo that real data replaced is no longer about anything.
    found: dict[str, Any] = json.loads(kept) if kept and database.demo else {}
    return found
