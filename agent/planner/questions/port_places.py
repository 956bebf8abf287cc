"""Machines with a port open, where no check looks: by the security groups that they are in.

AWS names the groups on the instance (DescribeInstances); Azure names the machine and the group on its network
interface (Microsoft.Network/networkInterfaces).
"""

from __future__ import annotations

from typing import Final

from agent.planner.questions import openings
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Item, Kinds, Linked, Opening, Where
from agent.planner.questions.settings import ITEM

# (machine, where it says its id or group), ... (the next kind, where it is named, where it says its own)
_AWS: Final = (
    ("EC2_INSTANCE", ("SecurityGroups", ITEM, "GroupId")),
    ("EC2_SECURITY_GROUP", ("GroupId",)),
)
_AZURE_INTERFACE: Final = "AZURE_NETWORK_INTERFACE"
_AZURE: Final = (
    ("AZURE_VIRTUAL_MACHINE", ("id",)),
    (_AZURE_INTERFACE, ("properties", "virtualMachine", "id")),
)
_AZURE_GROUP: Final = (
    (_AZURE_INTERFACE, ("properties", "networkSecurityGroup", "id")),
    ("AZURE_NETWORK_SECURITY_GROUP", ("id",)),
)


def behind_groups(port: int, estate: Estate, types: frozenset[str]) -> tuple[Linked, ...]:
    """One condition for each kind of machine whose groups are known."""
    found: list[Linked] = []
    if _AWS[0][0] in types and _there(_AWS, estate):
        found.append(_linked(_AWS, "security groups", (_opening(port, _AWS[1][0]),)))
    if _AZURE[0][0] in types and _there((*_AZURE, *_AZURE_GROUP), estate):
        group = _linked(_AZURE_GROUP, "network security groups", (_opening(port, _AZURE_GROUP[1][0]),))
        found.append(_linked(_AZURE, "network interfaces", (group,)))
    return tuple(found)


def _opening(port: int, group: str) -> Opening:
    return Opening(ports=(port,), ranges=openings.ANYWHERE, types=(group,))


def _linked(ends: tuple[tuple[str, tuple[str, ...]], ...], label: str, items: tuple[Item, ...]) -> Linked:
    (here, own), (there, names) = ends
    return Linked(
        kinds=Kinds(types=(there,), label=label),
        items=items,
        ways=((Where(type_id=here, path=own), Where(type_id=there, path=names)),),
    )


def _there(places: tuple[tuple[str, tuple[str, ...]], ...], estate: Estate) -> bool:
    """Whether this tenant's configuration has all of these places."""
    return all(
        any(setting.path == path for setting in estate.settings.by_type.get(type_id, ()))
        for type_id, path in places
    )
