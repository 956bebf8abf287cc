"""Two journeys in a real browser over the real agent and the made-up demo estate.

The engineer asks, opens a finding and gets a checked fix; the analyst works the list, sees why, and has a comment
and a severity written after approval, once, also across a kill. What is in the tenant is read by its own API.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ChatServer, Visitor, screenshot
from tools.cortex import CortexClient
from tools.tenant.running import find_tenant

_EFFECTS = ("Add a War Room comment", "severity to MEDIUM")
pytestmark = [pytest.mark.chromium, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    made = ChatServer(tmp_path_factory.mktemp("real"), module="tests.e2e.real_server")
    made.start()
    yield made
    made.stop()


def in_tenant(home: Path, issue_id: str) -> tuple[str, list[str]]:
    """Severity and War Room texts of an issue, asked from the tenant itself."""

    async def read() -> tuple[str, list[str]]:
        tenant = await find_tenant(home)
        assert tenant is not None
        async with CortexClient(tenant.config) as client:
            issue = await client.issues.get(int(issue_id))
            entries = await client.war_room.get(int(issue_id))
            return str(issue.severity), [str(entry.model_dump()) for entry in entries.items]

    # The browser's driver has an event loop in this thread already.
    with ThreadPoolExecutor(1) as other:
        return other.submit(lambda: asyncio.run(read())).result()


def aws_group_with_open_ssh(person: Visitor) -> str:
    """Ask, and take the issue of the first AWS security group in the table."""
    person.ask("Which issues say that SSH is open to the internet?", ".pa-table-panel tbody tr")
    row = person.page.locator(".pa-table-panel tbody tr", has_text="sg-").first
    found = re.search(r"\b(5\d{5})\b", row.locator("td").last.inner_text())
    assert found, row.inner_text()
    return found.group(1)


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_engineer(visit: Any, look: str) -> None:
    looks: dict[str, dict[str, Any]] = {
        "light": {},
        "dark": {"dark": True},
        "narrow": {"width": 390, "height": 844},
    }
    person = visit(**looks[look])
    person.log_in("engineer")
    page = person.page
    person.ask("Which buckets are public?", ".pa-table-panel tbody tr")
    panel = page.locator(".pa-table-panel").first
    expect(panel).to_contain_text(re.compile(r"\d+ of \d+ rows · as of 20\d\d-"))
    panel.get_by_role("button", name="Show query").click()
    expect(panel.locator(".pa-query pre")).to_contain_text("dataset = ")
    screenshot(page, f"journey1-{look}-question")
    issue = aws_group_with_open_ssh(person)
    person.ask(f"Show finding {issue}", "article.pa-panel .pa-dial")
    expect(page.locator("article.pa-panel .pa-factors tbody tr").first).to_be_visible()
    screenshot(page, f"journey1-{look}-finding")
    person.ask(f"Draft a fix for finding {issue}", ".pa-diff")
    fix = page.locator("section[aria-label^='Fix:']")
    expect(fix.locator(".pa-chip-passed").first).to_be_visible()
    expect(fix).to_contain_text("not verified here")
    screenshot(page, f"journey1-{look}-fix")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_analyst(visit: Any, server: ChatServer) -> None:
    person = visit()
    person.log_in("analyst")
    page = person.page
    person.ask("Show the ten findings to fix first", ".pa-table-panel tbody tr")
    expect(page.locator(".pa-table-panel tbody tr")).to_have_count(10)
    screenshot(page, "journey3-light-queue")
    person.ask("Why is the first one ranked highest?", ".pa-dial")
    screenshot(page, "journey3-light-why")
    issue = aws_group_with_open_ssh(person)
    before, entries = in_tenant(server.home, issue)
    assert entries == []
    person.ask(
        f"Add a comment with the reasons to finding {issue} and set its severity to medium",
        "[data-state=pending] >> nth=1",
    )
    screenshot(page, "journey3-light-card-pending")
    page.wait_for_url("**/thread/*")
    assert in_tenant(server.home, issue) == (before, [])

    server.stop(signal.SIGKILL)
    server.start()
    page.wait_for_selector("#session-error", state="detached", timeout=60_000)
    page.wait_for_selector("[data-state=pending] >> nth=1", timeout=60_000)
    comment, change = (page.locator(f"[data-proposal]:has-text('{title}')").first for title in _EFFECTS)
    expect(change.get_by_role("button", name="Approve", exact=True)).to_be_disabled()
    expect(change).to_contain_text("another analyst, approver or admin must approve it")
    comment.get_by_role("button", name="Approve", exact=True).dblclick()
    expect(page.locator("[data-state=done]")).to_have_count(1, timeout=20_000)

    second = visit()
    second.log_in("approver")
    second.ask("Show pending approvals", "[data-state=pending]")
    second.page.locator("[data-state=pending]").get_by_role("button", name="Approve", exact=True).click()
    second.page.wait_for_selector("[data-state=done]")
    expect(page.locator("[data-state=done]")).to_have_count(2, timeout=20_000)
    page.wait_for_selector("[role=article] >> text=Done. The severity of issue")
    screenshot(page, "journey3-light-card-done")
    severity, entries = in_tenant(server.home, issue)
    assert "MEDIUM" in severity.upper()
    assert len(entries) == 1
    page.reload()
    page.wait_for_selector("[data-state=done] >> nth=1")
    severity, entries = in_tenant(server.home, issue)
    assert len(entries) == 1
