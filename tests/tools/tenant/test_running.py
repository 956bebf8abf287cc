"""Finding, opening and serving the local tenant: one owner of the store, others go through it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tools.cortex.client import CortexClient
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import LoadError, StoreBusyError, StoreError
from tools.tenant.running import STORE, find_tenant, open_tenant, serve_tenant
from tools.tenant.server.tenant_file import NAME, TenantFile, read

OCSF = {
    "class_uid": 2004,
    "metadata": {"version": "1.4.0", "product": {"name": "Prowler", "version": "5"}, "event_code": "s3_x"},
    "severity": "High",
    "severity_id": 4,
    "status": "New",
    "status_code": "FAIL",
    "status_detail": "Bucket b is public.",
    "time": 1767355200,
    "finding_info": {
        "uid": "finding-1",
        "title": "Bucket is public",
        "desc": "d",
        "created_time": 1767355200,
    },
    "resources": [
        {
            "uid": "arn:aws:s3:::b",
            "name": "b",
            "type": "AwsS3Bucket",
            "region": "eu-west-1",
            "group": {"name": "s3"},
        }
    ],
    "cloud": {"provider": "aws", "region": "eu-west-1", "account": {"uid": "111122223333", "name": "a"}},
    "remediation": {"desc": "Block it.", "references": []},
    "unmapped": {"compliance": {}},
}


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.ocsf.json"
    path.write_text(json.dumps([OCSF]))
    return path


async def test_in_process_without_a_socket(tmp_path: Path, scan: Path) -> None:
    home = tmp_path / "home"
    seen: list[int] = []
    async with open_tenant(home) as tenant:
        assert tenant.transport is not None
        assert tenant.url is None
        assert not tenant.seeded
        report = await tenant.load(scan, who="me", on_progress=seen.append)
        assert (report.read, report.added) == (1, 1)
        async with CortexClient(tenant.config, transport=tenant.transport) as client:
            assert await client.system.healthcheck() == "available"
            assert (await client.issues.search_all()).total == 1
        assert (await tenant.info())["datasets"]["issues"] == 1
        assert not (home / NAME).exists()
    async with open_tenant(home) as again:
        assert (await again.info())["datasets"]["issues"] == 1


async def test_served_and_found_by_others(tmp_path: Path, scan: Path) -> None:
    home = tmp_path / "home"
    async with serve_tenant(home) as owner:
        assert owner.owned
        assert owner.url is not None
        assert stat.S_IMODE((home / NAME).stat().st_mode) == 0o600
        file = read(home)
        assert file is not None
        assert file.key.get_secret_value() not in repr(file)
        async with open_tenant(home) as other:
            assert not other.owned
            assert other.url == owner.url
            assert other.transport is None
            report = await other.load(scan)
            assert (report.read, report.added, report.by_status["FAIL"]) == (1, 1, 1)
            assert (await other.load(scan)).added == 0
            empty = tmp_path / "empty.json"
            empty.write_bytes(b"")
            with pytest.raises(LoadError, match="empty"):
                await other.load(empty)
            with pytest.raises(LoadError, match="no file"):
                await other.load(tmp_path / "absent.json")
            async with CortexClient(other.config) as client:
                assert (await client.issues.search_all()).total == 1
                first = client.revision
                await client.war_room.insert((await client.issues.search()).items[0].id, "hello")
                assert client.revision != first
            assert (await other.info())["datasets"]["findings"] == 1
        with pytest.raises(StoreBusyError, match="runs already"):
            async with serve_tenant(home):
                pass
    assert not (home / NAME).exists()
    assert await find_tenant(home) is None
    with TenantDatabase.open(home / STORE) as database:
        assert database.counts()["issues"] == 1
    assert [p.name for p in home.iterdir() if "load" in p.name] == []


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"url": 5}', '{"url": "http://evil.test:80", "key": "k"}']
)
async def test_a_broken_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    async with open_tenant(tmp_path, serve=True) as tenant:
        assert tenant.owned
        file = read(tmp_path)
        assert file is not None
        assert file.pid == os.getpid()


async def test_a_file_left_by_a_dead_process_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    left = TenantFile(url=f"http://127.0.0.1:{port}", key_id="1", key="k", pid=dead_pid())
    left.write(tmp_path)
    assert not left.process_alive
    async with open_tenant(tmp_path) as tenant:
        assert tenant.owned
    assert read(tmp_path) == left  # it is not ours, and nobody serves: the next server replaces it
    async with serve_tenant(tmp_path) as served:
        found = read(tmp_path)
        assert found is not None
        assert found.url == served.url


async def test_another_server_on_the_old_port_is_not_taken_for_ours(tmp_path: Path) -> None:
    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"status":"available"}')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(stranger, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        TenantFile(url=f"http://127.0.0.1:{port}", key_id="1", key="k", pid=os.getpid()).write(tmp_path)
        assert await find_tenant(tmp_path) is None


HOLD = """
import sys, time
from tools.tenant.database import TenantDatabase
with TenantDatabase.open(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


async def test_a_store_held_by_another_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / STORE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreBusyError, match="in use by another process"):
            async with open_tenant(tmp_path, patience_s=0.2):
                pass
        TenantFile(url="http://127.0.0.1:9", key_id="1", key="k", pid=holder.pid).write(tmp_path)
        with pytest.raises(StoreBusyError, match=f"process {holder.pid}.*Stop that process"):
            async with open_tenant(tmp_path, patience_s=0.2):
                pass
        waiting = asyncio.ensure_future(_issues(tmp_path))
        await asyncio.sleep(0.05)
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert await waiting == 0  # it waited for its turn
    finally:
        holder.communicate("\n", timeout=20)


