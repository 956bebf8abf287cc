"""What the checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from tools.remediation.model import LayerResult, LayerStatus
from tools.remediation.recipe import Recipe
from tools.remediation.workspace import Spot, Workspace


@dataclass(frozen=True, slots=True)
class Case:
    """`before` and `after` are whole configurations; `delivered` are the files that are handed out."""

    recipe: Recipe
    before: Workspace
    after: Workspace
    owner: Spot
    delivered: dict[str, str]
    snippet: bool

    @property
    def addresses(self) -> set[str]:
        """The blocks that the fix is about: the owner, and all that was changed, added or removed."""
        spots = {self.owner, *self.after.touched, *self.after.added, *self.after.removed}
        return {spot.address for spot in spots}


def passed(detail: str) -> LayerResult:
    return LayerResult(status=LayerStatus.PASSED, detail=detail)


def failed(detail: str, faults: list[str] | tuple[str, ...] = ()) -> LayerResult:
    return LayerResult(status=LayerStatus.FAILED, detail=detail, faults=tuple(faults))


def not_verified(detail: str) -> LayerResult:
    return LayerResult(status=LayerStatus.NOT_VERIFIED, detail=detail)
