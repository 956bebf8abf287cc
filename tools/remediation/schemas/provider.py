"""The packed provider schemas, read when first asked for."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tools.remediation.schemas.reduce import FLAGS

PROVIDERS = ("aws", "azurerm", "google")


@dataclass(frozen=True)
class BodySchema:
    """What may stand in a block."""

    provider: ProviderSchema
    index: int

    def attribute(self, name: str) -> tuple[str, str] | None:
        """Type and flag (r, o, c) of an attribute."""
        code = self.provider.bodies[self.index][0].get(name)
        return None if code is None else (self.provider.types[code // 3], FLAGS[code % 3])

    def block(self, name: str) -> tuple[str, str, BodySchema] | None:
        """Nesting, flag (r, o, oc) and body of a nested block."""
        held = self.provider.bodies[self.index][1].get(name)
        return None if held is None else (held[0], held[1], BodySchema(self.provider, held[2]))

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(self.provider.bodies[self.index][0])

    @property
    def blocks(self) -> tuple[str, ...]:
        return tuple(self.provider.bodies[self.index][1])


@dataclass(frozen=True)
class ProviderSchema:
    """One provider: its version, and the bodies of its resource types."""

    name: str
    version: str
    types: list[str]
    bodies: list[Any]
    resources: dict[str, int]

    def resource(self, type_: str) -> BodySchema | None:
        index = self.resources.get(type_)
        return None if index is None else BodySchema(self, index)


@cache
def provider_schema(provider: str) -> ProviderSchema:
    """The schema shipped for `aws`, `azurerm` or `google`."""
    data = files(__package__).joinpath(f"{provider}.json.gz").read_bytes()
    held = json.loads(gzip.decompress(data))
    return ProviderSchema(provider, held["version"], held["types"], held["bodies"], held["resources"])


def schema_of(type_: str) -> ProviderSchema | None:
    """The provider that a resource type belongs to by its prefix, if it is one of ours."""
    prefix = type_.partition("_")[0]
    return provider_schema(prefix) if prefix in PROVIDERS else None
