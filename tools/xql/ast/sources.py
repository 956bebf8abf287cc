"""Sources of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tools.xql.ast.expressions import Expr
from tools.xql.ast.nodes import Node


@dataclass(frozen=True, slots=True)
class Dataset(Node):
    """`dataset = a`, `dataset in (a, b)`, `cold_dataset = a`; with `datamodel`, in the data model's names.

    No names with `datamodel` means the whole data model.
    """

    names: tuple[str, ...]
    cold: bool = False
    datamodel: bool = False


@dataclass(frozen=True, slots=True)
class Preset(Node):
    name: str
    datamodel: bool = False


@dataclass(frozen=True, slots=True)
class Saved(Node):
    """`call "library query" p = v`, as source or stage."""

    name: str
    params: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Search(Node):
    """`search [dataset in (...)] "text"`, as source or stage."""

    text: str
    datasets: tuple[str, ...] = ()


Source: TypeAlias = Dataset | Preset | Saved | Search
