"""People of an Azure directory by how they sign in, and roles by who holds them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import exposed
from tests.tools.priority.graph.clouds import assignment, user


@pytest.mark.parametrize(
    ("fields", "grade", "words"),
    [
        ({"userType": "Member", "isMfaRegistered": False}, 0.5, "signs in from any address with a password"),
        ({"userType": "Guest", "isMfaRegistered": False}, 0.5, "a guest who signs in"),
        ({"userType": "Guest", "isMfaRegistered": True}, 0.3, "a guest, whose login another directory keeps"),
        ({"userType": "Guest"}, 0.3, "a guest, whose login another directory keeps"),
        ({"userType": "Member", "isMfaRegistered": True}, 0.0, "no record"),
        ({"userType": "Member"}, 0.0, "no record"),
        ({"isMfaRegistered": False, "accountEnabled": False}, 0.0, "nobody signs in"),
        ({"isMfaRegistered": False, "externalUserState": "PendingAcceptance"}, 0.0, "nobody signs in"),
    ],
)
def test_a_role_is_as_exposed_as_the_person_who_holds_it(
    fields: dict[str, Any], grade: float, words: str
) -> None:
    who, held = user("u-1", **fields), assignment("Owner", "u-1")
    person, role = exposed(who, held).fact, exposed(held, who).fact
    assert person.grade == role.grade == grade
    assert words in person.value
    assert role.value.startswith("held by u-1")


def test_a_role_that_no_person_holds_is_no_door() -> None:
    fact = exposed(assignment("Owner", "id-web"), user("u-1", isMfaRegistered=False)).fact
    assert (fact.state, fact.grade, fact.value) == ("absent", 0.0, "no person holds it")
