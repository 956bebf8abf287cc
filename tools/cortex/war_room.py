"""War Room entries: read them, add a comment, never a command.

A tenant carries out an entry that begins with `!` (and, in its chat, `/`), so a text that begins with
either, however hidden behind blanks, format or control characters or in a full-width form, is refused
before anything is sent. Nothing is stripped: what is inserted is exactly what was given. Source: Cortex
platform OpenAPI, entries/*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, CommandRefused, InvalidRequest, NotFound, Unavailable
from tools.cortex.issues import issue_number, item_id
from tools.cortex.model import Collected, Entry, Id
from tools.cortex.records import entry_from
from tools.cortex.text import first_visible
from tools.cortex.transport import Transport

LONGEST_TEXT = 100_000
Category = Literal[
    "tags", "chats", "notes", "attachments", "incidentInfo", "commandAndResults", "playbookTaskResult",
    "playbookTaskStartAndDone", "playbookErrors",
]  # fmt: skip


class WarRoomApi:
    """Entries of the War Room of an issue (its number) or a case (`CASE-<n>`)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._bare = False  # whether this tenant wants the fields without `request_data`

    async def get(
        self,
        room: Id,
        *,
        page_size: int = 0,
        first_id: str | None = None,
        last_id: str | None = None,
        from_time: datetime | None = None,
        categories: Sequence[Category] = (),
        tags: Sequence[str] = (),
    ) -> Collected[Entry]:
        """Entries in the order the tenant gives them; `page_size` 0 means all of them."""
        wanted: dict[str, Any] = {"pagesize": max(page_size, 0)}
        if first_id is not None:
            wanted["firstID"] = first_id
        if last_id is not None:
            wanted["lastID"] = last_id
        if from_time is not None:
            wanted["fromTime"] = (
                from_time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            )
        if categories:
            wanted["categories"] = list(categories)
        if tags:
            wanted["tags"] = list(tags)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        body = await self._call("entries/get", {"id": room_id(room), "filter": wanted}, write=False)
        reply = reply_of(body)
        if pick(reply, "data") is None and not isinstance(reply, list):
            rows: list[dict[str, Any]] = []
            if count_of(reply, "total") not in (0, None):
                raise BadAnswer("a total without entries", where="entries/get")
        else:
            rows = rows_of(reply, "data", where="entries/get")
        items = tuple(entry_from(row) for row in rows)
        total = max(count_of(reply, "total") or 0, len(items))
        return Collected(
            items=items, total=total, returned=len(items), truncated=len(items) < total, as_of=as_of
        )

    async def insert(self, room: Id, text: str) -> Entry:
        """Add a comment; gives back the entry that the tenant made. A failure says `safe_to_retry`.

        Raises `CommandRefused` for a text that would be a command, before anything is sent.
        """
        refuse_commands(text)
        where = "entries/insert"
        reply = reply_of(await self._call(where, {"id": room_id(room), "data": text}, write=True))
        if isinstance(reply, list) and reply:
            reply = reply[0]
        if not isinstance(reply, dict) or reply.get("id") in (None, ""):
            raise BadAnswer("no id of the new entry in it", where=where, write=True)
        return entry_from(reply)

    async def _call(self, path: str, fields: Mapping[str, Any], *, write: bool) -> Any:
        # The OpenAPI draws the fields bare, working clients wrap them. A refused wrapper has had no effect; a read may
        # be asked again after any answer that can mean "not understood".
        if self._bare:
            return await self._transport.post(path, fields, write=write)
        try:
            return await self._transport.post(path, {"request_data": dict(fields)}, write=write)
        except (InvalidRequest, NotFound, Unavailable) as refusal:
            if refusal.status not in ((400, 422) if write else (400, 404, 422, 500)):
                raise
            first = refusal
        try:
            body = await self._transport.post(path, fields, write=write)
        except (InvalidRequest, NotFound, Unavailable) as second:
            raise (first if second.outcome == "refused" or not write else second) from None
        self._bare = True
        return body


def refuse_commands(text: str) -> None:
    """Raise if `text` is empty, too long, not sendable, or would be carried out as a command."""
    first = first_visible(text)
    if not first:
        raise InvalidRequest(
            "the comment is empty", advice="Write something.", outcome="not_sent", write=True
        )
    if first in "!/":
        raise CommandRefused(f"it begins with {first}", outcome="not_sent", write=True)
    if len(text) > LONGEST_TEXT:
        raise InvalidRequest(
            f"the comment has {len(text)} characters",
            advice=f"Shorten it to {LONGEST_TEXT} characters.",
            outcome="not_sent",
            write=True,
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequest(
            "the comment has half a character in it",
            advice="Type the comment again.",
            outcome="not_sent",
            write=True,
        ) from None


def room_id(room: Id) -> str:
    """The War Room's id as the API wants it: an issue number, or `CASE-` and a case number."""
    if isinstance(room, str) and room.startswith("CASE-"):
        return f"CASE-{issue_number(room.removeprefix('CASE-'))}"
    return str(item_id(room))
