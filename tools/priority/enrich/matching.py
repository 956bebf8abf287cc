"""Which asset a row of another source is about: by the provider's id, an address, an interface, a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.reading import View, items


class Assets:
    """Assets by every mark that other sources know them by. A mark that several share is none."""

    def __init__(self, assets: Mapping[str, AssetRecord]) -> None:
        self._assets = assets
        self._uids: dict[str, str] = {}
        self._names: dict[str, str | None] = {}
        self._addresses: dict[str, str | None] = {}
        self._owners: dict[str, str] = {}
        self._instances: dict[tuple[str, str], str] = {}
        interfaces: list[tuple[AssetRecord, View]] = []
        for asset_id, asset in sorted(assets.items()):
            if asset.uid:
                self._uids.setdefault(asset.uid.lower(), asset_id)
            if len(asset.name) > 2:
                self._put(self._names, asset.name.lower(), asset_id)
            view = View(asset.config)
            if view.text("NetworkInterfaceId") and not view.text("InstanceId"):
                interfaces.append((asset, view))
                continue
            if instance := view.text("InstanceId"):
                self._instances[asset.account, instance.lower()] = asset_id
            for address in addresses_of(view):
                self._put(self._addresses, address, asset_id)
        for asset, view in interfaces:
            self._interface(asset, view)

    @staticmethod
    def _put(held: dict[str, str | None], key: str, asset_id: str) -> None:
        held[key] = asset_id if held.get(key, asset_id) == asset_id else None

    def _interface(self, asset: AssetRecord, view: View) -> None:
        """An interface stands for the machine that it is attached to."""
        owner = view.at("Attachment").text("InstanceId").lower()
        found = self._instances.get((asset.account, owner)) if owner else None
        self._owners[view.text("NetworkInterfaceId").lower()] = found or asset.asset_id

    def by_interface(self, name: str) -> str | None:
        """The machine of a network interface."""
        return self._owners.get(name.lower())

    def by_address(self, address: str) -> str | None:
        """The asset with an address, private or public; None where several have it."""
        return self._addresses.get(address)

    def by_any(self, *marks: str) -> str | None:
        """The asset that one of the marks names: its id, the provider's id, or a name that no other has."""
        for mark in marks:
            low = str(mark or "").lower()
            if not low:
                continue
            found = low if low in self._assets else self._uids.get(low) or self._names.get(low)
            if found is not None:
                return found
        return None


def addresses_of(view: View) -> Iterable[str]:
    """Every address of its own that a configuration names, private and public."""
    for name in ("PrivateIpAddress", "PublicIpAddress", "public_ip", "private_ip", "ipAddress"):
        if found := view.text(name):
            yield found
    for interface in view.each("NetworkInterfaces", "networkInterfaces"):
        for found in (
            interface.text("PrivateIpAddress", "networkIP"),
            interface.at("Association").text("PublicIp"),
        ):
            if found:
                yield found
        for config in interface.each("accessConfigs"):
            if found := config.text("natIP"):
                yield found
    for value in items(view.get("ipv4_addresses")):
        if isinstance(value, str):
            yield value


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A cell as text; empty when there is none."""
    value = row.get(name)
    return "" if value is None else str(value)
