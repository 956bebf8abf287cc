"""Every query that is written parses and passes the checker, whatever the estate's names are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.planner.queries import about_assets, write
from agent.planner.reading import ConceptUse, Excluded, Intent, Reading, Since, TagUse
from agent.planner.understand import understand
from agent.planner.vocabulary import Vocabulary
from agent.planner.words import NOUNS
from tests.agent.planner.conftest import RULES
from tools.xql import Catalog, check

_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_CATALOG = Catalog.seeded()

_QUESTIONS = [
    "which buckets are public",
    "which buckets are not public",
    "public buckets in eu-west-1 except dev",
    "public and unencrypted buckets in prod owned by marketing",
    "machines reachable from the internet without ssm agent",
    "which users lack mfa",
    "what is open to the internet on 22",
    "critical findings per service",
    "findings per region since last week",
    "findings older than 30 days per account",
    "how many high findings are there in prod",
    "critical findings except s3 that are not in eu-west-1",
    "which resources have the most findings",
    "resources by type",
    "buckets per region",
    "untagged buckets",
    "resources tagged PII that are not buckets",
    "which roles can be assumed by anyone",
    "roles that can't be assumed by anyone",
    "buckets with object lock",
    "buckets without object lock",
    "newest critical findings except low",
    "top 5 rules by findings",
    "findings by status",
    "findings by provider on azure",
    "high findings on databases in account 111122223333",
]


def _checked(xql: str) -> str:
    report = check(xql, _CATALOG)
    assert report.valid, (xql, [d.message for d in report.errors])
    return xql


@pytest.mark.parametrize("text", _QUESTIONS)
def test_written_queries_pass_the_checker(words: Vocabulary, text: str) -> None:
    reading = understand(text, words)
    assert reading.left_over == ()
    _checked(write(reading, RULES, now=_NOW).xql)


def test_what_has_not_the_weakness_must_have_passed_a_check(words: Vocabulary) -> None:
    xql = write(understand("which buckets are not public", words), RULES, now=_NOW).xql
    assert "not in (dataset = issues" in xql
    assert '"PASS"' in xql
    xql = write(understand("machines managed by ssm", words), RULES, now=_NOW).xql
    assert '"PASS"' not in xql, "no check passed anywhere, so none can be asked for"


def test_a_tag_that_is_left_out_lets_untagged_resources_in(words: Vocabulary) -> None:
    xql = write(understand("public buckets except dev", words), RULES, now=_NOW).xql
    assert "= null or" in xql


def test_findings_and_resources(words: Vocabulary) -> None:
    assert about_assets(understand("which buckets are public", words))
    assert about_assets(understand("everything tagged pii", words))
    assert not about_assets(understand("findings tagged pii", words))
    assert not about_assets(understand("critical findings", words))
    assert not about_assets(understand("what did payments-db pass", words))


def test_severities_sort_by_rank_not_by_letter(words: Vocabulary) -> None:
    xql = write(understand("findings except s3", words), RULES, now=_NOW).xql
    assert "severity_rank" in xql


def test_a_weakness_without_rules_is_reported(words: Vocabulary) -> None:
    written = write(understand("file systems without backups", words), RULES, now=_NOW)
    assert [use.name for use in written.without_rules] == ["no_backup"]


_HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("\"\\|'`$(){}[]\n\r\t*?,=#/<>; "), st.characters()),
    min_size=1,
    max_size=30,
)
_READINGS = st.builds(
    Reading,
    intent=st.sampled_from([Intent.LIST, Intent.COUNT]),
    nouns=st.lists(st.sampled_from(sorted(NOUNS)), max_size=2, unique=True).map(tuple),
    concepts=st.lists(
        st.builds(
            ConceptUse,
            name=st.sampled_from(["public", "unencrypted", "no_mfa", "no_ssm", "assume_any"]),
            negated=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    findings=st.booleans(),
    severities=st.lists(st.sampled_from(["CRITICAL", "HIGH", "LOW"]), max_size=2, unique=True).map(tuple),
    accounts=st.lists(_HOSTILE, max_size=1).map(tuple),
    regions=st.lists(_HOSTILE, max_size=1).map(tuple),
    services=st.lists(_HOSTILE, max_size=1).map(tuple),
    names=st.lists(_HOSTILE, max_size=2).map(tuple),
    tags=st.lists(
        st.builds(
            TagUse,
            keys=st.lists(_HOSTILE, min_size=1, max_size=2).map(tuple),
            values=st.lists(_HOSTILE, max_size=2).map(tuple),
            label=_HOSTILE,
            negated=st.booleans(),
        ),
        max_size=1,
    ).map(tuple),
    excluded=st.builds(
        Excluded,
        regions=st.lists(_HOSTILE, max_size=1).map(tuple),
        names=st.lists(_HOSTILE, max_size=1).map(tuple),
    ),
    group_by=st.sampled_from([None, "service", "region", "account", "type", "resource", "severity", "rule"]),
    limit=st.sampled_from([None, 1, 20]),
    since=st.sampled_from([None, Since(kind="days", days=7), Since(kind="date", date="2026-01-01")]),
)


@given(_READINGS)
@settings(max_examples=200, deadline=None)
def test_no_name_or_tag_changes_a_query(reading: Reading) -> None:
    xql = _checked(write(reading, RULES, now=_NOW).xql)
    tame = _tamed(reading)
    assert _shape(xql) == _shape(write(tame, RULES, now=_NOW).xql)


def _tamed(reading: Reading) -> Reading:
    """The same reading with harmless values where a value can be written at all."""
    from agent.planner.conditions import safe

    def tame(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"v{n}" if safe(value) else value for n, value in enumerate(dict.fromkeys(values)))

    tags = tuple(
        tag.model_copy(
            update={
                "keys": tuple(f"k{n}" if safe(k) and "'" not in k else k for n, k in enumerate(tag.keys)),
                "values": tuple(f"v{n}" if safe(v) else v for n, v in enumerate(dict.fromkeys(tag.values))),
            }
        )
        for tag in reading.tags
    )
    out = reading.excluded
    return reading.model_copy(
        update={slot: tame(getattr(reading, slot)) for slot in ("accounts", "regions", "services", "names")}
        | {"tags": tags, "excluded": Excluded(regions=tame(out.regions), names=tame(out.names))}
    )


def _shape(xql: str) -> str:
    """A query without what stands between double quotes."""
    import re

    return re.sub(r"\['[^']*'\]", "['']", re.sub(r'"[^"]*"', '""', re.sub(r"\"\$\['[^\"]*'\]\"", '"$"', xql)))


def test_a_value_that_no_query_can_spell_fits_nothing_rather_than_everything() -> None:
    for slot in ("accounts", "regions", "names"):
        reading = Reading.model_validate({"intent": "list", "nouns": ("bucket",), slot: ('a"b',)})
        assert "xdm.asset.id = null" in _checked(write(reading, RULES, now=_NOW).xql), slot
    by_id = Reading(intent=Intent.LIST, nouns=("bucket",), names=('a"b',), asset_ids=("0f",))
    assert 'xdm.asset.id = "0f"' in _checked(write(by_id, RULES, now=_NOW).xql)
