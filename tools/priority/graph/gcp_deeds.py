"""What can be done to which Google Cloud resources, by permissions and by access scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tools.priority.graph.model import Relation
from tools.priority.iam.gcp.escalate import ways
from tools.priority.iam.model import Gain

_SKIPPED = {"hmac-key", "api-key", "workload-pool", "cloud-build"}
_SCOPES = {
    "devstorage": "storage.",
    "bigquery": "bigquery.",
    "compute": "compute.",
    "cloudfunctions": "cloudfunctions.",
    "sqlservice": "cloudsql.",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that permissions allow: the first on a node of kind `on`, the others on its project."""

    id: str
    on: str
    gain: Gain
    permissions: tuple[str, ...]
    summary: str

    @property
    def relation(self) -> Relation:
        """What an attacker does."""
        if self.id == "function-set-iam-policy":
            return Relation.INVOKES  # to call code is not yet to control it
        if self.gain == "data":
            return Relation.READS if self.id.startswith("read-") else Relation.CONTROLS
        return Relation.CONTROLS if self.gain in {"code", "credentials"} else Relation.ESCALATES


@cache
def deeds() -> tuple[Deed, ...]:
    """Everything that the graph follows."""
    data: tuple[tuple[str, str, str, str], ...] = (
        ("read-objects", "bucket", "storage.objects.get", "reads the objects of a bucket"),
        ("read-tables", "dataset", "bigquery.tables.getData", "reads the tables of a data set"),
        ("read-secret", "secret", "secretmanager.versions.access", "reads a secret"),
        ("copy-disk", "disk", "compute.disks.createSnapshot", "makes a copy of a disk"),
        ("copy-snapshot", "snapshot", "compute.snapshots.useReadOnly", "makes a disk of a snapshot"),
    )
    found = [Deed(w.id, w.on, w.gain, w.permissions, w.summary) for w in ways() if w.id not in _SKIPPED]
    return (*found, *(Deed(id_, on, "data", (permission,), text) for id_, on, permission, text in data))


def within(scopes: Iterable[str]) -> tuple[Deed, ...]:
    """The deeds that access scopes leave; a scope for reading leaves those that read."""
    found: dict[Deed, None] = {}
    for scope in scopes:
        service, _, rest = scope.partition(".")
        prefix = _SCOPES.get(service)
        if prefix is None:
            continue
        reading = rest.replace("_", "") == "readonly"
        for deed in deeds():
            if all(p.startswith(prefix) for p in deed.permissions) and (
                not reading or deed.id.startswith("read-")
            ):
                found[deed] = None
    return tuple(found)
