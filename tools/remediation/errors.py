"""What can go wrong while a fix is drafted; each message says what to do next."""

from __future__ import annotations


class RemediationError(Exception):
    """Any failure of this capability."""


class NoFixAvailable(RemediationError):
    """There is no template for this finding, or its live configuration does not allow one."""


class AlreadyFixed(RemediationError):
    """The live configuration does not have the weakness (any more)."""


class ResourceGone(RemediationError):
    """The resource of the finding is not in the tenant any more."""


class ConfigurationMissing(RemediationError):
    """The live configuration lacks something that the fix cannot be written without."""


class SourceRefused(RemediationError):
    """The infrastructure-as-code folder cannot be read safely."""


class SourceNotEditable(RemediationError):
    """The block that made the resource was not found, is ambiguous, or is written in a form that is not
    edited."""


class HclSyntaxError(RemediationError):
    """Text that Terraform would refuse; carries the line and column (both from 1)."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.reason = message
        self.line = line
        self.column = column
