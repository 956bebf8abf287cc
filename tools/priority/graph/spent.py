"""Places of which findings tell nothing but credentials that records show to open nothing any more.

To a classifier an inactive key is a credential as any other; who takes it has nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import DataHeld
from tools.priority.estate import Estate
from tools.priority.graph.access_keys import KEY_ID
from tools.priority.graph.told import Told
from tools.priority.reading import View

_LABEL = "credentials"
_SPENT = "credentials that open nothing any more"
_ACCOUNT = re.compile(r"[a-z0-9-]+@[a-z0-9.-]*gserviceaccount\.com", re.IGNORECASE)


def without_spent(
    data: Mapping[str, DataHeld], estate: Estate, told: Iterable[Told]
) -> Mapping[str, DataHeld]:
    """What stores hold, where a class that is only credentials counts no more than they do."""
    said: dict[str, list[str]] = {}
    for one in told:
        held = data.get(one.asset_id)
        if held is not None and held.label == _LABEL:
            said.setdefault(one.asset_id, []).append(one.text)
    if not said:
        return data
    works = _Works(estate)
    spent = {place for place, texts in said.items() if all(works.none(text) for text in texts)}
    return {
        asset_id: replace(held, label=_SPENT, grade=0.0, records=None) if asset_id in spent else held
        for asset_id, held in data.items()
    }


class _Works:
    """Whether credentials still open something, by the records of one estate."""

    def __init__(self, estate: Estate) -> None:
        self._keys: dict[str, bool] = {}
        for user in estate.of_kind("iam.user"):
            for key in estate.view(user).each("AccessKeys", "access_keys", "AccessKeyMetadata"):
                self._add(key)
        for record in estate.of_kind("iam.key"):
            self._add(estate.view(record))
        self._accounts = {
            estate.view(a).text("email").lower(): estate.view(a).flag("disabled") is not True
            for a in _accounts(estate)
        }

    def _add(self, key: View) -> None:
        if name := key.text("AccessKeyId", "access_key_id"):
            works = key.text("Status", "status").lower() != "inactive"
            self._keys[name] = works or self._keys.get(name, False)

    def none(self, text: str) -> bool:
        """Whether a text names credentials and records show that none of them works."""
        found = [self._keys.get(key, True) for key in KEY_ID.findall(text)]
        found += [self._accounts.get(email.lower(), True) for email in _ACCOUNT.findall(text)]
        return bool(found) and not any(found)


def _accounts(estate: Estate) -> Iterable[AssetRecord]:
    return estate.of_kind("gcp.sa")
