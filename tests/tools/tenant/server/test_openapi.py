"""What the client sends and what the local tenant answers, checked against the vendor's OpenAPI file.

Where live tenants are known to differ from that file, the difference has a name in `openapi_variants.VARIANTS`; nothing
else may differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tools.tenant.server.conftest import BASE, KEY, config, fill
from tests.tools.tenant.server.openapi import OpenApi
from tests.tools.tenant.server.openapi_variants import expected, undo
from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig, RetryPolicy
from tools.cortex.errors import CortexError
from tools.cortex.filters import AnyOf, Filter, InventorySort, Leaf, Sort, has_tag, is_in, since
from tools.cortex.writes import CaseUpdate, IssueUpdate, NewIssue
from tools.cortex.xql_model import TimeFrame
from tools.tenant.database import TenantDatabase
from tools.tenant.loading import load_file
from tools.tenant.server import create_app

PREFIX = "/public_api/v1/"
V2 = "/public_api/v2/"
NEW_ISSUE = {
    "name": "n", "description": "d", "observation_time": 1767355200000, "domain": "POSTURE", "severity": "LOW",
    "category": "CONFIGURATION", "asset_ids": ["a1"], "tags": ["DOM:Posture"], "normalized_fields": {},
    "is_starred": True, "remediation": "r",
}  # fmt: skip
ISSUE_UPDATE = {
    "severity": "LOW", "status": "Resolved", "status_resolution_reason": "RESOLVED_RISK_ACCEPTED",
    "status_resolution_comment": "c",
}  # fmt: skip


class Recorder(httpx.AsyncBaseTransport):
    """Keeps every exchange: method, path, request body, status, answer body."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.exchanges: list[tuple[str, str, bytes, int, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sent = await request.aread()
        response = await self.inner.handle_async_request(request)
        body = await response.aread()
        self.exchanges.append((request.method, request.url.path, sent, response.status_code, body))
        for name in ("authorization", "x-xdr-auth-id"):
            assert request.headers[name]
        return response


async def walk(client: CortexClient) -> None:
    """Every call of the client that the file describes, with its arguments filled in."""
    await client.issues.search_all()
    filters = [
        is_in("id", [101, 102]), is_in("severity", ["HIGH", "LOW"]), is_in("status.progress", ["New"]),
        is_in("asset_ids", ["a1", "a2"]), since("observation_time", 0), since("_insert_time", 0),
    ]  # fmt: skip
    await client.issues.search(filters, Sort(field="severity", keyword="desc"), 0, 50)
    await client.issues.schema()
    await client.issues.create(NewIssue.model_validate(NEW_ISSUE))
    await client.issues.update(101, IssueUpdate.model_validate(ISSUE_UPDATE))
    await client.issues.search_all()
    await client.cases.search([is_in("case_id", [5]), since("creation_time", 0)], Sort(field="severity"))
    await client.cases.update(
        5,
        CaseUpdate.model_validate(
            {"status_progress": "RESOLVED", "resolve_reason": "RESOLVED_FIXED", "resolve_comment": "c"}
        ),
    )
    await client.cases.search_all()
    await client.cases.artifacts(5)
    wide = AnyOf(parts=(Leaf(field="xdm.asset.provider", type="IN", value=["AWS"]), has_tag("Env", "Prod")))
    await client.assets.search(wide, [InventorySort(field="xdm.asset.name")], 0, 10, ["xdm.asset.tags"])
    await client.assets.search_all()
    await client.assets.get("a1")
    await client.assets.raw_fields("a1")
    await client.assets.schema()
    await client.war_room.insert(101, "hello")
    await client.war_room.insert("CASE-5", "hello")
    await client.war_room.get(101, page_size=5, categories=["chats"])
    await client.xql.run(
        "dataset = issues | fields xdm.issue.id | limit 2", timeframe=TimeFrame(relative_ms=10**12)
    )
    await client.xql.run("dataset = issues", timeframe=TimeFrame(from_ms=0, to_ms=2 * 10**12))
    assert (await client.xql.run("dataset = findings | fields xdm.finding.id", limit=5000)).returned == 1001
    await client.xql.quota()
    await client.xql.datasets()
    await client.xql.add_dataset(
        "scores", {"finding": "text", "score": "number", "seen": "bool", "at": "datetime"}
    )
    await client.xql.lookups_add("scores", [{"finding": "a", "score": 1}], ["finding"])
    await client.xql.lookups_get("scores", [{"finding": "a"}], 5)
    await client.xql.lookups_remove("scores", [{"finding": "a"}])
    await client.xql.delete_dataset("scores", force=True)
    await client.system.healthcheck()
    await client.audit.search([is_in("type", ["ISSUE"]), since("timestamp", 0)], Sort(field="type"))
    await client.audit.search_all()


async def fail(client: CortexClient) -> list[int | None]:
    """Calls that the tenant refuses."""
    statuses: list[int | None] = []
    for call in (
        client.issues.search([Filter(field="severity", operator="eq", value="x")]),
        client.issues.update(999, IssueUpdate.model_validate({"severity": "LOW"})),
        client.cases.search([is_in("severity", ["x"])]),
        client.assets.get("nope"),
        client.war_room.insert(999, "hello"),
        client.xql.results("nope"),
        client.audit.search([is_in("nope", ["x"])]),
    ):
        with pytest.raises(CortexError) as caught:
            await call
        statuses.append(caught.value.status)
    return statuses


