"""The settings of a query, read back into a plan's time frame."""

from __future__ import annotations

import re
from datetime import datetime

from tools.xql import ast
from tools.xql.plan.read_conditions import Body
from tools.xql.plan.read_values import UnreadableError


def frame_of(configs: tuple[ast.Config, ...]) -> Body | None:
    """The time frame; `{"start": "begin"}` for all time, None where there is none."""
    frame: Body | None = None
    for setting in (setting for config in configs for setting in config.settings):
        if setting.name == "case_sensitive" and setting.value != ast.Boolean(False):
            raise UnreadableError("a comparison by case")
        if setting.name != "timeframe":
            continue
        if isinstance(setting.value, ast.Duration):
            frame = {"last": setting.value.text.lower()}
        elif isinstance(setting.value, ast.Between):
            frame = _between(setting.value)
        else:
            raise UnreadableError("a time frame by a parameter")
    return frame


def _between(node: ast.Between) -> Body:
    if not isinstance(node.start, ast.String) or not isinstance(node.end, ast.String):
        raise UnreadableError("a time frame by a parameter")
    start, end = node.start.value.strip(), node.end.value.strip()
    if end.lower() == "now" and start.lower() == "begin":
        return {"start": "begin"}
    if end.lower() == "now" and re.fullmatch(r"-[1-9]\d*[a-zA-Z]+", start):
        return {"last": start[1:].lower()}
    body: Body = {"start": _iso(start)}
    if end.lower() != "now":
        body["end"] = _iso(end)
    return body


def _iso(text: str) -> str:
    for shape in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            moment = datetime.strptime(text, shape)
        except ValueError:
            continue
        return moment.isoformat()
    raise UnreadableError(f"the time {text}")
