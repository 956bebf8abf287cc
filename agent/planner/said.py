"""Readings in words as people write them: names of services in capitals, one thing in the singular."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_SPELLED: Final = {
    word.lower(): word
    for word in "EC2 IAM KMS VPC VPCs VM VMs S3 RDS SQS SNS ECR ECS EKS AKS GKE EBS EFS CVE CVEs CVSS EPSS KEV AWS GCP SSH RDP MFA TLS "
    "SSL HTTP HTTPS DNS NSG NSGs ACL ACLs API APIs IP IPs ID SSM SQL VNet VNets DynamoDB Azure Kubernetes Lambda CloudTrail "
    "CloudFront PII PCI PHI HIPAA WAF Redis MySQL PostgreSQL".split()
}
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PLAIN: Final = frozenset({"id"})
_ONE: Final = (
    ("that are ", "that is "),
    ("that have ", "that has "),
    ("that lack ", "that lacks "),
    ("that don't ", "that doesn't "),
    ("that still answer ", "that still answers "),
    ("that require ", "that requires "),
    ("that validate ", "that validates "),
    ("that log ", "that logs "),
    ("that encrypt ", "that encrypts "),
    ("that hold ", "that holds "),
    ("that run ", "that runs "),
    ("that grant ", "that grants "),
    ("that allow ", "that allows "),
    ("that use ", "that uses "),
    ("that need ", "that needs "),
)


def in_words(reading: str) -> str:
    """A reading with names of services spelled as their makers do; what stands in quotes stays."""
    parts = re.split(r"('[^']*'|\"[^\"]*\"|\S*[-_./:@=]\S*)", reading)
    for n in range(0, len(parts), 2):
        parts[n] = _WORD.sub(lambda m: _SPELLED.get(m.group(0).lower(), m.group(0)), parts[n])
    return "".join(parts)


def things(reading: str, count: int) -> str:
    """A reading of a list as what follows a number: `EC2 instances in production`, `1 bucket that is open`."""
    text = reading if reading[:2].isupper() or reading[1:3].isupper() else reading[:1].lower() + reading[1:]
    return singular(text) if count == 1 else text


def singular(text: str) -> str:
    """The first noun of a phrase and its verbs in the singular."""
    head, mark, tail = _head(text)
    *before, last = head.split(" ")
    for many, one in _ONE:
        tail = tail.replace(many, one)
    for many, one in (("and are ", "and is "), ("and have ", "and has ")):
        tail = tail.replace(many, one)
    return " ".join([*before, _one(last)]) + mark + tail


_TAIL: Final = re.compile(
    r",? (?:that|which|in|on|with|without|whose|of|named|tagged|reported|free|other than|not|by|from|older|newer|since|first|cvss|for|to|neither|owned|created|seen|at|per)\b|, ",
    re.IGNORECASE,
)


def _head(text: str) -> tuple[str, str, str]:
    found = _TAIL.search(text)
    if found is None:
        return text, "", ""
    return text[: found.start()], "", text[found.start() :]


def _one(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def head_noun(reading: str) -> str:
    """The things that a reading lists, without its conditions: `EC2 instances`."""
    return _head(reading)[0]


def figure(value: object) -> str:
    """A number as people write it: 1,003 and 6.8."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{int(value):,}"
