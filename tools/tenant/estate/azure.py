"""Azure resources, as Azure Resource Manager and Microsoft Graph answer."""

from __future__ import annotations

from tools.tenant.estate.azure_compute import Network, app, cluster, machine, network, nsg, rule
from tools.tenant.estate.azure_core import ZERO, subscription
from tools.tenant.estate.azure_data import sql, store, vault
from tools.tenant.estate.azure_identity import assignment, user

__all__ = [
    "ZERO",
    "Network",
    "app",
    "assignment",
    "cluster",
    "machine",
    "network",
    "nsg",
    "rule",
    "sql",
    "store",
    "subscription",
    "user",
    "vault",
]
