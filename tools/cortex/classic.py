"""The classic generation (alerts, incidents), spoken so that callers see issues and cases.

Source: vendor's classic API pages: alerts/get_alerts_multi_events (v2, v1), alerts/update_alerts,
incidents/get_incidents, get_incident_extra_data, update_incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.cortex.cases import CasesApi
from tools.cortex.classic_records import alert_update, case_from_incident, incident_update, issue_from_alert
from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, CortexError, InvalidRequest, NotFound
from tools.cortex.filters import Filter, Sort
from tools.cortex.issues import IssuesApi, item_id
from tools.cortex.model import Case, Collected, FieldInfo, Id, Issue
from tools.cortex.paging import Page
from tools.cortex.transport import Transport
from tools.cortex.writes import AlertUpdate, CaseUpdate, CreatedIssue, IncidentUpdate, IssueUpdate, NewIssue

_ALERTS_PER_UPDATE = 99
_ALERT_FIELDS = {
    "id": "alert_id_list",
    "severity": "severity",
    "detection.method": "alert_source",
    "observation_time": "creation_time",
    "_insert_time": "server_creation_time",
}
_INCIDENT_FIELDS = {
    "case_id": "incident_id_list",
    "creation_time": "creation_time",
    "modification_time": "modification_time",
    "last_modified": "modification_time",
}
_CLASSIC_NAMES = frozenset(_ALERT_FIELDS.values()) | frozenset(_INCIDENT_FIELDS.values()) | {
    "status", "description", "alert_sources", "starred",
}  # fmt: skip


class AlertsApi(IssuesApi):
    """Alerts as issues: same search, get and update as the issues of the platform generation."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._version = 2

    async def get(self, issue_id: Id) -> Issue:
        """One alert by its id. Raises `NotFound`."""
        wanted = item_id(issue_id)
        result = await self.search([Filter(field="id", operator="in", value=(wanted,))])
        for issue in result.items:
            if str(issue.id) == str(wanted):
                return issue
        raise NotFound(f"no alert {wanted}", where="alerts")

    async def update(self, issue_id: Id, update: IssueUpdate) -> None:
        """Change one alert, in the words of an issue."""
        await self.update_alerts([issue_id], alert_update(update))

    async def update_alerts(self, alert_ids: Sequence[Id], update: AlertUpdate) -> None:
        """Change alerts, fewer than 100 per request.

        When a later batch fails the earlier ones stay changed, and the failure is not safe to repeat.
        """
        if not alert_ids:
            raise InvalidRequest("no alert ids", outcome="not_sent", write=True)
        names = [str(item_id(alert_id)) for alert_id in alert_ids]
        for start in range(0, len(names), _ALERTS_PER_UPDATE):
            data = {"alert_id_list": names[start : start + _ALERTS_PER_UPDATE], "update_data": update.wire()}
            try:
                await self._transport.post("alerts/update_alerts", {"request_data": data}, write=True)
            except CortexError as error:
                if start:
                    error.outcome = "unknown"
                raise

    async def create(self, issue: NewIssue) -> CreatedIssue:
        """The classic generation cannot make issues."""
        raise _only_platform("make issues")

    async def schema(self) -> tuple[FieldInfo, ...]:
        """The classic generation does not tell its fields."""
        raise _only_platform("tell the fields of issues")

    def _steady_order(self) -> Sort:
        return Sort(field="observation_time", keyword="asc")

    async def _page(
        self,
        filters: Sequence[Filter],
        sort: Sort | None,
        search_from: int,
        search_to: int,
        include: Sequence[str] = (),
    ) -> Page[Issue]:
        data = _search_body(filters, sort, search_from, search_to, _ALERT_FIELDS)
        answer = await self._alerts({"request_data": data})
        reply = reply_of(answer)
        rows = rows_of(reply, "alerts", where="alerts")
        return Page(tuple(issue_from_alert(row) for row in rows), count_of(reply, "total_count"))

    async def _alerts(self, body: dict[str, Any]) -> Any:
        """The newest of the three endpoints that this tenant has."""
        path = "alerts/get_alerts_multi_events"
        if self._version == 2:
            try:
                root = self._transport.config.prefix.removesuffix("/v1") + "/v2"
                return await self._transport.post(path, body, root=root)
            except NotFound:
                self._version = 1
        if self._version == 1:
            try:
                return await self._transport.post(path, body)
            except NotFound:
                self._version = 0
        return await self._transport.post("alerts/get_alerts", body)


