"""Reads the objects of a TAXII 2.1 collection, envelope by envelope.

`GET <api root>/collections/<id>/objects/` with the media type of the standard; `more` says that there is a next page,
`next` how to ask for it. A server that gives no `next` is asked for what was added after the last that it named.
Facts: OASIS TAXII 2.1.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tools.priority.errors import IntelError
from tools.priority.intel.campaign_file import CampaignFile
from tools.priority.intel.fetching import NOBODY, Fetcher, Login, Patience, place_of
from tools.priority.intel.recognise import parsed
from tools.priority.intel.stix import stix_file

MEDIA_TYPE = "application/taxii+json;version=2.1"
_MOST_PAGES = 10_000
_MOST_OBJECTS = 2_000_000
_ADDED_LAST = "x-taxii-date-added-last"


def is_taxii(url: str) -> bool:
    """Whether an address is that of a collection or its objects."""
    return "/collections/" in place_of(url)


async def read_taxii(
    url: str, login: Login = NOBODY, *, patience: Patience | None = None, now: datetime | None = None
) -> CampaignFile:
    """The campaigns of a collection. Raises `IntelError` with what to do."""
    base = url.partition("?")[0].rstrip("/")
    base = base if base.endswith("/objects") else f"{base}/objects"
    objects: list[Any] = []
    asked: set[tuple[str, str]] = set()
    params: dict[str, str | int] = {}
    async with Fetcher(login, patience) as fetcher:
        for _ in range(_MOST_PAGES):
            answer = await fetcher.get(f"{base}/", params or None, accept=MEDIA_TYPE)
            body = parsed(answer.data, place_of(base))
            if not isinstance(body, dict):
                raise IntelError(
                    f"{place_of(base)} sent no TAXII envelope. Check that it is a collection of TAXII 2.1."
                )
            listed = body.get("objects", [])
            objects += listed if isinstance(listed, list) else []
            if len(objects) > _MOST_OBJECTS:
                raise IntelError(
                    f"{place_of(base)} has more than {_MOST_OBJECTS:,} objects. Name a smaller collection."
                )
            if body.get("more") is not True:
                return stix_file(objects, place_of(base), now or datetime.now(UTC))
            token, added = body.get("next"), answer.headers.get(_ADDED_LAST, "")
            step = ("next", token) if isinstance(token, str) and token else ("added_after", added)
            if not step[1] or step in asked:
                raise IntelError(
                    f"{place_of(base)} says that there is more and not how to get it. Ask whoever runs the server."
                )
            asked.add(step)
            params = {
                **({"added_after": params["added_after"]} if "added_after" in params else {}),
                step[0]: step[1],
            }
    raise IntelError(f"{place_of(base)} has more than {_MOST_PAGES:,} pages. Name a smaller collection.")
