"""AWS networks, as EC2's and ELB's Describe calls answer."""

from __future__ import annotations

from tools.tenant.estate.aws_links import balancer, peering
from tools.tenant.estate.aws_vpc import (
    ANYWHERE,
    Network,
    Subnet,
    acl,
    arn,
    entry,
    group,
    guarded,
    network,
    permission,
    routes,
)

__all__ = [
    "ANYWHERE",
    "Network",
    "Subnet",
    "acl",
    "arn",
    "balancer",
    "entry",
    "group",
    "guarded",
    "network",
    "peering",
    "permission",
    "routes",
]
