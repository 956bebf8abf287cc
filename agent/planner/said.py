"""Readings in words as people write them: names of services in capitals, one thing in the singular."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Form, Kinds

_SPELLED: Final = {
    word.lower(): word
    for word in "EC2 IAM KMS VPC VPCs VM VMs S3 RDS SQS SNS ECR ECS EKS AKS GKE EBS EFS CVE CVEs CVSS EPSS KEV AWS GCP SSH RDP MFA TLS "
    "SSL HTTP HTTPS DNS NSG NSGs ACL ACLs API APIs IP IPs ID SSM SQL VNet VNets DynamoDB Azure Kubernetes Lambda CloudTrail "
    "CloudFront PII PCI PHI HIPAA WAF Redis MySQL PostgreSQL".split()
}
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_BARE_SCORE: Final = re.compile(r"(?<!with)(?<!and) (CVSS (?:above|below|at|between|over|under))")
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
    return _BARE_SCORE.sub(r" with \1", "".join(parts))


def parts(reading: str, form: Form) -> tuple[str, str]:
    """What a reading lists, and its conditions: `EC2 instances` and ` in production, that ...`."""
    kinds = [i.label for i in form.items if isinstance(i, Kinds) and not i.negated and i.label]
    names = [*(kinds if form.entity == "asset" else ()), ENTITIES[form.entity].many]
    lowered = reading.lower()
    for name in names:
        at = lowered.find(name.lower())
        if at >= 0:
            end = at + len(name)
            return _small(reading[:end]), reading[end:]
    head, _, tail = reading.partition(" that ")
    return _small(head), f" that {tail}" if tail else ""


def _small(text: str) -> str:
    """The first letter as inside a sentence."""
    word = text.split(" ")[0]
    return text if word.lower() in _SPELLED else text[:1].lower() + text[1:]


def things(reading: str, form: Form, count: int) -> str:
    """A reading of a list as what follows a number: `EC2 instances in production`, `bucket that is open`."""
    head, tail = parts(reading, form)
    if count == 1:
        return singular(head) + _third_person(tail)
    return head + tail


def singular(head: str) -> str:
    """A noun phrase in the singular."""
    *before, last = head.split(" ")
    return " ".join([*before, _one(last)])


def _third_person(tail: str) -> str:
    for many, one in _ONE:
        tail = tail.replace(many, one)
    for many, one in (("and are ", "and is "), ("and have ", "and has ")):
        tail = tail.replace(many, one)
    return tail


def predicate(tail: str, count: int) -> str | None:
    """Conditions as a predicate, `are open to the public`; None where they are none."""
    if not tail.startswith(" that "):
        return None
    said = (_third_person(tail) if count == 1 else tail).removeprefix(" that ")
    if not said.startswith(("are ", "is ")) and re.search(r"(?: and|,) (?!that )", said):
        return None
    return re.sub(r"(?:(?<= and)|(?<=,)|(?<= or)) that ", " ", said)


def _one(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def figure(value: object) -> str:
    """A number as people write it: 1,003 and 6.8."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{int(value):,}"
