"""A few words about configuration as one condition: what it is about, what it says, and whether it says no."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Inside
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_phrases import Reading, phrase_of
from agent.planner.questions.setting_places import spots_of
from agent.planner.questions.times import find_times
from agent.planner.questions.tokens import tokenize
from tests.agent.planner.questions.settings_tenant import configured_estate
from tests.agent.planner.questions.tenant import NOW

ESTATE: Estate = configured_estate()


def read(type_id: str, text: str, nouns: tuple[str, ...] = ()) -> Reading | None:
    spots = spots_of(ESTATE, frozenset({type_id}), nouns)
    return phrase_of(tokenize(text), spots, find_times(text, NOW))


def atom(type_id: str, text: str, nouns: tuple[str, ...] = ()) -> Atom:
    made = read(type_id, text, nouns)
    assert made is not None
    assert isinstance(made.item, Atom)
    return made.item


RDS, EBS, STORE, S3 = "RDS_DATABASE_INSTANCE", "EC2_VOLUME", "AZURE_STORAGE_ACCOUNT", "S3_BUCKET"
SAID = [
    (RDS, "with multi-az", "MultiAZ", "true", (), False),
    (RDS, "without multi-az", "MultiAZ", "true", (), True),
    (RDS, "multi-az is switched off", "MultiAZ", "in", ("false",), False),
    (RDS, "that are not publicly accessible", "PubliclyAccessible", "true", (), True),
    (RDS, "engine postgres", "Engine", "eq", ("postgres",), False),
    (RDS, "engine is not postgres", "Engine", "eq", ("postgres",), True),
    (RDS, "an engine other than mysql", "Engine", "eq", ("mysql",), True),
    (RDS, "backup retention period under 7", "BackupRetentionPeriod", "lt", (7.0,), False),
    (RDS, "backup retention of at least 7 days", "BackupRetentionPeriod", "gte", (7.0,), False),
    (RDS, "more than 50 gb of storage", "AllocatedStorage", "gt", (50.0,), False),
    (EBS, "bigger than 50 gb", "Size", "gt", (50.0,), False),
    (EBS, "that are larger than 1 tb", "Size", "gt", (1024.0,), False),
    (STORE, "minimum tls version 1.0", "minimumTlsVersion", "eq", ("TLS1_0",), False),
    (STORE, "minimum tls version is not 1.2", "minimumTlsVersion", "in", ("TLS1_2",), True),
    (STORE, "tls version below 1.2", "minimumTlsVersion", "in", ("TLS1_0", "TLS1_1"), False),
]


@pytest.mark.parametrize(("type_id", "text", "leaf", "op", "values", "negated"), SAID)
def test_what_a_phrase_says(
    type_id: str, text: str, leaf: str, op: str, values: tuple[str | float, ...], negated: bool
) -> None:
    made = atom(type_id, text)
    assert {w.path[-1] for w in made.ref.places} == {leaf}
    assert (made.op, made.values, made.negated) == (op, values, negated)


@pytest.mark.parametrize(
    ("type_id", "text"),
    [
        (EBS, "volume type gp2 that are not encrypted"),
        (RDS, "multi-az with plenty of glitter"),
        (RDS, "engine postgres and purple"),
        (STORE, "minimum tls version of the moon"),
    ],
)
def test_a_phrase_with_a_word_that_has_no_part_in_it_is_none(type_id: str, text: str) -> None:
    assert read(type_id, text) is None


def test_a_value_that_nothing_has_is_told_with_those_seen() -> None:
    with pytest.raises(NoSuchValue) as told:
        read(RDS, "engine equal to oracle")
    assert told.value.name == "oracle"
    assert set(told.value.near) <= {"postgres", "mysql"}


def test_a_key_that_says_non_answers_the_opposite_question_of_some_item() -> None:
    made = read("KUBERNETES_DEPLOYMENT", "containers that run as root", ("kubernetes", "deployments"))
    assert made is not None
    assert isinstance(made.item, Inside)
    assert not made.item.negated
    assert [i.negated for i in made.item.items if isinstance(i, Atom)] == [True]
    none = read("KUBERNETES_DEPLOYMENT", "no container runs as root", ("kubernetes", "deployments"))
    assert none is not None
    assert isinstance(none.item, Inside)
    assert none.item.negated


def test_the_age_of_an_item_is_since_it_was_made() -> None:
    made = atom("AWS_IAM_USER", "access keys older than 90 days", ("iam", "users"))
    assert {w.path for w in made.ref.places} == {("AccessKeys", "*", "CreateDate")}
    assert (made.op, made.values) == ("older", (90.0,))


@given(
    st.lists(st.sampled_from("not without with multi-az engine mysql above 7 is off on".split()), max_size=9)
)
def test_any_words_give_a_condition_or_none(words: list[str]) -> None:
    text = " ".join(words)
    try:
        made = phrase_of(tokenize(text), spots_of(ESTATE, frozenset({RDS}), ()), find_times(text, AT))
    except NoSuchValue:
        return
    assert made is None or made.spots


AT = datetime(2026, 11, 25, tzinfo=UTC)
