"""What can be done to which Azure resources, and what has to hold on the resource itself for it to work.

The permission comes from roles (`azure_escalations.tsv`, and the data actions here); a key that the account does not
accept, a vault that goes by roles, a disk that nobody may download are told by the resource's own record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.model import Relation
from tools.priority.iam.azure.escalate import ways
from tools.priority.iam.model import Gain
from tools.priority.reading import View

_STORE, _VAULT = "microsoft.storage/storageaccounts", "microsoft.keyvault/vaults"
_KEYS = {"storage-list-keys", "storage-sas"}
_LETS_ITSELF_IN = {"vault-access-policy", "vault-write"}
_EXPORTS = {"disk-export", "snapshot-export"}
_ALWAYS = {"sql-admin"}
_SKIPPED = {"app-config-list", "policy-assignment-identity", "app-host-keys"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that permissions allow: actions that are all needed (`+`: a data action) on resources of a type.

    `write` would open the resource to whoever may do it (its network, its keys).
    """

    id: str
    type: str
    actions: tuple[str, ...]
    gain: Gain
    summary: str

    @property
    def relation(self) -> Relation:
        """What an attacker does."""
        if self.gain == "data":
            return Relation.READS if self.id.startswith("read-") or "keys" in self.id else Relation.CONTROLS
        return Relation.CONTROLS if self.gain == "code" else Relation.ESCALATES

    @property
    def write(self) -> str:
        """The action that changes such a resource."""
        return f"{self.type}/write"


_DATA = (
    ("read-blobs", _STORE, "blobservices/containers/blobs/read", "reads the blobs of a storage account"),
    ("read-files", _STORE, "fileservices/fileshares/files/read", "reads the files of a storage account"),
    ("read-tables", _STORE, "tableservices/tables/entities/read", "reads the tables of a storage account"),
    ("read-secrets", _VAULT, "secrets/getsecret/action", "reads the secrets of a vault"),
)


@cache
def deeds() -> tuple[Deed, ...]:
    """Everything that the graph follows."""
    found = [Deed(w.id, w.type, w.actions, w.gain, w.summary) for w in ways() if w.id not in _SKIPPED]
    return (
        *found,
        *(Deed(id_, type_, (f"+{type_}/{rest}",), "data", text) for id_, type_, rest, text in _DATA),
    )


class AzureTargets:
    """Whether a deed works on a resource for somebody who has the permission."""

    def __init__(self, estate: Estate, gates: AzureGates) -> None:
        self._estate = estate
        self._gates = gates

    def works(
        self, deed: Deed, resource: AssetRecord, callers: Iterable[AssetRecord], *, writes: bool
    ) -> bool | None:
        """True, False, or None where no record decides. `callers`: workloads that it could be done from; `writes`:
        the principal may change the resource, so that it can open what is closed.
        """
        view = self._estate.view(resource)
        if deed.id in _LETS_ITSELF_IN and view.flag("enableRbacAuthorization"):
            return (
                False  # the permission model can be changed by owners only, who can grant themselves a role
            )
        if deed.id == "read-secrets" and view.flag("enableRbacAuthorization") is False:
            return False
        if deed.id == "aks-admin-credential":
            return not view.flag("disableLocalAccounts")
        if deed.id == "registry-credentials":
            return bool(view.flag("adminUserEnabled")) or writes
        if deed.id in _EXPORTS:
            return view.text("networkAccessPolicy").lower() != "denyall" or writes
        if deed.id in _ALWAYS or (
            writes and (deed.id in _KEYS or (deed.gain == "data" and not deed.id.startswith("read-")))
        ):
            return True
        if deed.id in _KEYS and view.flag("allowSharedKeyAccess") is False:
            return False
        if deed.type == "microsoft.compute/virtualmachines":
            return runs(view)
        return self._gates.lets_in(resource, callers) if deed.gain == "data" else True


def runs(view: View) -> bool:
    """Whether a machine runs, or may: what does not say is taken to."""
    states = [s.text("code").lower() for s in view.at("instanceView").each("statuses")]
    state = view.text("power_state", "powerState").lower() or next(
        (s for s in states if s.startswith("powerstate/")), ""
    )
    return not state or "running" in state or "starting" in state
