"""Slots of a question that stands alone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.planner.reading import Intent, Reading
from agent.planner.understand import understand
from agent.planner.vocabulary import Vocabulary
from tests.agent.planner.conftest import vocabulary
from tests.work import LINEAR, growth, work


def _weak(reading: Reading) -> list[tuple[str, bool]]:
    return [(use.name, use.negated) for use in reading.concepts]


@pytest.mark.parametrize(
    ("text", "nouns", "weak"),
    [
        ("which buckets are public", ["bucket"], [("public", False)]),
        ("which buckets are not public", ["bucket"], [("public", True)]),
        ("which buckets aren't exposed to the internet", ["bucket"], [("public", True)]),
        ("private buckets", ["bucket"], [("public", True)]),
        ("can anybody read our buckets", ["bucket"], [("public", False)]),
        ("buckets without encryption", ["bucket"], [("unencrypted", False)]),
        ("which buckets are encrypted", ["bucket"], [("unencrypted", True)]),
        ("unencrypted databases", ["database"], [("unencrypted", False)]),
        ("databases that have encryption", ["database"], [("unencrypted", True)]),
        ("buckets where versioning isn't enabled", ["bucket"], [("no_versioning", False)]),
        ("buckets with versioning enabled", ["bucket"], [("no_versioning", True)]),
        ("buckets with versioning disabled", ["bucket"], [("no_versioning", False)]),
        ("buckets whose versioning is not disabled", ["bucket"], [("no_versioning", True)]),
        ("users who have no second factor", ["user"], [("no_mfa", False)]),
        ("which users have mfa", ["user"], [("no_mfa", True)]),
        ("who has no 2fa", ["user"], [("no_mfa", False)]),
        ("machines not managed by ssm", ["instance"], [("no_ssm", False)]),
        ("machines managed by ssm", ["instance"], [("no_ssm", True)]),
        ("servers that don't have a current ssm agent", ["instance"], [("no_ssm", False)]),
        ("which servers do not require imdsv2", ["instance"], [("imdsv1", False)]),
        ("buckets without mfa delete", ["bucket"], [("mfa_delete", False)]),
        ("keys that are never rotated", ["key"], [("no_rotation", False)]),
        ("keys which are rotated", ["key"], [("no_rotation", True)]),
        ("databases that nobody backed up", ["database"], [("no_backup", False)]),
        ("buckets that allow plain http", ["bucket"], [("unencrypted_transit", False)]),
        ("buckets not enforcing https", ["bucket"], [("unencrypted_transit", False)]),
        ("public and unencrypted buckets", ["bucket"], [("public", False), ("unencrypted", False)]),
        (
            "machines open to the internet without an ssm agent",
            ["instance"],
            [("public", False), ("no_ssm", False)],
        ),
    ],
)
def test_weaknesses_and_which_way_round(
    words: Vocabulary, text: str, nouns: list[str], weak: list[tuple[str, bool]]
) -> None:
    reading = understand(text, words)
    assert list(reading.nouns) == nouns
    assert sorted(_weak(reading)) == sorted(weak)
    assert reading.left_over == ()


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("what is open to the internet on 22", 22),
        ("which security groups allow ssh from anywhere", 22),
        ("anything reachable on port 3389", 3389),
        ("which sg lets 3389 in from anywhere", 3389),
        ("sgs with remote desktop open to the world", 3389),
        ("machines that expose mysql", 3306),
    ],
)
def test_ports(words: Vocabulary, text: str, port: int) -> None:
    reading = understand(text, words)
    assert [(u.name, u.port, u.negated) for u in reading.concepts] == [("port", port, False)]


def test_a_negation_belongs_to_one_thing_only(words: Vocabulary) -> None:
    reading = understand("buckets that are not public in eu-west-1", words)
    assert _weak(reading) == [("public", True)]
    assert reading.regions == ("eu-west-1",)
    assert not reading.excluded


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("findings that are not in eu-west-1", "regions", ("eu-west-1",)),
        ("critical findings except s3", "services", ("s3",)),
        ("findings except s3 and iam", "services", ("s3", "iam")),
        ("all findings other than low ones", "severities", ("LOW",)),
        ("public resources that are not buckets", "nouns", ("bucket",)),
        ("findings outside of account acme-payments", "accounts", ("111122223333",)),
    ],
)
def test_exceptions(words: Vocabulary, text: str, slot: str, value: tuple[str, ...]) -> None:
    reading = understand(text, words)
    assert getattr(reading.excluded, slot) == value
    if slot != "nouns":
        assert getattr(reading, slot) == ()


@pytest.mark.parametrize(
    ("text", "label", "negated"),
    [
        ("buckets in prod", "production", False),
        ("buckets except dev", "development", True),
        ("buckets other than the ones in dev", "development", True),
        ("buckets tagged pii", "PII", False),
        ("buckets holding personal information", "PII", False),
        ("everything with owner marketing", "owner marketing", False),
        ("what does marketing own", "owner marketing", False),
        ("assets with DataClass=PII", "DataClass=pii", False),
        ("untagged buckets", "any tag", True),
    ],
)
def test_tags(words: Vocabulary, text: str, label: str, negated: bool) -> None:
    reading = understand(text, words)
    assert [(t.label, t.negated) for t in reading.tags] == [(label, negated)]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("critical findings per service", {"severities": ("CRITICAL",), "group_by": "service"}),
        ("severity breakdown", {"group_by": "severity"}),
        ("which region has the most findings", {"group_by": "region"}),
        (
            "top 5 accounts by critical findings",
            {"group_by": "account", "limit": 5, "severities": ("CRITICAL",)},
        ),
        ("findings with severity high and above", {"severities": ("CRITICAL", "HIGH")}),
        ("newest findings", {"order": "newest"}),
        ("findings of payments-db", {"names": ("payments-db",), "asset_ids": ("a4",)}),
        ("why is issue 100007 so high", {"finding_ids": ("prowler-aws-x-100007",)}),
        ("findings in account payments", {"accounts": ("111122223333",)}),
        ("lambda findings", {"services": ("awslambda",)}),
        ("what passed on payments-db", {"status": "PASS"}),
    ],
)
def test_other_slots(words: Vocabulary, text: str, slots: dict[str, object]) -> None:
    reading = understand(text, words)
    assert {name: getattr(reading, name) for name in slots} == slots


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how many buckets are public", Intent.COUNT),
        ("top 10 risks", Intent.FIX_FIRST),
        ("what do i fix today", Intent.FIX_FIRST),
        ("draft a fix for ledger-exports", Intent.FIX),
        ("why does payments-db rank so high", Intent.EXPLAIN),
        ("delete that security group", Intent.CHANGE_CLOUD),
        ("turn on encryption on all buckets", Intent.CHANGE_CLOUD),
        ("what changed since the last load", Intent.CHANGES),
        ("hipaa gap report", Intent.REPORT),
        ("yes, approve it", Intent.APPROVE),
        ("dataset = issues | limit 5", Intent.XQL),
        ("is it going to rain tomorrow", Intent.UNKNOWN),
        ("hello", Intent.HELP),
    ],
)
def test_intents(words: Vocabulary, text: str, intent: Intent) -> None:
    assert understand(text, words).intent is intent


def test_a_name_that_is_an_ordinary_word_needs_its_kind(words: Vocabulary) -> None:
    assert understand("buckets without access logs", words).names == ()
    assert understand("findings of domain logs", words).names == ("logs",)


def test_a_word_is_not_taken_for_a_region(words: Vocabulary) -> None:
    assert understand("the most dangerous findings", words).regions == ()
    assert understand("findings in northeurope", words).regions == ("northeurope",)


_PIECES = st.sampled_from(
    "which buckets not without public mfa except s3 in eu-west-1 of them top 5 since the last week 22 ssh tagged in "
    "owner = : / | \" ' ` \\ $ ( ) [ ] {} %s é ß İ 💥 prod and or how many per service fix it 100007 #9".split()
)


@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map(" ".join)))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_text_raises(words: Vocabulary, text: str) -> None:
    understand(text, words)


def test_a_larger_estate_makes_no_question_dearer() -> None:
    asked = [
        "which production buckets in eu-west-1 are public and not encrypted",
        "what is wrong with acme-web-00199 and acme-wbe-00001",
        "critical findings except s3 per region since last week",
        "nothing here is a wrod that anybody knws about zanzibar clouds",
    ]

    def cost(size: int) -> int:
        names = [f"acme-{kind}-{n:05d}" for kind in ("logs", "exports", "web") for n in range(size)]
        big = vocabulary(
            names=dict(zip(names, names, strict=True)),
            tag_values={f"team-{n}": ("Owner",) for n in range(size)} | {"prod": ("Environment",)},
            accounts={f"account-{n}": str(n) for n in range(size)},
        )
        for text in asked:  # what is made once for an estate
            understand(text, big)
        return work(lambda: [understand(text, big) for text in asked])

    assert growth(cost, 250) < 1.5  # more names are alike; a walk over them would be twice the work


def test_long_pasted_text_is_read_in_step_with_its_length(words: Vocabulary) -> None:
    def cost(size: int) -> int:
        return work(lambda: understand("not " * size + "public buckets " * (size // 16), words))

    cost(16)
    assert growth(cost, 400) < LINEAR


def test_a_name_that_two_things_have_is_ambiguous_until_one_is_named() -> None:
    twofold = vocabulary(
        accounts={"payments": "111122223333"},
        tag_values={"payments": ("Owner",)},
        twofold=frozenset({"payments"}),
    )
    assert understand("which buckets are public in payments?", twofold).ambiguous == ("payments",)
    by_account = understand("which buckets are public in account payments?", twofold)
    assert (by_account.accounts, by_account.tags, by_account.ambiguous) == (("111122223333",), (), ())
    by_tag = understand("which buckets are public tagged payments?", twofold)
    assert (by_tag.accounts, [t.label for t in by_tag.tags], by_tag.ambiguous) == ((), ["payments"], ())


def test_what_a_resource_is_tagged_with(words: Vocabulary) -> None:
    for text in ("who owns ledger-exports", "what is ledger-exports tagged with", "tags of ledger-exports"):
        reading = understand(text, words)
        assert (reading.asks_tags, reading.names) == (True, ("ledger-exports",)), text


def test_what_there_is_is_counted_by_group(words: Vocabulary) -> None:
    for text, group in (
        ("how many accounts do we have", "account"),
        ("which regions do we use", "region"),
        ("what services are failing", "service"),
        ("list the rules that fail most", "rule"),
    ):
        reading = understand(text, words)
        assert (reading.intent, reading.group_by, reading.left_over) == (Intent.COUNT, group, ()), text
