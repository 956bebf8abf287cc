"""How the rows of two datasets are about the same thing, and the way from one to another over what lies between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Link:
    """`left` of `here` has the value of `right` of `there`; `@key` is a key of the entity's facts, `column[]` an array.

    `bridge` is a dataset of pairs between them: (dataset, its key for `here`, its key for `there`).
    """

    here: str
    there: str
    left: str
    right: str
    bridge: tuple[str, str, str] | None = None

    def back(self) -> Link:
        """The same link from the other side."""
        bridge = (self.bridge[0], self.bridge[2], self.bridge[1]) if self.bridge else None
        return Link(self.there, self.here, self.right, self.left, bridge)


# here there left right: what they mean stands beside
_TABLE: Final = """
issue asset xdm.issue.asset_ids xdm.asset.id                      an issue names the assets that it is on
finding asset xdm.finding.asset_id xdm.asset.id                   a finding is of one asset
vulnerability asset xdm.finding.asset_id xdm.asset.id             and so is a vulnerability
file asset asset_id xdm.asset.id                                  a file lies in a bucket or database
package asset related_asset_id xdm.asset.id                       software is installed on an asset
issue finding xdm.issue.external_id xdm.finding.id                an issue is raised for a finding
issue vulnerability xdm.issue.external_id xdm.finding.id          or for a vulnerability
asset endpoint xdm.asset.strong_id cloud_id                       an agent runs on a cloud machine
asset cmdb xdm.asset.strong_id object_id                          the CMDB names the cloud's own id
asset event xdm.asset.strong_id referenced_resource               an operation was done to a resource
asset flow xdm.host.ipv4_addresses[] dstaddr                        traffic went to an address of a machine
asset traffic xdm.host.ipv4_addresses[] dest_ip                     and so in the firewall's log
asset permission xdm.asset.name source_cloud_resource_name        an identity holds a permission
permission event source_cloud_resource_name identity_name         and by the same name it acts
endpoint host endpoint_name endpoint_name                         software of an endpoint
endpoint endpoint_cves endpoint_name endpoint_name                CVEs of an endpoint
host endpoint_cves endpoint_name endpoint_name                    CVEs of a host
endpoint_cves cve cves name                                       a CVE by its id
cve vulnerability name @xdm.vulnerability.cve_id                  a vulnerability is of a CVE
package vulnerability name @xdm.software_package.name             a vulnerability is in a package
"""


def _read() -> tuple[Link, ...]:
    found = []
    for line in _TABLE.strip().splitlines():
        here, there, left, right = line.split()[:4]
        found.append(Link(here, there, left, right))
    bridge = ("case_to_issue", "xdm.case.id", "xdm.issue.id")
    found.append(Link("case", "issue", "xdm.case.id", "xdm.issue.id", bridge))
    return tuple(found)


LINKS: Final = _read()
# what a way may lead over: there the two ends are about one thing
_BETWEEN: Final = frozenset({"asset", "issue", "endpoint", "endpoint_cves"})
_MOST: Final = 3


def _steps() -> Mapping[str, tuple[Link, ...]]:
    found: dict[str, list[Link]] = {}
    for link in LINKS:
        found.setdefault(link.here, []).append(link)
        found.setdefault(link.there, []).append(link.back())
    return {here: tuple(some) for here, some in found.items()}


STEPS: Final = _steps()


def way(here: str, there: str) -> tuple[Link, ...]:
    """The shortest way from one entity to another; nothing where none of at most three links leads there."""
    seen, ways = {here}, [tuple[Link, ...]()]
    for _ in range(_MOST):
        longer: list[tuple[Link, ...]] = []
        for walked in ways:
            for link in STEPS.get(walked[-1].there if walked else here, ()):
                if link.there == there:
                    return (*walked, link)
                if link.there in _BETWEEN and link.there not in seen:
                    seen.add(link.there)
                    longer.append((*walked, link))
        ways = longer
    return ()


def direct(here: str, there: str) -> Link | None:
    """The link between two entities, where nothing lies between them."""
    return next((link for link in STEPS.get(here, ()) if link.there == there), None)


def reachable(here: str, there: str) -> bool:
    """Whether a way leads from one entity to the other."""
    return here != there and bool(way(here, there))


__all__ = ["LINKS", "Link", "direct", "reachable", "way"]
