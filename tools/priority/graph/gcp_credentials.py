"""Keys of service accounts that lie in variables, metadata and secrets, in whatever cloud."""

from __future__ import annotations

import re

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.gcp_identity_edges import GcpIdentityEdges
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import shown

_EMAIL = re.compile(r"[a-z0-9-]+@[a-z0-9.-]*gserviceaccount\.com", re.IGNORECASE)
_PRIVATE = ("private_key", "BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY")


class GcpCredentials:
    """Steps by credentials of Google Cloud, wherever they lie."""

    def __init__(self, estate: Estate, iam: GcpIam, identities: GcpIdentityEdges, steps: Steps) -> None:
        self._estate = estate
        self._iam = iam
        self._identities = identities
        self._steps = steps

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """All steps by keys that lie with one holder."""
        for where, text in texts:
            if any(mark in text for mark in _PRIVATE):
                self._keys(holder, where, text)

    def _keys(self, holder: AssetRecord, where: str, text: str) -> None:
        for email in dict.fromkeys(e.lower() for e in _EMAIL.findall(text)):
            account = self._iam.accounts.get(email)
            if account is None or self._estate.view(account).flag("disabled"):
                continue
            why = f"{where} of {shown(name_of(holder))} holds a key of {shown(name_of(account))}"
            chance = self._steps.words.step["holds"]
            self._steps.join(
                holder.asset_id,
                self._identities.key(email),
                Relation.HOLDS,
                chance,
                why,
                names=(name_of(holder),),
            )
