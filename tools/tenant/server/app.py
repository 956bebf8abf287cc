"""The ASGI app of the local tenant: the routes, the gate before them, errors in the API's shapes."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tools.tenant.errors import BadValueError, NotStoredError, TenantError
from tools.tenant.server import assets, audit, cases, classic, entries, issues, local_admin, lookups, xql
from tools.tenant.server.answers import ApiError, ErrorShape, JsonAnswer, refusal
from tools.tenant.server.config import TenantConfig
from tools.tenant.server.context import Context
from tools.tenant.server.guard import Guard
from tools.tenant.server.jobs import Jobs
from tools.tenant.server.queries import Runner

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase

Endpoint = Callable[[Context, Request], Awaitable[Response]]
V1, V2, LOCAL = "/public_api/v1", "/public_api/v2", "/local/v1"


async def healthcheck(context: Context, request: Request) -> Response:
    """GET healthcheck."""
    return JsonAnswer({"status": "available"})


async def tenant_info(context: Context, request: Request) -> Response:
    """POST system/get_tenant_info: a local tenant has no licence to count."""
    await context.body(request)
    return JsonAnswer({"reply": {"tenant": "local", "revision": context.database.revision}})


_READS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", f"{V1}/healthcheck", healthcheck),
    ("GET", f"{V1}/health_check", healthcheck),
    ("POST", f"{V1}/system/get_tenant_info", tenant_info),
    ("POST", f"{V1}/issue/search", issues.search),
    ("POST", f"{V1}/issue/schema", issues.schema),
    ("POST", f"{V1}/case/search", cases.search),
    ("GET", f"{V1}/case/artifacts/{{case_id}}", cases.artifacts),
    ("POST", f"{V1}/assets", assets.search),
    ("GET", f"{V1}/assets/schema", assets.schema),
    ("GET", f"{V1}/assets/enum/{{field_name}}", assets.enum),
    ("GET", f"{V1}/assets/{{asset_id:path}}/raw_fields", assets.raw_fields),
    ("GET", f"{V1}/assets/{{asset_id:path}}", assets.one),
    ("POST", f"{V1}/entries/get", entries.get),
    ("POST", f"{V1}/audits/management_logs", audit.management_logs),
    ("POST", f"{V1}/xql/start_xql_query", xql.start),
    ("POST", f"{V1}/xql/get_query_results", xql.results),
    ("POST", f"{V1}/xql/get_query_results_stream", xql.stream),
    ("POST", f"{V1}/xql/get_quota", xql.quota),
    ("POST", f"{V1}/xql/get_datasets", xql.datasets),
    ("POST", f"{V1}/xql/lookups/get_data", lookups.get_data),
    ("POST", f"{V1}/alerts/get_alerts", classic.alerts),
    ("POST", f"{V1}/alerts/get_alerts_multi_events", classic.alerts),
    ("POST", f"{V2}/alerts/get_alerts_multi_events", classic.alerts),
    ("POST", f"{V1}/incidents/get_incidents", classic.incidents),
    ("POST", f"{V1}/incidents/get_incident_extra_data", classic.extra_data),
    ("GET", f"{LOCAL}/info", local_admin.info),
)
_WRITES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", f"{V1}/issue", issues.create),
    ("POST", f"{V1}/issue/{{issue_id}}", issues.update),
    ("POST", f"{V1}/case/update/{{case_id}}", cases.update),
    ("POST", f"{V1}/entries/insert", entries.insert),
    ("POST", f"{V1}/xql/add_dataset", lookups.add_dataset),
    ("POST", f"{V2}/xql/delete_dataset", lookups.delete_dataset),
    ("POST", f"{V1}/xql/lookups/add_data", lookups.add_data),
    ("POST", f"{V1}/xql/lookups/remove_data", lookups.remove_data),
    ("POST", f"{V1}/alerts/update_alerts", classic.update_alerts),
    ("POST", f"{V1}/incidents/update_incident", classic.update_incident),
    ("POST", f"{LOCAL}/load", local_admin.load),
    ("POST", f"{LOCAL}/seed", local_admin.seed),
)


# What DuckDB says of a value that it cannot take (a pattern that is no RE2, a number out of range).
_BAD_VALUE = frozenset({"InvalidInputException", "ConversionException", "OutOfRangeException"})


def create_app(
    database: TenantDatabase,
    config: TenantConfig,
    *,
    runner: Runner | None = None,
    now: Callable[[], float] = time.time,
) -> Starlette:
    """The app. `app.state.jobs.close()` ends running queries; call it before the store is closed."""
    jobs = Jobs(database, config, runner, now)
    context = Context(database, config, jobs)
    routes = [Route(path, _handler(context, do, writes=False), methods=[m]) for m, path, do in _READS]
    routes += [Route(path, _handler(context, do, writes=True), methods=[m]) for m, path, do in _WRITES]
    gate = Middleware(_Gate, guard=Guard(config, now), database=database)
    app = Starlette(routes=routes, middleware=[gate], exception_handlers={404: _no_route, 405: _no_route})
    app.router.redirect_slashes = False
    app.state.jobs = jobs
    app.state.context = context
    return app


def _handler(context: Context, do: Endpoint, *, writes: bool) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        # A read is labelled with the revision it began at: an older label only makes a client read again.
        revision = context.database.version
        response = await _answered(context, do, request)
        if writes:
            revision = context.database.version
        response.headers.setdefault(xql.REVISION, revision)
        return response

    return handle


async def _answered(context: Context, do: Endpoint, request: Request) -> Response:
    shape = _shape(request.url.path, context.config)
    try:
        return await do(context, request)
    except ApiError as error:
        return refusal(error, shape)
    except NotStoredError as error:
        return refusal(ApiError(400, str(error)), shape)
    except BadValueError as error:
        return refusal(ApiError(400, str(error)), shape)
    except TenantError as error:
        return refusal(ApiError(500, str(error)), shape)
    except Exception as error:  # noqa: BLE001 (a server answers, whatever happens)
        if type(error).__name__ in _BAD_VALUE:
            return refusal(ApiError(400, f"A value does not fit: {str(error).splitlines()[0][:200]}"), shape)
        # The trace without values of variables: they may hold what a request carried.
        trace = "".join(traceback.format_tb(error.__traceback__)[-5:])
        logging.getLogger(__name__).error("%s failed: %s\n%s", request.url.path, type(error).__name__, trace)
        return refusal(ApiError(500, f"The tenant failed inside ({type(error).__name__})"), shape)


def _shape(path: str, config: TenantConfig) -> ErrorShape:
    """Which of its error shapes the API uses here; the vendor's files and live tenants differ."""
    if config.spelling == "live":
        return "reply"
    name = path.removeprefix(V1)
    if name.startswith("/assets"):
        return "list"
    return "error" if name.startswith(("/issue", "/case")) else "reply"


async def _no_route(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return refusal(
        ApiError(status, "There is no such endpoint" if status == 404 else "Method not allowed"), "reply"
    )


class _Gate:
    """Before the routes: the key check.

    After them: the revision on every answer. Slashes at the end don't count.
    """

    def __init__(self, app: ASGIApp, guard: Guard, database: TenantDatabase) -> None:
        self._app = app
        self._guard = guard
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        revision = self._database.version.encode()

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[Any] = message.setdefault("headers", [])
                if not any(name.lower() == xql.REVISION.encode() for name, _ in headers):
                    message["headers"] = [*headers, (xql.REVISION.encode(), revision)]
            await send(message)

        request = Request(scope)
        try:
            self._guard.check(request.headers)
        except ApiError as error:
            await refusal(error, "reply")(scope, receive, labelled)
            return
        path = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope = {**scope, "path": path.rstrip("/"), "raw_path": path.rstrip("/").encode()}
        await self._app(scope, receive, labelled)
