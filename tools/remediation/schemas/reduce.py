"""Packs a reduced provider schema for shipping: equal bodies are stored once, types and flags as one number.

Input (gzipped JSON): `resources.<type>` = {a: {name: [type, flag]}, b: {name: [nesting, flag, body]}}.
Output (gzipped JSON): {provider, version, types, bodies, resources}; an attribute is `3 * type index + flag
index` (flags r, o, c), a block is [nesting, flag, body index], a resource is a body index.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FLAGS = "roc"


def reduce_schema(source: Path, target: Path) -> int:
    """Writes the packed schema; returns its size in bytes."""
    with gzip.open(source, "rt", encoding="utf-8") as stream:
        full = json.load(stream)
    types: dict[str, int] = {}
    bodies: dict[str, int] = {}
    packed: list[Any] = []

    def pack(body: dict[str, Any]) -> int:
        attributes = {
            name: 3 * types.setdefault(entry[0], len(types)) + FLAGS.index(entry[1])
            for name, entry in sorted(body.get("a", {}).items())
        }
        blocks = {
            name: [nesting, flag, pack(inner)]
            for name, (nesting, flag, inner) in sorted(body.get("b", {}).items())
        }
        item = [attributes, blocks]
        key = json.dumps(item, sort_keys=True)
        if key not in bodies:
            bodies[key] = len(packed)
            packed.append(item)
        return bodies[key]

    resources = {name: pack(body) for name, body in sorted(full["resources"].items())}
    out = {
        "provider": full["provider"]["name"],
        "version": full["provider"]["version"],
        "types": list(types),
        "bodies": packed,
        "resources": resources,
    }
    data = json.dumps(out, separators=(",", ":")).encode()
    target.write_bytes(gzip.compress(data, 9, mtime=0))
    return target.stat().st_size
