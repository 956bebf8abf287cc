"""Applications of the directory by what texts call them, and whether a secret of theirs still opens anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_load import AzureIam
from tools.priority.reading import View

_GUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{4,}")
_KINDS = ("azure.principal", "azure.application")


class Applications:
    """The applications of one estate, as principals."""

    def __init__(self, estate: Estate, iam: AzureIam, at: datetime) -> None:
        self._estate = estate
        self._iam = iam
        self._today = at.date().isoformat()
        self._named: dict[str, set[str]] = {}
        self._secrets: dict[str, list[AssetRecord]] = {}
        for record in estate.of_kind(*_KINDS):
            client = estate.view(record).text("appId", "applicationId", "clientId").lower()
            principal = iam.clients.get(client)
            if principal is not None:
                self._named.setdefault(name_of(record).lower(), set()).add(principal)
                self._secrets.setdefault(principal, []).append(record)

    def by_id(self, text: str) -> Iterator[str]:
        """Those whose application id stands in a text."""
        for guid in dict.fromkeys(_GUID.findall(text)):
            principal = self._iam.clients.get(guid.lower())
            if principal is not None and self._is_one(principal) and self._alive(principal):
                yield principal

    def by_name(self, text: str) -> Iterator[str]:
        """Those whose name stands in a text, where no other has the same."""
        for word in dict.fromkeys(w.lower().strip(".-") for w in _WORD.findall(text)):
            found = self._named.get(word, set())
            if len(found) == 1:
                yield from (principal for principal in found if self._alive(principal))

    def _is_one(self, principal: str) -> bool:
        record = self._iam.people.get(principal)
        return record is not None and self._estate.kind(record) in _KINDS

    def _alive(self, principal: str) -> bool:
        """Whether it signs in and some secret of it has not run out, or nothing tells of its secrets."""
        ends: list[str] = []
        told = False
        for record in self._secrets.get(principal, ()):
            view = self._estate.view(record)
            if view.flag("accountEnabled") is False:
                return False
            told = told or view.has("passwordCredentials")
            ends += [end for one in view.each("passwordCredentials") if (end := _end(one))]
        return not told or any(end >= self._today for end in ends)


def _end(credential: View) -> str:
    return credential.text("endDateTime", "endDate")[:10]
