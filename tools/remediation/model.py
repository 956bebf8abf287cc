"""What a drafted fix is, and what is known about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LayerName = Literal["parse", "format", "schema", "targeted", "no_new", "validate", "plan", "scope"]
LAYERS: tuple[LayerName, ...] = (
    "parse",
    "format",
    "schema",
    "targeted",
    "no_new",
    "validate",
    "plan",
    "scope",
)


class LayerStatus(StrEnum):
    """What one layer of the checks says. `not_verified` is neither good nor bad: it was not looked at."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_VERIFIED = "not_verified"


class LayerResult(BaseModel):
    """One layer's outcome, with one sentence on what was looked at, and the faults found (if any)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: LayerStatus
    detail: str
    faults: tuple[str, ...] = ()


class FixFile(BaseModel):
    """A file of the fix: its path (relative to the IaC folder, or a proposed name), its text, the text it
    replaces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    content: str
    before: str | None = None


class Fix(BaseModel):
    """A drafted fix. Nothing has been applied.

    `mode`: `edit` changes the user's own files (the diff applies to them); `snippet` is a stand-alone file,
    and the diff then goes from the live configuration, written as Terraform, to the fixed one. `commands` do
    the same with the AWS CLI; `rollback` undoes it. `replaces` is True where the resource must be made anew,
    which no in-place change can avoid: then the steps are in `notes`, and data may be at stake.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding_id: str
    kind: str
    title: str
    mode: Literal["snippet", "edit"]
    resource: str
    address: str = ""
    files: tuple[FixFile, ...]
    diff: str
    layers: dict[LayerName, LayerResult]
    commands: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    imports: dict[str, str] = Field(default_factory=dict)
    checks: tuple[str, ...] = ()
    replaces: bool = False

    @property
    def failed(self) -> tuple[LayerName, ...]:
        """The layers that found a fault."""
        return tuple(name for name, result in self.layers.items() if result.status is LayerStatus.FAILED)
