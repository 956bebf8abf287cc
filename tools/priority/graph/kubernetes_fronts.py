"""By what a service or ingress shows itself to the internet: its annotations, ranges and address, its balancer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.reading import View, shown

_INTERNAL = (
    ("service.beta.kubernetes.io/aws-load-balancer-internal", ("true", "0.0.0.0/0")),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", ("internal",)),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", ("true",)),
    ("networking.gke.io/load-balancer-type", ("internal",)),
    ("cloud.google.com/load-balancer-type", ("internal",)),
    ("alb.ingress.kubernetes.io/scheme", ("internal",)),
    ("kubernetes.io/ingress.class", ("gce-internal",)),
    ("appgw.ingress.kubernetes.io/use-private-ip", ("true",)),
)
_RANGES = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.beta.kubernetes.io/azure-allowed-ip-ranges",
)


class Front(NamedTuple):
    """A face that a cluster shows to the internet: by what, and whether a login stands before it."""

    why: str
    known: bool
    login: bool = False
    behind: tuple[AssetRecord, ...] = ()


def by_address(estate: Estate) -> dict[str, AssetRecord]:
    """Load balancers by the name or address that they answer at."""
    found: dict[str, AssetRecord] = {}
    for balancer in estate.of_kind("elb", "gcp.forwarding", "azure.ip"):
        view = estate.view(balancer)
        if address := view.text("DNSName", "IPAddress", "ipAddress"):
            found[address.lower()] = balancer
    return found


def internal(notes: dict[str, str]) -> bool:
    """Whether annotations keep a balancer inside the network."""
    return any(notes.get(name, "").lower() in values for name, values in _INTERNAL)


def listed_ranges(notes: dict[str, str]) -> Iterator[str]:
    """The address ranges that annotations limit it to."""
    for name in _RANGES:
        yield from (part.strip() for part in notes.get(name, "").split(",") if part.strip())


def addressed(view: View, what: str) -> Front | None:
    """By the address in its status: a private one is none; without one it may be on its way."""
    given = list(view.at("status").at("loadBalancer").each("ingress"))
    addresses = [g.text("ip") for g in given if g.text("ip")]
    if addresses and not any(public_address(a) for a in addresses):
        return None
    hosts = [g.text("hostname") for g in given if g.text("hostname")]
    if any(h.startswith("internal-") for h in hosts):
        return None
    shown_as = (addresses or hosts or [""])[0]
    if not shown_as:
        return Front(f"{what} that any address may use; its address was not recorded", False)
    return Front(f"{what} on {shown(shown_as, 80)} that any address may use", True)


def public_address(text: str) -> bool:
    """Whether an address is one of the internet."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # Ranges for documentation and benchmarks are "private" to the library, but stand for public ones here.
    inner = (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
    )
    if address.version == 6:
        return not address.is_private
    return not any(address in ipaddress.ip_network(one) for one in inner)
