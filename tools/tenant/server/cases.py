"""case/search, case/update/{id}, case/artifacts/{id}. Source: Cortex platform OpenAPI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.server import checks, rows, words
from tools.tenant.server.answers import ApiError, JsonAnswer, bad, nothing, reply
from tools.tenant.server.context import Context
from tools.tenant.server.filtering import Column, time_column, where
from tools.tenant.server.issues import RANK
from tools.tenant.server.requests import only, request_data, sort_of, window_of

PAGE = 100
_ID = 'CAST("xdm.case.id" AS VARCHAR)'
_NUMBER = 'TRY_CAST("xdm.case.id" AS HUGEINT)'
_TIE = f"{_NUMBER} DESC NULLS LAST, {_ID} DESC"
_CREATED = 'coalesce("xdm.case.creation_time", "_time")'
FILTERS = {
    "case_id": Column(_ID, kind="id"),
    "case_domain": Column(
        "regexp_replace(upper(\"xdm.case.domain\"), '^DOMAIN_', '')", fold=words.domain_form
    ),
    "severity": Column('upper("xdm.case.severity")', allowed=words.SEVERITIES),
    "creation_time": time_column(_CREATED),
    "status_progress": Column('upper("xdm.case.status_progress")', allowed=words.CASE_PROGRESS),
}
SORTS = {"case_id": _NUMBER, "severity": RANK.format(column='"xdm.case.severity"'), "creation_time": _CREATED}


async def search(context: Context, request: Request) -> Response:
    """POST case/search."""
    data = request_data(await context.body(request))
    only(data, ("filters", "search_from", "search_to", "sort"))
    window = window_of(data, PAGE)
    condition, parameters = where(data.get("filters"), FILTERS)
    order = sort_of(data, SORTS, f"{_CREATED} DESC NULLS LAST", _TIE)

    def read() -> dict[str, Any]:
        db = context.database
        counts = db.rows(
            f"SELECT count(*) AS n, count(*) FILTER (WHERE {condition}) AS m FROM cases", parameters
        )
        found = db.rows(
            window.page("cases", condition, order),
            parameters,
        )
        links = links_of(context, [row["xdm.case.id"] for row in found])
        shown = [rows.case(r, links.get(str(r["xdm.case.id"]), {}), context.config.spelling) for r in found]
        return {"DATA": shown, "TOTAL_COUNT": counts[0]["n"], "FILTER_COUNT": counts[0]["m"]}

    return reply(await context.run(read))


def links_of(context: Context, case_ids: Sequence[Any]) -> dict[str, dict[str, list[Any]]]:
    """Issues of cases, with what is told of them: {case id: {issue_ids, severities, categories,
    asset_ids}}.
    """
    if not case_ids:
        return {}
    marks = ", ".join("?" for _ in case_ids)
    found: dict[str, dict[str, list[Any]]] = {}
    for row in context.database.rows(
        'SELECT CAST(l."xdm.case.id" AS VARCHAR) AS c, l."xdm.issue.id" AS i, '
        'upper(s."xdm.issue.severity") AS v, s."xdm.issue.category" AS k, s."xdm.issue.asset_ids" AS a '
        "FROM case_to_issue AS l LEFT JOIN issues AS s "
        'ON CAST(s."xdm.issue.id" AS VARCHAR) = CAST(l."xdm.issue.id" AS VARCHAR) '
        f'WHERE CAST(l."xdm.case.id" AS VARCHAR) IN ({marks}) ORDER BY l."xdm.issue.id"',
        [str(c) for c in case_ids],
    ):
        links = found.setdefault(
            row["c"], {"issue_ids": [], "severities": [], "categories": [], "asset_ids": []}
        )
        links["issue_ids"].append(row["i"])
        if row["v"]:
            links["severities"].append(row["v"])
        if row["k"]:
            links["categories"].append(row["k"])
        links["asset_ids"] += [a for a in row["a"] or () if a not in links["asset_ids"]]
    return found


async def update(context: Context, request: Request) -> Response:
    """POST case/update/{id}; 204."""
    case_id = _number(request)
    data = request_data(await context.body(request))
    only(data, ("update_data",))
    update_data = data.get("update_data")
    if not isinstance(update_data, dict):
        raise bad("must be an object", "update_data")
    changes = checks.case_changes(update_data)
    await context.run(lambda: context.database.update_case(case_id, changes, context.config.user))
    return nothing()


async def artifacts(context: Context, request: Request) -> Response:
    """GET case/artifacts/{id}: a bare list (live) or the envelope of the vendor's files; no artifacts are
    kept.
    """
    case_id = _number(request)
    sql = f"SELECT count(*) AS n FROM cases WHERE {_ID} = ?"
    if not (await context.run(lambda: context.database.rows(sql, [case_id])))[0]["n"]:
        raise ApiError(400, f"There is no case {case_id}")
    empty: dict[str, Any] = {"TOTAL_COUNT": 0, "DATA": []}
    row = {"case_id": int(case_id), "network_artifacts": empty, "file_artifacts": empty}
    if context.config.spelling == "documented":
        return reply({"TOTAL_COUNT": 1, "FILTER_COUNT": 1, "DATA": [row]})
    return JsonAnswer([row])


def _number(request: Request) -> str:
    case_id = str(request.path_params["case_id"])
    if not (case_id.isascii() and case_id.isdigit()):
        raise bad("the case id must be a whole number", "case-id")
    return case_id
