"""Google Cloud resources, as its APIs answer."""

from __future__ import annotations

from tools.tenant.estate.google_compute import FULL, NARROW, cluster, firewall, function, machine, network
from tools.tenant.estate.google_data import bucket, database, dataset, key, secret
from tools.tenant.estate.google_identity import (
    bind,
    default_account,
    pool_provider,
    project,
    service_account,
)

__all__ = [
    "FULL",
    "NARROW",
    "bind",
    "bucket",
    "cluster",
    "database",
    "dataset",
    "default_account",
    "firewall",
    "function",
    "key",
    "machine",
    "network",
    "pool_provider",
    "project",
    "secret",
    "service_account",
]