async def record(
    database: TenantDatabase, spelling: str, do: Callable[[CortexClient], Any]
) -> list[tuple[str, str, bytes, int, bytes]]:
    app = create_app(database, config(spelling=spelling))
    recorder = Recorder(httpx.ASGITransport(app=app))
    settings = CortexConfig(
        base_url=BASE, auth=AdvancedKey(key_id="1", key=KEY), retry=RetryPolicy(attempts=1)
    )
    async with CortexClient(settings, transport=recorder) as client:
        await do(client)
    await app.state.jobs.close()
    return recorder.exchanges


@pytest.mark.shared
@pytest.mark.parametrize("spelling", ["live", "documented"])
async def test_requests_and_answers_agree_with_the_file(
    database: TenantDatabase, shared_data: Path, spelling: str
) -> None:
    api = OpenApi(shared_data / "openapi" / "cortex-platform-papi.json", strict=True)
    fill(database, "findings", *({"xdm.finding.id": f"f{i}"} for i in range(1001)))
    exchanges = await record(database, spelling, walk)
    used: set[str] = set()
    seen: set[str] = set()
    for method, path, sent, status, answer in exchanges:
        short = path.removeprefix(PREFIX).removeprefix(V2)
        operation = api.operation(method, path)
        assert operation is not None, path
        seen.add(operation.template)
        schema = api.request_schema(operation)
        if schema is not None:
            body, names = undo("request", spelling, short, json.loads(sent))
            used |= names
            assert api.errors(schema, body) == [], (short, body)
        assert str(status) in operation.spec["responses"], (short, status)
        schema = api.answer_schema(operation, status)
        if schema is not None and answer:
            body, names = undo("answer", spelling, short, json.loads(answer))
            used |= names
            assert api.errors(schema, body) == [], (short, body)
        else:
            assert status == 204 or short.endswith(("delete_dataset", "results_stream")), (short, status)
    assert used == expected(spelling), "a named difference that does not occur"
    assert len(seen) == 25


@pytest.mark.shared
@pytest.mark.parametrize("file", ["prowler-aws.ocsf.json", "prowler-aws.asff.json"])
async def test_a_real_scan_agrees_with_the_file(shared_data: Path, file: str) -> None:
    api = OpenApi(shared_data / "openapi" / "cortex-platform-papi.json", strict=True)

    async def read(client: CortexClient) -> None:
        assert (await client.issues.search_all()).total > 300
        assert (await client.assets.search_all()).total > 90
        assert (await client.audit.search_all()).total == 1

    with TenantDatabase.open(":memory:") as database:
        load_file(database, shared_data / "findings" / file)
        for method, path, _, status, answer in await record(database, "documented", read):
            operation = api.operation(method, path)
            assert operation is not None
            schema = api.answer_schema(operation, status)
            assert schema is not None
            body, _names = undo("answer", "documented", path.removeprefix(PREFIX), json.loads(answer))
            assert api.errors(schema, body) == [], path


@pytest.mark.shared
@pytest.mark.parametrize("spelling", ["live", "documented"])
async def test_refusals_agree_with_the_file(
    database: TenantDatabase, shared_data: Path, spelling: str
) -> None:
    api = OpenApi(shared_data / "openapi" / "cortex-platform-papi.json")
    statuses: list[int | None] = []

    async def do(client: CortexClient) -> None:
        statuses.extend(await fail(client))

    for method, path, _, status, answer in await record(database, spelling, do):
        operation = api.operation(method, path)
        assert operation is not None
        assert str(status) in operation.spec["responses"], (path, status)
        schema = api.answer_schema(operation, status)
        body = json.loads(answer)
        if spelling == "live" and schema is not None and "/assets" in path:
            body = [body["reply"]]
            body[0]["err_extra"] = str(body[0]["err_extra"])
        if schema is not None:
            assert api.errors(schema, body) == [], (path, body)
    assert statuses == [400, 400, 400, 404, 400, 400, 400]


def test_the_reader_of_the_file_sees_what_is_wrong(tmp_path: Path) -> None:
    item = {"type": "object", "properties": {"n": {"type": "integer", "nullable": True}}, "required": ["n"]}
    spec = {
        "paths": {
            "/a/{id}": {
                "post": {
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/I"}}}
                    },
                    "responses": {"400": {"$ref": "#/components/responses/Bad"}, "204": {}},
                }
            }
        },
        "components": {
            "schemas": {"I": item},
            "responses": {"Bad": {"content": {"application/json": {"schema": {"type": "string"}}}}},
        },
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps(spec))
    api = OpenApi(path, strict=True)
    operation = api.operation("POST", "/a/5")
    assert operation is not None
    assert api.operation("GET", "/a/5") is None
    assert api.operation("POST", "/a/5/b") is None
    schema = api.request_schema(operation)
    assert schema is not None
    assert api.errors(schema, {"n": None}) == []
    assert api.errors(schema, {"n": 5}) == []
    wrong: list[Any] = [{"n": "5"}, {}, {"n": 5, "m": 1}, []]
    for value in wrong:
        assert api.errors(schema, value) != []
    answer = api.answer_schema(operation, 400)
    assert answer is not None
    assert api.errors(answer, "x") == []
    assert api.errors(answer, 5) != []
    assert api.answer_schema(operation, 204) is None
