"""The role right before an effect is the one of that moment."""

from __future__ import annotations

import json
from pathlib import Path

from agent.settings import Settings
from agent.ui.ports import live_roles
from agent.ui.users import UserDirectory
from tools.results import Role


def _settings(home: Path, **changes: object) -> Settings:
    return Settings(_env_file=None, home=home, **changes)  # type: ignore[call-arg, arg-type]


async def test_a_person_taken_out_of_the_file_has_no_role_any_more(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    directory.prepare()
    look_up = live_roles(_settings(tmp_path))
    assert look_up is not None
    assert await look_up("analyst", Role.ANALYST) is Role.ANALYST
    entries = json.loads(directory.file.read_text())
    entries["analyst"]["role"] = "viewer"
    del entries["approver"]
    directory.file.write_text(json.dumps(entries))
    assert await look_up("analyst", Role.ANALYST) is Role.VIEWER
    assert await look_up("approver", Role.APPROVER) is None


async def test_the_operator_at_a_shell_is_not_in_the_file(tmp_path: Path) -> None:
    UserDirectory(tmp_path).prepare()
    look_up = live_roles(_settings(tmp_path))
    assert look_up is not None
    assert await look_up("local@shell", Role.ANALYST) is Role.ANALYST
    assert await look_up("local", Role.ANALYST) is None


def test_roles_of_a_proxy_cannot_be_asked_later(tmp_path: Path) -> None:
    assert live_roles(_settings(tmp_path, auth="header")) is None
