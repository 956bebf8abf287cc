"""Paths, choke points and blast radius as JSON values for a page or a command, and as one line."""

from __future__ import annotations

from typing import Any

from tools.priority.graph.model import AttackPath, BlastRadius, ChokePoint, Node, NodeKind
from tools.priority.reading import shown


def path_view(path: AttackPath) -> dict[str, Any]:
    """A path: `steps` pair each position with the step that leads to it.

    Chances and risk are 0 to 1; `known` is False where a missing record leaves a step only possible.
    """
    return {
        "entry": shown(path.entry.label),
        "jewel": shown(path.jewel.label),
        "worth": path.jewel.worth,
        "value": round(path.value, 3),
        "chance": round(path.chance, 4),
        "risk": round(path.risk, 4),
        "known": path.known,
        "text": path_text(path),
        "steps": [
            {
                **_position(node),
                "relation": edge.relation.value,
                "why": shown(edge.why, 300),
                "chance": round(edge.chance, 3),
                "known": edge.known,
                "because_of": list(edge.asset_ids),
            }
            for node, edge in zip(path.nodes[1:], path.edges, strict=True)
        ],
    }


def path_text(path: AttackPath) -> str:
    """`internet → web-1 → role app → s3 bucket (PII data)`; "possibly" before a path that no record settles."""
    names = " → ".join(shown(node.label) for node in path.nodes)
    says_itself = path.jewel.kind is NodeKind.CONTROL_PLANE
    worth = f" ({path.jewel.worth})" if path.jewel.worth and not says_itself else ""
    return f"{'' if path.known else 'possibly '}{names}{worth}"


def choke_view(point: ChokePoint) -> dict[str, Any]:
    """A place where closing closes paths."""
    return {
        "asset_id": point.asset_id,
        "label": shown(point.label),
        "closes": point.closes,
        "jewels": [shown(label) for label in point.jewels],
        "worth": round(point.worth, 3),
    }


def blast_view(blast: BlastRadius) -> dict[str, Any]:
    """What lies beyond an asset."""
    return {
        "positions": blast.positions,
        "jewels": [{**_position(node), "worth": node.worth} for node in blast.jewels],
        "chance": round(blast.chance, 4),
        "value": round(blast.value, 3),
    }


def _position(node: Node) -> dict[str, Any]:
    return {
        "key": node.key,
        "label": shown(node.label),
        "kind": node.kind.value,
        "asset_id": node.asset_id,
        "account": shown(node.account),
        "value": round(node.value, 3),
    }
