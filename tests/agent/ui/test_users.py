"""The users file: first passwords, hashes, roles, changes, and what is wrong with it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from agent.ui.users import UserDirectory, UsersFileError, hash_password, password_matches
from tools.results import Role


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_start_makes_one_person_per_role(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    first = directory.prepare()
    assert [name for name, _ in first.created] == ["analyst", "engineer", "auditor", "approver", "admin"]
    assert mode(directory.file) == 0o600
    assert mode(directory.login_file) == 0o600
    stored = directory.file.read_text()
    for name, password in first.created:
        assert password not in stored
        assert password in directory.login_file.read_text()
        assert directory.check(name, password) is Role(name)
    assert len({password for _, password in first.created}) == 5


def test_second_start_keeps_them(tmp_path: Path) -> None:
    first = UserDirectory(tmp_path).prepare()
    again = UserDirectory(tmp_path)
    assert again.prepare().created == ()
    assert again.check(*first.created[0]) is Role.ANALYST


def test_wrong_names_and_passwords(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    name, password = directory.prepare().created[0]
    assert directory.check(name, password + "x") is None
    assert directory.check("nobody", password) is None
    assert directory.check("", "") is None
    assert directory.role("nobody") is None


def test_changes_count_at_once_and_a_new_password_is_hashed(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    directory.prepare()
    directory.file.write_text(json.dumps({"kim": {"role": "approver", "password": "open sesame"}}))
    assert directory.check("kim", "open sesame") is Role.APPROVER
    assert "open sesame" not in directory.file.read_text()
    assert mode(directory.file) == 0o600
    assert directory.role("analyst") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"kim": {"role": "king"}}', '{"kim": {"role": "admin", "x": 1}}']
)
def test_an_unusable_file_is_named_with_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.json").write_text(text)
    with pytest.raises(UsersFileError, match=r"users\.json is not as expected .*\"role\""):
        UserDirectory(tmp_path).prepare()


def test_a_password_is_not_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('{"kim": {"role": "king", "password": "hunter2"}}')
    with pytest.raises(UsersFileError) as caught:
        UserDirectory(tmp_path).prepare()
    assert "hunter2" not in str(caught.value)


def test_hashes_are_salted_and_broken_ones_match_nothing() -> None:
    one, two = hash_password("x"), hash_password("x")
    assert one != two
    assert password_matches("x", one)
    assert not password_matches("y", one)
    for broken in ("", "x", "scrypt$1$1$1$a$b", "scrypt$99999999$8$1$YQ==$YQ==", "plain$1$1$1$YQ==$YQ=="):
        assert not password_matches("x", broken)
