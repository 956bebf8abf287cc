"""What findings tell of credentials that lie somewhere: scanners read into what no configuration shows."""

from __future__ import annotations

from typing import Final, NamedTuple

from tools.findings.model import Finding

CONTENT: Final = "the content"
"""The place that a finding's text stands for, beside variables and settings."""


class Told(NamedTuple):
    """What a finding says of an asset."""

    asset_id: str
    text: str


def told_by(finding: Finding) -> Told | None:
    """The text of an open finding that tells of a credential; None for any other, so that few are kept."""
    text = finding.description if "AKIA" in finding.description else finding.title
    if "AKIA" not in text:
        if finding.category.upper() != "SECRETS" and "secret" not in finding.rule_id:
            return None
        text = finding.description
    asset_id = finding.resource.asset_id
    return Told(asset_id, text) if text and asset_id and finding.open else None
