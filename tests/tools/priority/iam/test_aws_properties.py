"""Laws that hold for any policies: denies never open, allows never close, order does not matter, and what is
not known is never taken for an allow."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.priority.iam.building import HERE, ROLE, document
from tools.priority.iam.aws.context import Context
from tools.priority.iam.aws.evaluate import Evaluator
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import PolicyKind
from tools.priority.iam.aws.parse import parse_policy
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.glob import instance, intersect, matches
from tools.priority.iam.logic import Verdict, truth_of

ACTIONS = ["s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "*", "ec2:*", "s3:?etObject"]
RESOURCES = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::c/*",
    "arn:aws:s3:::?/x",
    "arn:aws:s3:::b",
]
KEYS = ["aws:sourceip", "aws:requesttag/t", "aws:multifactorauthpresent"]
VALUES = ["x", "y", "true", "192.0.2.1"]
OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "ForAnyValue:StringEquals",
             "ForAllValues:StringNotEquals", "Null", "Bool", "StringNotLike", "Nonsense"]  # fmt: skip

conditions = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), min_size=1, max_size=2), min_size=1
    ),
    max_size=2,
)


@st.composite
def statements(draw: st.DrawFn, effect: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "NotAction"]))] = draw(
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2)
    )
    found[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(
        st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)
    )
    if when := draw(conditions):
        found["Condition"] = when
    return found


contexts = st.builds(
    lambda values, absent: Context.of({k: v for k, v in values.items() if k not in absent}, absent),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.sets(st.sampled_from(KEYS)),
)
targets = st.sampled_from(["arn:aws:s3:::b/x", "arn:aws:s3:::c/q", "arn:aws:s3:::b/*"])


def ask(
    identity: list[dict[str, Any]],
    target: str,
    context: Context,
    boundary: list[dict[str, Any]] | None = None,
    own: list[dict[str, Any]] | None = None,
) -> Verdict:
    limit = parse_policy(document(*boundary), "b", PolicyKind.BOUNDARY) if boundary is not None else None
    who = Principal(ROLE, HERE, "role", (parse_policy(document(*identity)),), boundary=limit)
    resource = parse_policy(document(*own), "r", PolicyKind.RESOURCE) if own is not None else None
    return Evaluator().can(who, "s3:GetObject", Resource(target, HERE, resource), context).verdict


some = st.lists(statements(), min_size=1, max_size=4)


@given(some, statements("Deny"), targets, contexts)
def test_a_deny_more_never_opens(
    base: list[dict[str, Any]], more: dict[str, Any], target: str, context: Context
) -> None:
    before, after = ask(base, target, context), ask([*base, more], target, context)
    assert truth_of(after) <= truth_of(before)


@given(some, statements("Allow"), targets, contexts)
def test_an_allow_more_never_closes(
    base: list[dict[str, Any]], more: dict[str, Any], target: str, context: Context
) -> None:
    before, after = ask(base, target, context), ask([*base, more], target, context)
    assert truth_of(after) >= truth_of(before)


@given(some, targets, contexts, st.randoms(use_true_random=False))
def test_order_does_not_matter(base: list[dict[str, Any]], target: str, context: Context, dice: Any) -> None:
    mixed = list(base)
    dice.shuffle(mixed)
    assert ask(base, target, context) is ask(mixed, target, context)


@given(some, some, targets, contexts)
def test_a_boundary_never_opens(
    base: list[dict[str, Any]], limit: list[dict[str, Any]], target: str, context: Context
) -> None:
    assert truth_of(ask(base, target, context, limit)) <= truth_of(ask(base, target, context))


@given(some, targets.filter(lambda t: "*" not in t), contexts, st.data())
@settings(max_examples=300)
def test_unknown_covers_every_value(
    base: list[dict[str, Any]], target: str, context: Context, data: st.DataObject
) -> None:
    """Whatever a key turns out to be, the answer never contradicts what was said before it was known."""
    unknown = [key for key in KEYS if context.get(key) is None]
    values = {key: data.draw(st.sampled_from([*VALUES, None])) for key in unknown}
    finished = context.over(
        Context.of({k: v for k, v in values.items() if v}, [k for k, v in values.items() if not v])
    )
    before, after = ask(base, target, context), ask(base, target, finished)
    assert before in {Verdict.UNKNOWN, after}


@given(some, targets.filter(lambda t: "*" not in t), contexts)
def test_a_statement_in_both_policies_decides_alike(
    base: list[dict[str, Any]], target: str, context: Context
) -> None:
    """In one account, what a role holds and what the resource says of anyone are alternatives."""
    own = [{**one, "Principal": "*"} for one in base]
    assert ask(base, target, context) is ask([], target, context, own=own)


@given(st.text("ab*?:/", max_size=9), st.text("ab:/*", max_size=9))
def test_matching_against_a_plain_matcher(pattern: str, text: str) -> None:
    plain = "".join(".*" if ch == "*" else "." if ch == "?" else re.escape(ch) for ch in pattern)
    assert matches(pattern, text) is (re.fullmatch(plain, text, re.DOTALL) is not None)


@given(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6))
def test_two_patterns_meet_if_some_text_fits_both(one: str, other: str) -> None:
    words = [""]
    found = False
    for _ in range(7):
        if any(matches(one, w) and matches(other, w) for w in words):
            found = True
            break
        words = [w + ch for w in words for ch in "ab"]
    # Texts up to six characters settle patterns this short unless stars ask for more.
    assert not found or intersect(one, other)
    if intersect(one, other) and one.replace("*", "") == one:
        assert found or len(one) > 6


@given(st.text("ab*?", max_size=8), st.text("ab*?", max_size=8))
def test_two_patterns_meet_as_a_plain_recursion_says(one: str, other: str) -> None:
    def meet(a: str, b: str) -> bool:
        if not a or not b:
            return not (a + b).strip("*")
        if a[0] == "*":
            return meet(a[1:], b) or meet(a, b[1:])
        if b[0] == "*":
            return meet(a, b[1:]) or meet(a[1:], b)
        return (a[0] == b[0] or "?" in (a[0], b[0])) and meet(a[1:], b[1:])

    assert intersect(one, other) is meet(one, other)


@given(st.text("ab*?", max_size=8))
def test_an_instance_fits_its_pattern(pattern: str) -> None:
    assert matches(pattern, instance(pattern, "zq"))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["*", "Allow", "s3:*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Effect", "Action", "Resource", "Condition", "Principal", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(junk, st.sampled_from(list(PolicyKind)))
def test_nothing_raises_and_junk_never_allows_by_itself(document: Any, kind: PolicyKind) -> None:
    parsed = parse_policy(document, "junk", kind)
    who = Principal(ROLE, HERE, "role", (parsed,))
    verdict = Evaluator().can(who, "s3:GetObject", Resource("arn:aws:s3:::b/x", HERE)).verdict
    if parsed.faults and all(s.opaque for s in parsed.statements):
        assert verdict is not Verdict.ALLOW


def test_a_pattern_of_stars_is_not_slow() -> None:
    assert not matches("*a" * 60 + "b", "a" * 5000)
    assert matches("a?*" * 30, "ab" * 400)


def test_deep_and_huge_documents() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert parse_policy(deep).faults
    assert parse_policy("[" * 100000).faults
    wide = parse_policy(
        document(*({"Effect": "Allow", "Action": f"s{i}:*", "Resource": "*"} for i in range(5000)))
    )
    assert len(wide.about("s42")) == 1
