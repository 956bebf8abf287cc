"""Settings carried to another kind of asset, conditions that exclude each other, rules asked for in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.planner.questions.ask import plan_question, understand
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.form import Asked, Atom, Kinds, Ref, Where
from agent.planner.questions.plan_possible import possible
from agent.planner.questions.setting_moved import moved
from agent.planner.questions.setting_reader import read_settings
from tests.agent.planner.questions.tenant import NOW, Tenant, assets

STORED = Where(type_id="RDS_DATABASE_INSTANCE", path=("StorageEncrypted",), kind="bool")
OFF = Atom(
    ref=Ref(name="storage encrypted", places=(STORED,)),
    op="true",
    label="storage encrypted off",
    negated=True,
)


def conversation(tenant: Tenant, *turns: str) -> Asked:
    made = None
    for turn in turns:
        made = plan_question(turn, tenant.estate, made, NOW)
    assert made is not None
    return made


def listed(tenant: Tenant, made: Asked) -> set[str]:
    assert made.plan is not None, made.message
    return {row["xdm.asset.id"] for row in tenant.rows(made.plan)}


def test_encryption_of_databases_is_asked_of_volumes(tenant: Tenant) -> None:
    made = conversation(tenant, "rds instances without storage encryption", "now the same for ebs volumes")
    assert listed(tenant, made) == assets(lambda a: a["type"] == "EC2_VOLUME" and not a["cfg"]["Encrypted"])


def test_a_setting_that_another_kind_lacks_is_no_empty_answer(tenant: Tenant) -> None:
    made = conversation(tenant, "rds instances with deletion protection off", "same for ebs volumes")
    assert made.outcome == "refuse"
    assert "deletion protection" in made.message


def test_what_the_new_kinds_have_already_stays(tenant: Tenant) -> None:
    assert moved(OFF, frozenset({"RDS_DATABASE_INSTANCE", "EC2_VOLUME"}), tenant.estate, NOW) == OFF
    assert moved(OFF, frozenset(), tenant.estate, NOW) == OFF


def test_two_kinds_at_once_are_none(tenant: Tenant) -> None:
    both = (
        Kinds(types=("EC2_VOLUME",), label="volumes"),
        Kinds(types=("RDS_DATABASE_INSTANCE",), label="databases"),
    )
    with pytest.raises(CannotSay, match="volumes and databases"):
        possible(both, tenant.estate)
    with pytest.raises(CannotSay, match="volumes have no storage encrypted"):
        possible((both[0], OFF), tenant.estate)
    possible((both[1], OFF), tenant.estate)
    possible((both[0], both[1].model_copy(update={"negated": True})), tenant.estate)


_TYPES = st.sets(st.sampled_from(["EC2_VOLUME", "RDS_DATABASE_INSTANCE", "S3_BUCKET", "KMS_KEY"]), min_size=1)


@settings(deadline=None)
@given(one=_TYPES, other=_TYPES)
def test_kinds_exclude_each_other_exactly_where_no_type_is_of_both(
    tenant: Tenant, one: set[str], other: set[str]
) -> None:
    items = (Kinds(types=tuple(sorted(one))), Kinds(types=tuple(sorted(other))))
    if one & other:
        possible(items, tenant.estate)
    else:
        with pytest.raises(CannotSay):
            possible(items, tenant.estate)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("write this as a custom posture rule: rds instances with deletion protection off", True),
        ("rds instances with deletion protection off, as a detection rule", True),
        ("i need a custom rule that finds rds instances with deletion protection off", True),
        ("rds instances with deletion protection off", False),
    ],
)
def test_a_rule_is_asked_for_by_its_name(tenant: Tenant, text: str, rule: bool) -> None:
    form = read_settings(text, tenant.estate, NOW, understand)
    assert form is not None
    assert form.rule_form is rule
    assert [i.op for i in form.items if isinstance(i, Atom)]


def test_a_rule_of_a_firewall_is_no_rule_to_write(tenant: Tenant) -> None:
    form = read_settings("security groups that have a rule with from port 22", tenant.estate, NOW, understand)
    assert form is None or not form.rule_form


def test_keys_by_their_age_are_said_to_be_keys(tenant: Tenant) -> None:
    made = conversation(tenant, "iam users with access keys older than 200 days")
    assert "key" in made.reading
    old = assets(
        lambda a: (
            a["kind"] == "user" and a["n"] * 60 > 200 and a["cfg"]["AccessKeys"][0]["Status"] == "Active"
        )
    )
    assert listed(tenant, made) == old


@pytest.mark.parametrize(
    ("text", "good"), [("databases with public access", False), ("databases without public access", True)]
)
def test_what_a_rule_keeps_few_is_what_it_reports(tenant: Tenant, text: str, good: bool) -> None:
    made = conversation(tenant, text)
    assert listed(tenant, made) == assets(
        lambda a: a["kind"] == "db" and a["cfg"]["PubliclyAccessible"] is not good
    )
