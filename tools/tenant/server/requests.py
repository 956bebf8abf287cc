"""Reading requests: the JSON body within its size, the window, the sort, ids in paths."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from tools.tenant.server.answers import ApiError, bad

_BESIDE = ("search_from", "search_to", "sort", "include_fields")


async def body_of(request: Request, most: int) -> dict[str, Any]:
    """The JSON object in the body, at most `most` bytes of it."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise ApiError(413, f"The request is larger than {most} bytes")
    except ClientDisconnect:
        raise ApiError(400, "The request ended early") from None
    try:
        value = json.loads(bytes(content) or b"{}")
    except (ValueError, RecursionError):
        raise ApiError(400, "The request body is not valid JSON") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The request body must be a JSON object")
    return value


def request_data(body: Mapping[str, Any], *, bare: bool = False) -> dict[str, Any]:
    """What is inside `request_data`. With `bare` the fields may also stand at the top.

    The vendor's files draw paging keys beside `request_data`; they are accepted there too.
    """
    inner = body.get("request_data")
    if inner is None:
        if bare:
            return dict(body)
        if body:
            raise bad("request_data is missing", "request_data")
        return {}
    if not isinstance(inner, dict):
        raise bad("request_data must be an object", "request_data")
    return {key: body[key] for key in _BESIDE if key in body} | inner


def only(data: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Refuse keys that this endpoint does not know: ignoring one could widen a search without a word."""
    unknown = sorted(set(data) - set(allowed))
    if unknown:
        raise bad(f"unknown key; known are {', '.join(sorted(allowed))}", unknown[0])


@dataclass(frozen=True)
class Window:
    """Rows from `start` on, `size` of them."""

    start: int
    size: int

    def page(self, table: str, condition: str, order: str, columns: str = "*") -> str:
        """The statement that reads it: the order is made over row numbers alone, then whole rows are fetched."""
        picked = f"SELECT rowid FROM {table} WHERE {condition} ORDER BY {order} LIMIT {self.size} OFFSET {self.start}"
        return f"SELECT {columns} FROM {table} WHERE rowid IN ({picked}) ORDER BY {order}"


def window_of(data: Mapping[str, Any], most: int, default: int | None = None) -> Window:
    """The paging window; refused if it is turned around, negative, or wider than `most`."""
    start = whole(data.get("search_from", 0), "search_from")
    end = whole(data.get("search_to", start + (default or most)), "search_to")
    if start < 0:
        raise bad("search_from must not be negative", "search_from")
    if end <= start:
        raise bad("search_to must be greater than search_from", "search_to")
    if end - start > most:
        raise bad(f"at most {most} rows can be asked for at once", "search_to")
    return Window(start, end - start)


def whole(value: Any, field: str) -> int:
    """A whole number that fits in 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise bad("must be a whole number", field)
    return value


def text(value: Any, field: str, *, empty: bool = False) -> str:
    """A text."""
    if not isinstance(value, str) or (not value.strip() and not empty):
        raise bad("must be a text" if empty else "must be a text that is not empty", field)
    return value


def choice(value: Any, field: str, allowed: Collection[str]) -> str:
    """One of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        raise bad(f"must be one of {', '.join(allowed)}", field)
    return value


def sort_of(data: Mapping[str, Any], columns: Mapping[str, str], default: str, tie: str) -> str:
    """The ORDER BY of a standard search, always ending in `tie` so that pages do not overlap."""
    sort = data.get("sort")
    if sort is None:
        return f"{default}, {tie}"
    if not isinstance(sort, dict) or set(sort) - {"field", "keyword"}:
        raise bad("must be an object with field and keyword", "sort")
    field = choice(sort.get("field"), "sort.field", list(columns))
    keyword = str(sort.get("keyword", "desc")).lower()
    if keyword not in ("asc", "desc"):
        raise bad("must be asc or desc", "sort.keyword")
    return f"{columns[field]} {keyword.upper()} NULLS LAST, {tie}"
