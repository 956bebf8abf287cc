"""alerts/* and incidents/*: the classic generation as a view of the same issues and cases.

Source: vendor's classic API pages (alerts, incidents).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.server import classic_rows, words
from tools.tenant.server.answers import ApiError, bad, reply
from tools.tenant.server.cases import links_of
from tools.tenant.server.checks import short
from tools.tenant.server.context import Context
from tools.tenant.server.filtering import Column, time_column, where
from tools.tenant.server.issues import RANK
from tools.tenant.server.requests import choice, only, request_data, sort_of, text, whole, window_of

PAGE = 100
_ALERT_ID = 'CAST("xdm.issue.id" AS VARCHAR)'
_CASE_ID = 'CAST("xdm.case.id" AS VARCHAR)'
_TIE = 'TRY_CAST("xdm.{0}.id" AS HUGEINT) DESC NULLS LAST, CAST("xdm.{0}.id" AS VARCHAR) DESC'
_CREATED = 'coalesce("xdm.case.creation_time", "_time")'
_ALERT_FILTERS = {
    "alert_id_list": Column(_ALERT_ID, kind="id"),
    "alert_source": Column('"xdm.issue.detection.method"'),
    "severity": Column(
        'upper("xdm.issue.severity")', fold=classic_rows.platform_severity, allowed=words.SEVERITIES
    ),
    "creation_time": time_column('"xdm.issue.observation_time"'),
    "server_creation_time": time_column('"_insert_time"'),
}
_ALERT_SORTS = {
    "severity": RANK.format(column='"xdm.issue.severity"'),
    "creation_time": '"xdm.issue.observation_time"',
}
_INCIDENT_FILTERS = {
    "incident_id_list": Column(_CASE_ID, kind="id"),
    "creation_time": time_column(_CREATED),
    "modification_time": time_column('coalesce("xdm.case.modification_time", "_time")'),
    "status": Column(
        'upper("xdm.case.status_progress")', operators=("eq", "neq"), fold=classic_rows.platform_case_status
    ),
    "description": Column('"xdm.case.description"', operators=("in", "contains")),
    "starred": Column('"xdm.case.starred"', kind="flag", operators=("eq",)),
}
_INCIDENT_SORTS = {
    "creation_time": _CREATED,
    "modification_time": 'coalesce("xdm.case.modification_time", "_time")',
}


async def alerts(context: Context, request: Request) -> Response:
    """POST alerts/get_alerts, get_alerts_multi_events (v1, v2)."""
    data = request_data(await context.body(request))
    only(data, ("filters", "search_from", "search_to", "sort"))
    window = window_of(data, PAGE)
    condition, parameters = where(data.get("filters"), _ALERT_FILTERS)
    order = sort_of(data, _ALERT_SORTS, '"xdm.issue.observation_time" DESC NULLS LAST', _TIE.format("issue"))

    def read() -> Response:
        db = context.database
        total = db.rows(f"SELECT count(*) AS n FROM issues WHERE {condition}", parameters)[0]["n"]
        found = db.rows(
            window.page("issues", condition, order),
            parameters,
        )
        shown = [classic_rows.alert(row) for row in found]
        return reply({"total_count": total, "result_count": len(shown), "alerts": shown})

    return await context.run(read)


async def update_alerts(context: Context, request: Request) -> Response:
    """POST alerts/update_alerts: fewer than 100 alerts at once."""
    data = request_data(await context.body(request))
    only(data, ("alert_id_list", "update_data"))
    ids = data.get("alert_id_list")
    if not isinstance(ids, list) or not 0 < len(ids) < PAGE:
        raise bad(f"must be a list of 1 to {PAGE - 1} ids", "alert_id_list")
    update = data.get("update_data")
    if not isinstance(update, dict) or not update:
        raise bad("must be an object with at least one field", "update_data")
    only(update, ("severity", "status", "comment"))
    changes: dict[str, Any] = {}
    if "severity" in update:
        word = choice(update["severity"], "severity", classic_rows.SEVERITIES)
        changes["severity"] = classic_rows.platform_severity(word)
    if "status" in update:
        changes |= classic_rows.issue_status(choice(update["status"], "status", classic_rows.STATUSES))
    if update.get("comment") is not None:
        changes["status.resolution_comment"] = short(update["comment"], "comment")
    names = [str(i) for i in ids]

    def write() -> None:
        marks = ", ".join("?" for _ in names)
        sql = f"SELECT count(DISTINCT {_ALERT_ID}) AS n FROM issues WHERE {_ALERT_ID} IN ({marks})"
        if context.database.rows(sql, names)[0]["n"] != len(set(names)):
            raise ApiError(400, "There is no such alert among the given ids")
        for name in names:
            context.database.update_issue(name, changes, context.config.user)

    await context.run(write)
    return reply({"alerts_ids": names})


async def incidents(context: Context, request: Request) -> Response:
    """POST incidents/get_incidents."""
    data = request_data(await context.body(request))
    only(data, ("filters", "search_from", "search_to", "sort"))
    window = window_of(data, PAGE)
    condition, parameters = where(data.get("filters"), _INCIDENT_FILTERS)
    order = sort_of(data, _INCIDENT_SORTS, f"{_CREATED} DESC NULLS LAST", _TIE.format("case"))

    def read() -> Response:
        db = context.database
        total = db.rows(f"SELECT count(*) AS n FROM cases WHERE {condition}", parameters)[0]["n"]
        found = db.rows(
            window.page("cases", condition, order),
            parameters,
        )
        links = links_of(context, [row["xdm.case.id"] for row in found])
        shown = [classic_rows.incident(row, links.get(str(row["xdm.case.id"]), {})) for row in found]
        return reply({"total_count": total, "result_count": len(shown), "incidents": shown})

    return await context.run(read)


async def extra_data(context: Context, request: Request) -> Response:
    """POST incidents/get_incident_extra_data: one incident with its alerts."""
    data = request_data(await context.body(request))
    only(data, ("incident_id", "alerts_limit"))
    incident_id = text(str(data.get("incident_id") or ""), "incident_id")
    limit = whole(data.get("alerts_limit", 1000), "alerts_limit")
    if not 0 < limit <= 1000:
        raise bad("must be 1 to 1000", "alerts_limit")

    def read() -> Response:
        row = context.database.case(incident_id)
        links: Mapping[str, Any] = links_of(context, [row["xdm.case.id"]]).get(str(row["xdm.case.id"]), {})
        ids = [str(i) for i in links.get("issue_ids", ())]
        marks = ", ".join("?" for _ in ids[:limit])
        sql = f"SELECT * FROM issues WHERE {_ALERT_ID} IN ({marks}) ORDER BY 1" if ids else ""
        found = context.database.rows(sql, ids[:limit]) if ids else []
        empty: dict[str, Any] = {"total_count": 0, "data": []}
        return reply(
            {
                "incident": classic_rows.incident(row, links),
                "alerts": {"total_count": len(ids), "data": [classic_rows.alert(r) for r in found]},
                "network_artifacts": empty,
                "file_artifacts": empty,
            }
        )

    return await context.run(read)


async def update_incident(context: Context, request: Request) -> Response:
    """POST incidents/update_incident; answers `true`."""
    data = request_data(await context.body(request))
    only(data, ("incident_id", "update_data"))
    incident_id = text(str(data.get("incident_id") or ""), "incident_id")
    update = data.get("update_data")
    if not isinstance(update, dict) or not update:
        raise bad("must be an object with at least one field", "update_data")
    changes, comment = classic_rows.incident_changes(update)

    def write() -> None:
        context.database.case(incident_id)
        if changes:
            context.database.update_case(incident_id, changes, context.config.user)
        if comment is not None:
            context.database.add_entry(f"CASE-{incident_id}", comment, context.config.user, category="chat")

    await context.run(write)
    return reply(True)
