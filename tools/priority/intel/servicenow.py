"""Reads CMDB rows from ServiceNow's Table API, page by page.

`GET /api/now/table/<class>` with `sysparm_limit` and `sysparm_offset`; both the shown and the stored value of each
field are asked for, because a shown time is in the user's zone and form, while a stored reference is an id that says
nothing. Access rules of an instance take rows out of a page after its limit was applied, so a short page is not taken
for the last while the total says that there is more. Facts: ServiceNow's Table API reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.priority.enrich.register import Entry, entry_of
from tools.priority.errors import IntelError
from tools.priority.intel.fetching import Fetched, Fetcher, Login, Patience
from tools.priority.intel.recognise import parsed
from tools.priority.intel.register_file import RegisterFile

PAGE = 1_000
MOST_ROWS = 2_000_000
DEFAULT_CLASSES = ("cmdb_ci",)
_CLASS = re.compile(r"[a-z][a-z0-9_]{1,78}\Z")
_FIELDS = (
    *("sys_id", "name", "object_id", "correlation_id", "fqdn", "ip_address", "busines_criticality"),
    *(
        "business_criticality",
        "data_classification",
        "owned_by",
        "managed_by",
        "support_group",
        "sys_updated_on",
    ),
    *(
        "install_status",
        "u_object_id",
        "u_arn",
        "u_resource_id",
        "u_tier",
        "u_criticality",
        "u_business_criticality",
    ),
    *("u_data_classification", "u_data_class", "u_owner"),
)
_STORED = {"sys_id", "sys_updated_on", "install_status"}
_RETIRED = "7"


async def read_servicenow(
    url: str,
    login: Login,
    classes: Sequence[str] = DEFAULT_CLASSES,
    *,
    patience: Patience | None = None,
    page: int = PAGE,
) -> RegisterFile:
    """The rows of the classes, each configuration item once. Raises `IntelError` with what to do."""
    for name in classes:
        if not _CLASS.match(name):
            raise IntelError(f"{name[:60]!r} is no class of a CMDB; give names such as cmdb_ci_server.")
    found: dict[str, Entry] = {}
    faults: list[str] = []
    skipped = 0
    async with Fetcher(login, patience) as fetcher:
        for name in classes:
            async for row in _rows(fetcher, url.rstrip("/"), name, page):
                cells = {key: _cell(key, value) for key, value in row.items()}
                entry = entry_of(cells)
                key = cells.get("sys_id") or "/".join(entry.marks)
                retired = cells.get("install_status") == _RETIRED
                if retired or not (entry.marks or entry.address):
                    skipped += 1
                    if len(faults) < 20:
                        faults.append(f"{name} {key[:40]}: {'retired' if retired else 'names no asset'}")
                else:
                    found[key] = entry
    return RegisterFile(tuple(found.values()), datetime.now(UTC), skipped, tuple(faults))


async def _rows(fetcher: Fetcher, url: str, name: str, page: int) -> Any:
    offset = 0
    while True:
        answer = await fetcher.get(
            f"{url}/api/now/table/{name}",
            {
                "sysparm_limit": page,
                "sysparm_offset": offset,
                "sysparm_fields": ",".join(_FIELDS),
                "sysparm_display_value": "all",
                "sysparm_exclude_reference_link": "true",
                "sysparm_query": "ORDERBYsys_id",
            },
            accept="application/json",
        )
        rows = _result(answer, name)
        for row in rows:
            if isinstance(row, Mapping):
                yield row
        offset += page
        total = answer.headers.get("x-total-count", "")
        more = offset < int(total) if total.isascii() and total.isdigit() else len(rows) >= page
        if not more:
            return
        if offset >= MOST_ROWS:
            raise IntelError(f"{name} has more than {MOST_ROWS:,} rows. Name narrower classes instead.")


def _result(answer: Fetched, name: str) -> list[Any]:
    if "json" not in answer.content_type:
        raise IntelError(
            f"ServiceNow sent no JSON for {name}: the instance may sleep, or the address is that of a page. "
            "Check POSTURE_SERVICENOW_URL."
        )
    body = parsed(answer.data, f"the answer for {name}")
    rows = body.get("result") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise IntelError(
            f"ServiceNow's answer for {name} has no list `result`. Check POSTURE_SERVICENOW_URL."
        )
    return rows


def _cell(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("value" if key in _STORED else "display_value")
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""
