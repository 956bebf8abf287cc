"""The finding card's rating: a logged-in person says what is wrong with a score. It changes nothing by itself."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.ui import sentences
from agent.ui.access import Access, LoggedIn
from agent.ui.ports import Scores
from tools.priority.feedback.model import Label, Scored, scored
from tools.priority.feedback.service import FeedbackService
from tools.store import Store


class Rating(BaseModel):
    """What the card sends. Comparisons are made at the shell."""

    model_config = ConfigDict(extra="forbid")

    finding_id: str = Field(min_length=1, max_length=600)
    label: Label
    reason: str = Field(default="", max_length=1_000)


class Rated(Protocol):
    """What is needed of the running agent."""

    @property
    def store(self) -> Store: ...
    @property
    def priority(self) -> Scores: ...


class RatingActions:
    """Keeps ratings from every page."""

    def __init__(self, runtime: Rated, access: Access) -> None:
        self._runtime = runtime
        self._access = access

    async def rate(self, payload: Any, user: LoggedIn | None) -> dict[str, Any]:
        """`{ok, message}`: kept, or a sentence that says why not."""
        actor = self._access.actor(user)
        if actor is None:
            return {"ok": False, "message": "Your login is no longer valid. Log out and in again."}
        try:
            rating = Rating.model_validate(payload)
        except ValidationError:
            return {"ok": False, "message": "That is no rating that this card can give. Reload the page."}
        if rating.label is Label.MORE_URGENT_THAN:
            return {"ok": False, "message": "Compare two findings with `posture feedback add`."}
        try:
            score = await self._runtime.priority.explain(rating.finding_id)
            kept: Scored = scored(score)
            service = FeedbackService(self._runtime.store)
            await service.add(rating.label, kept, actor, score.weights_version, reason=rating.reason)
        except Exception as error:  # noqa: BLE001 - the card says it in a sentence, the log has the rest
            return {"ok": False, "message": sentences.for_person(error)}
        return {
            "ok": True,
            "message": f"Kept as {actor.user}'s rating. Weights change only when a person activates them.",
        }
