"""Issues: search, one by id, update, create, schema. Source: Cortex platform OpenAPI, issue/*."""

from __future__ import annotations

import re
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
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}", re.ASCII)
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
        order = sort or self._steady_order()

        async def fetch(search_from: int, search_to: int) -> Page[Issue]:
            return await self._page(filters, order, search_from, search_to, include)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, issue_id: Id) -> Issue:
        """One issue by its id. Raises `NotFound`."""
        number = item_id(issue_id)
        result = await self.search([is_in("id", [number])])
        for issue in result.items:
            if str(issue.id) == str(number):
                return issue
        raise NotFound(f"no issue {number}", where="issue/search")

    async def update(self, issue_id: Id, update: IssueUpdate) -> None:
        """Change one issue. Returns when the tenant has confirmed; a failure says `safe_to_retry`."""
        number = item_id(issue_id)
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

    def _steady_order(self) -> Sort:
        return Sort(field="id", keyword="asc")

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
    """The id as a number. Raises `InvalidRequest` for anything else."""
    found = item_id(issue_id)
    if isinstance(found, int):
        return found
    raise _no_id(issue_id)


def item_id(issue_id: Id) -> Id:
    """An id in the form in which it is asked for: digits as an int, other plain words as they are.

    Tenants number their issues; a local one may also hold exports whose ids are words. Nothing that could mean
    something else in a path is let through.
    """
    if isinstance(issue_id, int) and not isinstance(issue_id, bool) and issue_id >= 0:
        return issue_id
    text = issue_id.strip() if isinstance(issue_id, str) else ""
    if text.isascii() and text.isdigit() and len(text) <= 20 and (text == "0" or text[0] != "0"):
        return int(text)
    if not text.isdigit() and _WORD.fullmatch(text):
        return text
    raise _no_id(issue_id)


def _no_id(issue_id: object) -> InvalidRequest:
    return InvalidRequest(
        f"{str(issue_id)[:100]!r} is not an issue id",
        advice="Give the issue's number (xdm.issue.id); other ids can be searched by external_id.",
        outcome="not_sent",
        write=True,
    )


def check_window(search_from: int, search_to: int, most: int) -> None:
    """Refuse a window that the API would refuse."""
    if search_from < 0 or search_to <= search_from or search_to - search_from > most:
        raise InvalidRequest(
            f"the window {search_from} to {search_to} is not 1 to {most} rows wide", outcome="not_sent"
        )
