"""Reads the loose values that exports carry (times, severities, tags, text) into exact ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tools.findings.model import Severity

MAX_TEXT = 10_000
"""Characters kept of any one text field; a longer text is cut and the cut is reported."""

_SEVERITIES = {
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "information": Severity.INFO,
    "unknown": Severity.INFO,
    "other": Severity.INFO,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "high": Severity.HIGH,
    "major": Severity.HIGH,
    "important": Severity.HIGH,
    "critical": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
}
_OCSF_SEVERITY = {
    1: Severity.INFO,
    2: Severity.LOW,
    3: Severity.MEDIUM,
    4: Severity.HIGH,
    5: Severity.CRITICAL,
}
_OCSF_SEVERITY |= {0: Severity.INFO, 6: Severity.CRITICAL, 99: Severity.INFO}
_TABLE_CONSTANT = re.compile(r"^sev_\d+_")
_TAG_EXTRAS = ("id", "resourceid", "resourcetype", "propagateatlaunch")
_SEPARATOR = re.compile("[:=]")
# AWS's own tag keys hold colons: aws:cloudformation:stack-name is one key.
_AWS_TAG = re.compile(r"(?P<name>aws:(?:createdBy|[^:]+:[^:]+)):(?P<rest>.*)", re.DOTALL)
_FRACTION = re.compile(r"(\.\d{6})\d+")


def text(value: Any) -> str:
    """A scalar as text; None and structures become empty, so that no Python repr ever reaches a person."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    return str(value)


def bounded(value: Any, name: str, notes: list[str]) -> str:
    """Text of at most `MAX_TEXT` characters, exact otherwise; a cut is added to `notes`."""
    whole = text(value)
    if len(whole) <= MAX_TEXT:
        return whole
    notes.append(f"{name} has {len(whole):,} characters; the first {MAX_TEXT:,} were kept")
    return whole[:MAX_TEXT]


def severity(value: Any) -> Severity | None:
    """Severity from a label, a table constant (SEV_040_HIGH) or an OCSF severity id; None if unknown."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return _OCSF_SEVERITY.get(value)
    return _SEVERITIES.get(_TABLE_CONSTANT.sub("", text(value).strip().lower()))


def moment(value: Any) -> datetime | None:
    """A time from epoch seconds, ms, us or ns, or ISO 8601 text; None if it is not a time.

    A zone-less text is read as UTC, as scanners mean it.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _epoch(float(value))
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    if not stripped or len(stripped) > 64:
        return None
    # A date is no number: to try that first would cost more than to read it.
    if not (stripped[4:5] == "-" and stripped[:4].isdecimal()):
        try:
            return _epoch(float(stripped))
        except ValueError:
            pass
    try:
        read = datetime.fromisoformat(_FRACTION.sub(r"\1", stripped.replace(" UTC", "+00:00")))
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(number: float) -> datetime | None:
    size = abs(number)
    divisor = 1.0 if size < 1e11 else 1e3 if size < 1e14 else 1e6 if size < 1e17 else 1e9
    try:
        return datetime.fromtimestamp(number / divisor, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def tags(value: Any) -> dict[str, str]:
    """Tags from any usual form: a map, "k:v" or "k=v" texts, {Key, Value} objects, TagKey/TagValue pairs."""
    if isinstance(value, Mapping):
        return _tags_of_map(value)
    if isinstance(value, str):
        return _tags_of_texts(part for part in re.split(r"[,;\n]", value) if part.strip())
    if isinstance(value, Iterable):
        items = list(value)
        found: dict[str, str] = {}
        for item in items:
            if isinstance(item, Mapping):
                found.update(_tags_of_map(item))
        found.update(_tags_of_texts(item for item in items if isinstance(item, str)))
        return found
    return {}


def _tags_of_map(value: Mapping[Any, Any]) -> dict[str, str]:
    lowered = {str(name).lower(): item for name, item in value.items()}
    for key_name, value_name in (("tagkey", "tagvalue"), ("key", "value"), ("name", "value")):
        if {key_name, value_name} <= set(lowered) <= {key_name, value_name, *_TAG_EXTRAS}:
            key = text(lowered[key_name])
            return {key: _flat(lowered[value_name])} if key else {}
    return {str(name): _flat(item) for name, item in value.items() if str(name)}


def _tags_of_texts(values: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting: str | None = None
    for item in values:
        reserved = _AWS_TAG.match(item)
        separator = reserved or _SEPARATOR.search(item)
        if reserved:
            name, rest = reserved["name"], reserved["rest"].strip()
        elif separator:
            name, rest = item[: separator.start()].strip(), item[separator.end() :].strip()
        else:
            name, rest = item.strip(), ""
        if name.lower() == "tagkey" and separator:
            if waiting:
                found[waiting] = ""
            waiting = rest
        elif name.lower() == "tagvalue" and waiting is not None:
            found[waiting] = rest
            waiting = None
        elif name:
            found[name] = rest
    if waiting:
        found[waiting] = ""
    return found


def _flat(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(text(item) for item in value)
    return text(value)
