"""Where requests and answers are known to differ from the vendor's OpenAPI file, each difference by name.

Source: clients that run against live tenants; the file's own examples where they contradict its schemas.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Change = Callable[[Any], Any]


def rename(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in row.items()}


def inside(body: Any) -> Any:
    return body["request_data"] if isinstance(body, dict) and set(body) == {"request_data"} else body


def request_fields(body: Any, change: Change) -> Any:
    return {"request_data": change(body["request_data"])}


LIVE_ISSUE = {
    "detection.method": "detection_method", "detection.rule_id": "detection_rule_id", "status.progress": "status",
    "status.resolution_reason": "status_resolution_reason",
    "status.resolution_comment": "status_resolution_comment", "findings": "finding_ids",
    "last_update_timestamp": "last_modified",
}  # fmt: skip
LIVE_CASE = {
    "modification_time": "last_modified", "assigned_user_mail": "assigned_to",
    "assigned_user_pretty_name": "assigned_to_name", "aggregated_score": "score", "issue_ids": "issues",
    "asset_ids": "assets",
}  # fmt: skip
ONLY_LIVE_CASE = {
    "case_name", "resolved_timestamp", "starred", "tags", "issue_count", "issue_categories",
    "low_severity_issue_count", "med_severity_issue_count", "high_severity_issue_count",
    "critical_severity_issue_count",
}  # fmt: skip


def live_issue(row: dict[str, Any]) -> dict[str, Any]:
    fixed = rename(row, LIVE_ISSUE) | {"_insert_time": "2026-01-02T12:00:00Z"}
    assert isinstance(row["_insert_time"], int)
    fixed["domain"] = {"POSTURE": "Posture"}[row["domain"]]
    return fixed


def live_case(row: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(row["creation_time"], int)
    assert isinstance(row["case_id"], int)
    fixed = {k: v for k, v in rename(row, LIVE_CASE).items() if k not in ONLY_LIVE_CASE}
    fixed["issues"] = [str(i) for i in fixed["issues"]]
    return fixed | {"case_id": str(row["case_id"]), "creation_time": "2026-01-02T12:00:00Z"}


def live_issues(reply: dict[str, Any]) -> dict[str, Any]:
    issues = [live_issue(row) for row in reply["DATA"]]
    return {"total_count": reply["TOTAL_COUNT"], "result_count": reply["FILTER_COUNT"], "issues": issues}


def without(mapping: dict[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in mapping.items() if k not in names}


def each(rows: list[dict[str, Any]], change: Change) -> list[Any]:
    return [change(row) for row in rows]


def paging_beside(body: Any) -> Any:
    data = body["request_data"]
    beside = {k: v for k, v in data.items() if k in ("search_from", "search_to", "sort", "include_fields")}
    return {"request_data": without(data, *beside)} | beside


def known_fields(row: dict[str, Any]) -> dict[str, Any]:
    fields = row.get("normalized_fields", {})
    kept = {k: v for k, v in fields.items() if not k.startswith(("xdm.finding.", "xdm.asset."))}
    return row | {"normalized_fields": kept}


def one_value(body: Any) -> Any:
    """Lists become one value, leaf by leaf."""
    if isinstance(body, dict) and "SEARCH_VALUE" in body:
        value = body["SEARCH_VALUE"]
        return body | {"SEARCH_VALUE": value[0] if isinstance(value, list) else value}
    if isinstance(body, dict):
        return {k: one_value(v) for k, v in body.items()}
    return [one_value(v) for v in body] if isinstance(body, list) else body


def no_tag_match(body: Any) -> Any:
    if isinstance(body, dict) and body.get("SEARCH_TYPE") == "JSON_WILDCARD":
        return body | {"SEARCH_TYPE": "EQ"}
    if isinstance(body, dict):
        return {k: no_tag_match(v) for k, v in body.items()}
    return [no_tag_match(v) for v in body] if isinstance(body, list) else body


# (side, spelling or "both", path, name of the difference, how to undo it).
VARIANTS: list[tuple[str, str, str, str, Change]] = [
    ("request", "both", "assets", "clients wrap the fields in request_data", inside),
    ("request", "both", "assets", "IN takes a list of values", one_value),
    ("request", "both", "assets", "tags are matched with JSON_WILDCARD", no_tag_match),
    ("request", "both", "entries/get", "clients wrap the fields in request_data", inside),
    ("request", "both", "entries/insert", "clients wrap the fields in request_data", inside),
    ("request", "both", "issue/search", "clients put the paging inside request_data", paging_beside),
    ("request", "both", "issue", "issues take tags",
     lambda b: request_fields(b, lambda d: {"issue": without(d["issue"], "tags")})),
    ("request", "both", "xql/lookups/add_data", "data is a list of entries (as in the file's own example)",
     lambda b: request_fields(b, lambda d: d | {"data": {k: str(v) for k, v in d["data"][0].items()}})),
    ("request", "both", "xql/lookups/remove_data", "filters is a list (as in the file's own example)",
     lambda b: request_fields(b, lambda d: d | {"filters": d["filters"][0]})),
    ("answer", "both", "xql/lookups/get_data", "data is a list of entries",
     lambda b: b | {"data": {k: str(v) for row in b["data"] for k, v in row.items()}}),
    ("answer", "both", "issue/search", "issues carry tags",
     lambda b: {"reply": {
         k: each(v, lambda r: without(r, "tags")) if isinstance(v, list) else v for k, v in b["reply"].items()}}),
    ("answer", "both", "issue/search", "normalized_fields is open; findings and assets have their own keys",
     lambda b: {"reply": {
         k: each(v, known_fields) if isinstance(v, list) else v for k, v in b["reply"].items()}}),
    ("answer", "both", "assets", "assets carry the fields asked for on demand",
     lambda b: {"reply": b["reply"] | {"data": each(b["reply"]["data"], lambda r: without(r, "xdm.asset.tags"))}}),
    ("answer", "both", "entries/get", "entries carry tags",
     lambda b: b | {"data": each(b["data"], lambda r: without(r, "tags"))}),
    ("answer", "both", "entries/insert", "entries carry tags", lambda b: without(b, "tags")),
    ("answer", "live", "issue/search", "keys of the envelope and of the rows", lambda b: {
        "reply": live_issues(b["reply"])}),
    ("answer", "live", "case/search", "keys of the rows, ids and times as numbers",
     lambda b: {"reply": b["reply"] | {"DATA": each(b["reply"]["DATA"], live_case)}}),
    ("answer", "live", "case/artifacts/5", "a bare list", lambda b: {"reply": {"DATA": b}}),
    ("answer", "live", "xql/get_query_results", "query_cost_charged, remaining_yearly_quota",
     lambda b: {"reply": without(rename(b["reply"], {"query_cost_charged": "query_cost"}), "remaining_yearly_quota")}),
    ("answer", "both", "xql/get_query_results", "rows have the columns of the query, large ones a stream_id",
     lambda b: {"reply": without(b["reply"], "results", "error_details")}),
    ("answer", "live", "xql/get_quota", "daily_used_quota",
     lambda b: {"reply": without(b["reply"], "daily_used_quota")}),
    ("answer", "live", "xql/get_datasets", "title-cased keys, the default as a word",
     lambda b: {"reply": [
         {k.lower().replace(" ", "_"): v for k, v in row.items()} | {"default_query_target": False}
         for row in b["reply"]]}),
    ("answer", "live", "assets/a1", "wrapped in reply", lambda b: b["reply"]),
    ("answer", "both", "assets/a1", "one asset carries its tags",
     lambda b: b | {"data": each(b["data"], lambda r: without(r, "xdm.asset.tags"))}),
    ("answer", "live", "assets/schema", "an object, not a list of one", lambda b: [b]),
    ("answer", "live", "audits/management_logs", "entities of the local tenant",
     lambda b: {"reply": b["reply"] | {"data": each(b["reply"]["data"], lambda r: without(r, "AUDIT_ENTITY"))}}),
    ("answer", "both", "assets/a1/raw_fields", "the configuration is the cloud's own",
     lambda b: {"reply": b["reply"] | {
         "data": each(b["reply"]["data"], lambda r: {"xdm__asset__raw_fields": {"Platform Discovery": {}}})}}),
]  # fmt: skip


def undo(side: str, spelling: str, path: str, body: Any) -> tuple[Any, set[str]]:
    used = set()
    for where, which, endpoint, name, change in VARIANTS:
        if where == side and which in (spelling, "both") and endpoint == path:
            before = json.dumps(body, sort_keys=True)
            body = change(body)
            if json.dumps(body, sort_keys=True) != before:
                used.add(f"{side} {which} {endpoint}: {name}")
    return body, used


def expected(spelling: str) -> set[str]:
    return {f"{s} {w} {e}: {n}" for s, w, e, n, _ in VARIANTS if w in (spelling, "both")}
