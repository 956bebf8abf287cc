"""Attack paths as a result: the gravest ones, or those through one asset or finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from tools.priority.errors import UnknownAssetError
from tools.priority.estate import Estate, name_of
from tools.priority.graph.model import AttackPath, Node, NodeKind, Parts, place_of
from tools.priority.graph.search import AttackGraph
from tools.priority.graph.view import blast_view, choke_view, path_text, path_view
from tools.priority.reading import shown
from tools.priority.service import PriorityService
from tools.results import ToolResult
from tools.tool import ToolArguments

End = Literal["data", "administration", "secrets"]
_ENDS: dict[End, frozenset[NodeKind]] = {
    "data": frozenset({NodeKind.DATA}),
    "administration": frozenset({NodeKind.CONTROL_PLANE, NodeKind.IDENTITY}),
    "secrets": frozenset({NodeKind.CREDENTIAL}),
}
_ONE_NAME = 3
_COLUMNS = ("path", "entry", "reaches", "chance", "risk", "certainty")


class PathArguments(ToolArguments):
    """Which paths. Leave everything out for the gravest paths of the estate."""

    resource: str | None = Field(
        default=None, description="Name or id of a resource on the path.", max_length=600
    )
    resources: tuple[str, ...] = Field(
        default=(), description="Names or ids: the gravest path through each of them.", max_length=200
    )
    reaches: End | None = Field(default=None, description="Only paths that end there.")
    finding_id: str | None = Field(
        default=None, description="A finding: paths through its resource.", max_length=600
    )
    proved_only: bool = Field(
        default=False, description="Leave out paths that a missing record makes only possible."
    )
    limit: int = Field(default=5, ge=1, le=50)


async def attack_paths(args: PathArguments, priority: PriorityService) -> ToolResult:
    """Paths by risk with choke points; with a resource or finding, its paths and what lies beyond it.

    Raises `UnknownFindingError` or `UnknownAssetError` with near names.
    """
    context = await priority.context()
    graph = ending(context.graph, args.reaches) if args.reaches else context.graph
    asset_id = ""
    if args.finding_id:
        finding, _ = await priority.explained(args.finding_id)
        asset_id = finding.resource.asset_id
    elif args.resource:
        asset_id = asset_named(context.estate, args.resource)
    several = [asset_named(context.estate, name) for name in args.resources] if not asset_id else []
    if asset_id:
        found = _through(graph, asset_id, proved_only=args.proved_only)
    elif several:
        found = _through_any(graph, several, proved_only=args.proved_only)
    else:
        found = graph.paths(1_000_000, known_only=args.proved_only)
    kept = found[: args.limit]
    asset = context.estate.assets.get(asset_id)
    name = shown(name_of(asset)) if asset is not None else ""
    return ToolResult(
        kind="path",
        summary=_summary(found, _through_what(name, len(several)), args.reaches or "a crown jewel"),
        total=len(found),
        returned=len(kept),
        truncated=len(kept) < len(found),
        as_of=context.as_of,
        columns=_COLUMNS,
        rows=tuple(_row(path) for path in kept),
        data={
            "paths": [path_view(path) for path in kept],
            "choke_points": []
            if asset_id or several
            else [choke_view(point) for point in graph.choke_points(8) if point.closes > 1],
            "blast": _blast(graph, [asset_id] if asset_id else several),
            "unread": list(graph.unread[:20]),
            **(_shares(found, several) if several else {}),
        },
        citations=tuple(dict.fromkeys(a for path in kept for a in path.asset_ids()))[:50],
    )


def _through(graph: AttackGraph, asset_id: str, *, proved_only: bool) -> list[AttackPath]:
    """The gravest path through an asset, then those to other jewels that pass it."""
    best = graph.path_of(asset_id, known_only=proved_only)
    if best is None:
        return []
    others = [p for p in graph.paths(2_000, known_only=proved_only) if asset_id in p.asset_ids()]
    return [best, *(p for p in others if p.edges != best.edges)]


def ending(graph: AttackGraph, end: End) -> AttackGraph:
    """The same positions and steps, where only what is of this kind is worth reaching."""

    def kept(node: Node) -> bool:
        return node.kind in _ENDS[end] or (end == "data" and " data" in node.worth)

    nodes = {node.key: node if kept(node) else node._replace(value=0.0, worth="") for node in graph.nodes}
    edges = {place_of(edge): edge for edge in graph.edges}
    return AttackGraph(Parts(nodes, edges, list(graph.unread)))


def _through_any(graph: AttackGraph, asset_ids: Sequence[str], *, proved_only: bool) -> list[AttackPath]:
    """The gravest path through each of several assets, once, by risk."""
    best = (graph.path_of(asset_id, known_only=proved_only) for asset_id in dict.fromkeys(asset_ids))
    paths = {path.edges: path for path in best if path is not None}
    return sorted(paths.values(), key=lambda path: -path.risk)


def _shares(found: Sequence[AttackPath], asset_ids: Sequence[str]) -> dict[str, Any]:
    """Those of the assets asked for that lie on one of the paths, and how many they are."""
    passed = {asset_id for path in found for asset_id in path.asset_ids()}
    proved = {asset_id for path in found if path.known for asset_id in path.asset_ids()}
    on = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id in passed]
    counts = {"on": len(on), "proved": sum(asset_id in proved for asset_id in on)}
    return {"asked": len(set(asset_ids)), "on_paths": on, "counts": counts}


def _blast(graph: AttackGraph, asset_ids: Sequence[str]) -> dict[str, Any] | None:
    """What lies beyond an asset; of a few that go by one name, beyond the one that leads on the furthest."""
    if not 0 < len(set(asset_ids)) <= _ONE_NAME:
        return None
    found = [graph.blast_radius(asset_id) for asset_id in dict.fromkeys(asset_ids)]
    return blast_view(max(found, key=lambda blast: blast.positions))


def _through_what(name: str, several: int) -> str:
    if several:
        return (
            f" through the {several:,} resources asked for"
            if several > 1
            else " through the resource asked for"
        )
    return f" through {name}" if name else ""


def asset_named(estate: Estate, wanted: str) -> str:
    """The asset of a name or id, in any account; the first by id where several have the name."""
    low = wanted.strip().lower()
    if wanted in estate.assets:
        return wanted
    found = sorted(
        a.asset_id
        for a in estate.assets.values()
        if low in {a.name.lower(), a.uid.lower(), name_of(a).lower()}
    )
    if found:
        return found[0]
    near = (
        [shown(name_of(a)) for a in estate.assets.values() if low in a.name.lower()][:3]
        if len(low) > 2
        else []
    )
    raise UnknownAssetError(shown(wanted), near)


def _summary(found: Sequence[AttackPath], through: str, end: str) -> str:
    if not found:
        return f"No attack path{through}: nothing here leads from the internet to {end}."
    proved = sum(path.known for path in found)
    count = "1 attack path" if len(found) == 1 else f"{len(found):,} attack paths"
    return f"{count}{through}, {proved:,} of them proved. Gravest: {path_text(found[0])}."


def _row(path: AttackPath) -> dict[str, object]:
    return {
        "path": path_text(path),
        "entry": shown(path.entry.label),
        "reaches": shown(path.jewel.label),
        "chance": round(path.chance, 3),
        "risk": round(path.risk, 3),
        "certainty": "proved" if path.known else "possible",
    }
