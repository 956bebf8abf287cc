"""What a question says beside itself changes nothing of what it asks; what narrows it is never dropped unsaid."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.planner.questions.asides import without_asides
from agent.planner.questions.ask import plan_question
from agent.planner.questions.english import harmless, ordinary
from tests.agent.planner.questions.tenant import NOW, Tenant

QUESTIONS = (
    "public buckets",
    "open critical issues in acme-shop-dev",
    "how many open issues does each account have",
    "which ec2 instances have a public ip",
    "list the rds databases without encryption",
    "number of open issues per severity",
    "iam users without mfa",
    "top 3 accounts by number of open issues",
    "security groups open to the internet on port 22",
    "open issues older than 30 days",
)
_OPENERS = (
    "please",
    "hi",
    "hello",
    "hey there",
    "good morning",
    "ok",
    "quick question",
    "sorry to bother you",
    "i was wondering",
    "i'm curious",
    "out of curiosity",
    "just checking",
    "to be honest",
    "if you don't mind",
    "when you have a minute",
    "as far as we know",
    "at the moment",
    "right now",
    "for my own understanding",
    "one more question",
)
_OCCASIONS = (
    "board meeting",
    "weekly report",
    "audit",
    "steerco",
    "management review",
    "quarterly review",
    "presentation",
    "ciso",
    "slide deck",
    "customer workshop",
    "newsletter",
    "handover",
    "auditor",
    "standup",
    "executive summary",
)
_BEFORE = (
    *(f"{text}, " for text in _OPENERS),
    *(f"for the {what}: " for what in _OCCASIONS),
    *(f"i am preparing the {what}: " for what in _OCCASIONS),
    *(f"my boss needs this for the {what}, so please tell me: " for what in _OCCASIONS[:8]),
    *(
        f"{text} - "
        for text in (
            "a quick one for the slide",
            "audit question",
            "scoping question",
            "sanity check",
            "hello team",
        )
    ),
    *(f"{who} wants to know: " for who in ("the auditor", "my manager", "our ciso", "the board")),
)
_AFTER = (
    *(f", {text}" for text in ("please", "thanks", "thank you", "if possible", "as quickly as you can", "as soon as possible", "right now", "in our environment", "that we know of", "if you don't mind", "by end of day", "by tomorrow", "asap", "many thanks in advance", "no rush", "cheers", "kind regards")),
    *(f" for the {what}" for what in _OCCASIONS),
    *(f". It is for the {what}." for what in _OCCASIONS),
    *(f", because my {who} asked me" for who in ("boss", "manager", "director", "ciso")),
    *(f". I need it for the {what}" for what in _OCCASIONS[:8]),
    *(f", {who} wants them in the weekly" for who in ("boss", "the boss", "my manager", "our ciso")),
    " in order to plan the next sprint",
    " so that we can discuss it tomorrow",
    ", i promised it to the auditor",
)  # fmt: skip
PLACES = [(before, "") for before in _BEFORE] + [("", after) for after in _AFTER]


def _plan(tenant: Tenant, text: str) -> object:
    asked = plan_question(text, tenant.estate, None, NOW)
    assert asked.outcome == "answer", (text, asked.message)
    return asked.plan


@pytest.mark.parametrize(("before", "after"), PLACES, ids=[(b + a).strip(" ,:.-")[:50] for b, a in PLACES])
def test_an_aside_changes_no_plan(tenant: Tenant, before: str, after: str) -> None:
    for question in QUESTIONS[::3]:
        assert _plan(tenant, f"{before}{question}{after}") == _plan(tenant, question), (
            before,
            question,
            after,
        )


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(QUESTIONS), st.sampled_from(("", *_BEFORE)), st.sampled_from(("", *_AFTER)), st.sampled_from(("", "?", " ?", "!"))
)  # fmt: skip
def test_asides_on_both_sides_change_no_plan(
    tenant: Tenant, question: str, before: str, after: str, mark: str
) -> None:
    assert _plan(tenant, f"{before}{question}{after}{mark}") == _plan(tenant, question)


@pytest.mark.parametrize(
    "kept",
    [
        "For Azure storage accounts only: failed findings per check",
        "per team: how many assets have open issues",
        "gcp firewall rules: list each allowed port",
        "public buckets. Only those in acme-ml.",
        "buckets called 'for the board meeting'",
        "files in the data security inventory per extension",
        "open issues, only the critical ones",
    ],
)
def test_what_narrows_stays(kept: str) -> None:
    words = {
        w for w in kept.lower().replace(":", " ").replace(".", " ").replace(",", " ").split() if len(w) > 3
    }
    said = without_asides(kept)[0].lower()
    assert all(word in said for word in words), said


@pytest.mark.parametrize("word", ["orphaned", "hibernated", "blue", "dangling", "zombie", "forgotten"])
def test_a_word_that_narrows_is_not_dropped(tenant: Tenant, word: str) -> None:
    for text in (
        f"{word} buckets",
        f"list the {word} machines",
        f"which machines are {word}",
        f"buckets that are {word}",
    ):
        asked = plan_question(text, tenant.estate, None, NOW)
        assert asked.outcome != "answer", text
        assert word in asked.message or "Unknown" in asked.message


@pytest.mark.parametrize("noun", ["blorps", "acme-nowhere", "zz-77"])
def test_a_name_that_is_not_there_is_said(tenant: Tenant, noun: str) -> None:
    asked = plan_question(f"public buckets in {noun}", tenant.estate, None, NOW)
    assert asked.outcome == "no_such"
    assert noun in asked.message


def test_unused_words_are_owned_up_to(tenant: Tenant) -> None:
    asked = plan_question(
        "public buckets, for the recertification of the crypto standard", tenant.estate, None, NOW
    )
    assert "crypto" in asked.reading


def test_english_is_known_by_its_inflections() -> None:
    for word in ("meetings", "wondering", "quickly", "prepared", "asked", "came", "happening", "bosses"):
        assert harmless(word), word
    for word in ("orphaned", "deleted", "blue", "anonymous", "forbids", "unused"):
        assert ordinary(word), word
        assert not harmless(word), word
    for word in ("blorps", "acme-payments", "flurbed", "i-0abc"):
        assert not ordinary(word), word
    assert all(not harmless(w) for w in ("not", "without", "never", "deny", "publicly"))


def test_the_lists_do_not_overlap_with_negations() -> None:
    for first, second in itertools.product(("no", "not"), ("public", "encrypted")):
        assert not harmless(f"{first}-{second}")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            "Which buckets have no owner? Every system needs a responsible person.",
            "Which buckets have no owner?",
        ),
        ("which issues are open? she is on holiday from Monday", "which issues are open?"),
        ("list the resolved issues, I need to verify who approved it", "list the resolved issues"),
        ("assets with alerts - i.e. real detections, not posture", "assets with alerts"),
        ("which buckets are unencrypted? the auditor is here on Friday", "which buckets are unencrypted?"),
    ],
)
def test_statements_after_a_question_go(said: str, asked: str) -> None:
    assert without_asides(said)[0].strip(" ?") == asked.strip(" ?")


@pytest.mark.parametrize(
    "said",
    [
        "list the buckets. They should be in eu-west-1.",
        "show vms. The ones that are running.",
        "list s3 buckets. Those must be public.",
        "list users? only those who have no keys",
    ],
)
def test_statements_that_narrow_stay(said: str) -> None:
    assert without_asides(said)[0].strip(" .") == said.strip(" .")
