"""Which types of resource hold rules of networks, where, and what the parts of a rule are called in each cloud."""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agent.planner.questions.element_places import Array, arrays_of
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref
from agent.planner.questions.item_tests import where

# path of the rules -> name of a part -> last key of its place
_PARTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "IpPermissions": {"port": ("FromPort",), "to port": ("ToPort",), "protocol": ("IpProtocol",), "source": ("CidrIp", "CidrIpv6"), "description": ("Description",)},
    "IpPermissionsEgress": {"port": ("FromPort",), "to port": ("ToPort",), "protocol": ("IpProtocol",), "source": ("CidrIp", "CidrIpv6")},
    "securityRules": {
        "name": ("name",), "port": ("destinationPortRange",), "protocol": ("protocol",), "source": ("sourceAddressPrefix",), "priority": ("priority",),
        "direction": ("direction",), "access": ("access",), "description": ("description",),
    },
    "allowed": {"port": ("ports",), "protocol": ("IPProtocol",), "source": ("sourceRanges",)},
    "Entries": {"number": ("RuleNumber",), "priority": ("RuleNumber",), "protocol": ("Protocol",), "access": ("RuleAction",), "direction": ("Egress",), "source": ("CidrBlock",)},
}  # fmt: skip
_PARTS["defaultSecurityRules"] = _PARTS["securityRules"]
_SUBJECTS: Final = (
    ("AZURE_NETWORK_SECURITY_GROUP", "network security groups", re.compile(r"\b(?:azure )?(?:nsgs?|network security groups?|azure (?:security groups?|sgs?))\b(?: of azure\b)?(?P<ruled> (?:security )?rules?)?")),
    ("EC2_NETWORK_ACL", "network acls", re.compile(r"\b(?:aws |vpc )?(?:nacls?|network acls?|network access control lists?)\b(?P<ruled> (?:rules?|entr(?:y|ies)))?")),
    ("GOOGLE_COMPUTE_FIREWALL", "firewall rules", re.compile(r"\b(?:(?:gcp|google|google cloud|vpc|compute|compute engine) )*firewall(?:s| rules?)?\b(?: (?:in|of|on) (?:gcp|google cloud|google))?")),
    ("EC2_SECURITY_GROUP", "aws security groups", re.compile(r"\b(?:(?:aws|ec2|vpc) )*(?:security[ -]groups?|sgs?|sec(?:urity)? ?grps?)\b(?: (?:in|of|on) aws\b)?(?P<ruled>(?:'s)? rules?)?")),
)  # fmt: skip
# rules without a word for what they are of
_BARE: Final = re.compile(
    r"\b(?:inbound|outbound|ingress|egress)(?: \w+)? (?:rules?|ports?)\b|\bopen(?:ed)? ports\b"
)
_GROUPED: Final = re.compile(r"\b(?:per|by|for each|for every|of each|in each|each|every)\s+$")
# a number for each
_PER: Final = re.compile(r"\b(?:per|by)\s+$")
_FIRST: Final = re.compile(r"\b(?:rules?|entr(?:y|ies)|ports?)\b")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question names: the type, words for it, where they stand; whether its rules are named with it, whether it
    comes first, and whether something is asked of each of them."""

    types: tuple[str, ...]
    noun: str
    spans: tuple[tuple[int, int], ...]
    ruled: bool
    first: bool
    grouped: bool = False
    per: bool = False


def subjects(text: str, estate: Estate) -> Subject | None:
    """The one type of resource with rules that a question is about."""
    found = []
    rest = text
    for type_id, noun, pattern in _SUBJECTS:
        matches = list(pattern.finditer(rest))
        if not matches:
            continue
        for match in matches:
            rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
        found.append((type_id, noun, matches))
    if not found and (bare := _BARE.search(text)) is not None:
        azure, google = re.search(r"\bazure\b", text), re.search(r"\b(?:gcp|google)\b", text)
        type_id, noun, _ = _SUBJECTS[0 if azure else 2 if google else 3]
        return Subject((type_id,), noun, (), True, False) if type_id in estate.types and bare else None
    if len(found) != 1:
        return None
    type_id, noun, matches = found[0]
    if type_id not in estate.types:
        return None
    ruled = any("ruled" in m.groupdict() and m["ruled"] for m in matches)
    rule = _FIRST.search(rest)
    first = not ruled and (rule is None or matches[0].start() < rule.start())
    grouped = any(_GROUPED.search(text[: m.start()]) for m in matches)
    per = any(_PER.search(text[: m.start()]) for m in matches)
    return Subject((type_id,), noun, tuple(m.span() for m in matches), ruled, first, grouped, per)


def arrays(types: tuple[str, ...], text: str, estate: Estate) -> tuple[Array, ...]:
    """Where the rules that are meant stand: outbound ones and defaults only where they are named."""
    out = re.search(r"\b(?:outbound|egress|outgoing)\b", text) is not None
    default = re.search(r"\b(?:default|built-?in) (?:security )?rules?\b", text) is not None
    wanted = {"IpPermissionsEgress" if out else "IpPermissions", "allowed", "Entries", "defaultSecurityRules" if default else "securityRules"}  # fmt: skip
    return tuple(a for a in arrays_of(estate, types) if a.path[-1] in wanted)


def ref_of(name: str, some: tuple[Array, ...]) -> Ref | None:
    """A part of rules by its name, in all of these arrays."""
    places = tuple(
        where(array, one)
        for array in some
        for key in _PARTS.get(array.path[-1], {}).get(name, ())
        for one in (*array.fields, *array.around)
        if one.leaf == key
    )
    return Ref(name=name, places=places) if places else None
