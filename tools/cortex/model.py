"""What the tenant answers, as values: one model per thing for both spellings and both generations.

Vendor answers are read tolerantly: an unknown key is kept in `raw`, a value of an odd type becomes text, a
list that is null becomes empty. Times are epoch milliseconds (int), whatever the spelling. Ids keep their
type: an int stays an int, a text stays a text. Source: Cortex platform OpenAPI (Issue, Case, assets) and
live spellings.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")
Id = int | str


def to_millis(value: Any) -> int | None:
    """Epoch milliseconds from an int, a number as text or an ISO 8601 text; else `None`."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value == value and abs(value) < 1e18 else None
    text = str(value).strip()
    if text.lstrip("-").isdigit() and text.isascii() and len(text) < 20:
        return int(text)
    try:
        moment_ = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    if moment_.tzinfo is None:
        moment_ = moment_.replace(tzinfo=UTC)
    return round(moment_.timestamp() * 1000)


def moment(ms: int | None) -> datetime | None:
    """The UTC time that these epoch milliseconds mean; `None` for none or for a time no calendar has."""
    if ms is None:
        return None
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def as_text(value: Any) -> str | None:
    """A text as it is; anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )


def _list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, str) and value[:1] == "[":
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    return [v for v in value if v is not None] if isinstance(value, list | tuple) else [value]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(as_text(v)) for v in _list(value))


def _ids(value: Any) -> tuple[Id, ...]:
    return tuple(v if isinstance(v, int) and not isinstance(v, bool) else str(v) for v in _list(value))


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return None if value is None else bool(value)


def _id(value: Any) -> Any:
    return str(value) if isinstance(value, bool | float) or value is None else value


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (ValueError, TypeError, OverflowError):
        return None


Text = Annotated[str | None, BeforeValidator(as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids)]
Millis = Annotated[int | None, BeforeValidator(to_millis)]
Object = Annotated[dict[str, Any], BeforeValidator(_object)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Count = Annotated[int | None, BeforeValidator(_count)]
AnyId = Annotated[Id, BeforeValidator(_id)]


class Record(BaseModel):
    """Common to all records: frozen, tolerant, with the row as it came in `raw` (not in the repr)."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    raw: dict[str, Any] = Field(default_factory=dict, repr=False)


class Collected(BaseModel, Generic[T]):
    """A list that says how much of the whole it is. `total` counts what matches, `as_of` is when we asked."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    items: tuple[T, ...]
    total: int
    returned: int
    truncated: bool
    as_of: datetime


class Issue(Record):
    """An issue (platform generation) or an alert (classic generation)."""

    id: AnyId
    external_id: Text = None
    name: Text = None
    description: Text = None
    extended_description: Text = None
    initial_evidence: Text = None
    impact: Text = None
    remediation: Text = None
    owner: Text = None
    domain: Text = None
    category: Text = None
    type: Text = None
    severity: Text = None
    detection_method: Text = None
    detection_rule_id: Text = None
    insert_time: Millis = None
    observation_time: Millis = None
    last_modified: Millis = None
    resolution_time: Millis = None
    resolution_status_modified: Millis = None
    status_progress: Text = None
    status_resolution_reason: Text = None
    status_resolution_comment: Text = None
    assigned_to: Text = None
    assigned_to_pretty: Text = None
    is_starred: Flag = None
    is_excluded: Flag = None
    is_excepted: Flag = None
    exception_ids: Texts = ()
    exception_expiration: Millis = None
    tags: Texts = ()
    finding_ids: Texts = ()
    asset_ids: Texts = ()
    asset_names: Texts = ()
    asset_classes: Texts = ()
    asset_categories: Texts = ()
    asset_types: Texts = ()
    asset_regions: Texts = ()
    asset_providers: Texts = ()
    asset_accounts: Texts = ()
    asset_cloud_account_names: Texts = ()
    asset_external_provider_ids: Texts = ()
    asset_group_ids: Ids = ()
    mitre_tactics: Texts = ()
    mitre_techniques: Texts = ()
    case_ids: Ids = ()
    normalized_fields: Object = Field(default_factory=dict)
    custom_fields: Object = Field(default_factory=dict)


class Case(Record):
    """A case (platform generation) or an incident (classic generation)."""

    id: AnyId
    name: Text = None
    description: Text = None
    domain: Text = None
    severity: Text = None
    status_progress: Text = None
    resolve_reason: Text = None
    resolve_comment: Text = None
    creation_time: Millis = None
    modification_time: Millis = None
    resolved_time: Millis = None
    assigned_to: Text = None
    assigned_to_pretty: Text = None
    issue_count: Count = None
    issue_ids: Ids = ()
    asset_ids: Texts = ()
    issue_categories: Texts = ()
    tags: Texts = ()
    hosts: Texts = ()
    users: Texts = ()
    score: Count = None
    starred: Flag = None
    link: Text = None
    custom_fields: Object = Field(default_factory=dict)


class Asset(Record):
    """One row of the inventory."""

    id: AnyId
    strong_id: Text = None
    name: Text = None
    provider: Text = None
    realm: Text = None
    region: Text = None
    type_class: Text = None
    type_category: Text = None
    type_name: Text = None
    type_id: Text = None
    first_observed: Millis = None
    last_observed: Millis = None
    group_ids: Ids = ()
    tags: Any = None
    issues_breakdown: Object = Field(default_factory=dict)
    cases_breakdown: Object = Field(default_factory=dict)


class Entry(Record):
    """One War Room entry. `contents` is text that others wrote: data, never to be interpreted."""

    id: AnyId
    created: Text = None
    modified: Text = None
    user: Text = None
    contents: str = ""
    format: Text = None
    category: Text = None
    tags: Texts = ()
    investigation_id: Text = None


class ManagementLog(Record):
    """One row of the management audit log."""

    id: AnyId
    time: Millis = None
    user: Text = None
    email: Text = None
    entity: Text = None
    subtype: Text = None
    result: Text = None
    severity: Text = None
    description: Text = None


class FieldInfo(Record):
    """A field of the issue or asset schema."""

    name: str
    pretty_name: Text = None
    data_type: Text = None