class IncidentsApi(CasesApi):
    """Incidents as cases: same search, get and update as the cases of the platform generation."""

    async def get(self, case_id: Id) -> Case:
        """One incident by its id. Raises `NotFound`."""
        result = await self.search([Filter(field="case_id", operator="in", value=(str(case_id),))])
        for case in result.items:
            if str(case.id) == str(case_id):
                return case
        raise NotFound(f"no incident {case_id}", where="incidents")

    async def extra_data(self, incident_id: Id, *, alerts_limit: int = 1000) -> tuple[Case, Collected[Issue]]:
        """One incident with its alerts (at most 1000)."""
        where = "incidents/get_incident_extra_data"
        data = {"incident_id": str(incident_id), "alerts_limit": max(1, min(alerts_limit, 1000))}
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        reply = reply_of(await self._transport.post(where, {"request_data": data}))
        incident = pick(reply, "incident")
        if not isinstance(incident, dict):
            raise BadAnswer("no incident in it", where=where)
        alerts = pick(reply, "alerts")
        rows = rows_of(alerts, "data", where=where) if alerts is not None else []
        items = tuple(issue_from_alert(row) for row in rows)
        total = max(count_of(alerts, "total_count") or 0, len(items))
        issues: Collected[Issue] = Collected(
            items=items, total=total, returned=len(items), truncated=len(items) < total, as_of=as_of
        )
        return case_from_incident(incident), issues

    async def artifacts(self, case_id: Id) -> tuple[dict[str, Any], ...]:
        """Network and file artifacts of one incident: a single row, as in the platform generation."""
        where = "incidents/get_incident_extra_data"
        data = {"incident_id": str(case_id), "alerts_limit": 1}
        reply = reply_of(await self._transport.post(where, {"request_data": data}))
        return ({name: pick(reply, name) for name in ("network_artifacts", "file_artifacts")},)

    async def update(self, case_id: Id, update: CaseUpdate | IncidentUpdate) -> None:
        """Change one incident, in the words of a case or in its own."""
        own = incident_update(update) if isinstance(update, CaseUpdate) else update
        data = {"incident_id": str(case_id), "update_data": own.wire()}
        await self._transport.post("incidents/update_incident", {"request_data": data}, write=True)

    def _steady_order(self) -> Sort:
        return Sort(field="creation_time", keyword="asc")

    async def _page(
        self, filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int
    ) -> Page[Case]:
        data = _search_body(filters, sort, search_from, search_to, _INCIDENT_FIELDS)
        reply = reply_of(await self._transport.post("incidents/get_incidents", {"request_data": data}))
        rows = rows_of(reply, "incidents", where="incidents")
        return Page(tuple(case_from_incident(row) for row in rows), count_of(reply, "total_count"))


def _only_platform(what: str) -> InvalidRequest:
    return InvalidRequest(
        f"the classic API cannot {what}",
        advice="Use the platform generation (issues and cases) for this.",
        outcome="not_sent",
        write=True,
    )


def _search_body(
    filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int, names: dict[str, str]
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "filters": [_classic_filter(f, names) for f in filters],
        "search_from": search_from,
        "search_to": search_to,
    }
    if sort is not None:
        data["sort"] = {"field": names.get(sort.field, sort.field), "keyword": sort.keyword}
    return data


def _classic_filter(condition: Filter, names: dict[str, str]) -> dict[str, Any]:
    field = names.get(condition.field, condition.field)
    if field not in _CLASSIC_NAMES:
        raise InvalidRequest(
            f"the classic API has no filter on {condition.field}",
            advice=f"Filter by one of: {', '.join(sorted(names))}.",
            outcome="not_sent",
        )
    wire = condition.wire() | {"field": field}
    if field == "severity" and isinstance(wire["value"], list):
        wire["value"] = ["informational" if v == "INFO" else str(v).lower() for v in wire["value"]]
    return wire
