"""Loading over HTTP: steps, limits, uploads that break off, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from tests.tools.tenant.server.conftest import BASE, KEY, config
from tools.cortex.auth import authenticator
from tools.cortex.clock import SystemClock
from tools.tenant.database import TenantDatabase
from tools.tenant.running import serve_tenant
from tools.tenant.server import create_app

ROW = '{"xdm.asset.id": "a%d", "xdm.asset.name": "n"}\n'
STANDARD = {"x-xdr-auth-id": "1", "Authorization": KEY}


async def load(database: TenantDatabase, content: bytes, query: str, **settings: int) -> httpx.Response:
    app = create_app(database, config(key_type="standard", **settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        return await client.post(f"/local/v1/load?{query}", content=content, headers=STANDARD)


async def test_steps_then_the_report(tmp_path: Path) -> None:
    with TenantDatabase.open(tmp_path / "store.duckdb") as database:
        content = "".join(ROW % i for i in range(2500)).encode()
        answer = await load(database, content, "name=asset_inventory.jsonl&who=me")
        steps = [json.loads(line) for line in answer.text.splitlines()]
        assert [s["progress"] for s in steps[:-1]] == [1000, 2000]
        assert steps[-1]["report"]["added"] == 2500
        assert database.counts()["asset_inventory"] == 2500
        assert database.loads()[0]["who"] == "me"
    assert sorted(p.name.split(".")[0] for p in tmp_path.iterdir()) == ["store"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/cron.d/x.jsonl", "..", "a\x00b.jsonl", "x" * 5000, "…"]
)
async def test_names_are_only_names(database: TenantDatabase, name: str) -> None:
    answer = await load(database, b"{", str(httpx.QueryParams({"name": name})))
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert "error" in json.loads(answer.text.splitlines()[-1]) or "report" in answer.text


async def test_an_unreadable_file_is_said_in_the_last_line(unchanged: TenantDatabase) -> None:
    answer = await load(unchanged, b"<html>", "name=x.json")
    (step,) = [json.loads(line) for line in answer.text.splitlines()]
    assert "x.json" in step["error"]
    assert (await load(unchanged, b"", "name=")).status_code == 400


async def test_a_file_too_large(tmp_path: Path) -> None:
    with TenantDatabase.open(tmp_path / "store.duckdb") as database:
        answer = await load(database, b"x" * 5000, "name=x.json", max_upload_bytes=2048)
        assert answer.status_code == 413
        assert database.counts()["issues"] == 0
    assert not [p for p in tmp_path.iterdir() if p.is_dir()]


async def test_an_upload_that_breaks_off_loads_nothing(tmp_path: Path) -> None:
    async with serve_tenant(tmp_path) as tenant:
        async with httpx.AsyncClient() as http:
            headers = await authenticator(tenant.config, SystemClock()).headers(http)
        port = int((tenant.url or "").rsplit(":", 1)[1])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        writer.write(
            f"POST /local/v1/load?name=asset_inventory.jsonl HTTP/1.1\r\nHost: x\r\n{head}"
            f"Content-Length: 100000\r\n\r\n{ROW % 1}".encode()
        )
        await writer.drain()
        while not [p for p in tmp_path.iterdir() if p.is_dir()]:
            await asyncio.sleep(0.005)
        writer.close()
        while [p for p in tmp_path.iterdir() if p.is_dir()]:
            await asyncio.sleep(0.005)
        assert (await tenant.info())["datasets"]["asset_inventory"] == 0


async def test_seeding_names_what_it_takes(database: TenantDatabase) -> None:
    app = create_app(database, config(key_type="standard"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        for wrong in ({"size": "huge"}, {"seed": "x"}, {"colour": 1}):
            answer = await client.post("/local/v1/seed", json=wrong, headers=STANDARD)
            assert answer.status_code == 400
        held = await client.post("/local/v1/seed", json={"size": "small"}, headers=STANDARD)
        assert "error" in json.loads(held.text.splitlines()[-1])  # the store holds data
        assert (await client.get("/local/v1/info", headers=STANDARD)).json()["datasets"]["issues"] == 3
