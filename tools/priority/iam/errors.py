"""What can go wrong when somebody asks the engine; what is wrong in the estate is data, never an exception.

IamError
└── UnknownPrincipalError    the identity that was asked about is not in the estate
"""

from __future__ import annotations


class IamError(Exception):
    """Base of this package's errors. The message says what to do next."""


class UnknownPrincipalError(IamError):
    """Nobody added this identity."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No identity {name!r} was added. Add its record first, or ask with its exact id.")
