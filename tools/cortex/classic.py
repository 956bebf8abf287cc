"""The classic generation (alerts, incidents), spoken so that callers see issues and cases.

Source: vendor's classic API pages: alerts/get_alerts_multi_events (v2, v1), alerts/update_alerts,
incidents/get_incidents, get_incident_extra_data, update_incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.cortex.classic_records import alert_update, case_from_incident, incident_update, issue_from_alert
from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, InvalidRequest, NotFound
from tools.cortex.filters import Filter, Sort
from tools.cortex.issues import PAGE_SIZE, check_window
from tools.cortex.model import Case, Collected, Id, Issue
from tools.cortex.paging import DEFAULT_CAP, Page, collect, collected
from tools.cortex.transport import Transport
from tools.cortex.writes import AlertUpdate, CaseUpdate, IncidentUpdate, IssueUpdate

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


class AlertsApi:
    """Alerts as issues: same search, get and update as the issues of the platform generation."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._version = 2

    async def search(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
        include: Sequence[str] = (),
    ) -> Collected[Issue]:
        """One page, at most 100 wide.

        Filters may use the issue fields that alerts have, or the classic names.
        """
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        return collected(
            await self._page(filters, sort, search_from, search_to), search_from, search_to, as_of
        )

    async def search_all(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        cap: int = DEFAULT_CAP,
        include: Sequence[str] = (),
    ) -> Collected[Issue]:
        """Every matching alert up to `cap`."""

        async def fetch(search_from: int, search_to: int) -> Page[Issue]:
            return await self._page(filters, sort, search_from, search_to)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, alert_id: Id) -> Issue:
        """One alert by its id. Raises `NotFound`."""
        value: Id = int(alert_id) if isinstance(alert_id, str) and alert_id.isdigit() else alert_id
        result = await self.search([Filter(field="id", operator="in", value=(value,))])
        for issue in result.items:
            if str(issue.id) == str(alert_id):
                return issue
        raise NotFound(f"no alert {alert_id}", where="alerts")

    async def update(self, alert_id: Id, update: IssueUpdate) -> None:
        """Change one alert, in the words of an issue."""
        await self.update_alerts([alert_id], alert_update(update))

    async def update_alerts(self, alert_ids: Sequence[Id], update: AlertUpdate) -> None:
        """Change alerts, fewer than 100 per request.

        A failure in a later batch leaves the earlier ones changed.
        """
        if not alert_ids:
            raise InvalidRequest("no alert ids", outcome="not_sent", write=True)
        for start in range(0, len(alert_ids), _ALERTS_PER_UPDATE):
            batch = [str(a) for a in alert_ids[start : start + _ALERTS_PER_UPDATE]]
            data = {"alert_id_list": batch, "update_data": update.wire()}
            await self._transport.post("alerts/update_alerts", {"request_data": data}, write=True)

    async def _page(
        self, filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int
    ) -> Page[Issue]:
        data = _search_body(filters, sort, search_from, search_to, _ALERT_FIELDS)
        path = "alerts/get_alerts_multi_events"
        prefix = self._transport.config.prefix
        body = {"request_data": data}
        if self._version == 2:
            try:
                answer = await self._transport.post(path, body, root=prefix.removesuffix("/v1") + "/v2")
            except NotFound:
                self._version = 1
        if self._version == 1:
            try:
                answer = await self._transport.post(path, body)
            except NotFound:
                self._version = 0
        if self._version == 0:
            answer = await self._transport.post("alerts/get_alerts", body)
        reply = reply_of(answer)
        rows = rows_of(reply, "alerts", where="alerts")
        return Page(tuple(issue_from_alert(row) for row in rows), count_of(reply, "total_count"))


class IncidentsApi:
    """Incidents as cases."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
    ) -> Collected[Case]:
        """One page, at most 100 wide."""
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        return collected(
            await self._page(filters, sort, search_from, search_to), search_from, search_to, as_of
        )

    async def search_all(
        self, filters: Sequence[Filter] = (), sort: Sort | None = None, cap: int = DEFAULT_CAP
    ) -> Collected[Case]:
        """Every matching incident up to `cap`."""

        async def fetch(search_from: int, search_to: int) -> Page[Case]:
            return await self._page(filters, sort, search_from, search_to)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, incident_id: Id) -> Case:
        """One incident by its id. Raises `NotFound`."""
        result = await self.search([Filter(field="case_id", operator="in", value=(str(incident_id),))])
        for case in result.items:
            if str(case.id) == str(incident_id):
                return case
        raise NotFound(f"no incident {incident_id}", where="incidents")

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

    async def update(self, incident_id: Id, update: CaseUpdate | IncidentUpdate) -> None:
        """Change one incident, in the words of a case or in its own."""
        own = incident_update(update) if isinstance(update, CaseUpdate) else update
        data = {"incident_id": str(incident_id), "update_data": own.wire()}
        await self._transport.post("incidents/update_incident", {"request_data": data}, write=True)

    async def _page(
        self, filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int
    ) -> Page[Case]:
        data = _search_body(filters, sort, search_from, search_to, _INCIDENT_FIELDS)
        reply = reply_of(await self._transport.post("incidents/get_incidents", {"request_data": data}))
        rows = rows_of(reply, "incidents", where="incidents")
        return Page(tuple(case_from_incident(row) for row in rows), count_of(reply, "total_count"))


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
