"""Credentials of Azure in settings and start scripts: keys of stores, logins of applications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_identity_edges import AzureIdentityEdges
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.azure_vaults import references
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import shown

_HOLDERS = (
    "azure.app",
    "azure.vm",
    "azure.vmss",
    "azure.containerapp",
    "azure.containers",
    "azure.automation",
)
_STORE_KEY = re.compile(
    r"AccountName=([a-z0-9]{3,24});.*?AccountKey=[A-Za-z0-9+/=]{20,}", re.IGNORECASE | re.DOTALL
)
_SIGNED = re.compile(
    r"https://([a-z0-9]{3,24})\.(?:blob|file|table|queue|dfs)\.[^\s\"']*[?&]sig=", re.IGNORECASE
)
_GUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_SECRET = re.compile(r"client_?secret|password|app_?secret", re.IGNORECASE)


class AzureCredentials:
    """Steps by credentials of Azure."""

    def __init__(
        self, estate: Estate, iam: AzureIam, gates: AzureGates, identities: AzureIdentityEdges, steps: Steps
    ) -> None:
        self._estate = estate
        self._iam = iam
        self._gates = gates
        self._identities = identities
        self._steps = steps
        # Their names are unique in all of Azure.
        self._stores = {a.uid.rsplit("/", 1)[-1].lower(): a for a in estate.of_kind("azure.storage")}

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """All steps by what lies in the settings of one holder."""
        self._keys(holder, texts)
        if self._estate.kind(holder) in _HOLDERS:
            self._logins(holder, texts)

    def _keys(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        for where, text in texts:
            keyed = dict.fromkeys(_STORE_KEY.findall(text), True) | dict.fromkeys(
                _SIGNED.findall(text), False
            )
            for name, by_key in keyed.items():
                store = self._stores.get(name.lower())
                if store is None or (
                    by_key and self._estate.view(store).flag("allowSharedKeyAccess") is False
                ):
                    continue
                open_ = self._gates.lets_in(store, [holder])
                if open_ is False:
                    continue
                what = "the key" if by_key else "a signed address"
                why = f"{where} of {shown(name_of(holder))} holds {what} of {shown(name_of(store))}"
                self._join(holder, store, Relation.OPENS, "opens", why, known=bool(open_))

    def _logins(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """An application's id beside a secret of it."""
        secret = any(
            _SECRET.search(where) and not any(references(where, text)) and text for where, text in texts
        )
        for where, text in texts:
            if not secret and not _SECRET.search(text):
                continue
            for principal in self._principals(text):
                why = f"{where} of {shown(name_of(holder))} names {shown(self._iam.name(principal))} beside a secret"
                target = self._identities.key(principal)
                chance = self._steps.words.step["holds"]
                self._steps.join(
                    holder.asset_id, target, Relation.HOLDS, chance, why, names=(name_of(holder),)
                )

    def _principals(self, text: str) -> Iterator[str]:
        for guid in dict.fromkeys(_GUID.findall(text)):
            principal = self._iam.clients.get(guid.lower())
            if principal is not None and self._identities.holds(principal):
                record = self._iam.people.get(principal)
                if record is not None and self._estate.kind(record) in {
                    "azure.principal",
                    "azure.application",
                }:
                    yield principal

    def _join(
        self,
        source: AssetRecord,
        target: AssetRecord,
        relation: Relation,
        chance: str,
        why: str,
        *,
        known: bool,
        behind: tuple[AssetRecord, ...] = (),
    ) -> None:
        names = (name_of(source), name_of(target))
        step = self._steps.words.step[chance]
        self._steps.join(
            source.asset_id, target.asset_id, relation, step, why, behind, known=known, names=names
        )
