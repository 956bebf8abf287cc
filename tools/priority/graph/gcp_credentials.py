"""Keys of service accounts that lie in variables, metadata and secrets, in whatever cloud."""

from __future__ import annotations

import re
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.gcp_identity_edges import GcpIdentityEdges
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.graph.told import CONTENT
from tools.priority.reading import View, shown

_EMAIL = re.compile(r"[a-z0-9-]+@[a-z0-9.-]*gserviceaccount\.com", re.IGNORECASE)
_KEY_ID = re.compile(r"\b[0-9a-f]{8,40}\b", re.IGNORECASE)
_TOLD = re.compile(r"private key|service account key|credentials? (?:file|json)", re.IGNORECASE)
"""How findings call what configuration spells out."""
_PRIVATE = ("private_key", "BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY")


class GcpCredentials:
    """Steps by credentials of Google Cloud, wherever they lie."""

    def __init__(
        self, estate: Estate, iam: GcpIam, identities: GcpIdentityEdges, steps: Steps, at: datetime
    ) -> None:
        self._estate = estate
        self._today = at.date().isoformat()
        self._records: dict[str, list[tuple[str, AssetRecord]]] = {}
        for record in estate.of_kind("gcp.sakey"):
            owner, _, key = (estate.view(record).text("name") or record.uid).rpartition("/keys/")
            self._records.setdefault(owner.rsplit("/", 1)[-1].lower(), []).append((key.lower(), record))
        self._iam = iam
        self._identities = identities
        self._steps = steps

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """All steps by keys that lie with one holder."""
        for where, text in texts:
            if any(mark in text for mark in _PRIVATE) or (where == CONTENT and _TOLD.search(text)):
                self._keys(holder, where, text)

    def _keys(self, holder: AssetRecord, where: str, text: str) -> None:
        for email in dict.fromkeys(e.lower() for e in _EMAIL.findall(text)):
            account = self._iam.accounts.get(email)
            if account is None or self._estate.view(account).flag("disabled"):
                continue
            keys = self._named(email, text)
            if keys is None:
                continue
            why = f"{where} of {shown(name_of(holder))} holds a key of {shown(name_of(account))}"
            chance = self._steps.words.step["holds"]
            self._steps.join(
                holder.asset_id,
                self._identities.key(email),
                Relation.HOLDS,
                chance,
                why,
                keys,
                names=(name_of(holder),),
            )

    def _named(self, email: str, text: str) -> list[AssetRecord] | None:
        """The records of the account's keys that a text tells of; None if what it tells of opens nothing any more.

        A text may name a key by the beginning of its id; one that names none speaks of any that still works.
        """
        known = self._records.get(email, [])
        if not known:
            return []
        words = [w.lower() for w in _KEY_ID.findall(text)]
        told = [(key, r) for key, r in known if any(key.startswith(word) for word in words)]
        live = [record for _, record in told or known if self._works(self._estate.view(record))]
        return live or None

    def _works(self, key: View) -> bool:
        until = key.text("validBeforeTime", "valid_before_time")[:10]
        return key.flag("disabled") is not True and (not until or until >= self._today)
