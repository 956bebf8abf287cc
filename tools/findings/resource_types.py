"""The table of resource types (`resource_types.tsv`), read once, on first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class AssetType:
    """A type of the inventory: constant id, provider's wording, class and category."""

    id: str
    name: str
    asset_class: str
    category: str


@dataclass(frozen=True)
class TypeTable:
    """Types by id, and the ids by how each provider (or a scanner) names the type.

    `arn` keys are "service/type" ("sns/*" where the service has one type), `azure` keys are resource provider
    types in lower case, `google` keys are collection names in a resource path, `scanner` keys are words that
    scanners use, in lower case.
    """

    types: Mapping[str, AssetType]
    arn: Mapping[str, str]
    azure: Mapping[str, str]
    google: Mapping[str, str]
    scanner: Mapping[str, str]


@cache
def type_table() -> TypeTable:
    """The table that ships with the package."""
    lines = files(__package__).joinpath("resource_types.tsv").read_text("utf-8").splitlines()[1:]
    types: dict[str, AssetType] = {}
    names: tuple[dict[str, str], ...] = ({}, {}, {}, {})
    for line in lines:
        type_id, name, asset_class, category, *keys = line.split("\t")
        types[type_id] = AssetType(type_id, name, asset_class, category)
        for index, column in zip(names, keys, strict=True):
            index.update(dict.fromkeys(filter(None, column.split(",")), type_id))
    return TypeTable(types, *names)
