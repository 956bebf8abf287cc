"""Rules of security groups in questions: ports and ranges that they let in."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Opening
from agent.planner.questions.settings import ITEM
from tools.xql.plan import All, AnyOf, Computed, Condition, JsonPath, Related, Test

RAW: Final = "xdm.asset.raw_fields"
_IN: Final = ("IpPermissions", "ingress_rules", "ip_permissions")
_OUT: Final = ("IpPermissionsEgress", "egress_rules", "ip_permissions_egress")
WORDS: Final = frozenset(
    "inbound outbound ingress egress traffic source sources permit permits allow allows allowing accept accepts rule rules tcp udp port ports "
    "let lets opened opening entry entries connection connections incoming outgoing anywhere contain contains contained permitting reachable".split()
)


def can_say(estate: Estate, types: frozenset[str]) -> bool:
    """Whether these types hold rules in their configuration."""
    return bool(types) and any(_arrays(estate, type_id, _IN) for type_id in types)


def _arrays(estate: Estate, type_id: str, names: tuple[str, ...]) -> list[str]:
    return [
        s.path[0] for s in estate.settings.by_type.get(type_id, ()) if len(s.path) == 1 and s.path[0] in names
    ]


def condition(opening: Opening, estate: Estate) -> Condition:
    """Groups with a rule that lets the port or range in (or out)."""
    parts: list[Condition] = []
    for type_id in sorted(estate.settings.by_type):
        for name in _arrays(estate, type_id, _OUT if opening.outbound else _IN):
            parts.append(_one(opening, estate, type_id, name))
    return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))


def _one(opening: Opening, estate: Estate, type_id: str, name: str) -> Condition:
    compute = [
        Computed(name="item", json_path=JsonPath(field=RAW, path=(estate.platform, name)), array=True),
        Computed(name="protocol", json_path=JsonPath(field="item", path=("IpProtocol",))),
        Computed(name="first_port", json_path=JsonPath(field="item", path=("FromPort",)), convert="integer"),
        Computed(name="last_port", json_path=JsonPath(field="item", path=("ToPort",)), convert="integer"),
    ]
    expand = ["item"]
    where: list[Condition] = [Test(field="xdm.asset.type.id", op="eq", value=type_id)]
    if opening.port is not None:
        inside = All(
            all=(
                Test(field="first_port", op="lte", value=opening.port),
                Test(field="last_port", op="gte", value=opening.port),
            )
        )
        where.append(AnyOf(any=(Test(field="protocol", op="eq", value="-1"), inside)))
    if opening.ranges:
        compute += [
            Computed(name="part", json_path=JsonPath(field="item", path=("IpRanges",)), array=True),
            Computed(name="address_range", json_path=JsonPath(field="part", path=("CidrIp",))),
        ]
        expand.append("part")
        where.append(Test(field="address_range", op="in", values=opening.ranges))
    used = {
        "item",
        "part",
        "address_range",
        *(("protocol", "first_port", "last_port") if opening.port is not None else ()),
    }
    return Related(
        dataset="asset_inventory",
        compute=tuple(c for c in compute if c.name in used),
        expand=tuple(expand),
        where=All(all=tuple(where)),
    )


__all__ = ["ITEM", "WORDS", "can_say", "condition"]