async def _issues(home: Path) -> int:
    async with open_tenant(home) as tenant:
        return int((await tenant.info())["datasets"]["issues"])


async def test_two_in_one_process_share_what_is_served(tmp_path: Path) -> None:
    async with serve_tenant(tmp_path):
        assert await asyncio.gather(*(_issues(tmp_path) for _ in range(4))) == [0, 0, 0, 0]


async def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StoreError, match=str(port)):
            async with serve_tenant(tmp_path, port=port):
                pass
    assert not (tmp_path / NAME).exists()
    assert await _issues(tmp_path) == 0


@pytest.mark.parametrize("served", [False, True])
async def test_a_folder_of_datasets(tmp_path: Path, served: bool) -> None:
    home, folder = tmp_path / "home", tmp_path / "export"
    folder.mkdir()
    asset = {"xdm.asset.id": "a1", "xdm.asset.name": "b", "xdm.asset.tags": {"Env": "Prod"}}
    (folder / "asset_inventory.jsonl").write_text(json.dumps(asset) + "\n")
    (folder / "my_own_logs.jsonl").write_text('{"who": "me", "n": 5}\n')
    (folder / "broken.jsonl").write_text("<html>no rows</html>")
    (folder / "nothing_yet.jsonl").write_text("")
    async with AsyncExitStack() as stack:
        tenant = await stack.enter_async_context(open_tenant(home, serve=served))
        if served:
            tenant = await stack.enter_async_context(open_tenant(home))
            assert not tenant.owned
        reports = {r.file: r for r in await tenant.load_path(folder)}
        assert reports["broken.jsonl"].format == "unreadable"
        assert reports["nothing_yet.jsonl"].format == "empty"
        assert reports["my_own_logs.jsonl"].added == 1
        datasets = (await tenant.info())["datasets"]
        assert (datasets["asset_inventory"], datasets["my_own_logs"]) == (1, 1)
        with pytest.raises(LoadError, match=r"no \.jsonl"):
            await tenant.load_path(tmp_path)
        with pytest.raises(LoadError, match="no file"):
            await tenant.load_path(tmp_path / "absent")


async def test_an_empty_store_is_seeded_on_request_and_says_so(tmp_path: Path, scan: Path) -> None:
    async with open_tenant(tmp_path, serve=True, seed_if_empty=True) as tenant:
        assert tenant.seeded
        assert (await tenant.info())["datasets"]["issues"] > 50
        async with open_tenant(tmp_path, seed_if_empty=True) as other:
            assert other.seeded
            report = await other.load(scan)
            assert report.replaced_demo
            assert (await other.info())["datasets"]["issues"] == 1
            with pytest.raises(StoreError):
                await other.seed()
    async with open_tenant(tmp_path, seed_if_empty=True) as tenant:
        assert not tenant.seeded


async def test_a_kill_leaves_a_store_that_opens(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from tools.tenant.running import serve_tenant\n"
        "async def main():\n"
        "    async with serve_tenant(Path(sys.argv[1])) as t:\n"
        "        print(t.url, flush=True); await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        found = await find_tenant(tmp_path)
        assert found is not None
        assert found.url == url
    finally:
        process.kill()
        process.communicate()
    assert (tmp_path / NAME).exists()
    assert await find_tenant(tmp_path) is None
    assert await _issues(tmp_path) == 0
