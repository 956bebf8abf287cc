"""Compliance: control catalogs, the table that maps checks to them, assessment, gap report and control
search.

Light to import. `catalog.load(framework)`, `mapping.requirements_for(provider, rule_id, framework)`,
`rollup.assess(framework, evidence, scope)`, `report.render_markdown(assessment)`,
`service.ComplianceService`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.compliance.assessment import Assessment, Scope, Status
    from tools.compliance.errors import (
        ComplianceError,
        UnknownAccount,
        UnknownFramework,
        UnknownProvider,
        UnknownRequirement,
    )
    from tools.compliance.index import ControlIndex
    from tools.compliance.model import Catalog, CatalogEntry, ControlHit, MappingRow, SearchResult
    from tools.compliance.report import headline, render_markdown
    from tools.compliance.rollup import assess
    from tools.compliance.service import ComplianceService, catalog_infos

_HOMES = {
    "Assessment": "assessment",
    "Catalog": "model",
    "CatalogEntry": "model",
    "ComplianceError": "errors",
    "ComplianceService": "service",
    "ControlHit": "model",
    "ControlIndex": "index",
    "MappingRow": "model",
    "Scope": "assessment",
    "SearchResult": "model",
    "Status": "assessment",
    "UnknownAccount": "errors",
    "UnknownFramework": "errors",
    "UnknownProvider": "errors",
    "UnknownRequirement": "errors",
    "assess": "rollup",
    "catalog_infos": "service",
    "headline": "report",
    "render_markdown": "report",
}

__all__ = [
    "Assessment",
    "Catalog",
    "CatalogEntry",
    "ComplianceError",
    "ComplianceService",
    "ControlHit",
    "ControlIndex",
    "MappingRow",
    "Scope",
    "SearchResult",
    "Status",
    "UnknownAccount",
    "UnknownFramework",
    "UnknownProvider",
    "UnknownRequirement",
    "assess",
    "catalog_infos",
    "headline",
    "render_markdown",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"tools.compliance.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
