"""Idioms of asking in the words that the lists know."""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites_asking import as_asked
from tests.agent.planner.questions.tenant import NOW, Tenant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pls share list of buckets in westeurope", "pls list buckets in westeurope"),
        ("share of buckets without versioning", "share of buckets without versioning"),
        ("share of buckets per account", "share of buckets per account"),
        ("assets with atleast 5 issues", "assets with at least 5 issues"),
        ("account wise open issues", "per account open issues"),
        ("top 5 tables item count wise", "top 5 tables by item count"),
        ("how much % assets are without an owner", "percentage of assets are without an owner"),
        ("the five configuration rules that fail most often", "the five rules by number of failed configuration findings"),
        ("most frequently failing rule per severity", "top rule per severity by number of failed findings"),
        ("buckets that do not fail any check", "buckets without failed findings"),
        ("vms that pass all checks", "vms without failed findings"),
        ("volumes for which no snapshot exists", "volumes without snapshot"),
        ("top 5 vpcs in aws having most subnets", "top 5 vpcid by number of subnets in aws"),
        ("how many ec2 instances per subnet", "number of ec2 instances with subnetid by subnetid"),
        ("vpcs with more than 5 security groups", "number of security groups by vpcid, only those with more than 5"),
        ("which namespaces have 3 or more services", "which number of kubernetes services by namespace, only those with at least 3"),
        ("3 most common open issues in each account", "top 3 issue names by number of open issues in each account"),
        ("the 3 most frequent issue names", "top 3 issue names by number of issues"),
        ("10 groups with the most rules", "top 10 groups with the most rules"),
        ("critical issues still open after 30 days", "critical issues open for more than 30 days"),
        ("how many days does it take us on average to resolve an issue?", "average time to resolve of issue?"),
        ("repartition of the buckets by region", "number of buckets by region"),
        ("storage accounts that still accept tls 1.0", "storage accounts with minimum tls version 1.0"),
        ("show me the services in namespace shop", "show me the kubernetes services in namespace shop"),
        ("how many deployments run in each namespace?", "number of deployments by namespace?"),
        ("how many s3 buckets use which encryption algorithm?", "number of s3 buckets by encryption algorithm?"),
        ("which check fails most often on each cloud provider?", "top 1 check on each cloud provider by number of failed findings?"),
        ("count of vpcs in each aws region", "count of vpcs on aws in each region"),
        ("what kubernetes clusters are we running?", "what kubernetes clusters ?"),
        ("total ebs storage in gb", "total size of ebs volumes"),
        ("population of production databases", "list production databases"),
        ("list all clusters in every cloud", "list all clusters"),
        ("how many clusters in every cloud", "how many clusters in every cloud"),
        ("key vaults that are missing purge protection", "key vaults without purge protection"),
        ("vms that permit password authentication over ssh", "vms that permit password authentication"),
        ("repositories whose image tags are mutable", "repositories with image tag mutability mutable"),
        ("guest accounts in our azure ad", "guest users in our azure ad"),
        ("tally of the ec2 instance types in use", "number of ec2 instances by instance types"),
        ("what is the total size in gb of all our volumes?", "total size of volumes?"),
        ("ten rules with the most failures", "ten rules by number of failed findings"),
        ("two most failed rules for each severity level", "top two rules for each severity by number of failed findings"),
        ("rules with protocol, from port and to port", "rules with protocol, from port, to port"),
        ("issues by month, by the date they were first seen", "issues by month"),
        ("subnets per subnet", "subnets per subnet"),
        ("what is open on the database ledger-1", "open issues on the database ledger-1"),
        ("what is open to the internet", "what is open to the internet"),
        ("top 2 config rules per provider by open issues", "top 2 rules per provider by open configuration issues"),
        ("regions where there are more than 150 open issues", "regions with more than 150 open issues"),
        ("what is the most used operating system in every cloud", "top 1 operating system per cloud by number of machines"),
        ("iam users who can log in to the console", "iam users with console access"),
        ("all managed kubernetes clusters", "all kubernetes clusters"),
    ],
)  # fmt: skip
def test_idioms_become_plain(text: str, expected: str) -> None:
    assert as_asked(text) == expected


@pytest.mark.parametrize(
    ("question", "all_of_them"),
    [
        ("how many issues were opened in the last 90 days by severity", True),
        ("issues raised in the last 90 days", True),
        ("open issues raised in the last 90 days", False),
        ("how many issues opened in the last 90 days are still open", False),
    ],
)
def test_what_came_up_counts_closed_or_not(tenant: Tenant, question: str, all_of_them: bool) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.form is not None
    assert (made.form.status == "all") is all_of_them


def test_a_name_with_a_worldly_part_is_a_name(tenant: Tenant) -> None:
    made = plan_question("open issues in the account acme-lottery", tenant.estate, None, NOW)
    assert made.outcome == "no_such"
    assert "acme-lottery" in made.message


@pytest.mark.parametrize("text", ['assets named "team wise"', "buckets called 'atleast one'"])
def test_what_is_quoted_stays(text: str) -> None:
    assert as_asked(text) == text
