"""What a weakness is on one asset, where the asset's own exposure says more than the rule that found it."""

from __future__ import annotations

from typing import Final

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.facts import Fact
from tools.priority.weakness import Weakness

_COPIES: Final = frozenset({"ec2.snapshot", "rds.snapshot", "ec2.image"})
_SHARED, _OPEN = 0.9, 0.85
"""Grades of exposure from which a thing is shared with everybody, and from which anyone uses it."""
_ANOTHER_ACCOUNT, _NO_BLOCK = "another account can use it", "nothing stops a public grant"
"""Words of the table of weaknesses."""


def on_this_asset(weakness: Weakness, asset: AssetRecord | None, exposure: Fact, estate: Estate) -> Weakness:
    """What a weakness is on this very asset, where its own exposure says more than the rule does."""
    if asset is None or exposure.state != "known" or exposure.grade < _OPEN:
        return weakness
    kind = estate.kind(asset)
    if weakness.theme == "encryption" and kind in _COPIES and exposure.grade >= _SHARED:
        # No encrypted copy can be shared with everybody, so that one which is so shared lacks a safeguard.
        words = "what it stores is not encrypted, which alone lets it be shared with everybody"
        return Weakness("guardrail", 0.9, weakness.theme, words, weakness.basis)
    if weakness.words == _ANOTHER_ACCOUNT and kind == "iam.role":
        # Trust in another account is trust in everybody where it names none, and no other rule says so.
        return Weakness("takeover", 0.95, "trust", "strangers may assume the role", weakness.basis)
    if weakness.words == _NO_BLOCK and kind.startswith("azure.storage"):
        # The switch of the account is what lets its containers be public; there is no other rule about them.
        return Weakness("data_exposure", 0.95, "public", "anyone can read what is stored", weakness.basis)
    return weakness
