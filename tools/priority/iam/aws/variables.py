"""Policy variables such as `${aws:username}` in resources and condition values."""

from __future__ import annotations

import re
from typing import Literal

from tools.priority.iam.aws.context import Known
from tools.priority.iam.glob import MARK, STAR

_VARIABLE = re.compile(r"\$\{([^{}]{1,200})\}")
_SPECIAL = {"*": STAR, "?": MARK, "$": "$"}

Filling = str | Literal[False] | None


def fill(text: str, context: Known, variables: Literal["yes", "no", "unstated"]) -> Filling:
    """The text with its variables replaced; False if one is absent (nothing matches), None if unknown.

    Old policy versions take `${` literally; where the version was not collected, the result is unknown.
    """
    if "${" not in text or variables == "no":
        return text
    if variables == "unstated":
        return None
    missing: list[Literal[False] | None] = []

    def replace(found: re.Match[str]) -> str:
        name, comma, default = found[1].partition(",")
        if name in _SPECIAL:
            return _SPECIAL[name]
        values = context.get(name.strip().lower())
        if values is not None and len(values) == 1:
            # A value is text: a star in it is no wildcard.
            return values[0].replace("*", STAR).replace("?", MARK)
        if values == () and comma:
            return default.strip().strip("'")
        missing.append(False if values == () else None)
        return ""

    filled = _VARIABLE.sub(replace, text)
    if not missing:
        return filled
    return None if None in missing else False
