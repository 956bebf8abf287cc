"""From bytes to values: exact JSON, the reply envelope or a bare body, and the error shapes.

Source: Cortex platform OpenAPI; official Go SDK (error shapes). Integers stay exact however large (revision
ids have 64 bits); a text stays a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tools.cortex.errors import (
    AuthenticationError,
    BadAnswer,
    CortexError,
    InvalidRequest,
    LicenceMissing,
    NotFound,
    Outcome,
    ParallelLimit,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    Timeout,
    Unavailable,
)

_QUOTA = re.compile(r"\bquota\b")
_USED_UP = re.compile(r"exceed|exhaust|reached|insufficient|not enough|no more|no remaining|used up|consumed")
_BY_STATUS: dict[int, type[CortexError]] = {
    401: AuthenticationError,
    402: LicenceMissing,
    403: PermissionDenied,
    404: NotFound,
    408: Timeout,
    429: RateLimited,
    504: Timeout,
}


def parse_json(body: bytes, *, where: str = "", status: int | None = None, content_type: str = "") -> Any:
    """The JSON value in `body`; what is not JSON raises `BadAnswer` that says what it looks like."""
    try:
        return json.loads(body, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        raise BadAnswer(_what_it_is(body, content_type), where=where, status=status) from None


def _what_it_is(body: bytes, content_type: str) -> str:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not body.strip():
        return "an empty answer where JSON was expected"
    if "html" in content_type.lower() or start.startswith((b"<!doctype", b"<html", b"<head", b"<body")):
        return "an HTML page where JSON was expected"
    if start.startswith(b"<"):
        return "XML where JSON was expected"
    return "something that is not JSON"


def reply_of(body: Any) -> Any:
    """What is inside `reply`, or the body itself where an endpoint answers bare."""
    if isinstance(body, Mapping) and "reply" in body:
        return body["reply"]
    return body


def pick(mapping: Any, *names: str) -> Any:
    """The value of the first of `names` that has one, whatever the letter case; else `None`."""
    if not isinstance(mapping, Mapping):
        return None
    for name in names:
        if mapping.get(name) is not None:
            return mapping[name]
    folded = {str(key).casefold(): value for key, value in mapping.items()}
    for name in names:
        if folded.get(name.casefold()) is not None:
            return folded[name.casefold()]
    return None


def rows_of(reply: Any, *names: str, where: str) -> list[dict[str, Any]]:
    """The list of rows under one of `names`; a reply that has no such list is not one of ours."""
    found = reply if isinstance(reply, list) else pick(reply, *names)
    if found is None and isinstance(reply, Mapping) and any(count_of(reply, n) == 0 for n in _COUNTS):
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BadAnswer(f"no list of {names[-1]} in it", where=where)
    return found


_COUNTS = ("FILTER_COUNT", "result_count", "total_count")


def count_of(reply: Any, *names: str) -> int | None:
    """A count under one of `names`, if it is a whole number."""
    value = pick(reply, *names)
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and value >= 0 else None


def error_from(
    status: int,
    body: bytes,
    *,
    where: str,
    content_type: str = "",
    retry_after_s: float | None = None,
    write: bool = False,
) -> CortexError:
    """The error that an answer with this status and body means (four JSON shapes, HTML, or nothing)."""
    code, text = _code_and_text(body)
    kind = _kind(status, text, where)
    outcome: Outcome = (
        "refused" if status in (400, 401, 402, 403, 404, 405, 413, 415, 422, 429) else "unknown"
    )
    if issubclass(kind, ParallelLimit | QuotaExceeded):
        outcome = "refused"
    if not text and status not in (401, 403, 429):
        looks = _what_it_is(body, content_type) if body.strip() else ""
        text = f"status {status}" + (f", {looks}" if "HTML" in looks or "XML" in looks else "")
    return kind(
        text, status=status, code=code, where=where, outcome=outcome, retry_after_s=retry_after_s, write=write
    )


def about_capacity(text: str) -> type[CortexError] | None:
    """The error that a query's refusal means if it is about slots or quota: only its text says so."""
    folded = text.casefold()
    if "parallel running queries" in folded:
        return ParallelLimit
    if _QUOTA.search(folded) and _USED_UP.search(folded):
        return QuotaExceeded
    return None


def _kind(status: int, text: str, where: str) -> type[CortexError]:
    if status not in (401, 403) and where.startswith("xql"):
        found = about_capacity(text)
        if found is not None:
            return found
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 300 <= status < 400:
        return BadAnswer
    return InvalidRequest if status < 500 else Unavailable


def _code_and_text(body: bytes) -> tuple[str | None, str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None, ""
    if isinstance(value, list) and value:  # the asset endpoints are documented to answer a list of errors
        value = value[0]
    for level in (value, reply_of(value), pick(value, "data")):
        if isinstance(level, str) and level is not value:
            return None, level
        found = _one_shape(level)
        if found is not None:
            return found
    return None, ""


def _one_shape(level: Any) -> tuple[str | None, str] | None:
    if not isinstance(level, Mapping):
        return None
    found = level.get("metadata")
    metadata = found if isinstance(found, Mapping) else {}
    if "err_msg" in level or "err_code" in level:
        code = level.get("err_code", metadata.get("err_code"))
        extra = level.get("err_extra", metadata.get("err_extra"))
        return _text(code), _joined(level.get("err_msg"), extra)
    if "errorCode" in level:
        details = level.get("details")
        if isinstance(details, Mapping) and isinstance(details.get("params"), Mapping):
            details = details["params"]
        return _text(level["errorCode"]), _joined(level.get("message"), details)
    if isinstance(level.get("error"), str):
        return None, _joined(level["error"], level.get("error_description"))
    return None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _joined(message: Any, extra: Any) -> str:
    first = str(message).strip() if isinstance(message, str | int) else ""
    more = "; ".join(part for part in _extras(extra) if part)
    return f"{first}: {more}" if first and more else first or more


def _extras(extra: Any) -> list[str]:
    match extra:
        case None | "" | []:
            return []
        case str() | int() | float():
            return [str(extra)]
        case list():
            return [part for item in extra[:5] for part in _extras(item)]
        case Mapping():
            text = extra.get("msg") or extra.get("message") or extra.get("err_msg")
            if text is not None:
                place = extra.get("field") or _place(extra.get("loc"))
                return [f"{place}: {text}" if place else str(text)]
            return [f"{k}: {t}" for k, v in list(extra.items())[:5] for t in _extras(v)]
    return []


def _place(loc: Any) -> str:
    return ".".join(str(part) for part in loc) if isinstance(loc, list) else ""
