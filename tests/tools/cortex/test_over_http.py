"""The client against real sockets: a tenant that hangs, breaks off, speaks HTML, has a bad certificate, is away."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.tools.cortex.conftest import KEY, NO_WAIT
from tools.cortex import errors
from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig
from tools.cortex.vocabulary import Severity
from tools.cortex.writes import IssueUpdate

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHANGE = IssueUpdate(severity=Severity.LOW)


class Server:
    """A server on loopback that does to each request what the test says, and counts them."""

    def __init__(self, serve: Serve) -> None:
        self.requests = 0
        self.port = 0
        self._serve = serve

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-len")),
                0,
            )
            await reader.readexactly(length)
            self.requests += 1
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(serve)
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def client_of(
    port: int, *, scheme: str = "http", verify: bool | str = True, timeout_s: float = 5
) -> CortexClient:
    return CortexClient(
        CortexConfig(
            base_url=f"{scheme}://127.0.0.1:{port}", auth=AdvancedKey(key_id="1", key=KEY), verify=verify,
            timeout_s=timeout_s, retry=NO_WAIT,
        )
    )  # fmt: skip


def raw(*parts: bytes, pause_s: float = 0, hang: bool = False) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        if hang:
            await reader.read()  # until the client gives up

    return serve


async def outcome(
    serve: Serve, *, timeout_s: float = 5
) -> tuple[errors.CortexError, errors.CortexError, int]:
    """The error of a read and of a write, and how many requests came in all."""
    async with serving(serve) as server, client_of(server.port, timeout_s=timeout_s) as client:
        with pytest.raises(errors.CortexError) as read:
            await client.issues.search()
        with pytest.raises(errors.CortexError) as write:
            await client.issues.update(5, CHANGE)
        return read.value, write.value, server.requests


async def test_a_server_that_hangs() -> None:
    read, write, requests = await outcome(raw(hang=True), timeout_s=0.1)
    assert type(read) is errors.Timeout
    assert type(write) is errors.Timeout
    assert not write.safe_to_retry
    assert requests == 2


async def test_a_server_that_hangs_in_the_middle_of_its_answer() -> None:
    read, write, _ = await outcome(raw(JSON + b"Content-Length: 100\r\n\r\n{", hang=True), timeout_s=0.1)
    assert type(read) is errors.Timeout
    assert not write.safe_to_retry


async def test_a_server_that_drips() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(JSON + b"Content-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as server, client_of(server.port, timeout_s=0.1) as client:
        async with asyncio.timeout(5):
            with pytest.raises(errors.Timeout):
                await client.issues.search()


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\n",),
        (JSON + b"Content-Length: 100\r\n\r\n{",),
        (JSON + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"rep\r\n',),
        (b"\x16\x03\x01 not http at all\r\n\r\n",),
    ],
)
async def test_a_connection_that_breaks(parts: tuple[bytes, ...]) -> None:
    read, write, requests = await outcome(raw(*parts))
    assert type(read) is errors.AnswerCut
    assert type(write) is errors.AnswerCut
    assert not write.safe_to_retry
    assert requests == 4 + 1  # the read is repeated, the write is not


async def test_html_where_json_was_expected() -> None:
    page = b"<html><body>Sign in</body></html>"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    read, write, requests = await outcome(raw(head + page))
    assert type(read) is errors.BadAnswer
    assert "HTML" in read.detail
    assert "URL" in read.advice
    assert not write.safe_to_retry
    assert requests == 2


async def test_a_500_with_html() -> None:
    page = b"<html>Internal Server Error</html>"
    head = b"HTTP/1.1 500 X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    read, write, requests = await outcome(raw(head + page))
    assert type(read) is errors.Unavailable
    assert read.status == 500
    assert "HTML" in read.detail
    assert not write.safe_to_retry
    assert requests == 3


async def test_a_broken_gzip_answer() -> None:
    head = JSON + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip"
    read, _, requests = await outcome(raw(head))
    assert type(read) is errors.BadAnswer
    assert requests == 2


async def test_a_stream_that_is_cut() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a":1}\n\r\n')
        await writer.drain()

    async with serving(serve) as server, client_of(server.port) as client:
        stream = client.xql.stream("s")
        assert await anext(stream) == {"a": 1}
        with pytest.raises(errors.AnswerCut):
            await anext(stream)


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with client_of(port) as client:
        with pytest.raises(errors.CannotConnect) as caught:
            await client.issues.update(5, CHANGE)
    assert caught.value.safe_to_retry
    assert "refused" in caught.value.detail


async def test_a_proxy_meant_for_the_internet_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    answer = JSON + b'Content-Length: 24\r\n\r\n{"status":  "available"}'
    async with serving(raw(answer)) as server, client_of(server.port) as client:
        assert await client.system.healthcheck() == "available"


def certificate(folder: Path, *, days: int) -> tuple[ssl.SSLContext, Path]:
    """A self-signed certificate for 127.0.0.1 that ends `days` from now."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    authority = folder / "ca.pem"
    authority.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, authority


OK = JSON + b'Content-Length: 24\r\n\r\n{"status":  "available"}'


@pytest.mark.parametrize(("days", "trust", "says"), [(-1, True, "expired"), (30, False, "self")])
async def test_a_bad_certificate(tmp_path: Path, days: int, trust: bool, says: str) -> None:
    tls, authority = certificate(tmp_path, days=days)
    verify: bool | str = str(authority) if trust else True
    async with (
        serving(raw(OK), tls) as server,
        client_of(server.port, scheme="https", verify=verify) as client,
    ):
        with pytest.raises(errors.CertificateInvalid) as caught:
            await client.issues.update(5, CHANGE)
        assert server.requests == 0
    assert caught.value.safe_to_retry
    assert says in caught.value.detail
    assert "certificate" in caught.value.advice.lower()


async def test_a_certificate_of_a_known_authority(tmp_path: Path) -> None:
    tls, authority = certificate(tmp_path, days=30)
    async with serving(raw(OK), tls) as server:
        client = client_of(server.port, scheme="https", verify=str(authority))
        async with client:
            assert await client.system.healthcheck() == "available"


async def test_tls_spoken_to_a_plain_server() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with listener, client_of(listener.sockets[0].getsockname()[1], scheme="https") as client:
        with pytest.raises(errors.CannotConnect) as caught:
            await client.system.healthcheck()
    assert caught.value.safe_to_retry


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidRequest, match="PEM"):
        client_of(1, scheme="https", verify=str(tmp_path / "absent.pem"))
