"""Credentials of Azure in settings and start scripts: keys of stores, logins of applications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_applications import Applications
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_identity_edges import AzureIdentityEdges
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.azure_vaults import references
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.graph.told import CONTENT
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
    r"AccountName=([a-z0-9]{3,24});.*?AccountKey=(?:[A-Za-z0-9+/=]{20,}|[^;\s]*\*{3})",
    re.IGNORECASE | re.DOTALL,
)
_SIGNED = re.compile(
    r"https://([a-z0-9]{3,24})\.(?:blob|file|table|queue|dfs)\.([^\s\"']*[?&]sig=[^\s\"']*)", re.IGNORECASE
)
_EXPIRES = re.compile(r"[?&]se=(\d{4}-\d{2}-\d{2})")
_OF_A_PERSON = re.compile(r"[?&]skoid=", re.IGNORECASE)
"""A signed address that a login of the directory made, and no key of the account."""
_SECRET = re.compile(r"client[ _]?secret|password|app(?:lication)?[ _]?secret", re.IGNORECASE)


class AzureCredentials:
    """Steps by credentials of Azure."""

    def __init__(
        self,
        estate: Estate,
        iam: AzureIam,
        gates: AzureGates,
        identities: AzureIdentityEdges,
        steps: Steps,
        at: datetime,
    ) -> None:
        self._estate = estate
        self._applications = Applications(estate, iam, at)
        self._today = at.date().isoformat()
        self._iam = iam
        self._gates = gates
        self._identities = identities
        self._steps = steps
        # Their names are unique in all of Azure.
        self._stores = {a.uid.rsplit("/", 1)[-1].lower(): a for a in estate.of_kind("azure.storage")}

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """All steps by what lies in the settings of one holder."""
        self._keys(holder, texts)
        if self._estate.kind(holder) in _HOLDERS or any(where == CONTENT for where, _ in texts):
            self._logins(holder, texts)

    def _keys(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        for where, text in texts:
            for name, what, by_key in self._keyed(text):
                store = self._stores.get(name)
                if store is None or (
                    by_key and self._estate.view(store).flag("allowSharedKeyAccess") is False
                ):
                    continue
                open_ = self._gates.lets_in(store, [holder])
                if open_ is False:
                    continue
                why = f"{where} of {shown(name_of(holder))} holds {what} of {shown(name_of(store))}"
                self._join(holder, store, Relation.OPENS, "opens", why, known=bool(open_))

    def _keyed(self, text: str) -> Iterator[tuple[str, str, bool]]:
        """Stores that a text names with what opens them: name, what that is, whether it rests on the account key."""
        for name in _STORE_KEY.findall(text):
            yield name.lower(), "the key", True
        for name, rest in _SIGNED.findall(text):
            until = _EXPIRES.search(rest)
            if until is None or until[1] >= self._today:
                yield name.lower(), "a signed address", not _OF_A_PERSON.search(rest)

    def _logins(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """An application's id beside a secret of it, or its name where a finding tells of one."""
        secret = any(
            _SECRET.search(where) and not any(references(where, text)) and text for where, text in texts
        )
        for where, text in texts:
            if not secret and not _SECRET.search(text):
                continue
            named = self._applications.by_name(text) if where == CONTENT else ()
            for principal in dict.fromkeys([*self._applications.by_id(text), *named]):
                if not self._identities.holds(principal):
                    continue
                why = f"{where} of {shown(name_of(holder))} names {shown(self._iam.name(principal))} beside a secret"
                target = self._identities.key(principal)
                chance = self._steps.words.step["holds"]
                self._steps.join(
                    holder.asset_id, target, Relation.HOLDS, chance, why, names=(name_of(holder),)
                )

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
