"""Reads the control catalogs that ship with the package (`catalogs/<framework>.json`).

To add a framework: one JSON file of the shape of `model.Catalog` (ids exact, all texts in our own words), one
table `mappings/<framework>.tsv` of `model.MappingRow` columns, then `python -m tools.compliance.baked`.
Beside it only the aliases here and the words that `ids` and `index` pass over know names of frameworks.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from tools.compliance.errors import BrokenCatalog, UnknownFramework
from tools.compliance.model import Catalog

_ALIASES = {
    "hipaasecurityrule": "hipaa",
    "csf": "nist_csf_2.0",
    "csf20": "nist_csf_2.0",
    "nistcsf": "nist_csf_2.0",
    "nistcsf20": "nist_csf_2.0",
    "80053": "nist_800_53_r5",
    "nist80053": "nist_800_53_r5",
    "nist80053r5": "nist_800_53_r5",
    "nist80053rev5": "nist_800_53_r5",
    "pci": "pci_dss_4.0.1",
    "pcidss": "pci_dss_4.0.1",
    "pcidss401": "pci_dss_4.0.1",
}


@cache
def names() -> tuple[str, ...]:
    """The frameworks that are here, in a fixed order."""
    folder = files("tools.compliance").joinpath("catalogs")
    return tuple(
        sorted(item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json"))
    )


def resolve(name: str) -> str:
    """The framework that a loose spelling means; `UnknownFramework` if none here does."""
    folded = "".join(letter for letter in name.casefold() if letter.isalnum())
    for known in names():
        if folded == "".join(letter for letter in known if letter.isalnum()):
            return known
    if (alias := _ALIASES.get(folded)) in names() and alias is not None:
        return alias
    raise UnknownFramework(name, names())


def load(name: str) -> Catalog:
    """The catalog of a framework (read once). Raises `UnknownFramework` or `BrokenCatalog`."""
    return _load(resolve(name))


@cache
def _load(framework: str) -> Catalog:
    source = files("tools.compliance").joinpath("catalogs", f"{framework}.json")
    try:
        catalog = Catalog.model_validate_json(source.read_bytes())
    except ValidationError as error:
        raise BrokenCatalog(framework, str(error.errors()[0]["msg"])) from error
    if catalog.framework != framework:
        raise BrokenCatalog(framework, f"its file says it is {catalog.framework!r}")
    return catalog
