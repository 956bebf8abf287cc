"""The page in a real browser, over a stand-in agent: looks, elements, safety, threads."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ChatServer, screenshot

pytestmark = pytest.mark.chromium


@pytest.fixture(params=["light", "dark", "narrow"])
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    looks: dict[str, dict[str, Any]] = {
        "light": {},
        "dark": {"dark": True},
        "narrow": {"width": 390, "height": 844},
    }
    return {"name": request.param, **looks[request.param]}


def test_every_view_in_every_look(visit: Any, look: dict[str, Any]) -> None:
    name = look.pop("name")
    person = visit(**look)
    page = person.page
    page.goto(person.server.base)
    page.wait_for_selector("#email")
    screenshot(page, f"{name}-login")
    person.log_in("analyst")
    screenshot(page, f"{name}-empty")
    assert page.title() == "Posture Agent"
    for question, seen, view in (
        ("Which buckets are public?", ".pa-table-panel", "table"),
        ("Show the ten findings to fix first", ".pa-table-panel >> nth=1", "findings"),
        ("Issues opened per week", ".pa-chart rect >> nth=12", "chart"),
        ("Issues opened per week and severity", ".pa-chart polyline >> nth=3", "chart-lines"),
        ("Draw the attack paths", ".pa-path rect >> nth=6", "paths"),
        ("Is it being attacked?", ".pa-event >> nth=11", "timeline"),
        ("Is it quiet there?", ".pa-verdict-none", "timeline-empty"),
        ("Share of assets per account", ".pa-bars li >> nth=4", "chart-share"),
        ("Why is the first one ranked highest?", ".pa-dial", "finding"),
        ("Draft a fix for the worst finding", ".pa-diff", "fix"),
        ("HIPAA gap report", ".pa-stack", "report"),
        ("break it", "text=Something went wrong inside", "error"),
    ):
        person.ask(question, seen)
        expect(page.locator("#stop-button")).to_have_count(0)
        screenshot(page, f"{name}-{view}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], f"{view} is wider than the screen"
    assert page.evaluate("document.documentElement.classList.contains('dark')") is (name == "dark")


def test_a_timeline_unfolds_names_what_was_watched_and_shows_its_query(visit: Any) -> None:
    person = visit(width=390, height=844)
    person.log_in("analyst")
    page = person.page
    person.ask("Is it being attacked?", ".pa-timeline")
    panel = page.locator(".pa-timeline")
    expect(panel.locator(".pa-event")).to_have_count(12)
    panel.get_by_role("button", name="Show all 19 entries").click()
    expect(panel.locator(".pa-event")).to_have_count(19)
    expect(panel).to_contain_text("<img src=x onerror=alert(1)>")
    expect(panel).to_contain_text("19 of 19 entries in 7 days")
    panel.get_by_text("What was watched").click()
    expect(panel.locator(".pa-sources")).to_contain_text("firewall logs not covered no record of it")
    panel.locator(".pa-foot").scroll_into_view_if_needed()
    screenshot(page, "narrow-timeline-end")
    panel.get_by_role("button", name="Show query").click()
    expect(panel.locator(".pa-query pre")).to_contain_text("dataset = asset_inventory")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_profiles_offer_questions_that_fit_the_role(visit: Any) -> None:
    person = visit()
    person.log_in("auditor")
    page = person.page
    expect(page.locator("#chat-profiles")).to_contain_text("Auditor")
    expect(page.locator("#starters button")).to_have_count(4)
    page.click("#chat-profiles")
    with page.expect_websocket():
        page.get_by_role("option", name="Engineer").click()
    expect(page.locator("#starters")).to_contain_text("Which IAM users lack MFA?")
    page.get_by_role("button", name="Which buckets are public?").click()
    page.wait_for_selector(".pa-table-panel")


def test_a_table_sorts_unfolds_shows_its_query_and_downloads(visit: Any) -> None:
    person = visit()
    person.log_in("engineer")
    page = person.page
    person.ask("Show the ten findings to fix first", ".pa-table-panel")
    panel = page.locator(".pa-table-panel")
    expect(panel).to_contain_text("24 of 320 rows")
    expect(panel).to_contain_text("as of 2026-11-25 14:02 UTC")
    expect(panel).to_contain_text("The list is cut; the count is exact.")
    expect(panel.locator("tbody tr")).to_have_count(10)
    panel.get_by_role("button", name="Show all 24 rows").click()
    expect(panel.locator("tbody tr")).to_have_count(24)
    panel.get_by_role("button", name="severity").click()
    expect(panel.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(panel.locator("tbody tr").first).to_contain_text("critical")
    panel.get_by_role("button", name="severity").click()
    expect(panel.locator("tbody tr").first).to_contain_text("info")
    person.ask("Which buckets are public?", ".pa-table-panel >> nth=1")
    buckets = page.locator(".pa-table-panel").nth(1)
    buckets.get_by_role("button", name="Show query").click()
    expect(buckets.locator(".pa-query pre")).to_contain_text("dataset = asset_inventory")
    expect(buckets).to_contain_text("9007199254740993")
    with page.expect_download() as waiting:
        buckets.get_by_role("button", name="Download CSV").click()
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    assert rows[0][0] == "xdm.asset.name"
    assert len(rows) == 8
    assert rows[2][4] == "9007199254740993"


def test_a_row_opens_its_finding(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    person.ask("Show the ten findings to fix first", ".pa-table-panel")
    person.page.locator(".pa-table-panel tbody tr button").first.click()
    person.page.wait_for_selector(".pa-dial")
    expect(person.page.locator(".pa-factors tbody tr")).to_have_count(8)
    expect(person.page.locator(".pa-factors")).to_contain_text("unknown")
    expect(person.page.locator("article.pa-panel")).to_contain_text("closing port 22 to the internet → 41")
    expect(person.page.get_by_role("img", name=re.compile("Priority 93 of 100"))).to_be_visible()


def test_a_fix_tells_what_was_and_was_not_checked(visit: Any) -> None:
    person = visit()
    person.log_in("engineer")
    person.ask("Draft a fix for the worst finding", ".pa-diff")
    panel = person.page.locator("section[aria-label^='Fix:']")
    expect(panel.locator(".pa-line-add")).to_have_count(1)
    expect(panel).to_contain_text("5 passed, 1 failed, 2 not verified here")
    panel.get_by_role("button", name="terraform plan").click()
    expect(panel.get_by_role("status")).to_contain_text(
        "terraform plan: not verified. no terraform binary here"
    )


def test_a_step_shows_the_query_it_ran(visit: Any) -> None:
    person = visit()
    person.log_in("engineer")
    person.ask("Which buckets are public?", ".pa-table-panel")
    step = person.page.locator("[data-step-type=tool]")
    step.get_by_role("button", name="Queried posture data: 7 of 7 rows").click()
    expect(step).to_contain_text("dataset = asset_inventory")
    expect(step).to_contain_text("Read as: S3 buckets whose public access block is off")


def test_text_of_strangers_stays_text(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    page = person.page
    person.ask("nasty <b>one</b> ![x](https://evil.example/u.png)", "text=severity:HIGH")
    person.ask("Which buckets are public?", ".pa-table-panel")
    person.ask("Why is the first one ranked highest?", ".pa-dial")
    body = page.locator("body")
    expect(body).to_contain_text("arn:aws:s3:::cust-exports says severity:HIGH")
    expect(body).to_contain_text("\\u202eevil")
    expect(body).to_contain_text("nasty <b>one</b> ![x](https://evil.example/u.png)")
    assert page.locator("a[href*='evil']").count() == 0
    assert page.locator("img[src*='evil'], img[src='x']").count() == 0


def test_errors_are_sentences(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    person.ask("break it", "text=Something went wrong inside Posture Agent")
    assert "secret-internal-detail" not in person.page.content()
    assert "Traceback" not in person.page.content()
    person.ask("refused", "text=Cortex refused the key (401).")
    person.ask("Which buckets are public?", ".pa-table-panel")


def test_stop_ends_a_turn(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    person.ask("slow one", "text=Querying posture data")
    person.page.click("#stop-button")
    person.page.wait_for_selector("text=Nothing was written. Ask again when you like.")
    person.ask("Which buckets are public?", ".pa-table-panel")


def test_follow_ups_ask(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    person.ask("Show the ten findings to fix first", ".pa-follow")
    person.page.get_by_role("button", name="Why is the first one ranked highest?").click()
    person.page.wait_for_selector(".pa-dial")


def test_a_thread_comes_back_after_a_reload(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    page = person.page
    person.ask("Which buckets are public?", ".pa-table-panel")
    page.wait_for_url("**/thread/*")
    page.reload()
    page.wait_for_selector(".pa-table-panel")
    expect(page.locator(".pa-table-panel")).to_contain_text("7 of 7 rows")
    expect(page.locator("[data-step-type=tool]")).to_contain_text("Queried posture data: 7 of 7 rows")
    person.ask("Show the ten findings to fix first", ".pa-table-panel >> nth=1")


def test_nobody_sees_the_thread_of_another_person(visit: Any) -> None:
    mine, other = visit(), visit()
    mine.log_in("analyst")
    mine.ask("Which buckets are public?", ".pa-table-panel")
    mine.page.wait_for_url("**/thread/*")
    other.log_in("auditor")
    other.page.goto(mine.page.url)
    other.page.wait_for_selector("#starters button")
    assert other.page.locator(".pa-table-panel").count() == 0
    assert other.page.locator(".step").count() == 0


def test_wrong_passwords_are_told_and_then_slowed_down(visit: Any) -> None:
    person = visit()
    page = person.page
    page.goto(person.server.base)
    for n in range(5):
        page.fill("#email", "approver")
        page.fill("#password", f"wrong-{n}")
        with page.expect_response("**/login") as answer:
            page.click("button[type=submit]")
        assert answer.value.status == 401
    page.wait_for_selector("text=Wrong user name or password.")
    page.fill("#password", person.server.password("approver"))
    with page.expect_response("**/login") as answer:
        page.click("button[type=submit]")
    assert answer.value.status == 429
    page.wait_for_selector("text=Too many wrong attempts. Wait two minutes")


def test_the_page_is_usable_in_time(server: ChatServer) -> None:
    """Eight seconds on a quiet machine; here by the processor's time, because other tests run beside it."""
    assert server.cpu_at_start < 8


def test_a_score_is_rated_on_its_card_and_changes_nothing_by_itself(visit: Any) -> None:
    person = visit()
    person.log_in("analyst")
    page = person.page
    person.ask("Why is the first one ranked highest?", ".pa-rate")
    card = page.locator(".pa-panel", has=page.locator(".pa-rate"))
    card.get_by_role("button", name="Too high").click()
    expect(card.locator(".pa-rate [role=status]")).to_contain_text("Kept as")
    card.get_by_role("button", name="Not relevant").click()
    send = card.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    card.get_by_placeholder("Why is it not relevant?").fill("It is a copy for a course.")
    send.click()
    expect(card.locator(".pa-rate [role=status]")).to_contain_text(
        "Weights change only when a person activates them."
    )
    screenshot(page, "rated")
