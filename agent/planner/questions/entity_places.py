"""Where the attributes of assets, issues, findings and vulnerabilities stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Type = Literal["text", "number", "bool", "time", "array", "items"]


@dataclass(frozen=True, slots=True)
class Place:
    """A column, or a key of the entity's facts (its JSON with dotted keys).

    `items`: the column is an array of objects (or its text), and `item` the key inside each.
    """

    column: str = ""
    key: str = ""
    type: Type = "text"
    item: str = ""


def places(text: str) -> dict[str, Place]:
    """Lines of `attribute column-or-@key type`."""
    types: dict[str, Type] = {"t": "text", "n": "number", "b": "bool", "d": "time", "a": "array"}
    found: dict[str, Place] = {}
    for line in filter(None, text.splitlines()):
        name, where, kind = line.split()
        if kind == "i":
            column, item = where.split("/")
            found[name] = Place(column, type="items", item=item)
            continue
        found[name] = (
            Place(key=where[1:], type=types[kind]) if where[0] == "@" else Place(where, type=types[kind])
        )
    return found


_CLOUD: Final = """
provider @xdm.cloud.provider t
account @xdm.cloud.project_id t
account_name @xdm.cloud.project t
region @xdm.cloud.region t
service @xdm.finding.service t
"""


ASSET: Final = places("""
id xdm.asset.id t
strong_id xdm.asset.strong_id t
name xdm.asset.name t
provider xdm.asset.provider t
account xdm.asset.realm t
region xdm.asset.cloud.region t
class xdm.asset.type.class t
category xdm.asset.type.category t
type xdm.asset.type.name t
type_id xdm.asset.type.id t
first_seen xdm.asset.first_observed d
last_seen xdm.asset.last_observed d
os xdm.host.os_distribution t
state xdm.host.state t
ip xdm.host.ipv4_addresses t
namespace xdm.kubernetes.resource.namespace t
cluster_version xdm.kubernetes.cluster.version t
cluster @xdm.kubernetes.cluster.name t
group xdm.asset.group_ids a
""")


ISSUE: Final = places(
    """
id xdm.issue.id t
external_id xdm.issue.external_id t
name xdm.issue.name t
title xdm.issue.name t
description xdm.issue.description t
severity xdm.issue.severity t
status xdm.issue.status.progress t
issue_category xdm.issue.category t
domain xdm.issue.domain t
kind xdm.issue.type t
source xdm.issue.owner t
method xdm.issue.detection.method t
rule xdm.issue.detection.rule_id t
first_seen _insert_time d
last_seen xdm.issue.observation_time d
modified xdm.issue.last_modified d
resolved xdm.issue.resolution_time d
assignee xdm.issue.assigned_to t
excluded xdm.issue.is_excluded b
data_class @xdm.data.classification t
remediation xdm.issue.remediation t
asset_id xdm.issue.asset_ids a
resolution xdm.issue.status.resolution_reason t
starred xdm.issue.is_starred b
"""
    + _CLOUD
)


FINDING: Final = places(
    """
id xdm.finding.id t
name xdm.finding.name t
title xdm.finding.name t
description xdm.finding.description t
finding_category xdm.finding.category t
rule xdm.finding.type_id t
asset_id xdm.finding.asset_id t
asset_name xdm.finding.asset_name t
source xdm.finding.owner t
severity @xdm.finding.severity t
result @xdm.finding.status t
data_class @xdm.data.classification t
first_seen _insert_time d
last_seen _time d
"""
    + _CLOUD
)


VULNERABILITY: Final = FINDING | places("""
severity @xdm.vulnerability.severity t
cve @xdm.vulnerability.cve_id t
cvss @xdm.vulnerability.cvss_score n
fixable @xdm.vulnerability.has_a_fix b
fix_version @xdm.vulnerability.fix_versions a
exploited @xdm.vulnerability.cisa_kev b
package @xdm.software_package.name t
package_version @xdm.software_package.version t
""")
