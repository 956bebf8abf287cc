"""The management audit log: what was written, by whom.

Source: Cortex platform OpenAPI, audits/management_logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.server.answers import reply
from tools.tenant.server.context import Context
from tools.tenant.server.filtering import Column, where
from tools.tenant.server.requests import only, request_data, sort_of, window_of

PAGE = 100
_FILTERS = {
    "email": Column("who"),
    "type": Column("entity"),
    "sub_type": Column("lower(subtype)", fold=str.lower),
    "result": Column("result"),
    "timestamp": Column("made", kind="time", operators=("gte", "lte")),
}
_SORTS = {
    "type": "entity", "sub_type": "subtype", "sub-type": "subtype", "result": "result", "email": "who",
    "timestamp": "made",
}  # fmt: skip
# Entities of ours that the vendor's list does not have.
_DOCUMENTED_ENTITY = {
    "DATA_LOAD": "INGEST_DATA",
    "ISSUE": "ALERT_MANAGEMENT",
    "CASE": "INCIDENT_MANAGEMENT",
    "WAR_ROOM": "INCIDENT_MANAGEMENT",
}


async def management_logs(context: Context, request: Request) -> Response:
    """POST audits/management_logs."""
    data = request_data(await context.body(request))
    only(data, ("filters", "search_from", "search_to", "sort"))
    window = window_of(data, PAGE)
    condition, parameters = where(data.get("filters"), _FILTERS)
    order = sort_of(data, _SORTS, "made DESC", "id DESC")

    def read() -> tuple[list[dict[str, Any]], int]:
        db = context.database
        total = db.rows(f"SELECT count(*) AS n FROM local.audit WHERE {condition}", parameters)[0]["n"]
        found = db.rows(
            window.page("local.audit", condition, order),
            parameters,
        )
        return found, total

    found, total = await context.run(read)
    return reply(
        {"total_count": total, "result_count": len(found), "data": [_shown(context, r) for r in found]}
    )


def _shown(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    entity = row["entity"]
    if context.config.spelling == "documented":
        entity = _DOCUMENTED_ENTITY.get(entity, entity)
    return {
        "AUDIT_ID": row["id"],
        "AUDIT_OWNER_NAME": row["who"],
        "AUDIT_OWNER_EMAIL": row["who"],
        "AUDIT_ASSET_JSON": row["detail"],
        "AUDIT_ASSET_NAMES": "",
        "AUDIT_RESULT": row["result"],
        "AUDIT_DESCRIPTION": row["description"],
        "AUDIT_ENTITY": entity,
        "AUDIT_ENTITY_SUBTYPE": row["subtype"],
        "AUDIT_SEVERITY": "SEV_010_INFO",
        "AUDIT_INSERT_TIME": row["made"],
    }
