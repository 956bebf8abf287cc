"""The small tenant, made once."""

from __future__ import annotations

import pytest

from tests.agent.planner.questions.tenant import Tenant


@pytest.fixture(scope="session")
def tenant() -> Tenant:
    return Tenant()
