"""The made-up estate, asked for through the server or in process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase
    from tools.tenant.estate import Size


def seed_estate(database: TenantDatabase, size: str, seed: int, who: str = "local") -> dict[str, Any]:
    """Fill the store; gives back what `info` says afterwards. Raises `StoreError` when it holds loaded data."""
    from tools.tenant import estate

    return estate.seed(database, cast("Size", size), seed, who=who)
