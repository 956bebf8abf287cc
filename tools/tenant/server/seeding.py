"""The made-up estate, asked for through the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.tenant.errors import StoreError

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase


def seed_estate(database: TenantDatabase, size: str, seed: int) -> dict[str, Any]:
    """Fill the store; gives back what `info` says afterwards."""
    raise StoreError("The made-up estate is not built in yet. Load a scanner's file instead.")
