from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tools.priority.policies import foreign_accounts, managed_privilege, privilege_of, public_grant

OWN = "111122223333"


def statement(**fields: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
        **fields,
    }


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return statement(Condition={operator: {key: value}})


@pytest.mark.parametrize(
    ("case", "reach"),
    [
        (statement(), "public"),
        (statement(Principal={"AWS": "*"}), "public"),
        (statement(Principal={"AWS": ["arn:aws:iam::444455556666:root", "*"]}), "public"),
        (statement(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::444455556666:root"}), "public"),
        (statement(Principal={"AWS": f"arn:aws:iam::{OWN}:root"}), "none"),
        (statement(Principal={"Service": "cloudfront.amazonaws.com"}), "none"),
        (statement(Effect="Deny"), "none"),
        (when("StringEquals", "aws:PrincipalOrgID", "o-abc"), "none"),
        (when("StringEquals", "aws:SourceVpce", "vpce-1"), "none"),
        (when("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:111122223333:t"), "none"),
        (when("ArnLike", "aws:SourceArn", "*"), "public"),
        (when("IpAddress", "aws:SourceIp", ["198.51.100.0/24"]), "none"),
        (when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "0.0.0.0/0"]), "public"),
        (when("IpAddress", "aws:SourceIp", "0.0.0.0/1"), "public"),
        (when("Bool", "aws:SecureTransport", "true"), "public"),
        (when("StringNotEquals", "aws:SourceVpc", "vpc-1"), "uncertain"),
        (when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"), "uncertain"),
        (when("StringEquals", "aws:RequestTag/team", "x"), "uncertain"),
        (when("StringEquals", "lambda:FunctionUrlAuthType", "NONE"), "public"),
    ],
)
def test_what_a_statement_grants_to_strangers(case: dict[str, Any], reach: str) -> None:
    assert public_grant({"Statement": [case]}, OWN).reach == reach


def test_an_unconditional_deny_takes_back_what_it_covers() -> None:
    deny = statement(Effect="Deny", Action="s3:*")
    assert public_grant({"Statement": [statement(), deny]}).reach == "none"
    other = statement(Effect="Deny", Action="s3:DeleteObject")
    assert public_grant({"Statement": [statement(), other]}).reach == "public"


def test_everyone_but_a_few_denied_is_everyone_denied() -> None:
    deny = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "arn:aws:iam::1:root"},
        "Action": "s3:*",
        "Resource": "*",
    }
    assert public_grant({"Statement": [statement(), deny]}).reach == "none"


def test_a_conditional_deny_leaves_doubt_unless_it_is_about_transport() -> None:
    vpc = statement(Effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert public_grant({"Statement": [statement(), vpc]}).reach == "uncertain"
    tls = statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert public_grant({"Statement": [statement(), tls]}).reach == "public"


@pytest.mark.parametrize("form", [json.dumps, lambda d: quote(json.dumps(d)), lambda d: d])
def test_documents_come_as_objects_text_or_encoded_text(form: Any) -> None:
    assert public_grant(form({"Statement": statement()})).reach == "public"


@pytest.mark.parametrize(
    "nonsense", [None, "", "{", "[1, 2]", 7, [], {"Statement": "x"}, {"Statement": [1]}, "%7B"]
)
def test_what_is_no_policy_grants_nothing(nonsense: Any) -> None:
    assert public_grant(nonsense).reach == "none"
    assert privilege_of([nonsense]) == "none"


def identity(action: Any, resource: Any = "*", **fields: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **fields}]}


@pytest.mark.parametrize(
    ("documents", "privilege"),
    [
        ([identity("*")], "admin"),
        ([identity(["s3:GetObject", "*:*"])], "admin"),
        ([{"Statement": {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "*"}}], "admin"),
        ([{"Statement": {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}}], "broad"),
        ([identity("*", "arn:aws:s3:::one/*")], "limited"),
        ([identity("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "limited"),
        ([identity("iam:*")], "escalation"),
        ([identity("iam:PutUserPolicy")], "escalation"),
        ([identity("iam:Put*")], "escalation"),
        ([identity(["iam:PassRole", "ec2:RunInstances"])], "escalation"),
        ([identity("iam:PassRole"), identity("lambda:*")], "escalation"),
        ([identity("iam:PassRole")], "limited"),
        ([identity("s3:*")], "broad"),
        ([identity("s3:GetObject")], "limited"),
        ([identity("*"), {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}], "limited"),
        (
            [
                identity("iam:PutUserPolicy"),
                {"Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]},
            ],
            "limited",
        ),
        ([], "none"),
    ],
)
def test_what_a_holder_can_become(documents: list[Any], privilege: str) -> None:
    assert privilege_of(documents) == privilege


def test_managed_policies_by_name() -> None:
    assert managed_privilege("arn:aws:iam::aws:policy/AdministratorAccess") == "admin"
    assert managed_privilege("PowerUserAccess") == "escalation"
    assert managed_privilege("AmazonS3ReadOnlyAccess") == "limited"
    assert managed_privilege("my-own") is None


def test_trusted_accounts_without_an_external_id() -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "sts:AssumeRole",
    }
    assert foreign_accounts({"Statement": [trust]}, OWN) == ("444455556666",)
    pinned = {**trust, "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}
    assert foreign_accounts({"Statement": [pinned]}, OWN) == ()
    own = {**trust, "Principal": {"AWS": OWN}}
    assert foreign_accounts({"Statement": [own]}, OWN) == ()
