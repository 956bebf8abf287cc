"""Times and sizes of write-back."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from tools.writeback.text import LONGEST_COMMENT


class Limits(BaseModel):
    """Every time and size, with the reason for each.

    `crash_settle`: how long a request whose sender died may still be on its way before it counts as never
    arrived. `lost_settle`: the same when the sender lives but got no answer (a gateway may hold it back
    longer).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    expiry: timedelta = Field(default=timedelta(hours=24), gt=timedelta(0))
    lease: timedelta = Field(default=timedelta(minutes=4), ge=timedelta(seconds=10))
    crash_settle: timedelta = Field(default=timedelta(seconds=5), ge=timedelta(0))
    lost_settle: timedelta = Field(default=timedelta(seconds=60), ge=timedelta(0))
    patience: timedelta = Field(default=timedelta(seconds=6), ge=timedelta(0))
    read_back_pauses: tuple[float, ...] = (0.0, 0.25, 1.0, 2.0)
    busy_wait: float = Field(default=10.0, ge=0)
    longest_comment: int = Field(default=LONGEST_COMMENT, ge=1, le=50_000)
    most_effects: int = Field(default=20, ge=1, le=200)

    @property
    def work_seconds(self) -> float:
        """How long the calls to the tenant may take in all: well inside the lease."""
        return self.lease.total_seconds() * 0.8
