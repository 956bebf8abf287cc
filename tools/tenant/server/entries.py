"""entries/get, entries/insert: the War Room. Source: Cortex platform OpenAPI.

A real tenant carries out a text that begins with `!`. This one never runs anything: such a text is kept as
an entry of the category `command`, marked as refused, so that a test can prove that nobody sent one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from tools.cortex.text import first_visible
from tools.tenant.server import rows
from tools.tenant.server.answers import ApiError, JsonAnswer, bad
from tools.tenant.server.context import Context
from tools.tenant.server.requests import only, request_data, text, whole

if TYPE_CHECKING:
    from tools.tenant.database import Entry

_LONGEST = 200_000
_FIXED = {
    "version": 1, "cacheVersn": 0, "sizeInBytes": 0, "type": 1, "note": False, "pinned": False,
    "brand": "none", "mirrored": False, "scheduled": False,
}  # fmt: skip
REFUSED_TAG = "refused-command"
_CATEGORIES = {
    "tags": (), "chats": ("chat", "chats"), "notes": ("note", ), "attachments": ("attachment", ),
    "incidentInfo": (), "commandAndResults": ("command", ), "playbookTaskResult": (),
    "playbookTaskStartAndDone": (), "playbookErrors": (),
}  # fmt: skip


async def get(context: Context, request: Request) -> Response:
    """POST entries/get."""
    data = request_data(await context.body(request), bare=True)
    only(data, ("id", "filter"))
    target = await context.run(lambda: _target(context, data.get("id")))
    wanted = data.get("filter") or {}
    if not isinstance(wanted, dict):
        raise bad("must be an object", "filter")
    only(wanted, ("firstID", "lastID", "pagesize", "fromTime", "categories", "tags"))
    size = whole(wanted.get("pagesize", 0), "pagesize")
    sql, parameters = _condition(target, wanted)

    def read() -> Response:
        found = context.database.rows(f"SELECT * FROM local.entries WHERE {sql} ORDER BY id", parameters)
        shown = [_shown(row) for row in found]
        first, last = wanted.get("firstID"), wanted.get("lastID")
        ids = [row["id"] for row in shown]
        if first in ids:
            shown = shown[ids.index(first) :]
        if last in ids:
            shown = [row for row in shown if ids.index(row["id"]) <= ids.index(last)]
        page = shown if size <= 0 else shown[:size]
        return JsonAnswer({"total": len(shown), "data": page})

    return await context.run(read)


async def insert(context: Context, request: Request) -> Response:
    """POST entries/insert: keeps the text exactly as it came; runs nothing."""
    data = request_data(await context.body(request), bare=True)
    only(data, ("id", "Id", "data"))
    words = text(data.get("data"), "data")
    if len(words) > _LONGEST:
        raise bad(f"is longer than {_LONGEST} characters", "data")
    command = first_visible(words) in ("!", "/")

    def write() -> Entry:
        return context.database.add_entry(
            _target(context, data.get("id", data.get("Id"))),
            words,
            context.config.user,
            category="command" if command else "chat",
            tags=(REFUSED_TAG,) if command else (),
        )

    entry = await context.run(write)
    shown = _shown(vars(entry))
    return JsonAnswer(shown | _FIXED | {"contentsSize": len(entry.contents)})


def _target(context: Context, item: Any) -> str:
    """The War Room that an id names: an issue's number (or text id), or `CASE-<n>`; it must exist."""
    if isinstance(item, int) and not isinstance(item, bool):
        item = str(item)
    name = text(item, "id")
    case = re.fullmatch(r"CASE-(\d{1,20})", name)
    table, column, value = ("cases", "xdm.case.id", case[1]) if case else ("issues", "xdm.issue.id", name)
    sql = f'SELECT count(*) AS n FROM {table} WHERE CAST("{column}" AS VARCHAR) = ?'
    if not context.database.rows(sql, [value])[0]["n"]:
        raise ApiError(400, f"There is no War Room of {name[:100]}")
    return name


def _condition(target: str, wanted: Mapping[str, Any]) -> tuple[str, list[Any]]:
    parts, parameters = ["target = ?"], [target]
    if wanted.get("fromTime") is not None:
        try:
            start = datetime.fromisoformat(text(wanted["fromTime"], "fromTime").replace("Z", "+00:00"))
        except ValueError:
            raise bad("must be an RFC 3339 time", "fromTime") from None
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        parts.append("created >= ?")
        parameters.append(start.astimezone(UTC).replace(tzinfo=None))  # type: ignore[arg-type]
    categories = wanted.get("categories") or []
    if not isinstance(categories, list) or any(c not in _CATEGORIES for c in categories):
        raise bad(f"takes {', '.join(_CATEGORIES)}", "categories")
    kinds = [kind for category in categories for kind in _CATEGORIES[category]]
    if categories and "tags" not in categories:
        marks = ", ".join("?" for _ in kinds)
        parts.append(f"category IN ({marks})" if kinds else "FALSE")
        parameters += kinds
    tags = wanted.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(t, str) for t in tags):
        raise bad("must be a list of texts", "tags")
    if tags:
        marks = ", ".join("?" for _ in tags)
        parts.append(f"list_has_any(from_json(tags, '[\"VARCHAR\"]'), [{marks}])")
        parameters += tags
    return " AND ".join(parts), parameters


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    target = row["target"]
    room = target if target.startswith("CASE-") else f"INCIDENT-{target}"
    # Ids of entries look like the platform's: a UUID, an at sign, the War Room.
    entry = uuid.uuid5(uuid.NAMESPACE_OID, f"{room}/{row['id']}")
    tags = rows.from_json(row["tags"])
    return {
        "id": f"{entry}@{room}",
        "created": rows.iso(row["created"]),
        "modified": rows.iso(row["created"]),
        "user": row["author"],
        "contents": row["contents"],
        "format": row["format"],
        "category": row["category"],
        "tags": list(tags) if isinstance(tags, list | tuple) else [],
        "investigationId": room,
        "isTodo": False,
    }
