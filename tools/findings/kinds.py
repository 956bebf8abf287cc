"""Finding kinds: one vocabulary over the rule ids of Prowler, AWS Security Hub and Cortex.

A kind is `provider.service.weakness` (`aws.s3.public_access`): rules that find the same weakness share it, so
that priority, remediation and the chat speak of the weakness and not of a scanner. The table `kinds.tsv`
decides; a rule that it lacks is `unclassified`, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tools.findings.model import UNCLASSIFIED

_HUB_PREFIX = re.compile(r"^(?:.*/)?(?:security-control|rule|v/[\d.]+)/(?=[A-Z])", re.IGNORECASE)


@dataclass(frozen=True)
class KindTable:
    """Kinds by "provider/rule id" in lower case, and each kind's title."""

    by_rule: Mapping[str, str]
    titles: Mapping[str, str]


@cache
def kind_table() -> KindTable:
    """The table that ships with the package, read on first use."""
    by_rule: dict[str, str] = {}
    titles: dict[str, str] = {}
    folder = files(__package__)
    for line in folder.joinpath("kinds.tsv").read_text("utf-8").splitlines()[1:]:
        provider, rule_id, kind = line.split("\t")
        by_rule[f"{provider}/{rule_id.lower()}"] = kind
    for line in folder.joinpath("kind_titles.tsv").read_text("utf-8").splitlines()[1:]:
        kind, title = line.split("\t")
        titles[kind] = title
    return KindTable(by_rule, titles)


def kind_for(provider: str, rule_id: str) -> str:
    """The kind of a rule, or `unclassified`. Rule ids are matched without regard to case.

    >>> kind_for("aws", "s3_bucket_public_access")
    'aws.s3.public_access'
    """
    if not rule_id:
        return UNCLASSIFIED
    table = kind_table().by_rule
    key = rule_id.strip().lower()
    name = provider.strip().lower()
    bare = _HUB_PREFIX.sub("", rule_id.strip()).lower()
    # A cluster that a cloud runs comes with that cloud's name, and its checks are those of any cluster.
    for place in (name or "aws", "kubernetes"):
        for candidate in (key, key.removeprefix("prowler-"), bare):
            if found := table.get(f"{place}/{candidate}"):
                return found
    return UNCLASSIFIED


def kind_title(kind: str) -> str:
    """A kind in plain words, such as "S3 bucket open to the public"."""
    known = kind_table().titles.get(kind)
    if known:
        return known
    if kind == UNCLASSIFIED:
        return "Unclassified"
    parts = kind.split(".")
    return " ".join([*(part.upper() for part in parts[1:2]), parts[-1].replace("_", " ")]).strip()


def is_kind(word: str) -> bool:
    """Whether a word is a kind of the table."""
    return word in kind_table().titles


def all_kinds() -> tuple[str, ...]:
    """Every kind of the table, sorted."""
    return tuple(sorted(set(kind_table().by_rule.values())))
