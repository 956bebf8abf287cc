"""Why a source gave nothing, in a sentence for people who did not write its query."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tools.cortex import CortexError, XqlFailed

_NOT_THERE = re.compile(
    r"\b(?:no|unknown|invalid|missing|undefined)\s+(?:such\s+)?(?:dataset|data set|column|field)\b"
    r"|\b(?:dataset|data set|column|field)\b[^.]{0,80}?\b"
    r"(?:not (?:found|exist|defined|available)|doesn't exist|is (?:unknown|invalid|missing))",
    re.IGNORECASE,
)

NAMES: Final = {
    "vulnerabilities": "vulnerability findings",
    "data": "findings about data",
    "files": "inventory of classified files",
    "alerts": "alerts",
    "excluded": "exclusions",
    "excepted": "accepted exceptions",
    "register": "ServiceNow CMDB",
    "firewall": "firewall logs",
    "flows": "AWS flow logs",
}
"""What each query of enrichment reads, in words."""

_DATASETS: Final = {
    "vulnerabilities": "findings",
    "data": "findings",
    "files": "dspm_asset_file_inventory",
    "alerts": "issues",
    "excluded": "issues",
    "excepted": "issues",
    "register": "servicenow_cmdb_raw",
    "firewall": "panw_ngfw_traffic_raw",
    "flows": "amazon_aws_raw",
}
_INSTEAD: Final = {"register": "`posture intel import cmdb.csv` takes one as a file."}


class NoAnswer(NamedTuple):
    """A query that gave no rows. `there` is False when the tenant does not hold what it reads."""

    name: str
    there: bool
    problem: str


def no_answer(name: str, error: CortexError) -> NoAnswer:
    """What an error of a query means."""
    detail = error.detail
    if isinstance(error, XqlFailed) and _NOT_THERE.search(detail):
        return NoAnswer(name, False, "")
    if isinstance(error, XqlFailed):
        # The user wrote no query, so its number and how to correct it say nothing.
        said = f" It said: {detail.rstrip('.')}." if detail else ""
        return NoAnswer(name, True, f"The tenant could not answer about {NAMES[name]}.{said}")
    return NoAnswer(name, True, str(error))


def in_words(answers: list[NoAnswer]) -> str:
    """One text for a source none of whose queries gave rows: what failed first, then what is not there."""
    failed = list(dict.fromkeys(one.problem for one in answers if one.there))
    absent = [one.name for one in answers if not one.there]
    if absent:
        listed = " and ".join(f"no {NAMES[name]} ({_DATASETS[name]})" for name in absent)
        failed.append(f"The tenant has {listed}.")
    return " ".join([*failed, *(_INSTEAD[name] for name in absent if name in _INSTEAD)])
