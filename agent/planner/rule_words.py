"""The rules that a tenant reports, and how the words of a question find one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Rule:
    """A rule that the tenant reports: its id, kind, title, service, the nouns and asset types of resources it looks at,
    and whether it fails on any now, or passed on any.
    """

    id: str
    kind: str
    title: str
    service: str
    nouns: frozenset[str] = frozenset()
    failing: bool = True
    passing: bool = False
    types: frozenset[str] = frozenset()

    @cached_property
    def key(self) -> str:
        return f"{self.id.lower()} {self.kind.lower()}"

    @cached_property
    def tokens(self) -> frozenset[str]:
        words = re.findall(r"[a-z0-9]+", f"{self.id} {self.kind}".lower())
        return frozenset(stem(w) for w in words) | frozenset(words)


def for_nouns(found: list[Rule], nouns: Sequence[str]) -> list[Rule]:
    """The rules that look at one of the nouns, or at resources of an unknown kind."""
    if not nouns:
        return found
    return [r for r in found if not r.nouns or r.nouns & set(nouns)]


_SYNONYMS: dict[str, tuple[str, ...]] = {
    "encrypt": ("kms", "cmk", "encrypted"),
    "https": ("tls", "ssl", "transport"),
    "tls": ("https", "ssl", "transport"),
    "log": ("logging", "logs", "trail"),
    "lock": ("locking",),
    "replicat": ("replication", "cross"),
    "runtime": ("runtimes",),
    "scan": ("scanning",),
    "waf": ("firewall",),
    "dlq": ("dead", "letter"),
    "monitor": ("monitoring",),
    "lifecycl": ("lifecycle",),
    "acl": ("acls",),
    "tag": ("tags",),
    "key": ("keys",),
    "immut": ("immutability",),
    "privileg": ("privileged",),
    "waf_acl": ("waf",),
}
_ENDINGS = (
    "ization",
    "isation",
    "ations",
    "ation",
    "ions",
    "ion",
    "ings",
    "ing",
    "ated",
    "ies",
    "ed",
    "es",
    "s",
    "e",
    "y",
)


def stem(word: str) -> str:
    """A rough English stem: enough to make `encryption`, `encrypted` and `encrypts` meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def find_rules(
    words: Sequence[str], rules: Sequence[Rule], nouns: Sequence[str] = ()
) -> tuple[list[Rule], list[str]]:
    """The rules whose own words cover the most of the given ones, and the words that none covers.

    Only rules that cover every word which any rule covers are taken: two rules that share one common word
    are not an answer to a question that names three.
    """
    wanted = [
        (w, {w, stem(w), *_SYNONYMS.get(stem(w), ()), *(stem(s) for s in _SYNONYMS.get(stem(w), ()))})
        for w in words
    ]
    pool = for_nouns(list(rules), nouns)
    covered = {w for w, forms in wanted if any(forms & r.tokens for r in pool)}
    unknown = [w for w in words if w not in covered]
    if not covered:
        return [], unknown
    scored = [(sum(bool(forms & r.tokens) for w, forms in wanted if w in covered), r) for r in pool]
    best = max((score for score, _ in scored), default=0)
    if best < len(covered) and best < 2:
        return [], list(words)
    return [r for score, r in scored if score == best], unknown
