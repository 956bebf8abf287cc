"""Rules of security groups in questions: what they let in, as each cloud writes it.

AWS keeps inbound and outbound rules apart (DescribeSecurityGroups); Azure has one list with direction and access
(networkSecurityGroups, securityRules); a Google Cloud firewall is one rule with what it allows from where.
"""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Opening
from tools.xql.plan import All, AnyOf, Computed, Condition, JsonPath, Not, Related, Test

RAW: Final = "xdm.asset.raw_fields"
ANYWHERE: Final = ("0.0.0.0/0", "::/0")
_IN: Final = ("IpPermissions", "ingress_rules", "ip_permissions")
_OUT: Final = ("IpPermissionsEgress", "egress_rules", "ip_permissions_egress")
_RULES: Final = ("properties", "securityRules")
_ALLOWED: Final = "allowed"
_ANY_SOURCE: Final = ("0.0.0.0/0", "::/0", "Internet", "Any")
WORDS: Final = frozenset(
    "inbound outbound ingress egress traffic source sources permit permits allow allows allowing accept accepts rule rules tcp udp port ports "
    "let lets opened opening entry entries connection connections incoming outgoing anywhere contain contains contained permitting reachable "
    "in from exposing expose exposes open opens".split()
)


def can_say(estate: Estate, types: frozenset[str]) -> bool:
    """Whether these types hold rules in their configuration."""
    return any(_aws(estate, t, _IN) or _azure(estate, t) or _google(estate, t) for t in types)


def all_say(estate: Estate, types: frozenset[str]) -> bool:
    """Whether each of these types holds rules."""
    return bool(types) and all(can_say(estate, frozenset((t,))) for t in types)


def _aws(estate: Estate, type_id: str, names: tuple[str, ...]) -> list[str]:
    return [
        s.path[0] for s in estate.settings.by_type.get(type_id, ()) if len(s.path) == 1 and s.path[0] in names
    ]


def _azure(estate: Estate, type_id: str) -> bool:
    return any(s.path == _RULES for s in estate.settings.by_type.get(type_id, ()))


def _google(estate: Estate, type_id: str) -> bool:
    paths = {s.path[0] for s in estate.settings.by_type.get(type_id, ())}
    return {_ALLOWED, "sourceRanges"} <= paths


def condition(opening: Opening, estate: Estate) -> Condition:
    """Groups with a rule that lets the port or range in (or out)."""
    parts: list[Condition] = []
    for type_id in opening.types or sorted(estate.settings.by_type):
        for name in _aws(estate, type_id, _OUT if opening.outbound else _IN):
            parts += _of_aws(opening, estate, type_id, name)
        if _azure(estate, type_id):
            parts.append(_of_azure(opening, estate, type_id))
        if _google(estate, type_id) and not opening.outbound:
            parts.append(_of_google(opening, estate, type_id))
    return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))


def _related(
    where: list[Condition], compute: list[Computed], expand: tuple[str, ...] = ("item",)
) -> Condition:
    return Related(
        dataset="asset_inventory", compute=tuple(compute), expand=expand, where=All(all=tuple(where))
    )


def _of_aws(opening: Opening, estate: Estate, type_id: str, name: str) -> list[Condition]:
    compute = [_array("item", estate, name)]
    where: list[Condition] = [_type(type_id)]
    if opening.ports:
        compute += [
            Computed(name="protocol", json_path=JsonPath(field="item", path=("IpProtocol",))),
            Computed(
                name="first_port", json_path=JsonPath(field="item", path=("FromPort",)), convert="integer"
            ),
            Computed(name="last_port", json_path=JsonPath(field="item", path=("ToPort",)), convert="integer"),
        ]
        inside = [
            All(
                all=(
                    Test(field="first_port", op="lte", value=port),
                    Test(field="last_port", op="gte", value=port),
                )
            )
            for port in opening.ports
        ]
        where.append(AnyOf(any=(Test(field="protocol", op="eq", value="-1"), *inside)))
    if not opening.ranges:
        return [_related(where, compute)]
    made: list[Condition] = []
    for array, key, ranges in (
        ("IpRanges", "CidrIp", [r for r in opening.ranges if ":" not in r]),
        ("Ipv6Ranges", "CidrIpv6", [r for r in opening.ranges if ":" in r]),
    ):
        held = any(s.path[-1] == key for s in estate.settings.by_type.get(type_id, ()))
        if not ranges or (not held and key != "CidrIp"):
            continue
        more = [
            Computed(name="part", json_path=JsonPath(field="item", path=(array,)), array=True),
            Computed(name="address_range", json_path=JsonPath(field="part", path=(key,))),
        ]
        told = _one_of("address_range", ranges)
        made.append(_related([*where, told], [*compute, *more], ("item", "part")))
    return made


