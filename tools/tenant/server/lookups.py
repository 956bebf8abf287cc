"""xql/add_dataset, delete_dataset, lookups/*: answers without the reply envelope.

Source: Cortex platform OpenAPI.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.server.answers import ApiError, JsonAnswer, bad
from tools.tenant.server.context import Context
from tools.tenant.server.requests import choice, only, request_data, text, whole

READ_MOST = 10_000


async def add_dataset(context: Context, request: Request) -> Response:
    """POST xql/add_dataset: a lookup data set with its columns."""
    data = request_data(await context.body(request))
    only(data, ("dataset_name", "dataset_type", "dataset_schema"))
    name = text(data.get("dataset_name"), "dataset_name")
    choice(data.get("dataset_type"), "dataset_type", ("lookup",))
    schema = data.get("dataset_schema")
    if not isinstance(schema, dict) or not all(isinstance(v, str) for v in schema.values()):
        raise bad("must map each field to its type", "dataset_schema")
    await context.run(lambda: context.database.add_lookup(name, schema))
    return JsonAnswer({"dataset_name": name})


async def delete_dataset(context: Context, request: Request) -> Response:
    """POST v2 xql/delete_dataset."""
    data = request_data(await context.body(request))
    only(data, ("dataset_name", "force"))
    name = text(data.get("dataset_name"), "dataset_name")
    await context.run(lambda: context.database.delete_lookup(name))
    return JsonAnswer({})


async def add_data(context: Context, request: Request) -> Response:
    """POST xql/lookups/add_data."""
    data = request_data(await context.body(request))
    only(data, ("dataset_name", "key_fields", "data"))
    name = text(data.get("dataset_name"), "dataset_name")
    rows = data.get("data")
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise bad("must be a list of entries", "data")
    keys = data.get("key_fields") or []
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise bad("must be a list of field names", "key_fields")
    for row in rows:
        for key in keys:
            if row.get(key) is None:
                raise bad(f"each entry needs the key field {key}", "data")
    added, updated, skipped = await context.run(lambda: context.database.lookup_add(name, keys, rows))
    return JsonAnswer({"added": added, "updated": updated, "skipped": skipped})


async def get_data(context: Context, request: Request) -> Response:
    """POST xql/lookups/get_data: at most 10 000 entries."""
    data = request_data(await context.body(request))
    only(data, ("dataset_name", "filters", "limit"))
    name = text(data.get("dataset_name"), "dataset_name")
    limit = READ_MOST if data.get("limit") is None else whole(data["limit"], "limit")
    if limit < 1:
        raise bad("must be positive", "limit")
    filters = _filters(data.get("filters"))
    rows, matching, total = await context.run(
        lambda: context.database.lookup_get(name, filters, min(limit, READ_MOST))
    )
    return JsonAnswer({"data": rows, "filter_count": matching, "total_count": total})


async def remove_data(context: Context, request: Request) -> Response:
    """POST xql/lookups/remove_data. Without a filter nothing is removed."""
    data = request_data(await context.body(request))
    only(data, ("dataset_name", "filters"))
    name = text(data.get("dataset_name"), "dataset_name")
    filters = _filters(data.get("filters"))
    if not filters or not all(filters):
        raise ApiError(400, "A removal needs filters", "filters")
    deleted = await context.run(lambda: context.database.lookup_remove(name, filters))
    return JsonAnswer({"deleted": deleted})


def _filters(value: Any) -> list[dict[str, Any]]:
    found = [] if value is None else [value] if isinstance(value, dict) else value
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise bad("must be a list of objects", "filters")
    return found
