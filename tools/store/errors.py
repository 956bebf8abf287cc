"""What can go wrong with the database; each message says what to do next and never shows a password.

StoreError
├── UnsupportedDatabase   the URL names a database that we do not speak
├── DatabaseUnreachable   nothing answers, the file cannot be opened, or it is not a database
└── SchemaTooNew          a newer version of Posture Agent has migrated this database
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything that `tools.store` raises."""


class UnsupportedDatabase(StoreError):
    """The URL names a database that we do not speak."""


class DatabaseUnreachable(StoreError):
    """The database does not answer, or the file cannot be used."""


class SchemaTooNew(StoreError):
    """The database was migrated by a newer version than this one."""
