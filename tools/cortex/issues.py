"""Issues: search, one by id, update, create, schema. Source: Cortex platform OpenAPI, issue/*."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError

from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, InvalidRequest, NotFound
from tools.cortex.filters import Filter, Sort, is_in
from tools.cortex.model import Collected, FieldInfo, Id, Issue
from tools.cortex.paging import DEFAULT_CAP, Page, collect, collected
from tools.cortex.records import field_from, issue_from
from tools.cortex.transport import Transport
from tools.cortex.writes import CreatedIssue, IssueUpdate, NewIssue

PAGE_SIZE = 100
Included = Literal["normalized_fields", "custom_fields"]
EVERYTHING: tuple[Included, ...] = ("normalized_fields", "custom_fields")


class IssuesApi:
    """Issues of the platform generation."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
        include: Sequence[Included] = EVERYTHING,
    ) -> Collected[Issue]:
        """One page, at most 100 wide. `total` counts what matches the filters."""
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        page = await self._page(filters, sort, search_from, search_to, include)
        return collected(page, search_from, search_to, as_of)

    async def search_all(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        cap: int = DEFAULT_CAP,
        include: Sequence[Included] = EVERYTHING,
    ) -> Collected[Issue]:
        """Every matching issue up to `cap`.

        Without a sort the order is by id, which new issues don't disturb.
        """
        order = sort or Sort(field="id", keyword="asc")

        async def fetch(search_from: int, search_to: int) -> Page[Issue]:
            return await self._page(filters, order, search_from, search_to, include)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, issue_id: Id) -> Issue:
        """One issue by its id. Raises `NotFound`."""
        number = issue_number(issue_id)
        result = await self.search([is_in("id", [number])])
        for issue in result.items:
            if str(issue.id) == str(number):
                return issue
        raise NotFound(f"no issue {number}", where="issue/search")

    async def update(self, issue_id: Id, update: IssueUpdate) -> None:
        """Change one issue. Returns when the tenant has confirmed; a failure says `safe_to_retry`."""
        number = issue_number(issue_id)
        body = {"request_data": {"update_data": update.wire()}}
        await self._transport.post(f"issue/{number}", body, write=True)

    async def create(self, issue: NewIssue) -> CreatedIssue:
        """Create one issue."""
        body = await self._transport.post("issue", {"request_data": {"issue": issue.wire()}}, write=True)
        reply = reply_of(body)
        try:
            return CreatedIssue(
                external_id=pick(reply, "external_id"),
                detection_method=pick(reply, "detection_method", "detection.method"),
            )
        except ValidationError:
            raise BadAnswer("the new issue's external id is not text", where="issue", write=True) from None

    async def schema(self) -> tuple[FieldInfo, ...]:
        """The fields that issues have here, with their `xdm.issue.` names as in XQL."""
        reply = reply_of(await self._transport.post("issue/schema", {"request_data": {}}))
        return tuple(
            field_from(row, where="issue/schema") for row in rows_of(reply, "data", where="issue/schema")
        )

    async def _page(
        self,
        filters: Sequence[Filter],
        sort: Sort | None,
        search_from: int,
        search_to: int,
        include: Sequence[Included],
    ) -> Page[Issue]:
        data: dict[str, Any] = {
            "filters": [f.wire() for f in filters],
            "search_from": search_from,
            "search_to": search_to,
        }
        if sort is not None:
            data["sort"] = sort.wire()
        if include:
            data["include_fields"] = list(include)
        reply = reply_of(await self._transport.post("issue/search", {"request_data": data}))
        rows = rows_of(reply, "DATA", "issues", where="issue/search")
        return Page(
            tuple(issue_from(row) for row in rows), matching(reply, len(rows), search_to - search_from)
        )


def matching(reply: Any, got: int, window: int) -> int | None:
    """How many rows match.

    FILTER_COUNT says so; the documented `result_count` only if it isn't this page's size.
    """
    exact = count_of(reply, "FILTER_COUNT")
    if exact is not None:
        return exact
    result, total = count_of(reply, "result_count"), count_of(reply, "total_count")
    if result is None:
        return total
    if result > got or got < window:
        return result
    return None


def issue_number(issue_id: Id) -> int:
    """The id as a positive int; anything else cannot be an issue id, and must never become part of a path."""
    if isinstance(issue_id, int) and not isinstance(issue_id, bool) and issue_id >= 0:
        return issue_id
    text = str(issue_id).strip()
    if text.isascii() and text.isdigit() and len(text) <= 20:
        return int(text)
    raise InvalidRequest(
        f"{text!r} is not an issue id",
        advice="Give the issue's number (xdm.issue.id); other ids can be searched by external_id.",
        outcome="not_sent",
    )


def check_window(search_from: int, search_to: int, most: int) -> None:
    """Refuse a window that the API would refuse."""
    if search_from < 0 or search_to <= search_from or search_to - search_from > most:
        raise InvalidRequest(
            f"the window {search_from} to {search_to} is not 1 to {most} rows wide", outcome="not_sent"
        )
