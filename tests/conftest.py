"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

_REQUIRE = os.environ.get("POSTURE_REQUIRE_SERVICES") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests come last: its driver keeps an event loop in the main thread, where others start theirs."""
    items.sort(key=lambda item: item.get_closest_marker("chromium") is not None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs that lies beside the project; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        if _REQUIRE and (folder.parent.parent / "shared").exists():
            pytest.fail(f"the folder of real inputs is not at {folder}")
        pytest.skip("the folder of real inputs is not beside this project")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL server to test against; skips, or fails where services are required."""
    url = os.environ.get("POSTURE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3):
            return url
    except psycopg.OperationalError as error:
        if _REQUIRE:
            pytest.fail(f"PostgreSQL is required and does not answer: {error}")
        pytest.skip("no PostgreSQL server answers")
