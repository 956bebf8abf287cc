"""issue/search, issue, issue/{id}, issue/schema. Source: Cortex platform OpenAPI."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.server import checks, rows, words
from tools.tenant.server.answers import JsonAnswer, bad, nothing, reply
from tools.tenant.server.context import Context
from tools.tenant.server.filtering import Column, time_column, where
from tools.tenant.server.requests import only, request_data, sort_of, window_of

PAGE = 100
_INCLUDE = ("normalized_fields", "custom_fields")
_ID = 'CAST("xdm.issue.id" AS VARCHAR)'
RANK = "list_position(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'], upper({column}))"
_RANK = RANK.format(column='"xdm.issue.severity"')
_NUMBER = 'TRY_CAST("xdm.issue.id" AS HUGEINT)'
_TIE = f"{_NUMBER} DESC NULLS LAST, {_ID} DESC"


# Issues one of whose assets fulfils a condition: a hash join, not a search per issue.
_VIA = (
    '"xdm.issue.id" IN (SELECT i.id FROM (SELECT "xdm.issue.id" AS id, '
    'unnest("xdm.issue.asset_ids") AS asset FROM issues) AS i '
    'JOIN asset_inventory AS a ON a."xdm.asset.id" = i.asset WHERE '
)


def _asset(column: str) -> Column:
    return Column(f'{_VIA} a."{column}" IN ({{marks}}))', kind="via")


_PROGRESS_SQL = (
    "CASE WHEN regexp_matches(upper(\"xdm.issue.status.progress\"), 'RESOLVED') THEN 'Resolved' "
    "WHEN regexp_matches(upper(\"xdm.issue.status.progress\"), 'PROGRESS|INVESTIGATION') THEN 'In Progress' "
    "ELSE 'New' END"
)
FILTERS = {
    "id": Column(_ID, kind="id"),
    "external_id": Column('"xdm.issue.external_id"'),
    "detection.method": Column(
        "regexp_replace(upper(\"xdm.issue.detection.method\"), '[^A-Z0-9]', '', 'g')", fold=words.squeezed
    ),
    "issue_domain": Column(
        "regexp_replace(upper(\"xdm.issue.domain\"), '^DOMAIN_', '')", fold=words.domain_form
    ),
    "severity": Column('upper("xdm.issue.severity")', allowed=words.SEVERITIES),
    "_insert_time": time_column('"_insert_time"'),
    "last_modified": time_column('"xdm.issue.last_modified"'),
    "status.progress": Column(_PROGRESS_SQL, allowed=words.PROGRESS),
    "assigned_to": Column('"xdm.issue.assigned_to"'),
    "assigned_to_pretty": Column('"xdm.issue.assigned_to_pretty"'),
    "observation_time": time_column('"xdm.issue.observation_time"'),
    "category": Column('"xdm.issue.category"'),
    "detection.rule_id": Column('"xdm.issue.detection.rule_id"'),
    "asset_ids": Column('"xdm.issue.asset_ids"', kind="list"),
    "asset_names": _asset("xdm.asset.name"),
    "asset_classes": _asset("xdm.asset.type.class"),
    "asset_group_ids": Column(f'{_VIA} list_has_any(a."xdm.asset.group_ids", [{{marks}}]))', kind="via"),
    "asset_categories": _asset("xdm.asset.type.category"),
    "asset_regions": _asset("xdm.asset.cloud.region"),
    "asset_providers": Column(
        f'{_VIA} upper(a."xdm.asset.provider") IN ({{marks}}))', kind="via", fold=str.upper
    ),
    "asset_accounts": _asset("xdm.asset.realm"),
    "asset_types": _asset("xdm.asset.type.name"),
    "asset_external_provider_ids": _asset("xdm.asset.strong_id"),
    "asset_cloud_account_names": Column(
        'json_extract_string("xdm.issue.normalized_fields", \'$."xdm.cloud.project"\')'
    ),
}
SORTS = {"id": _NUMBER, "severity": _RANK, "observation_time": '"xdm.issue.observation_time"'}
_DATA_TYPES = {
    "VARCHAR": "TEXT",
    "TIMESTAMP": "TIMESTAMP",
    "JSON": "JSON",
    "VARCHAR[]": "JSON",
    "BIGINT": "INT",
    "DOUBLE": "FLOAT",
    "BOOLEAN": "BOOLEAN",
}
_ENUMS = frozenset({"severity", "domain", "category", "status.progress", "status.resolution_reason"})


async def search(context: Context, request: Request) -> Response:
    """POST issue/search."""
    data = request_data(await context.body(request))
    only(data, ("filters", "search_from", "search_to", "sort", "include_fields"))
    window = window_of(data, PAGE)
    condition, parameters = where(data.get("filters"), FILTERS)
    order = sort_of(data, SORTS, '"xdm.issue.observation_time" DESC NULLS LAST', _TIE)
    include = data.get("include_fields") or []
    if not isinstance(include, list) or any(name not in _INCLUDE for name in include):
        raise bad(f"takes {', '.join(_INCLUDE)}", "include_fields")

    def read() -> tuple[list[rows.Row], int, int]:
        db = context.database
        counts = db.rows(
            f"SELECT count(*) AS n, count(*) FILTER (WHERE {condition}) AS m FROM issues", parameters
        )
        found = db.rows(
            window.page("issues", condition, order),
            parameters,
        )
        return _shown(context, found, include), counts[0]["n"], counts[0]["m"]

    shown, total, matching = await context.run(read)
    if context.config.spelling == "documented":
        return reply({"total_count": total, "result_count": matching, "issues": shown})
    return reply({"DATA": shown, "TOTAL_COUNT": total, "FILTER_COUNT": matching})


def _shown(context: Context, found: list[dict[str, Any]], include: list[str]) -> list[rows.Row]:
    wanted = sorted({a for row in found for a in row["xdm.issue.asset_ids"] or ()})
    assets: dict[str, dict[str, Any]] = {}
    if wanted:
        marks = ", ".join("?" for _ in wanted)
        for row in context.database.rows(
            'SELECT "xdm.asset.id", "xdm.asset.name", "xdm.asset.type.class", "xdm.asset.type.category", '
            '"xdm.asset.type.name", "xdm.asset.cloud.region", "xdm.asset.provider", "xdm.asset.realm", '
            f'"xdm.asset.strong_id" FROM asset_inventory WHERE "xdm.asset.id" IN ({marks})',
            wanted,
        ):
            assets[row["xdm.asset.id"]] = row
    return [
        rows.issue(
            row,
            [assets.get(a, {}) for a in row["xdm.issue.asset_ids"] or ()],
            context.config.spelling,
            include,
        )
        for row in found
    ]


async def update(context: Context, request: Request) -> Response:
    """POST issue/{id}: severity, status, reason, comment; 204."""
    issue_id = request.path_params["issue_id"]
    data = request_data(await context.body(request))
    only(data, ("update_data",))
    update_data = data.get("update_data")
    if not isinstance(update_data, dict) or not update_data:
        raise bad("must be an object with at least one field", "update_data")
    changes = checks.issue_changes(update_data)
    await context.run(lambda: context.database.update_issue(issue_id, changes, context.config.user))
    return nothing()


async def create(context: Context, request: Request) -> Response:
    """POST issue: one new issue; 202."""
    data = request_data(await context.body(request))
    only(data, ("issue",))
    if not isinstance(data.get("issue"), dict):
        raise bad("must be an object", "issue")
    fields = checks.new_issue(data["issue"])
    await context.run(lambda: context.database.insert_issue(fields, context.config.user))
    made = {"external_id": fields["external_id"], "detection_method": fields["detection.method"]}
    return JsonAnswer(made, status_code=202)


async def schema(context: Context, request: Request) -> Response:
    """POST issue/schema."""
    only(request_data(await context.body(request)), ())
    found = []
    for name, kind in context.database.tables()["issues"].items():
        short = name.removeprefix("xdm.issue.")
        data_type = "ENUM" if short in _ENUMS else _DATA_TYPES.get(kind, "TEXT")
        pretty = short.replace(".", " ").replace("_", " ").strip().capitalize()
        found.append({"field_name": name, "field_pretty_name": pretty, "data_type": data_type})
    return reply({"data": found})