def _of_azure(opening: Opening, estate: Estate, type_id: str) -> Condition:
    compute = [_array("item", estate, *_RULES)]
    where: list[Condition] = [
        _type(type_id),
        _of_item("access", "Allow"),
        _of_item("direction", "Outbound" if opening.outbound else "Inbound"),
    ]
    if opening.ports:
        place = ("properties", "destinationPortRange")
        subject = JsonPath(field="item", path=place)
        exact = [str(port) for port in opening.ports]
        exact += _ranges_with(opening.ports, estate, type_id, place[-1])
        several: list[Condition] = []
        if _has_leaf(estate, type_id, "destinationPortRanges"):
            listed = JsonPath(field="item", path=("properties", "destinationPortRanges"))
            compute.append(Computed(name="port_ranges", json_path=listed, array=True))
            exact += _ranges_with(opening.ports, estate, type_id, "destinationPortRanges")
            several = [Test(field="port_ranges", op="contains", value=v) for v in dict.fromkeys(exact)]
        any_port = Test(json_path=subject, op="matches", value=r"^\*$")
        told = Test(json_path=subject, op="in", values=tuple(dict.fromkeys((*exact, "0-65535"))))
        where.append(AnyOf(any=(told, any_port, *several)))
    if opening.ranges:
        far = JsonPath(
            field="item",
            path=("properties", "destinationAddressPrefix" if opening.outbound else "sourceAddressPrefix"),
        )
        if opening.ranges == ANYWHERE:
            where.append(
                AnyOf(
                    any=(
                        Test(json_path=far, op="in", values=_ANY_SOURCE),
                        Test(json_path=far, op="matches", value=r"^\*$"),
                    )
                )
            )
        else:
            where.append(_one_of(far, list(opening.ranges)))
    return _related(where, compute)


def _of_google(opening: Opening, estate: Estate, type_id: str) -> Condition:
    # a rule that denies has no such items
    compute = [_array("item", estate, _ALLOWED)]
    where: list[Condition] = [
        _type(type_id),
        Test(json_path=_raw(estate, "direction"), op="eq", value="INGRESS"),
        Not(none=Test(json_path=_raw(estate, "disabled"), op="eq", value="true")),
    ]
    if opening.ranges:
        compute.append(_array("sources", estate, "sourceRanges"))
        where.append(_any_in("sources", opening.ranges))
    if opening.ports:
        compute.append(
            Computed(name="ports_of_item", json_path=JsonPath(field="item", path=("ports",)), array=True)
        )
        exact = [str(port) for port in opening.ports]
        exact += _ranges_with(opening.ports, estate, type_id, "ports")
        every = All(
            all=(
                Test(field="ports_of_item", op="is_null"),
                Test(
                    json_path=JsonPath(field="item", path=("IPProtocol",)),
                    op="in",
                    values=("tcp", "all", "udp"),
                ),
            )
        )
        where.append(AnyOf(any=(_any_in("ports_of_item", tuple(dict.fromkeys(exact))), every)))
    return _related(where, compute)


def _ranges_with(ports: tuple[int, ...], estate: Estate, type_id: str, leaf: str) -> list[str]:
    """The ranges of ports that the estate shows at a place and that one of these ports lies in."""
    found: list[str] = []
    for setting in estate.settings.by_type.get(type_id, ()):
        if leaf not in setting.path:
            continue
        for shown in setting.values.values():
            ends = re.fullmatch(r"(\d{1,5})-(\d{1,5})", shown.strip())
            if ends and any(int(ends[1]) <= port <= int(ends[2]) for port in ports):
                found.append(shown)
    return found


def _has_leaf(estate: Estate, type_id: str, leaf: str) -> bool:
    return any(leaf in s.path for s in estate.settings.by_type.get(type_id, ()))


def _type(type_id: str) -> Test:
    return Test(field="xdm.asset.type.id", op="eq", value=type_id)


def _of_item(key: str, value: str) -> Test:
    return Test(json_path=JsonPath(field="item", path=("properties", key)), op="eq", value=value)


def _raw(estate: Estate, *path: str) -> JsonPath:
    return JsonPath(field=RAW, path=(estate.platform, *path))


def _array(name: str, estate: Estate, *path: str) -> Computed:
    return Computed(name=name, json_path=_raw(estate, *path), array=True)


def _one_of(place: str | JsonPath, values: list[str]) -> Condition:
    subject: dict[str, Any] = {"field": place} if isinstance(place, str) else {"json_path": place}
    if len(values) == 1:
        return Test(**subject, op="eq", value=values[0])
    return Test(**subject, op="in", values=tuple(values))


def _any_in(column: str, values: tuple[str, ...]) -> Condition:
    parts = [Test(field=column, op="contains", value=value) for value in values]
    return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))


__all__ = ["ANYWHERE", "WORDS", "all_say", "can_say", "condition"]
