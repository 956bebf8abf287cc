"""The limit of a plan that nobody chose, so that the total of its rows is the true one."""

from __future__ import annotations

from typing import Final

from tools.xql.plan.model import PostureQuery

UNCHOSEN: Final = 10_000


def widened(plan: PostureQuery) -> PostureQuery:
    """The plan with room for all its rows where its limit is only the default; a chosen limit stays.

    A default of 100 would end in the query, and 100 would look like the total.
    """
    if "limit" in plan.model_fields_set:
        return plan
    return plan.model_copy(update={"limit": UNCHOSEN})
