"""Root causes: findings that one fix closes, or one cause explains, share a key."""

from __future__ import annotations

from tools.findings.model import Finding
from tools.priority.context import Context
from tools.priority.weakness import weakness_of

_OWN_RULE = {"", "public_address"}


def group_key(finding: Finding, context: Context | None = None) -> str:
    """The root cause of a finding as a key that is stable between snapshots.

    With a context, an open port on a machine or database is grouped under the security group that opens it.
    Account-wide themes (password policy, alarms, detectors) are one cause per account over all its regions.
    """
    weakness = weakness_of(finding)
    theme, account = weakness.theme, finding.account or "-"
    if theme.startswith("account:"):
        return f"{finding.provider.lower() or '-'}/{account}/{theme.removeprefix('account:')}"
    resource = finding.resource.uid or finding.resource.asset_id or finding.resource.name or finding.id
    if theme == "ingress" and context is not None:
        asset = context.estate.assets.get(finding.resource.asset_id)
        if asset is not None:
            owners = sorted({o.owner for o in context.facts_of(asset).exposure.openings})
            if context.estate.kind(asset) == "ec2.sg":
                owners = [context.estate.view(asset).text("id", "GroupId") or asset.name]
            if owners:
                return f"ingress/{account}/{'+'.join(owners)}"
    return f"{theme if theme not in _OWN_RULE else finding.rule_id or finding.kind}/{account}/{resource}"
