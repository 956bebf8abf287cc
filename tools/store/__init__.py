"""The database: `Store` opens it and keeps its tables up to date; capabilities declare tables on `Base`.

A capability puts its tables into `tools/<capability>/tables.py` (the agent: any `tables.py` under `agent/`)
and creates them in a revision under `tools/store/migrations/versions`. A test holds the two equal on both
databases.
"""

from tools.store.base import Base, UtcDateTime
from tools.store.engine import DialectName, Store
from tools.store.errors import DatabaseUnreachable, SchemaTooNew, StoreError, UnsupportedDatabase

__all__ = [
    "Base",
    "DatabaseUnreachable",
    "DialectName",
    "SchemaTooNew",
    "Store",
    "StoreError",
    "UnsupportedDatabase",
    "UtcDateTime",
]
