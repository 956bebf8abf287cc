"""Machines and images from the inside: operating systems, and the vulnerabilities that scans find in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.findings.model import Severity
from tools.tenant.estate import other_findings
from tools.tenant.estate.cell import Cell, Hit, Resource, Rule
from tools.tenant.estate.cves import Vulnerability, by_id, calm, of_family


@dataclass(frozen=True)
class System:
    """An operating system as scanners name it."""

    name: str
    family: str

    @property
    def windows(self) -> bool:
        """Whether it is a Windows."""
        return self.family == "windows"


SYSTEMS = (
    System("Ubuntu 22.04 LTS", "linux"),
    System("Ubuntu 20.04 LTS", "linux"),
    System("Amazon Linux 2", "linux"),
    System("Debian GNU/Linux 11", "linux"),
    System("Red Hat Enterprise Linux 8.9", "linux"),
)
WINDOWS = (System("Windows Server 2019", "windows"), System("Windows Server 2016", "windows"))
OLD_WINDOWS = System("Windows Server 2008 R2", "windows")
_DEPTHS = ((3, 13), (5, 20), (14, 36))
_LANGUAGES = ("java", "node", "python", "go")


def system(cell: Cell, windows: float = 0.12) -> System:
    """An operating system of the fleet."""
    return cell.pick(WINDOWS) if cell.chance(windows) else cell.pick(SYSTEMS)


def note(
    cell: Cell, host: Resource, found: System, private: str, shown: str, ports: Sequence[int] = ()
) -> None:
    """Remember a machine for what happens on it: its system, addresses, and ports that are open to everybody."""
    cell.used.setdefault("ports", {})[host.id] = tuple(ports)
    cell.used.setdefault("hosts", []).append((host, found, private, shown))
    cell.used.setdefault("systems", {})[host.id] = found


def columns(found: System, state: str, *addresses: str) -> dict[str, Any]:
    """The host columns of the inventory."""
    return {
        "xdm.host.os_distribution": found.name,
        "xdm.host.state": state,
        "xdm.host.ipv4_addresses": [one for one in addresses if one],
    }


def scanned(cell: Cell, host: Resource, found: System, *, reached: bool = False) -> None:
    """What a scan finds on a machine. `reached`: from the internet; then nothing that works from there."""
    kinds = ["windows" if found.windows else "linux", cell.pick(_LANGUAGES)]
    if not reached and cell.chance(0.3):
        # Inside, old services with well-known holes stand about; nothing from outside gets to them.
        kinds.append("desktop" if found.windows else "service")
    pool = calm(*kinds) if reached else of_family(*kinds)
    for one in cell.random.sample(pool, min(len(pool), cell.number(*_DEPTHS[cell.depth]))):
        # The worst is patched first.
        if one.severity != "CRITICAL" or cell.chance(0.45):
            vulnerability(cell, host, one)
    if not reached and cell.chance(0.06):
        other_findings.lying(cell, host)


def vulnerability(cell: Cell, resource: Resource, one: Vulnerability | str) -> Hit:
    """A vulnerability on a machine, image or application."""
    found = by_id()[one] if isinstance(one, str) else one
    facts = {
        "xdm.vulnerability.cve_id": found.id,
        "xdm.vulnerability.severity": found.severity,
        "xdm.vulnerability.cvss_score": found.score,
        "xdm.vulnerability.cvss_vector": f"CVSS:3.1/{found.vector}",
        "xdm.vulnerability.has_a_fix": bool(found.fixed),
        "xdm.vulnerability.fix_versions": [found.fixed] if found.fixed else [],
        "xdm.vulnerability.cisa_kev": found.exploited,
        "xdm.software_package.name": found.package,
        "xdm.software_package.version": found.installed,
    }
    return cell.hit(resource, _rule(found.id), facts, f"{found.summary} ({found.package} {found.installed}).")


@cache
def _rule(cve: str) -> Rule:
    found = by_id()[cve]
    fix = f"Update {found.package} to {found.fixed} or later." if found.fixed else f"Replace {found.package}."
    return Rule(
        cve,
        Severity(found.severity),
        f"{cve} in {found.package}",
        fix,
        category="VULNERABILITY",
        method="Vulnerability Policy",
        owner="CWP",
        impact=found.summary + ".",
        service="vulnerability",
    )
