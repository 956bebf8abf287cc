"""The local tenant's server: Cortex's public API over the store.

`create_app(database, TenantConfig(...))`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.tenant.server.app import create_app
    from tools.tenant.server.config import TenantConfig

__all__ = ["TenantConfig", "create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from tools.tenant.server.app import create_app

        return create_app
    if name == "TenantConfig":
        from tools.tenant.server.config import TenantConfig

        return TenantConfig
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
