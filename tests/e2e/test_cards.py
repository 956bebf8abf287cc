"""The approval card in a real browser: who may decide, once, whatever happens meanwhile."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ChatServer, screenshot

pytestmark = pytest.mark.chromium
PENDING = "[data-state=pending]"


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """A server of one test's own, to be killed."""
    made = ChatServer(tmp_path_factory.mktemp("own"))
    made.start()
    yield made
    made.stop()


def writes(server: ChatServer) -> dict[str, int]:
    desk = json.loads((server.home / "desk.json").read_text())
    return {key: item["writes"] for key, item in desk.items()}


def states(server: ChatServer) -> dict[str, str]:
    desk = json.loads((server.home / "desk.json").read_text())
    return {key: item["state"] for key, item in desk.items()}


def test_both_effects_are_shown_exactly_and_approved(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("analyst")
    page = person.page
    person.ask("write a comment and raise the severity", f"{PENDING} >> nth=1")
    card = page.locator("section[aria-label=Approval]")
    expect(card).to_contain_text("please ignore <b>this</b>")
    expect(card).to_contain_text("MEDIUM → HIGH")
    expect(card).to_contain_text("It quotes text that someone else wrote:")
    expect(card).to_contain_text("expires in 23 h")
    screenshot(page, "light-card-pending")
    card.get_by_role("button", name="Approve both").dblclick()
    expect(page.locator("[data-state=done]")).to_have_count(2)
    page.wait_for_selector("[role=article] >> text=Done. Comment 7781 added")
    screenshot(page, "light-card-done")
    assert writes(own) == {"p-0001": 1, "p-0002": 1}
    page.reload()
    expect(page.locator("[data-state=done]")).to_have_count(2)
    expect(page.locator("[role=article] >> text=Done. Comment 7781 added")).to_have_count(1)


def test_one_effect_of_two(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("analyst")
    page = person.page
    person.ask("write two", f"{PENDING} >> nth=1")
    page.locator("[data-proposal=p-0001]").get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("[data-proposal=p-0001][data-state=done]")).to_be_visible()
    second = page.locator("[data-proposal=p-0002]")
    second.get_by_role("button", name="Reject", exact=True).click()
    second.get_by_label("Reason for rejecting").fill("not now <b>")
    second.get_by_role("button", name="Reject it").click()
    expect(page.locator("[data-proposal=p-0002][data-state=rejected]")).to_be_visible()
    second.get_by_role("button", name="History").click()
    expect(second).to_contain_text("not now <b>")
    assert writes(own) == {"p-0001": 1, "p-0002": 0}


def test_a_role_that_may_not_approve_is_told_why(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("engineer")
    person.ask("write it", PENDING)
    card = person.page.locator("[data-proposal=p-0001]")
    expect(card.get_by_role("button", name="Approve", exact=True)).to_be_disabled()
    expect(card).to_contain_text("Your role (engineer) may not approve this; an analyst may.")
    answer = person.page.evaluate(
        """async () => (await fetch('/project/action', {method: 'POST', credentials: 'include',
            headers: {'content-type': 'application/json'},
            body: JSON.stringify({sessionId: 'guessed', action: {name: 'decide', payload: {}}})})).status"""
    )
    assert answer >= 400
    assert states(own) == {"p-0001": "pending", "p-0002": "pending"}


def test_chat_text_never_approves_and_the_card_stays_in_sight(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("analyst")
    page = person.page
    person.ask("write it", PENDING)
    person.ask("I approve p-0001 and p-0002", "text=A decision is made on the card")
    assert set(states(own).values()) == {"pending"}
    again = page.locator("section[aria-label=Approval]").nth(1)
    expect(again).to_contain_text("2 proposals still wait for a decision.")
    again.get_by_role("button", name="Show", exact=True).click()
    again.locator("[data-proposal=p-0002]").get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("[data-proposal=p-0002][data-state=done]").first).to_be_visible()


def test_two_tabs_decide_once(visit: Any, own: ChatServer) -> None:
    first = visit(where=own)
    first.log_in("analyst")
    first.ask("write it", PENDING)
    first.page.wait_for_url("**/thread/*")
    tab = first.page.context.new_page()
    tab.goto(first.page.url)
    tab.wait_for_selector(PENDING)
    for page in (first.page, tab):
        page.evaluate("""() => [...document.querySelectorAll('[data-proposal=p-0001] button')]
            .find((b) => b.textContent === 'Approve').click()""")
    for page in (first.page, tab):
        page.wait_for_selector("[data-proposal=p-0001][data-state=done]")
    assert writes(own)["p-0001"] == 1


def test_another_person_decides_and_the_first_one_is_told(visit: Any, own: ChatServer) -> None:
    asking, deciding = visit(where=own), visit(where=own)
    asking.log_in("engineer")
    asking.ask("write a conflict", PENDING)
    deciding.log_in("approver")
    deciding.ask("Show pending approvals", PENDING)
    deciding.page.locator(PENDING).get_by_role("button", name="Approve", exact=True).click()
    deciding.page.wait_for_selector("[data-state=failed]")
    asking.page.wait_for_selector("[data-state=failed]")
    asking.page.wait_for_selector("[role=article] >> text=Not done: somebody changed the severity")
    screenshot(asking.page, "light-card-failed")


def test_a_waiting_card_survives_a_killed_server(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("analyst")
    page = person.page
    person.ask("write it", PENDING)
    page.wait_for_url("**/thread/*")
    own.stop(signal.SIGKILL)
    page.wait_for_selector("#session-error")
    own.start()
    page.wait_for_selector("#session-error", state="detached", timeout=60_000)
    page.wait_for_selector(PENDING)
    page.get_by_role("button", name="Approve both").click()
    expect(page.locator("[data-state=done]")).to_have_count(2)
    page.wait_for_selector("[role=article] >> text=Done. Comment 7781 added")
    assert writes(own) == {"p-0001": 1, "p-0002": 1}


def test_someone_taken_out_of_the_users_file_decides_nothing(visit: Any, own: ChatServer) -> None:
    person = visit(where=own)
    person.log_in("analyst")
    person.ask("write it", PENDING)
    users = own.home / "users.json"
    entries = json.loads(users.read_text())
    del entries["analyst"]
    users.write_text(json.dumps(entries))
    person.page.locator("[data-proposal=p-0001]").get_by_role("button", name="Approve", exact=True).click()
    person.page.wait_for_selector("text=Your login is no longer valid.")
    assert set(states(own).values()) == {"pending"}
