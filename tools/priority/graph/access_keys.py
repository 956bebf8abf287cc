"""Access keys of AWS by their ids: whose a key is, and which places hold it as records or findings tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.told import Told
from tools.priority.reading import View, shown

KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
STORES = ("s3.bucket", "gcp.bucket", "azure.storage", "azure.storage.container")
"""Kinds whose record may tell of what is stored, and so of keys, anywhere inside it."""
_MOST = 5_000
_DEEPEST = 12


class AccessKeys:
    """The live keys of one estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._owners: dict[str, AssetRecord] = {
            key: user for user in estate.of_kind("iam.user") for key in _live(estate.view(user))
        }
        for record in estate.of_kind("iam.key"):
            view = estate.view(record)
            user = estate.find(record.account, view.text("UserName"), "iam.user")
            if user is not None:
                self._owners.update((key, user) for key in _live(View({"AccessKeys": [record.config]})))

    def __bool__(self) -> bool:
        return bool(self._owners)

    def of(self, text: str) -> Iterator[AssetRecord]:
        """The users whose keys a text names."""
        for key in dict.fromkeys(KEY_ID.findall(text)):
            user = self._owners.get(key)
            if user is not None:
                yield user

    def stored(self) -> Iterator[tuple[AssetRecord, AssetRecord, str]]:
        """Places that hold a key by what their records say inside: (place, user, why)."""
        for place in self._estate.of_kind(*STORES) if self else ():
            for user in self.of("\n".join(_strings(place.config))):
                yield (
                    self._place(place),
                    user,
                    f"{shown(name_of(place))} holds an access key of {_name(user)}",
                )

    def told(self, told: Iterable[Told]) -> Iterator[tuple[AssetRecord, AssetRecord, str]]:
        """Places that hold a key by what a finding on them says. What is said of an identity is said of its own key."""
        for one in told:
            place = self._estate.assets.get(one.asset_id)
            if place is None or self._estate.kind(place).startswith(("iam.", "aws.account")):
                continue
            for user in self.of(one.text):
                why = f"a finding says that {shown(name_of(place))} holds an access key of {_name(user)}"
                yield self._place(place), user, why

    def _place(self, place: AssetRecord) -> AssetRecord:
        """An object counts as its bucket, which decides who reads it."""
        if not place.uid.startswith("arn:aws:s3:::") or "/" not in place.uid:
            return place
        bucket = place.uid.removeprefix("arn:aws:s3:::").partition("/")[0]
        return self._estate.find(place.account, bucket, "s3.bucket") or place


def _name(user: AssetRecord) -> str:
    return shown(name_of(user))


def _live(view: View) -> Iterator[str]:
    for key in view.each("AccessKeys", "access_keys", "AccessKeyMetadata"):
        if key.text("Status", "status").lower() != "inactive" and key.text("AccessKeyId", "access_key_id"):
            yield key.text("AccessKeyId", "access_key_id")


def _strings(value: Any) -> Iterator[str]:
    """The texts inside a configuration, so many and so deep that no record is a burden."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    for _ in range(_MOST):
        if not waiting:
            return
        one, depth = waiting.pop()
        if isinstance(one, str):
            yield one
        elif depth < _DEEPEST:
            inner = one.values() if isinstance(one, Mapping) else one if isinstance(one, list | tuple) else ()
            waiting += [(item, depth + 1) for item in inner if isinstance(item, str | Mapping | list | tuple)]
