"""ServiceNow's Table API over a real connection: pages, retries, logins, and answers that are none."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest
from pydantic import SecretStr

from tests.tools.priority.intel.serving import Answer, Asked, serving
from tools.priority.errors import IntelError
from tools.priority.intel.fetching import Login, Patience
from tools.priority.intel.servicenow import read_servicenow

LOGIN = Login("reader", SecretStr("pass-w0rd"))
QUICK = Patience(attempts=3, first_wait_s=0.001, longest_wait_s=0.002, timeout_s=5.0)


def item(number: int, **fields: str) -> dict[str, Any]:
    """A row with both values of each field, as `sysparm_display_value=all` gives it."""
    cells = {
        "sys_id": f"{number:032x}",
        "name": f"web-{number}",
        "busines_criticality": "1 - most critical",
        "sys_updated_on": "2026-11-01 10:00:00",
        "install_status": "1",
        **fields,
    }
    both: dict[str, Any] = {key: {"display_value": value, "value": value} for key, value in cells.items()}
    both["owned_by"] = {"display_value": "Ada", "value": "6816f79cc0a8016401c5a33be04be441"}
    both["sys_updated_on"]["display_value"] = "01/11/2026 11:00"
    return both


class Instance:
    """An instance with so many items; `hidden` are taken out of pages after the limit, as access rules do."""

    def __init__(self, count: int, *, hidden: frozenset[int] = frozenset(), total: bool = True) -> None:
        self.rows = [item(n) for n in range(count)]
        self.hidden = hidden
        self.total = total

    def __call__(self, asked: Asked) -> Answer:
        start, limit = int(asked.params["sysparm_offset"]), int(asked.params["sysparm_limit"])
        page = [row for n, row in enumerate(self.rows) if start <= n < start + limit and n not in self.hidden]
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        if self.total:
            headers["X-Total-Count"] = str(len(self.rows))
        return Answer(json.dumps({"result": page}).encode(), 200, headers)


@pytest.mark.parametrize("total", [True, False])
async def test_all_pages_are_read_in_a_fixed_order(total: bool) -> None:
    with serving(Instance(25, total=total)) as server:
        file = await read_servicenow(server.url, LOGIN, ["cmdb_ci_server"], patience=QUICK, page=10)
    assert len(file) == 25
    assert [a.params["sysparm_offset"] for a in server.asked] == ["0", "10", "20"]
    first = server.asked[0]
    assert first.path == "/api/now/table/cmdb_ci_server"
    assert first.params["sysparm_exclude_reference_link"] == "true"
    assert first.params["sysparm_query"] == "ORDERBYsys_id"
    assert first.headers["accept"] == "application/json"
    assert first.headers["authorization"].startswith("Basic ")


async def test_a_row_has_what_is_shown_and_a_time_as_it_is_stored() -> None:
    with serving(Instance(1)) as server:
        (entry,) = (await read_servicenow(server.url, LOGIN, patience=QUICK)).entries
    assert (entry.marks, entry.tier, entry.owner) == (("web-0",), "1 - most critical", "Ada")
    assert entry.updated is not None
    assert entry.updated.isoformat() == "2026-11-01T10:00:00+00:00"


async def test_rows_that_access_rules_hide_do_not_end_the_reading() -> None:
    with serving(Instance(30, hidden=frozenset(range(10, 20)))) as server:
        file = await read_servicenow(server.url, LOGIN, patience=QUICK, page=10)
    assert len(file) == 20


async def test_an_item_of_two_classes_counts_once_and_retired_ones_not() -> None:
    instance = Instance(3)
    instance.rows[1]["install_status"] = {"display_value": "Retired", "value": "7"}
    with serving(instance) as server:
        file = await read_servicenow(server.url, LOGIN, ["cmdb_ci", "cmdb_ci_server"], patience=QUICK)
    assert (len(file), file.skipped) == (2, 2)
    assert "retired" in file.faults[0]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_it_tries_again_and_not_for_ever(status: int) -> None:
    instance, failures = Instance(5), [status] * 2

    def flaky(asked: Asked) -> Answer:
        return Answer(b"busy", failures.pop(), {"Retry-After": "0"}) if failures else instance(asked)

    with serving(flaky) as server:
        assert len(await read_servicenow(server.url, LOGIN, patience=QUICK)) == 5
        failures += [status] * 9
        with pytest.raises(IntelError, match=f"answered {status}, several times"):
            await read_servicenow(server.url, LOGIN, patience=QUICK)
    assert len(server.asked) == 3 + QUICK.attempts


async def test_a_long_wait_is_told_instead_of_waited() -> None:
    with (
        serving(lambda _: Answer(b"", 429, {"Retry-After": "3600"})) as server,
        pytest.raises(IntelError, match="busy for 3600 more seconds"),
    ):
        await read_servicenow(server.url, LOGIN, patience=QUICK)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"{}", 401), "login is missing, wrong"),
        (Answer(b"{}", 403), "login is missing, wrong"),
        (Answer(b"{}", 404), "answered 404"),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/login"}), "redirects elsewhere"),
        (Answer(b"<html>Instance Hibernating</html>", 200, {"Content-Type": "text/html"}), "may sleep"),
        (Answer(b"{half"), "not whole JSON"),
        (Answer(b'{"result": {"a": 1}}'), "no list"),
        (Answer(b"[" * 100_000), "not whole JSON"),
        (Answer(b"[]"), "no list"),
    ],
)
async def test_answers_that_are_none_say_what_to_do_and_nothing_secret(answer: Answer, says: str) -> None:
    login = Login(token=SecretStr("t0ken-s3cret"))
    with serving(lambda _: answer) as server, pytest.raises(IntelError, match=says) as caught:
        await read_servicenow(f"{server.url}/", login, patience=QUICK)
    assert server.asked[0].headers["authorization"] == "Bearer t0ken-s3cret"
    told = "".join(traceback.format_exception(caught.value))
    assert "t0ken" not in told
    assert "t0ken" not in repr(login)


async def test_rows_of_wrong_shape_are_left_out() -> None:
    rows: list[Any] = [None, 3, "x", [], {}, {"name": {"display_value": 5}}, {"name": "plain", "sys_id": "1"}]
    with serving(lambda _: Answer(json.dumps({"result": rows}).encode())) as server:
        file = await read_servicenow(server.url, LOGIN, patience=QUICK)
    assert [entry.marks for entry in file.entries] == [("plain",)]
    assert file.skipped == 2


@pytest.mark.parametrize("url", ["http://cmdb.example", "ftp://x", "file:///etc/passwd", "", "https://"])
async def test_only_encrypted_addresses_are_asked(url: str) -> None:
    with pytest.raises(IntelError, match="https"):
        await read_servicenow(url, LOGIN, patience=QUICK)


@pytest.mark.parametrize("name", ["incident/../x", "CMDB", "cmdb_ci?x=1", ""])
async def test_a_class_is_a_name(name: str) -> None:
    with pytest.raises(IntelError, match="is no class"):
        await read_servicenow("https://x.example", LOGIN, [name])
