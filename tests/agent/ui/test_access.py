"""Roles come from the login and the operator's files, and are looked up anew."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.ui.access import Access
from agent.ui.throttle import LoginThrottle
from agent.ui.users import UserDirectory
from tools.results import Role


@dataclass
class Person:
    identifier: str
    metadata: dict[str, Any] = field(default_factory=dict)


def test_with_passwords_the_file_decides_and_not_the_session(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    directory.prepare()
    access = Access("password", directory)
    actor = access.actor(Person("engineer", {"role": "admin"}))
    assert actor is not None
    assert actor.role is Role.ENGINEER
    entries = json.loads(directory.file.read_text())
    del entries["engineer"]
    directory.file.write_text(json.dumps(entries))
    assert access.actor(Person("engineer", {"role": "admin"})) is None
    assert access.actor(None) is None
    assert access.actor(Person("")) is None


@pytest.mark.parametrize(
    ("headers", "peer", "role"),
    [
        ({"X-Forwarded-User": "kim", "X-Forwarded-Role": "Approver"}, "127.0.0.1", Role.APPROVER),
        ({"X-Forwarded-User": "kim", "X-Forwarded-Role": "king"}, "::1", Role.VIEWER),
        ({"X-Forwarded-User": "kim"}, "127.0.0.1", Role.VIEWER),
        ({"X-Forwarded-User": "kim", "X-Forwarded-Role": "admin"}, "10.0.0.9", None),
        ({"X-Forwarded-User": "kim", "X-Forwarded-Role": "admin"}, "unknown", None),
        ({"X-Forwarded-Role": "admin"}, "127.0.0.1", None),
    ],
)
def test_headers_are_believed_from_this_machine_only(
    tmp_path: Path, headers: dict[str, str], peer: str, role: Role | None
) -> None:
    actor = Access("header", UserDirectory(tmp_path)).from_headers(headers, peer)
    assert (actor.role if actor else None) is role


def test_oauth_people_only_look_on_unless_listed(tmp_path: Path) -> None:
    roles = tmp_path / "roles.json"
    access = Access("oauth", UserDirectory(tmp_path), roles_file=roles)
    assert access.oauth_role("github:kim") is Role.VIEWER
    roles.write_text('{"github:kim": "analyst", "github:lee": "king"}')
    assert access.oauth_role("github:kim") is Role.ANALYST
    assert access.oauth_role("github:lee") is Role.VIEWER
    actor = access.actor(Person("github:kim", {"role": "admin"}))
    assert actor is not None
    assert actor.role is Role.ANALYST


def test_guessing_is_slowed_down_and_ends_by_itself() -> None:
    now = 0.0
    throttle = LoginThrottle(limit=3, window_s=60, clock=lambda: now)
    for at in (0.0, 10.0, 20.0):
        now = at
        assert throttle.wait("kim") == 0
        throttle.wrong("kim")
    assert throttle.wait("kim") == pytest.approx(40)
    assert throttle.wait("lee") == 0
    now = 60.0
    assert throttle.wait("kim") == 0
    throttle.right("kim")
    throttle.wrong("kim", "peer")
    assert throttle.wait("kim", "peer") == 0


def test_the_throttle_does_not_grow_without_end() -> None:
    throttle = LoginThrottle(keys=10)
    for n in range(100):
        throttle.wrong(f"name-{n}")
    assert len(throttle._wrong) == 10
