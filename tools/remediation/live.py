"""Reads a resource's live configuration, whichever way it was written: Prowler's metadata, or the AWS API's
answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.findings.model import Finding
from tools.remediation.errors import ConfigurationMissing

_WRAPPERS = ("Platform Discovery", "metadata", "configuration", "data")
_MISSING = object()


def unwrapped(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration itself, out of the envelopes that scanners and the platform put around it."""
    current: Mapping[str, Any] = config
    for _ in range(4):
        inner = next((current[name] for name in _WRAPPERS if isinstance(current.get(name), dict)), None)
        if len(current) == 1 and inner is None:
            # The details of the AWS Security Finding Format stand under the resource type.
            inner = next((value for key, value in current.items() if key.startswith("Aws")), None)
        if not isinstance(inner, dict) or len(current) > 3:
            break
        current = inner
    return dict(current)


@dataclass(frozen=True)
class Target:
    """The finding and the live configuration of its resource, with what every template needs from both."""

    finding: Finding
    config: Mapping[str, Any]
    related: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def uid(self) -> str:
        return self.finding.resource.uid or str(self.get("arn", "Arn", "ARN", default=""))

    @cached_property
    def name(self) -> str:
        return self.finding.resource.name or self.uid.rpartition("/")[2]

    @cached_property
    def partition(self) -> str:
        parts = self.uid.split(":")
        return parts[1] if len(parts) > 2 and parts[0] == "arn" and parts[1] else "aws"

    @cached_property
    def account(self) -> str:
        if self.finding.account:
            return self.finding.account
        parts = self.uid.split(":")
        return parts[4] if len(parts) > 4 else ""

    @cached_property
    def region(self) -> str:
        if self.finding.region:
            return self.finding.region
        parts = self.uid.split(":")
        return parts[3] if len(parts) > 3 else ""

    @cached_property
    def root(self) -> str:
        """The ARN that stands for "this account, as its own policies allow"."""
        if not self.account.isdigit():
            raise ConfigurationMissing(
                "The account of the resource is not known; load the finding with its account id."
            )
        return f"arn:{self.partition}:iam::{self.account}:root"

    @cached_property
    def tags(self) -> dict[str, str]:
        """The tags, from any of the usual forms."""
        return tag_map(self.get("tags", "Tags", "TagSet", "TagList", default=None)) or dict(self.finding.tags)

    def get(self, *paths: str, default: Any = _MISSING) -> Any:
        """The first of several dotted paths that is there and not null."""
        for path in paths:
            current: Any = self.config
            for part in path.split("."):
                current = _held(current, part)
            if current is not None:
                return current
        if default is _MISSING:
            raise ConfigurationMissing(
                f"The live configuration of {self.name[:120]} lacks {paths[0]}; read the resource again, "
                "then draft the fix."
            )
        return default

    def flag(self, *paths: str, default: bool | None = None) -> bool | None:
        """A yes or no, also where it is written as text ("true", "enabled", "ENABLED")."""
        value = self.get(*paths, default=default)
        if isinstance(value, str):
            lowered = value.strip().lower()
            if lowered in ("true", "enabled", "yes", "on", "active", "required"):
                return True
            return (
                False
                if lowered in ("false", "disabled", "no", "off", "", "optional", "suspended")
                else default
            )
        return bool(value) if value is not None else None

    def text(self, *paths: str, default: str = "") -> str:
        value = self.get(*paths, default=None)
        return value if isinstance(value, str) and value else default

    def number(self, *paths: str, default: int = 0) -> int:
        value = self.get(*paths, default=None)
        try:
            return int(value) if value is not None else default
        except (TypeError, ValueError):
            return default

    def items(self, *paths: str) -> list[Any]:
        value = self.get(*paths, default=None)
        return list(value) if isinstance(value, list | tuple) else []

    def policy(self, *paths: str) -> dict[str, Any] | None:
        """A policy document, as an object or as JSON text."""
        value = self.get(*paths, default=None)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        return value if isinstance(value, dict) and value.get("Statement") else None


def _held(holder: Any, name: str) -> Any:
    """A value by its key, however the source spells it (`DBInstanceClass`, `DbInstanceClass`, `db_instance_class`)."""
    if not isinstance(holder, Mapping):
        return None
    if name in holder:
        return holder[name]
    wanted = name.replace("_", "").lower()
    return next((value for key, value in holder.items() if str(key).replace("_", "").lower() == wanted), None)


def tag_map(value: Any) -> dict[str, str]:
    """Tags as a map, from a map or from lists of `Key`/`Value`, `TagKey`/`TagValue` pairs or small maps."""
    if isinstance(value, Mapping):
        return {str(key): str(item) for key, item in value.items()}
    found: dict[str, str] = {}
    for entry in value if isinstance(value, list | tuple) else ():
        if not isinstance(entry, Mapping):
            continue
        for key, held in (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value")):
            if key in entry:
                found[str(entry[key])] = str(entry.get(held, ""))
                break
        else:
            found.update({str(key): str(item) for key, item in entry.items()})
    return {key: item for key, item in found.items() if not key.startswith("aws:")}
