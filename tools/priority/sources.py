"""Who may reach a port: every address range that the rules in front of an asset name, narrow ones too.

Exposure asks what the internet reaches; an approval has to know about all that gets in. Denies are not subtracted, so
that what is told is never too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.network import group_ids
from tools.priority.reading import View, ids, items

ANYWHERE = "0.0.0.0/0"
_ANY_WORDS = {"*", "any", "internet", "0.0.0.0"}  # noqa: S104 - a word of rules, not a place to listen on
_OWN_WORDS = {"virtualnetwork", "azureloadbalancer"}
_MACHINES = {"ec2.instance", "ec2.eni", "rds.db", "elb", "azure.vm", "azure.nic", "gcp.vm"}


def sources_of(estate: Estate, asset: AssetRecord, port: int) -> tuple[str, ...] | None:
    """Address ranges that may reach a port of an asset; None if the records do not show all of them."""
    found: set[str] = set()
    for rules in _rules(estate, asset):
        if rules is None:
            return None
        for first, last, source in rules:
            if first <= port <= last:
                if source is None:
                    return None
                found.add(source)
    return tuple(sorted(found))


_Opening = tuple[int, int, str | None]
"""First and last port, and the range let in; None for one that is named and not shown (a prefix list, a tag)."""


def _rules(estate: Estate, asset: AssetRecord) -> Iterator[list[_Opening] | None]:
    kind, view = estate.kind(asset), estate.view(asset)
    if kind == "ec2.sg":
        yield _of_group(view)
    elif kind == "azure.nsg":
        yield _of_nsg(view)
    elif kind == "gcp.firewall":
        yield _of_firewall(view)
    elif kind in _MACHINES and kind.startswith("azure."):
        names = [view.at("networkSecurityGroup").text("id"), view.text("nsg", "network_security_group")]
        names = [name.rstrip("/").rsplit("/", 1)[-1] for name in names if name]
        yield from _named(estate, asset.account, names, "azure.nsg")
    elif kind in _MACHINES and not kind.startswith("gcp."):
        yield from _named(estate, asset.account, group_ids(view), "ec2.sg")
    else:
        yield None


def _named(estate: Estate, account: str, names: list[str], kind: str) -> Iterator[list[_Opening] | None]:
    if not names:
        yield None
    for name in names:
        group = estate.find(account, name, kind)
        if group is None:
            yield None
        else:
            view = estate.view(group)
            yield _of_group(view) if kind == "ec2.sg" else _of_nsg(view)


def _of_group(view: View) -> list[_Opening] | None:
    rules = view.get("ingress_rules", "IpPermissions", "ip_permissions", "ingress")
    if not isinstance(rules, list):
        return None
    found: list[_Opening] = []
    for rule in (View(item) for item in rules):
        protocol = str(rule.get("IpProtocol") or "").lower()
        if protocol in {"icmp", "icmpv6", "1", "58"}:
            continue
        first, last = _span(rule.get("FromPort"), rule.get("ToPort"))
        listed = [*items(rule.get("IpRanges")), *items(rule.get("Ipv6Ranges"))]
        listed += items(rule.get("CidrIp", "cidr_blocks", "CidrIpv4", "CidrIpv6"))
        ranges = [source for source in ids(listed, "CidrIp", "CidrIpv6") if source]
        found += [(first, last, source) for source in ranges]
        if len(ranges) < len(listed):
            found.append((first, last, None))  # a range that cannot be read may be any
        if rule.get("PrefixListIds", "prefix_list_ids", "PrefixListId"):
            found.append((first, last, None))
    return found


def _span(first: Any, last: Any) -> tuple[int, int]:
    """Ports of a rule; one that names none is about all of them."""
    try:
        low, high = int(first), int(last if last is not None else first)
    except (TypeError, ValueError):
        return 0, 65_535
    return (0, 65_535) if low < 0 or high < 0 else (low, high)


def _of_nsg(view: View) -> list[_Opening] | None:
    rules = view.get("securityRules", "security_rules")
    if not isinstance(rules, list):
        return None
    found: list[_Opening] = []
    for rule in (View(item) for item in rules):
        if rule.text("direction").lower() == "outbound" or rule.text("access").lower() == "deny":
            continue
        names = [*rule.texts("sourceAddressPrefix"), *rule.texts("sourceAddressPrefixes")]
        if rule.get("sourceApplicationSecurityGroups"):
            names.append("virtualnetwork")
        for first, last in _texts(rule.get("destinationPortRange"), rule.get("destinationPortRanges")):
            found += [(first, last, source) for source in _cloud_names(names or ["?"])]
    return found


def _cloud_names(names: Iterable[str]) -> Iterator[str | None]:
    for name in names:
        low = name.strip().lower()
        if low in _ANY_WORDS:
            yield ANYWHERE
        elif low[:1].isdigit() or ":" in low:
            yield name.strip()
        elif low not in _OWN_WORDS:
            yield None  # a service tag stands for ranges that no record of ours holds


def _of_firewall(view: View) -> list[_Opening] | None:
    if view.text("direction").upper() == "EGRESS" or view.flag("disabled") or view.get("denied"):
        return []
    ranges = view.texts("sourceRanges", "source_ranges")
    if not ranges and not view.has("sourceTags", "sourceServiceAccounts"):
        return None
    found: list[_Opening] = []
    for rule in view.each("allowed", "allowed_rules"):
        if rule.text("IPProtocol", "ip_protocol").lower() in {"icmp", "esp", "ah"}:
            continue
        spans = list(_texts(rule.get("ports"))) if rule.get("ports") else [(0, 65_535)]
        found += [(first, last, source) for first, last in spans for source in ranges]
    return found


def _texts(*values: Any) -> Iterator[tuple[int, int]]:
    for value in (one for given in values for one in items(given)):
        first, _, last = str(value).partition("-")
        if str(value) == "*":
            yield 0, 65_535
        elif first.strip().isdigit() and (last or first).strip().isdigit():
            yield int(first), int(last or first)
