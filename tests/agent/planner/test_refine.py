"""Follow-ups: narrow, replace, widen, turn round, count, sort."""

from __future__ import annotations

from agent.planner.reading import Intent, Reading
from agent.planner.understand import understand
from agent.planner.vocabulary import Vocabulary


def _talk(words: Vocabulary, *turns: str) -> Reading:
    reading: Reading | None = None
    for text in turns:
        reading = understand(text, words, reading)
    assert reading is not None
    return reading


def test_a_region_narrows_and_another_replaces_it(words: Vocabulary) -> None:
    reading = _talk(words, "which buckets are public", "only the ones in eu-west-1", "and in us-east-1?")
    assert reading.nouns == ("bucket",)
    assert reading.regions == ("us-east-1",)
    assert [u.name for u in reading.concepts] == ["public"]


def test_another_kind_keeps_the_weakness(words: Vocabulary) -> None:
    reading = _talk(words, "which buckets are public in eu-west-1", "what about databases?")
    assert reading.nouns == ("database",)
    assert [u.name for u in reading.concepts] == ["public"]
    assert reading.regions == ("eu-west-1",)


def test_a_weakness_of_one_kind_does_not_follow_to_another(words: Vocabulary) -> None:
    assert _talk(words, "users without mfa", "what about databases?").concepts == ()


def test_a_tag_of_the_same_key_replaces_and_another_key_adds(words: Vocabulary) -> None:
    reading = _talk(words, "public buckets", "in prod", "and dev?")
    assert [t.label for t in reading.tags] == ["development"]
    reading = _talk(words, "public buckets", "in prod", "which of them are tagged pii?")
    assert [t.label for t in reading.tags] == ["production", "PII"]


def test_an_exception_narrows(words: Vocabulary) -> None:
    reading = _talk(words, "which buckets are public", "except dev")
    assert [(t.label, t.negated) for t in reading.tags] == [("development", True)]
    assert reading.nouns == ("bucket",)


def test_filters_are_dropped(words: Vocabulary) -> None:
    assert _talk(words, "public buckets in eu-west-1", "without the region").regions == ()
    assert _talk(words, "public buckets in eu-west-1", "The same without the region").regions == ()
    assert _talk(words, "public buckets in eu-west-1", "in all regions").regions == ()
    assert _talk(words, "public buckets in prod", "without the tag").tags == ()


def test_turned_round(words: Vocabulary) -> None:
    for text in ("and which are not?", "which aren't?", "what about the others?"):
        reading = _talk(words, "which buckets are public", text)
        assert [(u.name, u.negated) for u in reading.concepts] == [("public", True)], text
        assert reading.nouns == ("bucket",)


def test_counted_sorted_grouped(words: Vocabulary) -> None:
    counted = _talk(words, "which users have no mfa", "how many is that?")
    assert counted.intent is Intent.COUNT
    assert counted.nouns == ("user",)
    assert _talk(words, "critical findings", "sort them by newest").order == "newest"
    assert _talk(words, "critical findings", "newest first").order == "newest"
    grouped = _talk(words, "critical findings", "group them by region")
    assert (grouped.intent, grouped.group_by, grouped.severities) == (Intent.COUNT, "region", ("CRITICAL",))
    top = _talk(words, "critical findings", "top 3 of those")
    assert (top.limit, top.severities) == (3, ("CRITICAL",))


def test_a_service_after_findings_is_a_service(words: Vocabulary) -> None:
    reading = _talk(words, "list critical findings", "only ec2")
    assert reading.services == ("ec2",)
    assert reading.nouns == ()
    assert reading.findings


def test_another_weakness_replaces_after_what_about_and_adds_after_which_of_them(words: Vocabulary) -> None:
    replaced = _talk(words, "which buckets are public", "what about unencrypted ones?")
    assert [u.name for u in replaced.concepts] == ["unencrypted"]
    added = _talk(words, "which buckets are public", "which of them are unencrypted?")
    assert sorted(u.name for u in added.concepts) == ["public", "unencrypted"]


def test_a_whole_new_question_is_no_follow_up(words: Vocabulary) -> None:
    reading = _talk(words, "which buckets are public in eu-west-1", "which users have no mfa")
    assert reading.regions == ()
    assert [u.name for u in reading.concepts] == ["no_mfa"]
    reading = _talk(
        words, "public buckets in eu-west-1", "buckets with versioning off except the ones in dev"
    )
    assert reading.regions == ()
    assert [u.name for u in reading.concepts] == ["no_versioning"]


def test_without_a_question_before_nothing_is_refined(words: Vocabulary) -> None:
    assert understand("only the ones in eu-west-1", words).nouns == ()
