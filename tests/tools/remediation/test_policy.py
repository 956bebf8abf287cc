"""Who a policy lets in, and how everybody is taken out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.remediation.policy import (
    denies_plain_http,
    document,
    is_admin,
    is_public,
    is_world,
    narrow_to,
    public_statements,
    statements,
    transformed,
)

ROOT = "arn:aws:iam::123456789012:root"


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*", **more}


@pytest.mark.parametrize(
    "statement",
    [
        allow("*"),
        allow({"AWS": "*"}),
        allow({"AWS": ["*", ROOT]}),
        allow({"*": "*"}),
        {"Effect": "Allow", "NotPrincipal": {"AWS": ROOT}, "Action": "s3:*", "Resource": "*"},
        allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow("*", Condition={"StringNotEquals": {"aws:SourceAccount": "1"}}),
        allow("*", Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        allow("*", Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}),
        allow("*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}),
        allow("*", Condition={"ForAllValues:StringEquals": {"aws:PrincipalAccount": "1"}}),
        allow("*", Condition={"StringEqualsIfExists": {"aws:PrincipalAccount": "123456789012"}}),
    ],
)
def test_these_let_anybody_in(statement: dict[str, Any]) -> None:
    assert is_public(statement)


@pytest.mark.parametrize(
    "statement",
    [
        allow({"AWS": ROOT}),
        allow({"Service": "cloudtrail.amazonaws.com"}),
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        allow("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        allow("*", Condition={"StringEquals": {"AWS:SourceOwner": "123456789012"}}),
        allow("*", Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}),
        allow("*", Condition={"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        allow("*", Condition={"StringEquals": {"aws:sourceVpce": "vpce-1"}}),
    ],
)
def test_these_do_not(statement: dict[str, Any]) -> None:
    assert not is_public(statement)


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "64.0.0.0/4"])
def test_half_the_internet_is_the_internet(cidr: str) -> None:
    assert is_world(cidr)


@pytest.mark.parametrize(
    "cidr", ["10.0.0.0/8", "192.168.0.0/16", "203.0.113.7/32", "fd00::/8", "", "pl-1", None]
)
def test_other_networks_are_not(cidr: str | None) -> None:
    assert not is_world(cidr)


_principals = st.sampled_from(
    ["*", {"AWS": "*"}, {"AWS": ["*", "arn:aws:iam::1:role/x"]}, {"AWS": ROOT}, {"Service": "x.amazonaws.com"},
     {"AWS": "*", "Service": "x.amazonaws.com"}]
)  # fmt: skip
_conditions = st.sampled_from(
    [
        {},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"Bool": {"x": "true"}}},
    ]
)
_statement = st.builds(
    lambda effect, principal, action, condition: {
        "Effect": effect, "Principal": principal, "Action": action, "Resource": "r", **condition
    },
    st.sampled_from(["Allow", "Deny"]),
    _principals,
    st.text(max_size=6),
    _conditions,
)  # fmt: skip


@given(st.lists(_statement, max_size=5), st.booleans())
def test_narrowing_lets_nobody_else_in_and_touches_nothing_else(
    held: list[dict[str, Any]], pin: bool
) -> None:
    policy = {"Version": "2012-10-17", "Statement": held}
    after = transformed(policy, narrow_to(ROOT, pin=pin))
    assert public_statements(after) == []
    assert len(statements(after)) == len(held)
    for old, new in zip(held, statements(after), strict=True):
        if not is_public(old):
            assert new == old
        same = {key for key in old if old[key] == new.get(key)}
        assert set(old) - same <= {"Principal"}


def test_named_principals_stay_when_everybody_goes() -> None:
    narrowed = narrow_to(ROOT)(allow({"AWS": ["*", "arn:aws:iam::1:role/x"], "Service": "x.amazonaws.com"}))
    assert narrowed is not None
    assert narrowed["Principal"] == {"AWS": "arn:aws:iam::1:role/x", "Service": "x.amazonaws.com"}


def test_a_policy_may_be_text_or_have_one_statement() -> None:
    assert statements(document('{"Statement": {"Effect": "Allow"}}')) == [{"Effect": "Allow"}]
    assert document("not json") is None
    assert document([1]) is None
    assert statements({"Statement": ["x", None]}) == []


def test_plain_http_is_refused_only_by_a_whole_deny() -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    }
    assert denies_plain_http({"Statement": [deny]})
    assert not denies_plain_http({"Statement": [{**deny, "Action": "s3:GetObject"}]})
    assert not denies_plain_http({"Statement": [{**deny, "Principal": {"AWS": ROOT}}]})
    assert not denies_plain_http({"Statement": [{**deny, "Effect": "Allow"}]})
    assert not denies_plain_http(None)


def test_everything_on_everything_is_admin() -> None:
    assert is_admin({"Effect": "Allow", "Action": ["s3:*", "*"], "Resource": ["*"]})
    assert not is_admin({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::x"})
    assert not is_admin({"Effect": "Deny", "Action": "*", "Resource": "*"})
