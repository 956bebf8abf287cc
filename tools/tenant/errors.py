"""What can go wrong in the local tenant's store; every message says what to do next."""

from __future__ import annotations


class TenantError(Exception):
    """Root of this capability's errors."""


class StoreError(TenantError):
    """The store cannot be opened or used."""


class StoreBusyError(StoreError):
    """Another process owns the store."""


class LoadError(TenantError):
    """A file of which nothing can be loaded."""


class NotStoredError(TenantError):
    """A write names an issue, case or data set that the store does not have."""


class BadValueError(TenantError):
    """A write carries a field or a value that the store does not take."""
