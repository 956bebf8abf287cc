"""The folder Chainlit runs from, and the start of the server."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from agent.settings import Settings
from agent.ui.home import app_root, auth_secret, environment, importing
from agent.ui.profiles import PROFILES, default_profile, profile_named
from agent.ui.server import PageError, boundary_for, greeting, listen, page_address, serve
from agent.ui.users import FirstLogin
from tools.results import Role


def test_the_root_has_everything_and_follows_the_package(tmp_path: Path) -> None:
    root = app_root(tmp_path)
    config = tomllib.loads((root / ".chainlit" / "config.toml").read_text())
    assert config["UI"]["name"] == "Posture Agent"
    assert config["features"]["unsafe_allow_html"] is False
    assert config["features"]["latex"] is False
    assert config["features"]["spontaneous_file_upload"]["enabled"] is False
    assert config["project"]["allow_origins"] == []
    assert json.loads((root / "public" / "theme.json").read_text())["custom_fonts"] == []
    for name in (
        "ResultTable",
        "ChartView",
        "FindingCard",
        "FixView",
        "ApprovalCard",
        "ReportView",
        "FollowUps",
    ):
        assert (root / "public" / "elements" / f"{name}.jsx").is_file()
    style = root / "public" / "posture.css"
    assert "html.dark:root { --font-sans:" in style.read_text()
    assert ".pa-table" in style.read_text()
    style.write_text("old")
    app_root(tmp_path)
    assert style.read_text() != "old"


def test_no_file_names_another_host(tmp_path: Path) -> None:
    for path in app_root(tmp_path).rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text, path
            assert "https://" not in text, path


def test_words_are_ours_over_the_ones_of_chainlit(tmp_path: Path) -> None:
    words = json.loads((app_root(tmp_path) / ".chainlit" / "translations" / "en-US.json").read_text())
    assert words["auth"]["login"]["title"] == "Log in"
    assert words["common"]["actions"]["cancel"] == "Cancel"


def test_every_icon_that_is_named_exists(tmp_path: Path) -> None:
    icons = app_root(tmp_path) / "public" / "icons"
    for card in PROFILES:
        assert (icons / f"{card.icon}.svg").is_file()
        assert len(card.starts) == 4
        for start in card.starts:
            assert (icons / f"{start.icon}.svg").is_file(), start


def test_profiles_fit_the_role_and_unknown_ones_fall_back() -> None:
    assert default_profile(Role.AUDITOR).value == "auditor"
    assert default_profile(Role.APPROVER).value == "analyst"
    assert profile_named("Engineer", Role.AUDITOR).value == "engineer"
    assert profile_named("Root", Role.AUDITOR).value == "auditor"
    assert profile_named(None, Role.ENGINEER).value == "engineer"


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = auth_secret(tmp_path)
    assert len(first) >= 32
    assert auth_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "chat-secret").stat().st_mode) == 0o600
    (tmp_path / "chat-secret").write_text("short")
    assert auth_secret(tmp_path) != "short"


def test_what_is_not_meant_for_the_page_is_hidden_while_importing(tmp_path: Path) -> None:
    environ = {"SLACK_BOT_TOKEN": "x", "DATABASE_URL": "y", "PATH": "p"}
    with importing(environ, environment(tmp_path, tmp_path / "ui")):
        assert "SLACK_BOT_TOKEN" not in environ
        assert "DATABASE_URL" not in environ
        assert environ["CHAINLIT_APP_ROOT"] == str(tmp_path / "ui")
    assert "traceloop" not in sys.modules
    assert environ["SLACK_BOT_TOKEN"] == "x"
    assert environ["DATABASE_URL"] == "y"


def test_a_taken_port_makes_way_for_the_next_free_one() -> None:
    with listen("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with listen("127.0.0.1", taken) as second:
            assert taken < second.getsockname()[1] < taken + 20
            assert page_address(second, "127.0.0.1") == f"http://localhost:{second.getsockname()[1]}"


def test_an_address_that_is_not_ours_is_a_sentence() -> None:
    with pytest.raises(PageError, match="Choose one with --port"):
        listen("203.0.113.7", 8000)
    with pytest.raises(PageError, match="POSTURE_PUBLIC_URL"):
        boundary_for("127.0.0.1", "posture.example")


def test_boundaries() -> None:
    assert boundary_for("127.0.0.1", None).hosts == {"localhost", "127.0.0.1", "[::1]"}
    assert boundary_for("0.0.0.0", None).hosts == frozenset()
    public = boundary_for("0.0.0.0", "https://Posture.example")
    assert "posture.example" in public.hosts
    assert public.origins == {"https://posture.example"}
    assert public.boot != boundary_for("127.0.0.1", None).boot


def test_passwords_are_announced_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)
    file = tmp_path / "login.txt"
    file.write_text("x")
    made = greeting("http://localhost:8000", FirstLogin(file, (("analyst", "abcd"),)), settings)
    assert any("abcd" in line for line in made)
    later = greeting("http://localhost:8000", FirstLogin(file), settings)
    assert not any("abcd" in line for line in later)
    assert any(str(file) in line for line in later)


def test_sockets_do_not_block() -> None:
    with listen("127.0.0.1", 0) as found:
        assert isinstance(found, socket.socket)
        assert found.getblocking() is False


async def test_what_stops_the_start_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "users.json").write_text("{")
    with pytest.raises(PageError, match=r"users\.json is not as expected"):
        await serve(Settings(home=tmp_path, _env_file=None))
    for name in [n for n in os.environ if n.startswith("OAUTH_")]:
        monkeypatch.delenv(name)
    with pytest.raises(PageError, match="no provider is configured"):
        await serve(Settings(home=tmp_path, auth="oauth", _env_file=None))
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "ui").write_text("not a folder")
    with pytest.raises(PageError, match="POSTURE_HOME"):
        await serve(Settings(home=tmp_path / "blocked", auth="header", _env_file=None))
