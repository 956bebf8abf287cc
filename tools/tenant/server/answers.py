"""Answers of the API: envelopes, errors in their shapes, JSON with exact numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import orjson
from starlette.responses import Response

ErrorShape = Literal["reply", "error", "list"]


_EXACT = orjson.OPT_PASSTHROUGH_DATETIME


class ApiError(Exception):
    """An answer that says no. `extra` is the machine-readable part (`err_extra`)."""

    def __init__(
        self,
        status: int,
        message: str,
        extra: Any = None,
        *,
        code: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra
        self.code = status if code is None else code
        self.headers = dict(headers or {})


def bad(message: str, field: str | None = None) -> ApiError:
    """A 400 that names the field."""
    extra = [{"type": "value_error", "loc": ["request_data", field], "msg": message}] if field else None
    return ApiError(400, "Request validation failed" if field else message, extra)


class JsonAnswer(Response):
    """JSON as the API sends it: UTF-8, times as epoch milliseconds, unknown types as text."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dump(content)


def dump(value: Any) -> bytes:
    """JSON bytes; half characters, which UTF-8 cannot hold, are replaced; NaN and infinity are null."""
    try:
        return orjson.dumps(value, default=plain, option=_EXACT)
    except TypeError:  # half characters, numbers of more than 64 bits, keys that are no text
        pass
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain, allow_nan=False)
    except ValueError:  # a number that JSON has no word for
        text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), default=plain)
    return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def plain(value: Any) -> Any:
    """What JSON has no type for, in the API's way."""
    if isinstance(value, datetime):
        return millis(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value).hex()
    return str(value)


def millis(value: datetime) -> int:
    """Epoch milliseconds of a time; one without a zone is UTC."""
    zoned = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000)


def reply(content: Any, status: int = 200) -> Response:
    """The usual envelope."""
    return JsonAnswer({"reply": content}, status_code=status)


def nothing() -> Response:
    """204, the answer to an update."""
    return Response(status_code=204)


def refusal(error: ApiError, shape: ErrorShape) -> Response:
    """An error in the shape that this endpoint uses."""
    body = {"err_code": error.code, "err_msg": error.message, "err_extra": error.extra}
    content: Any = {"reply": body}
    if shape == "error":
        content = {"error": error.message if not error.extra else f"{error.message}: {_words(error.extra)}"}
    elif shape == "list":
        content = [body | {"err_extra": _words(error.extra) if error.extra else ""}]
    return JsonAnswer(content, status_code=error.status, headers=error.headers)


def _words(extra: Any) -> str:
    if isinstance(extra, list):
        return "; ".join(_words(item) for item in extra)
    if isinstance(extra, dict):
        return str(extra.get("msg") or extra.get("err_msg") or json.dumps(extra, default=str))
    return str(extra)
