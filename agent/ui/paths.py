"""From attack paths to a picture: positions in layers from the internet to the crown jewels, steps between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.ui.text import plain_value
from tools.results import ToolResult

MOST_PATHS = 6
MOST_POSITIONS = 28
_INTERNET = {"key": "internet", "label": "internet", "kind": "internet", "account": "", "value": 0}


def path_props(result: ToolResult) -> dict[str, Any] | None:
    """What `PathView` draws; None without a path.

    `nodes` carry `layer` (0 is the internet) and `row` inside it; `edges` join them by index; `paths` are the same in
    words; `chokes` say what closes how many.
    """
    paths = [p for p in _maps(result.data.get("paths")) if _maps(p.get("steps"))][:MOST_PATHS]
    if not paths:
        return None
    nodes: dict[str, dict[str, Any]] = {"internet": {**_INTERNET, "layer": 0}}
    edges: dict[tuple[str, str], dict[str, Any]] = {}
    drawn: list[Mapping[str, Any]] = []
    for path in paths:
        steps = _maps(path.get("steps"))
        new = {str(s.get("key")) for s in steps} - nodes.keys()
        if drawn and len(nodes) + len(new) > MOST_POSITIONS:
            break
        drawn.append(path)
        _merge(steps, nodes, edges)
    _rows(nodes, edges)
    place = {key: number for number, key in enumerate(nodes)}
    return {
        "title": _title(result, drawn),
        "nodes": [plain_value({k: v for k, v in node.items() if k != "key"}) for node in nodes.values()],
        "edges": [{**plain_value(e), "from": place[a], "to": place[b]} for (a, b), e in edges.items()],
        "paths": [plain_value(_told(path)) for path in drawn],
        "chokes": [plain_value(dict(c)) for c in _maps(result.data.get("choke_points"))[:5]],
        "more": max(0, result.total - len(drawn)),
        "asOf": result.as_of.isoformat(),
    }


def _merge(
    steps: Sequence[Mapping[str, Any]],
    nodes: dict[str, dict[str, Any]],
    edges: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Lay one path over the picture: a position stands right of everything that leads to it."""
    before = "internet"
    for step in steps:
        key = str(step.get("key"))
        node = nodes.setdefault(
            key, {k: step.get(k) for k in ("key", "label", "kind", "account", "value")} | {"layer": 0}
        )
        edge = {"relation": step.get("relation"), "known": step.get("known") is not False}
        if (key, before) not in edges:  # two paths that pass one another would make a circle
            edges.setdefault((before, key), edge)
            if nodes[before]["layer"] >= node["layer"]:
                _push(key, nodes[before]["layer"] + 1, nodes, edges)
        before = key


def _push(
    key: str, layer: int, nodes: dict[str, dict[str, Any]], edges: Mapping[tuple[str, str], Any]
) -> None:
    """Move a position to the right, and what follows it; a circle stops where it began."""
    waiting, moved = [(key, layer)], 0
    while waiting and moved < 4 * MOST_POSITIONS:
        at, to = waiting.pop()
        if nodes[at]["layer"] >= to:
            continue
        nodes[at]["layer"] = to
        moved += 1
        waiting += [(b, to + 1) for a, b in edges if a == at]


def _rows(nodes: dict[str, dict[str, Any]], edges: Mapping[tuple[str, str], Any]) -> None:
    """Places inside the layers, near those that lead there, so that few lines cross."""
    layers: dict[int, list[str]] = {}
    for key, node in nodes.items():
        layers.setdefault(node["layer"], []).append(key)
    row: dict[str, float] = {}
    for layer in sorted(layers):
        keys = layers[layer]

        def wish(key: str) -> float:
            before = [row[a] for a, b in edges if b == key and a in row]
            return sum(before) / len(before) if before else 0.0

        for number, key in enumerate(sorted(keys, key=lambda k: (wish(k), keys.index(k)))):
            row[key] = number - (len(keys) - 1) / 2
            nodes[key]["row"] = row[key]


def _told(path: Mapping[str, Any]) -> dict[str, Any]:
    steps = [
        {k: step.get(k) for k in ("label", "kind", "relation", "why", "chance", "known")}
        for step in _maps(path.get("steps"))
    ]
    return {
        **{k: path.get(k) for k in ("entry", "jewel", "worth", "chance", "risk", "known")},
        "steps": steps,
    }


def _title(result: ToolResult, drawn: Sequence[Any]) -> str:
    count = len(drawn)
    if result.total > count:
        return f"The {count} gravest of {result.total:,} attack paths"
    return "Attack path" if count == 1 else f"{count} attack paths"


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
