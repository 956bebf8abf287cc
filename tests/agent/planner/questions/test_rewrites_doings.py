"""Idioms of doings: what they are read as, and that texts about other things stay as they are."""

from __future__ import annotations

import pytest

from agent.planner.questions.rewrites_access import of_access
from agent.planner.questions.rewrites_doings import of_doings
from agent.planner.questions.rewrites_each import of_each

DOINGS = [
    (
        "which users made changes from the console in the last 60 days",
        "who changed from the console in the last 60 days",
    ),
    (
        "persons (human users, no service) who did change in the audit log",
        "who changed with identity type = user",
    ),
    ("who deleted something in the last 90 days", "who deleted in the last 90 days"),
    ("operations performed by users versus by service identities", "number of audit events by identity type"),
    ("top 10 operations of human users", "top 10 operations in audit events with identity type = user"),
    ("last change to security groups", "audit events, newest first, top 1 on security groups"),
    ("last 5 changes to key vaults", "audit events, newest first, top 5 on key vaults"),
    ("which source ips did a.b@acme.example use", "audit events with user a.b@acme.example by ip"),
    ("who attached role policies", "who attached policies to roles"),
    ("changes by pipeline vs humans per week", "number of audit events by identity type per week"),
    ("did anybody attach a policy to a role", "who attach a policy to a role"),
    ("users who failed operations more than once", "users with more than 1 failed audit events"),
    ("which resources were changed the most", "audit events by resource, most first"),
]
OTHERS = [
    "public buckets in production",
    "users without mfa",
    "open issues modified in the last 7 days",
    "which security groups allow ssh from anywhere",
    'who changed "something else"',
]


@pytest.mark.parametrize(("said", "read"), DOINGS)
def test_doings_in_the_words_of_the_audit_log(said: str, read: str) -> None:
    assert of_doings(said) == read


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_stay(text: str) -> None:
    assert of_doings(text) == text
    assert of_access(text) == text


ACCESS = [
    ("roles unused for more than 60 days", "roles not used in the last 60 days"),
    ("roles not used for 90 days", "roles not used in the last 90 days"),
    ("secrets not rotated in the last 90 days", "secrets not changed in the last 90 days"),
    ("access keys not rotated for 90 days", "access keys older than 90 days"),
    ("list guests without mfa", "list guest users without mfa"),
    ("accounts without root mfa", "aws accounts without mfa"),
    ("which cluster roles have verbs *", "which kubernetes roles with kind clusterrole have verbs *"),
    ("k8s resources per type", "kubernetes assets per type"),
    ("privileged containers", "deployments with privileged containers"),
    ("roles that can be assumed by codebuild", "roles that trust codebuild.amazonaws.com"),
    ("roles that trust lambda or ec2", "roles that trust lambda.amazonaws.com or ec2.amazonaws.com"),
    ("iam user with two active keys", "iam user with two active access keys"),
    ("iam policies attached to nothing", "iam policies with attachment count 0"),
    ("pods per cluster", "pods per cluster name"),
    ("clusters per cluster", "clusters per cluster"),
    ("pods in production clusters", "pods in production"),
]


@pytest.mark.parametrize(("said", "read"), ACCESS)
def test_access_in_the_words_of_the_inventory(said: str, read: str) -> None:
    assert of_access(said) == read


@pytest.mark.parametrize(
    "text",
    ["container images with critical vulnerabilities", "containers with critical cves", "are they guests"],
)
def test_images_and_guests_that_are_meant_stay(text: str) -> None:
    assert of_access(text) == text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("runtime per lambda function", "lambda functions and their runtime"),
        ("show the engine version of each rds instance", "show the rds instances and their engine version"),
        ("k8s version per cluster", "clusters and their k8s version"),
        ("issues per bucket", "issues per bucket"),
        ("number of rules per security group", "number of rules per security group"),
        ("buckets per account", "buckets per account"),
    ],
)
def test_a_value_of_each_thing_is_shown_beside_it(said: str, read: str) -> None:
    assert of_each(said) == read
