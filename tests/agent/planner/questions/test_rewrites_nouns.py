"""Nouns said in passing, in the words that the lists know."""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.rewrites_nouns import of_nouns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number of resources per azure subscription", "number of resources in azure per subscription"),
        ("3 most vulnerable vms in each gcp project", "3 most vulnerable vms in gcp for each project"),
        ("issues by google cloud project", "issues in google cloud by project"),
        ("how many issues are new, in progress and resolved?", "number of issues that are new or in progress or resolved by status"),
        ("how many open issues are critical and high", "number of open issues that are critical or high by severity"),
        ("how many gcs buckets have versioning on and how many off", "number of gcs buckets by versioning"),
        ("for each s3 bucket, how many failed findings does it have?", "number of failed findings per s3 bucket"),
        ("for each account the top 3 rules by number of open issues", "for each account the top 3 rules by number of open issues"),
        ("the 5 dynamodb tables with more items", "the 5 dynamodb tables with the most items"),
        ("the 5 accounts with more than 3 issues", "the 5 accounts with more than 3 issues"),
        ("open data issues by account", "open issues of category data by account"),
        ("issues on s3 buckets with bucket name and region", "issues on s3 buckets with asset name and region"),
        ("issues on storage accounts, with the account name", "issues on storage accounts, with asset name"),
        ("issues on s3 buckets with the account name", "issues on s3 buckets with the account name"),
        ("nsg rules, one per line: nsg name, port", "nsg rules, one row each: name, port"),
        ("roles with attached policy name", "roles with attached policy name"),
        ("rules of roles, one verb in each line", "rules of roles, one row per verb"),
        ("what percentage of our s3 buckets use kms encryption?", "what percentage of our s3 buckets encrypted with kms?"),
        ("kms-encrypted s3 buckets", "s3 buckets encrypted with kms"),
        ("buckets using sse-kms", "s3 buckets encrypted with kms"),
        ("rules and whether it allows or denies", "rules and action"),
    ],
)  # fmt: skip
def test_nouns_become_plain(text: str, expected: str) -> None:
    assert of_nouns(text) == expected


def test_what_is_quoted_stays() -> None:
    text = 'per azure subscription with "data issues"'
    assert of_nouns(text) == text
