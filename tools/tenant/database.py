"""The local tenant's store as its server and loaders use it."""

from __future__ import annotations

from tools.tenant.database_core import Database


class TenantDatabase(Database):
    """The store of one local tenant."""
