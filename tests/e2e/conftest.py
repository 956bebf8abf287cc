"""A server over the stand-in agent, and a browser that keeps a list of every address it asked."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, sync_playwright

_ROOT = Path(__file__).resolve().parents[2]
_ARGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class ChatServer:
    """The page in a process of its own, on one port for all its lives."""

    home: Path
    module: str = "tests.e2e.fake_server"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    cpu_at_start: float = 0.0

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        began = time.monotonic()
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, str(self.home), str(self.port)],
                cwd=_ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
            )
        while True:
            if self.process.poll() is not None or time.monotonic() - began > 60:
                pytest.fail(f"the server did not start:\n{self.log}")
            try:
                with urllib.request.urlopen(f"{self.base}/health", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, OSError):
                self.process.poll()
        ticks = Path(f"/proc/{self.process.pid}/stat")
        if ticks.exists():
            user, system = ticks.read_text().rsplit(")", 1)[1].split()[11:13]
            self.cpu_at_start = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def password(self, name: str) -> str:
        for line in (self.home / "login.txt").read_text().splitlines():
            parts = line.split()
            if len(parts) == 2 and parts[0] == name:
                return parts[1]
        pytest.fail(f"no password for {name}")


@dataclass
class Visitor:
    """A person at a browser."""

    page: Page
    server: ChatServer
    asked: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def log_in(self, name: str) -> None:
        self.page.goto(self.server.base)
        self.page.fill("#email", name)
        self.page.fill("#password", self.server.password(name))
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("#starters button:not([disabled])")

    def ask(self, text: str, seen: str) -> Any:
        """Type a question and wait until something is seen."""
        self.page.wait_for_selector("#stop-button", state="detached")
        self.page.click("#chat-input")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")
        return self.page.wait_for_selector(seen)

    def outside(self) -> list[str]:
        """Addresses that are not the server's own."""
        own = (self.server.base, f"ws://localhost:{self.server.port}", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for these tests. Closed with them: its driver runs an event loop in this thread meanwhile."""
    found = (
        os.environ.get("POSTURE_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not found:
        if os.environ.get("POSTURE_REQUIRE_SERVICES") == "1":
            pytest.fail("Chromium is required and is not here")
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    made = ChatServer(tmp_path_factory.mktemp("chat"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def visit(browser: Browser, server: ChatServer) -> Iterator[Any]:
    """Open the page as someone: `visit(width=390, dark=True)`; checks at the end that no other host was asked."""
    opened: list[tuple[Any, Visitor]] = []

    def open_page(
        *, width: int = 1280, height: int = 900, dark: bool = False, where: ChatServer = server
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        visitor = Visitor(page, where)
        page.on("request", lambda request: visitor.asked.append(request.url))
        page.on("websocket", lambda ws: visitor.asked.append(ws.url))
        page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
        page.on("dialog", lambda dialog: _refuse(dialog, visitor))
        opened.append((context, visitor))
        return visitor

    yield open_page
    for context, visitor in opened:
        context.close()
        assert visitor.outside() == []
        assert visitor.troubles == []


def _refuse(dialog: Any, visitor: Visitor) -> None:
    visitor.troubles.append(f"a dialog: {dialog.message}")
    dialog.dismiss()


def screenshot(page: Page, name: str) -> None:
    """Keep a picture where POSTURE_TEST_SCREENSHOTS says; nowhere otherwise."""
    folder = os.environ.get("POSTURE_TEST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
