"""Drafts a fix for a finding of the tenant, after reading the live configuration again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.remediation.draft import draft_fix
from tools.remediation.errors import AlreadyFixed, ConfigurationMissing, ResourceGone
from tools.remediation.live import unwrapped
from tools.remediation.model import Fix


class Lookup(Protocol):
    """What is needed of the finding lookup."""

    async def get(self, finding_id: str | int) -> Finding: ...

    async def snapshot(self) -> FindingSet: ...

    def forget(self) -> None: ...


class RemediationService:
    """Fix drafts for the findings of one tenant. It reads; it changes nothing."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def draft(self, finding_id: str, iac_dir: str | Path | None = None) -> Fix:
        """A checked draft for a finding (by its id or issue id), from the configuration as it is now.

        Raises `ResourceGone`, `AlreadyFixed`, `NoFixAvailable`, `ConfigurationMissing`, `SourceRefused`, and
        what the lookup raises (`UnknownFindingError`, `CortexError`).
        """
        first = await self._lookup.get(finding_id)
        held = await self._lookup.snapshot()
        then = held.asset_of(first)
        if held.revision is None:
            # A tenant that numbers its revisions is read again by itself when something changed.
            self._lookup.forget()
        finding = await self._lookup.get(finding_id)
        known = await self._lookup.snapshot()
        if not finding.open:
            raise AlreadyFixed(
                f"Finding {finding.id[:200]} is not open ({finding.progress}, {finding.status.value}): there "
                "is "
                "nothing to fix."
            )
        asset = known.asset_of(finding)
        if asset is None:
            raise ResourceGone(
                f"The resource of {finding.id[:200]} ({finding.resource.name[:120] or 'unnamed'}) is not in "
                "the "
                "tenant any more: it may have been deleted. Load or sync the findings again."
            )
        if not asset.config and not _account_wide(finding):
            raise ConfigurationMissing(
                f"The tenant holds no raw configuration of {asset.name[:120] or asset.uid[:120]}: load the "
                "scanner's "
                "output with resource data, or let the platform collect it, then draft the fix."
            )
        fix = await asyncio.to_thread(
            draft_fix, finding, asset.config, iac_dir=iac_dir, related=related_configurations(known)
        )
        changed = differences(then.config if then else {}, asset.config)
        if not changed:
            return fix
        note = (
            f"The configuration changed since it was last read: {', '.join(changed[:8])}. The draft is "
            "for the new one."
        )
        return fix.model_copy(update={"notes": (note, *fix.notes)})


def _account_wide(finding: Finding) -> bool:
    """Findings about the account itself carry no configuration (such as: there is no trail)."""
    return finding.resource.name in ("", finding.account) or finding.resource.name.endswith("unknown")


def related_configurations(known: FindingSet) -> dict[str, Mapping[str, Any]]:
    """Configurations by ARN that other resources' fixes need: groups (of instances), trails (of accounts)."""
    return {asset.uid: asset.config for asset in known.assets.values() if _shared(asset)}


def _shared(asset: AssetRecord) -> bool:
    return bool(asset.config) and any(part in asset.uid for part in (":security-group/", ":trail/"))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The top-level keys of a configuration whose values differ."""
    if not old:
        return []
    left, right = unwrapped(old), unwrapped(new)
    return sorted(str(key) for key in {*left, *right} if left.get(key) != right.get(key))
