"""Of what a share is and which part; what is neither; words that stay without a meaning."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Atom, Has, Measure, Weakness
from agent.planner.questions.rewrites_each import of_each
from agent.planner.questions.titles import with_titles
from agent.planner.questions.word_order import ordered
from tests.agent.planner.questions.tenant import NOW, Tenant


def _part(tenant: Tenant, question: str) -> tuple[set[str], set[str]]:
    """The attributes of what a share is of, and those of the part."""
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.form is not None, made.message
    assert made.form.measure is not None
    whole = {i.ref.name for i in made.form.items if isinstance(i, Atom)}
    if made.form.status == "open":
        whole.add("status")
    return whole, {i.ref.name for i in made.form.measure.part if isinstance(i, Atom)}


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("what percentage of open issues are in AWS", {"provider"}),
        ("share of open issues in AWS", {"provider"}),
        ("percentage of open issues that are critical", {"severity"}),
        ("what share of critical issues is in AWS", {"provider"}),
        ("percentage of critical issues in AWS", {"severity"}),
    ],
)
def test_what_is_said_behind_is_or_that_is_the_part(tenant: Tenant, question: str, part: set[str]) -> None:
    assert _part(tenant, question)[1] == part


@pytest.mark.parametrize(
    "question",
    [
        "machines with neither critical nor high issues",
        "vms that have neither a critical nor a high open issue",
    ],
)
def test_neither_of_two_severities_is_without_both(tenant: Tenant, question: str) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.form is not None, made.message
    (has,) = (i for i in made.form.items if isinstance(i, Has))
    (severity,) = (i for i in has.items if isinstance(i, Atom) and i.ref.name == "severity")
    assert has.negated
    assert set(severity.values) == {"CRITICAL", "HIGH"}
    assert not severity.negated


@pytest.mark.parametrize(
    ("question", "outcomes"),
    [
        ("buckets running as root", {"no_such", "refuse", "clarify"}),
        ("average number of statements of buckets", {"refuse", "no_such"}),
    ],
)
def test_a_word_that_narrows_is_never_dropped(tenant: Tenant, question: str, outcomes: set[str]) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome in outcomes


@pytest.mark.parametrize(
    ("question", "having"),
    [
        ("packages with at least 3 different CVEs", ("gte", 3.0)),
        ("packages by number of distinct cves", None),
        ("accounts with more than 20 unique CVEs", ("gt", 20.0)),
    ],
)
def test_different_cves_count_once(tenant: Tenant, question: str, having: tuple[str, float] | None) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.form is not None, made.message
    assert isinstance(made.form.measure, Measure)
    assert made.form.measure.function == "distinct"
    assert made.form.measure.ref is not None
    assert made.form.measure.ref.name == "cve"
    assert made.form.having == having
    assert len(made.form.group) == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("average number of rules per security group", "average number of rules of security groups"),
        ("how many rules does each security group have on average?", "average number of rules of security groups"),
        ("on average how many open issues does a bucket have", "average number of open issues per bucket"),
        ("average number of open issues per account", "average number of open issues per account"),
    ],
)  # fmt: skip
def test_averages_of_what_each_has(text: str, plain: str) -> None:
    assert of_each(text) == plain


def test_linux_is_what_distributions_are(tenant: Tenant) -> None:
    made = plan_question("linux machines", tenant.estate, None, NOW)
    assert made.form is not None, made.message
    (system,) = (i for i in made.form.items if isinstance(i, Atom) and i.ref.name == "os")
    seen = tenant.estate.values("asset", "os").values()
    assert {str(v) for v in system.values} == {s for s in seen if "windows" not in s.lower()}


def test_titles_need_a_word_beside_them(tenant: Tenant) -> None:
    title = next(
        r.title
        for r in tenant.estate.words.rules
        if len(r.title.split()) > 2 and "cve" not in r.title.lower()
    ).lower()
    assert with_titles(f"buckets with a finding named {title}", tenant.estate).endswith(f'named "{title}"')
    assert with_titles(f"which bucket {title}", tenant.estate) == f"which bucket {title}"


def test_what_was_found_is_a_title_by_its_words(tenant: Tenant) -> None:
    said = "hosts where the bucket encryption was found"
    assert with_titles(said, tenant.estate) == said
    titles = [r.title.lower() for r in tenant.estate.words.rules]
    title = next(t for t in titles if len(t.split()) > 2 and titles.count(t) == 1 and "cve" not in t)
    found = with_titles(f"hosts where {title} was found", tenant.estate)
    assert found == f'hosts with a finding named "{title}"'


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("service accounts in gcp with old keys", "gcp service accounts with old keys"),
        ("eks clusters in aws with a public endpoint", "eks clusters in aws with a public endpoint"),
        ("users in aws", "users in aws"),
    ],
)
def test_the_cloud_stands_before_what_it_has(text: str, plain: str) -> None:
    assert ordered(text) == plain


def test_what_a_check_reports_may_be_what_is_lacking(tenant: Tenant) -> None:
    """As "load balancers without a waf": the only words for it are those of a check."""
    made = plan_question("s3 buckets without an object", tenant.estate, None, NOW, settings=False)
    assert made.outcome == "answer", made.message
    assert made.form is not None
    (weak,) = (i for i in made.form.items if isinstance(i, Weakness))
    assert weak.rules == ("s3_bucket_object_versioning",)
    assert not weak.negated
