"""/local/v1/*: what only the local tenant offers, under the same key: load a file, seed, tell what is
inside.

A load comes as the request body, as large as it may be, goes to a temporary file beside the store, and is
answered with one JSON line per step: `{"progress": n}` while it reads, then `{"report": {...}}` or
`{"error": "..."}`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from tools.tenant.errors import TenantError
from tools.tenant.server.answers import ApiError, JsonAnswer, bad, dump
from tools.tenant.server.context import Context
from tools.tenant.server.requests import only, text, whole

if TYPE_CHECKING:
    from tools.tenant.loading_report import LoadReport

_NDJSON = "application/x-ndjson"
SIZES = ("small", "medium", "large")
Work = Callable[[Callable[[int], None]], "LoadReport | dict[str, Any]"]


async def info(context: Context, request: Request) -> Response:
    """GET local/v1/info: rows per data set, findings by status, loads, revision."""
    return JsonAnswer(await context.run(context.database.info))


async def load(context: Context, request: Request) -> Response:
    """POST local/v1/load?name=FILE: the file as the body. `folder=true` for a file out of a folder of data sets."""
    name = Path(text(request.query_params.get("name", ""), "name")).name
    who = request.query_params.get("who") or context.config.user
    in_folder = request.query_params.get("folder") == "true"
    folder = tempfile.TemporaryDirectory(
        prefix="posture-load-", dir=_beside(context), ignore_cleanup_errors=True
    )
    try:
        path = Path(folder.name) / _safe(name)
        await _receive(request, path, context.config.max_upload_bytes)
    except BaseException:
        folder.cleanup()
        raise

    def work(progress: Callable[[int], None]) -> LoadReport:
        from tools.tenant.loading import load_stream

        try:
            with path.open("rb") as stream:
                return load_stream(
                    context.database, stream, path.name, who=who, on_progress=progress, in_folder=in_folder
                )
        finally:
            folder.cleanup()

    return StreamingResponse(_steps(work), media_type=_NDJSON)


async def seed(context: Context, request: Request) -> Response:
    """POST local/v1/seed {size, seed}: fill the store with the made-up estate."""
    body = await context.body(request)
    only(body, ("size", "seed"))
    size = body.get("size", "small")
    if size not in SIZES:
        raise bad(f"must be one of {', '.join(SIZES)}", "size")
    number = whole(body.get("seed", 1), "seed")

    def work(progress: Callable[[int], None]) -> dict[str, Any]:
        from tools.tenant.server.seeding import seed_estate

        return seed_estate(context.database, size, number)

    return StreamingResponse(_steps(work), media_type=_NDJSON)


async def _receive(request: Request, path: Path, most: int) -> None:
    size = 0
    try:
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise ApiError(413, f"The file is larger than {most} bytes")
                file.write(chunk)
    except ClientDisconnect:
        raise ApiError(400, "The upload ended early; nothing was loaded") from None


async def _steps(work: Work) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[int | None] = asyncio.Queue()

    def progress(read: int) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, read)

    task = asyncio.ensure_future(asyncio.to_thread(work, progress))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    while (read := await queue.get()) is not None:
        yield dump({"progress": read}) + b"\n"
    try:
        result = task.result()
    except TenantError as error:
        yield dump({"error": str(error)}) + b"\n"
        return
    except Exception as error:  # noqa: BLE001 (the answer has begun; its last line must say what happened)
        yield dump({"error": f"The load failed inside the tenant ({type(error).__name__})."}) + b"\n"
        return
    content = result if isinstance(result, dict) else result.model_dump(mode="json")
    yield dump({"report": content}) + b"\n"


def _beside(context: Context) -> str | None:
    return None if context.database.path == ":memory:" else str(Path(context.database.path).parent)


def _safe(name: str) -> str:
    # The name decides the data set (<dataset>.jsonl), so it is kept, but as a plain file name.
    kept = "".join(c if c.isalnum() or c in "._- " else "_" for c in name)[-200:]
    return kept if kept.strip(". ") else "upload"
