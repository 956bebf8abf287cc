"""What the API allows to be written to issues and cases, checked field by field before the store is touched.

Source: Cortex platform OpenAPI (UpdateIssue, UpdateCase, CreateIssue).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from tools.tenant.server import words
from tools.tenant.server.answers import bad
from tools.tenant.server.filtering import moment
from tools.tenant.server.requests import choice, only, text, whole

_LONGEST = 100_000
_TEXTS = (
    "owner", "type", "remediation", "extended_description", "impact", "initial_evidence", "assigned_to",
    "assigned_to_pretty",
)  # fmt: skip
_LISTS = ("asset_ids", "mitre_tactics", "mitre_techniques", "tags")
_FLAGS = ("is_excluded", "is_starred")
_OBJECTS = ("normalized_fields", "custom_fields")
_REQUIRED = ("name", "description", "observation_time", "domain", "category", "severity")

Fields = dict[str, Any]


def issue_changes(data: Mapping[str, Any]) -> Fields:
    """Fields of an issue that an update sets. A resolution needs its reason."""
    only(data, ("severity", "status", "status_resolution_reason", "status_resolution_comment"))
    changes: Fields = {}
    if "severity" in data:
        changes["severity"] = choice(data["severity"], "severity", words.SEVERITIES)
    status = choice(data["status"], "status", words.PROGRESS) if "status" in data else None
    reason = data.get("status_resolution_reason")
    if reason is not None:
        choice(reason, "status_resolution_reason", words.REASONS)
    if status == "Resolved" and reason is None:
        raise bad("is required when the status is Resolved", "status_resolution_reason")
    if reason is not None and status != "Resolved":
        raise bad("goes with the status Resolved only", "status_resolution_reason")
    if status is not None:
        changes["status.progress"] = status
        changes["status.resolution_reason"] = reason
    comment = data.get("status_resolution_comment")
    if comment is not None:
        changes["status.resolution_comment"] = short(comment, "status_resolution_comment")
    if not changes:
        raise bad("must set at least one field", "update_data")
    return changes


def case_changes(data: Mapping[str, Any]) -> Fields:
    """Fields of a case that an update sets."""
    only(data, ("status_progress", "resolve_reason", "resolve_comment"))
    status = choice(data.get("status_progress"), "status_progress", words.CASE_PROGRESS)
    reason = data.get("resolve_reason")
    if reason is not None:
        choice(reason, "resolve_reason", words.CASE_REASONS)
        if status != "RESOLVED":
            raise bad("goes with the status RESOLVED only", "resolve_reason")
    changes: Fields = {"status_progress": status, "status.resolution_reason": reason}
    if data.get("resolve_comment") is not None:
        changes["status.resolution_comment"] = short(data["resolve_comment"], "resolve_comment")
    return changes


def new_issue(data: Mapping[str, Any]) -> Fields:
    """Fields of an issue that the API is asked to make."""
    only(data, (*_REQUIRED, *_TEXTS, *_LISTS, *_FLAGS, *_OBJECTS))
    for name in _REQUIRED:
        if data.get(name) is None:
            raise bad("is required", name)
    observed = whole(data["observation_time"], "observation_time")
    moment(observed, "observation_time")
    fields: Fields = {
        "external_id": uuid.uuid4().hex,
        "detection.method": "Custom Issue",
        "name": short(data["name"], "name"),
        "description": short(data["description"], "description", empty=True),
        "observation_time": observed,
        "domain": words.domain_form(text(data["domain"], "domain")),
        "category": text(data["category"], "category"),
        "severity": choice(data["severity"], "severity", words.SEVERITIES),
        "is_excepted": False,
    }
    for name in _TEXTS:
        if data.get(name) is not None:
            fields[name] = short(data[name], name, empty=True)
    for name in _LISTS:
        value = data.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            raise bad("must be a list of texts", name)
        fields[name] = [clean(v) for v in value or []]
    for name in _FLAGS:
        if data.get(name) is not None and not isinstance(data[name], bool):
            raise bad("must be true or false", name)
        fields[name] = bool(data.get(name))
    for name in _OBJECTS:
        value = data.get(name)
        if value is not None and not isinstance(value, dict):
            raise bad("must be an object", name)
        fields[name] = value or {}
    return fields


def short(value: Any, field: str, *, empty: bool = False) -> str:
    """A text of bearable length that the store can hold."""
    word = text(value, field, empty=empty)
    if len(word) > _LONGEST:
        raise bad(f"is longer than {_LONGEST} characters", field)
    return clean(word)


def clean(word: str) -> str:
    """The text without half characters, which UTF-8 cannot hold."""
    return word.encode("utf-8", "replace").decode()
