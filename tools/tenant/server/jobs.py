"""XQL jobs: started, run in threads, looked at, counted.

At most four run; more are refused, as the API does. Of what was answered the newest is kept for half an hour; long
answers only as far as there is room.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tools.tenant.server.answers import ApiError
from tools.tenant.server.config import TenantConfig
from tools.tenant.server.queries import Answer, QueryError, Question, Runner
from tools.tenant.server.spool import Spool

if TYPE_CHECKING:
    import duckdb

    from tools.tenant.database import TenantDatabase

_KEPT = 200
_KEPT_S = 1800.0
_KEPT_BYTES = 512 * 1024 * 1024
_UNITS_PER_S = 0.01
_TROUBLE = "An error occurred while processing the XQL query"


@dataclass
class Job:
    """One query on its way. `revision` is that of the data it reads."""

    id: str
    question: Question
    revision: str
    started: float
    status: str = "PENDING"
    rows: Spool | None = None
    total: int = 0
    error: str = ""
    cost: float = 0.0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    cursor: duckdb.DuckDBPyConnection | None = None


class Jobs:
    """The queries of one tenant."""

    def __init__(
        self,
        database: TenantDatabase,
        config: TenantConfig,
        runner: Runner | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._config = config
        self._runner = runner or _default_runner
        self._now = now
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._day = ""
        self._used = 0.0
        self._used_today = 0.0
        self._started_today = 0
        self._rejected_today = 0
        self._most_at_once = 0

    @property
    def running(self) -> list[Job]:
        """Jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.done.is_set()]

    def start(self, question: Question) -> Job:
        """Start a job. Raises `ApiError` when four run already or the quota is used up."""
        self._new_day()
        running = len(self.running)
        if running >= self._config.xql_parallel:
            self._rejected_today += 1
            reason = (
                "the maximum of parallel running queries is reached; wait for one to finish and submit again"
            )
            raise ApiError(400, _TROUBLE, self._extra(reason), code=500)
        if self._used_today >= self._config.xql_daily_quota:
            reason = "the daily query quota is exceeded"
            raise ApiError(400, _TROUBLE, self._extra(reason), code=500)
        self._forget_old()
        self._started_today += 1
        self._most_at_once = max(self._most_at_once, running + 1)
        job_id = f"{secrets.token_hex(7)}_{self._started_today}_inv"
        job = Job(job_id, question, self._database.version, self._now())
        self._jobs[job_id] = job
        task = asyncio.get_running_loop().create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def get(self, job_id: str) -> Job:
        """A job by its id."""
        job = self._jobs.get(job_id)
        if job is None:
            raise ApiError(400, _TROUBLE, f"there is no query {job_id[:100]}", code=500)
        return job

    def quota(self) -> dict[str, Any]:
        """Counters, as `get_quota` gives them."""
        self._new_day()
        running = self.running
        return {
            "license_quota": int(self._config.xql_daily_quota),
            "additional_purchased_quota": 0,
            "used_quota": round(self._used, 6),
            "eval_quota": 0,
            "daily_used_quota": round(self._used_today, 6),
            "total_daily_running_queries": self._started_today,
            "total_daily_concurrent_rejected_queries": self._rejected_today,
            "current_concurrent_active_queries": {job.id: job.question.text[:200] for job in running},
            "current_concurrent_active_queries_count": len(running),
            "max_daily_concurrent_active_query_count": self._most_at_once,
        }

    @property
    def remaining(self) -> float:
        """Query units left today."""
        return max(0.0, round(self._config.xql_daily_quota - self._used_today, 6))

    async def close(self) -> None:
        """Stop what runs and wait for the threads."""
        for job in self.running:
            _interrupt(job)
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(wait=True)
            self._threads = None
        self._jobs.clear()

    async def _run(self, job: Job) -> None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._config.xql_parallel, thread_name_prefix="xql")
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        timer = loop.call_later(self._config.xql_timeout_s, _interrupt, job)
        try:
            job.rows, job.total = await loop.run_in_executor(self._threads, self._work, job)
            job.status = "SUCCESS"
        except QueryError as error:
            job.error, job.status = str(error), "FAIL"
        except Exception as error:  # noqa: BLE001 (whatever a query does, its job must end)
            late = time.monotonic() - began >= self._config.xql_timeout_s
            said = (
                f"the query ran longer than {self._config.xql_timeout_s:g} s" if late else _first_line(error)
            )
            job.error, job.status = said, "FAIL"
        finally:
            timer.cancel()
            job.cost = round((time.monotonic() - began) * _UNITS_PER_S + 0.0001, 6)
            self._used += job.cost
            self._used_today += job.cost
            job.done.set()

    def _work(self, job: Job) -> tuple[Spool, int]:
        cursor = self._database.cursor()
        job.cursor = cursor
        try:
            answer = self._runner(self._database, cursor, job.question)
            return Spool(answer.rows), answer.total
        finally:
            job.cursor = None
            cursor.close()

    def _extra(self, reason: str) -> dict[str, Any]:
        return {
            "err_msg": reason,
            "query_cost": 0,
            "remaining_quota": int(self.remaining),
            "total_daily_running_queries": self._started_today,
            "total_daily_concurrent_rejected_queries": self._rejected_today,
        }

    def _new_day(self) -> None:
        today = datetime.fromtimestamp(self._now(), UTC).date().isoformat()
        if today != self._day:
            self._day = today
            self._used_today, self._started_today, self._rejected_today, self._most_at_once = 0.0, 0, 0, 0

    def _forget_old(self) -> None:
        ended = [job for job in self._jobs.values() if job.done.is_set()]
        too_many = len(ended) - _KEPT
        size = sum(job.rows.size for job in ended if job.rows is not None)
        for index, job in enumerate(ended):
            held = job.rows.size if job.rows is not None else 0
            late = index < too_many or self._now() - job.started > _KEPT_S
            # The last one stays however long it is: it may not have been fetched yet.
            if late or (held and size > _KEPT_BYTES and index < len(ended) - 1):
                size -= held
                del self._jobs[job.id]


def _interrupt(job: Job) -> None:
    if job.cursor is not None:
        job.cursor.interrupt()


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:500] or type(error).__name__


def _default_runner(database: TenantDatabase, cursor: Any, question: Question) -> Answer:
    from tools.tenant.server.query_runner import run

    return run(database, cursor, question)
