"""Public addresses that are resources of their own: what has one is what a stranger meets there."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.exposure import Exposure, Reader, exposure_of
from tools.priority.reading import View

KINDS = ("ec2.address", "azure.ip", "gcp.address")
_HOLDERS = ("ec2.instance", "ec2.eni", "azure.nic", "azure.vm", "gcp.vm")


def holder_of(estate: Estate, address: AssetRecord) -> AssetRecord | None:
    """What an address is given to, a machine before its interface; None if nothing, or if that was not collected."""
    found = next(_holders(estate, address), None)
    if found is None or estate.kind(found) != "azure.nic":
        return found
    machine = estate.view(found).at("virtualMachine").text("id")
    return (estate.find(address.account, _last(machine), "azure.vm") if machine else None) or found


def addresses_of(estate: Estate, machine: AssetRecord) -> list[AssetRecord]:
    """The records of a machine's public addresses."""
    return estate.index("addresses by holder", lambda: _by_holder(estate)).get(machine.asset_id, [])


def address_exposure(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """An address is as exposed as what has it."""
    holder = holder_of(reader.estate, asset)
    if holder is not None:
        return exposure_of(reader, holder)
    return reader.none("no record says what has it")


def _holders(estate: Estate, address: AssetRecord) -> Iterator[AssetRecord]:
    view = estate.view(address)
    named = [view.text("InstanceId"), view.text("NetworkInterfaceId"), *view.texts("users")]
    named.append(view.at("ipConfiguration").text("id").lower().partition("/ipconfigurations/")[0])
    for one in named:
        found = estate.find(address.account, one, *_HOLDERS) if one else None
        found = found or (estate.find(address.account, _last(one), *_HOLDERS) if one else None)
        if found is not None:
            yield found


def _by_holder(estate: Estate) -> dict[str, list[AssetRecord]]:
    found: dict[str, list[AssetRecord]] = {}
    for address in estate.of_kind(*KINDS):
        holder = holder_of(estate, address)
        if holder is not None:
            found.setdefault(holder.asset_id, []).append(address)
    return found


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]
