"""A tenant that is away, hangs, refuses the key or is something else: a sentence, exit code 1, no secret shown."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Shell
from tests.tools.cortex.test_over_http import certificate
from tools.cortex import CortexConfig
from tools.cortex.config import RetryPolicy

SECRET = "hunter2" * 8
COMMANDS = (
    ["findings", "list"],
    ["ask", "which buckets are public"],
    ["triage", "--once"],
    ["xql", "run", "dataset = issues"],
)
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, tls_folder: Path | None = None, *, days: int = 1) -> Iterator[str]:
    """A server on loopback that answers every request in one way."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            answer(self)

        do_GET = do_POST

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """A client that does not trust us hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    scheme = "http"
    if tls_folder is not None:
        context, _ = certificate(tls_folder, days=days)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def body(status: int, content: str, kind: str = "application/json") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = content.encode()
        handler.send_response(status)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"reply": {')


@pytest.fixture
def remote(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell with a key for a tenant elsewhere, whose client does not wait between attempts."""
    at_once = RetryPolicy(wait_initial_s=0, wait_jitter_s=0, wait_max_s=0)
    monkeypatch.setattr("agent.runtime.CortexConfig", partial(CortexConfig, retry=at_once))
    return shell.set(POSTURE_TENANT_KEY=SECRET, POSTURE_TENANT_KEY_ID="7")


def check(shell: Shell, url: str, says: str) -> None:
    shell.set(POSTURE_TENANT_URL=url)
    for command in COMMANDS:
        ended = shell.json(*command)
        assert ended.code == 1, (command, ended.out)
        said = ended.body.get("error") or ended.body["answer"]
        assert says in said, command
        assert "Traceback" not in ended.out + ended.err
        assert SECRET not in ended.out + ended.err
        assert ended.err == "", "the sentence is enough"
    doctor = shell.json("doctor")
    assert doctor.code == 1
    part = next(p for p in doctor.body["parts"] if p["part"] == "tenant")
    assert part["state"] == "missing"
    assert says in part["detail"]


def test_nobody_listens(remote: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        check(remote, f"http://127.0.0.1:{taken.getsockname()[1]}", "Check the tenant URL")


def test_the_key_is_wrong(remote: Shell) -> None:
    refusal = json.dumps(
        {"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": None}}
    )
    with answering(body(401, refusal)) as url:
        check(remote, url, "Check the key id, the key")


def test_the_role_may_not(remote: Shell) -> None:
    with answering(body(403, json.dumps({"reply": {"err_code": 403, "err_msg": "Forbidden"}}))) as url:
        check(remote, url, "administrator")


def test_a_login_page_answers(remote: Shell) -> None:
    with answering(body(200, "<html><title>Sign in</title></html>", "text/html")) as url:
        check(remote, url, "tenant URL is the API address")


def test_the_tenant_is_broken(remote: Shell) -> None:
    with answering(body(500, "<h1>Oops</h1>", "text/html")) as url:
        check(remote, url, "try again")


def test_the_answer_breaks_off(remote: Shell) -> None:
    with answering(cut_off) as url:
        check(remote, url, "ry again")


def test_the_certificate_has_expired(remote: Shell, tmp_path: Path) -> None:
    with answering(body(200, "{}"), tmp_path, days=-1) as url:
        check(remote.set(POSTURE_TENANT_CA_FILE=str(tmp_path / "ca.pem")), url, "certificate")


def test_the_authority_is_not_known(remote: Shell, tmp_path: Path) -> None:
    with answering(body(200, "{}"), tmp_path) as url:
        check(remote, url, "certificate")


def test_the_tenant_hangs(remote: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        remote.set(POSTURE_TENANT_TIMEOUT_S="0.1")
        check(remote, f"http://127.0.0.1:{silent.getsockname()[1]}", "in time")


@pytest.mark.parametrize("file", ["missing.pem", "not.pem"])
def test_the_authority_file_is_no_good(remote: Shell, tmp_path: Path, file: str) -> None:
    (tmp_path / "not.pem").write_text("hello")
    remote.set(POSTURE_TENANT_URL="https://t.example", POSTURE_TENANT_CA_FILE=str(tmp_path / file))
    assert file in remote.json("findings", "list").error


def test_what_needs_no_tenant_works_without_one(remote: Shell) -> None:
    with answering(body(500, "{}")) as url:
        remote.set(POSTURE_TENANT_URL=url)
        assert remote.json("xql", "check", "dataset = issues | limit 1").code == 0
        assert remote.json("compliance", "frameworks").code == 0
        assert remote.json("audit", "verify").code == 0
        assert remote.json("approvals", "list").code == 0
