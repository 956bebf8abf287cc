"""Whom roles trust, in the words of their trust policies: "assumed by GitHub Actions", "that lambda can assume"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

# what people call a service of AWS -> how trust policies name it
_SERVICES: Final = {
    "lambda": "lambda", "ec2": "ec2", "eks": "eks", "ecs": "ecs-tasks", "codebuild": "codebuild", "codepipeline": "codepipeline", "glue": "glue",
    "rds": "rds", "s3": "s3", "events": "events", "eventbridge": "events", "step functions": "states", "sagemaker": "sagemaker", "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail", "config": "config", "api gateway": "apigateway", "batch": "batch", "ssm": "ssm", "backup": "backup", "firehose": "firehose",
}  # fmt: skip
_FEDERATED: Final = {
    "github": "githubusercontent", "gitlab": "gitlab", "oidc": "oidc-provider", "openid connect": "oidc-provider", "web identity": "oidc-provider",
    "saml": "saml-provider", "irsa": "oidc.eks", "kubernetes service account": "oidc.eks", "k8s service account": "oidc.eks", "bitbucket": "bitbucket",
    "service accounts of kubernetes": "oidc.eks", "okta": "okta", "google": "google", "cognito": "cognito-identity",
}  # fmt: skip
_NAMES: Final = "|".join(sorted((*_SERVICES, *_FEDERATED), key=len, reverse=True))
_WHO: Final = rf"(?:(?:the|an?|any|aws|our|some) )*(?P<{{0}}>{_NAMES})s?(?:'s)?(?: (?:actions?|workflows?|services?|functions?|instances?|tasks?|clusters?|providers?|federation|identit(?:y|ies)|projects?|pipelines?|principals?|pods?|oidc|jobs?|runners?))*(?!\.)(?! (?:role|roles|bucket|table|database)\b)"
_TRUSTS: Final = re.compile(
    rf"\b(?:(?:that|which|who) )?(?:(?:can|could|may|are|is|be|get|gets|being) )*(?:assum(?:ed|able)|trusted|usable|taken on) (?:by|from|for|through|via) {_WHO.format('a')}"
    rf"|\b(?:(?:that|which|who) )?trust(?:s|ing)? {_WHO.format('b')}"
    rf"|\b(?:whose|where|with a|the) trust (?:polic(?:y|ies)|relationships?)(?: that)? (?:lets?|allows?|permits?|names?|trusts?|includes?|contains?|mentions?|for|has) {_WHO.format('c')}(?: (?:to )?(?:assume|use|take)(?: (?:it|them|the role|this role))?)?"
    rf"|\b(?:(?:that|which) )?{_WHO.format('d')} (?:can|could|may|is allowed to|are allowed to) (?:assume|use|take over)(?: (?:it|them))?"
)

_NAMED: Final = re.compile(
    r"\b(?:(?:that|which|who) )?(?:trust(?:s|ing)?|(?:(?:can|could|may|are|is|be) )*(?:assum(?:ed|able)|trusted) by) (?:the )?(?P<name>[a-z\d.-]+\.amazonaws\.com)\b"
)


def with_trust(text: str) -> str:
    """Whom roles trust, as a value of their trust policy; other texts as they are."""
    if not re.search(r"\broles?\b", text):
        return text
    return _TRUSTS.sub(_principal, _NAMED.sub(r"with service '\g<name>'", text))


_EVERYTHING: Final = re.compile(
    r"\b(?:(?:that|which) )?(?:grant|allow|give|permit)(?:s|ing)? (?:everything|anything|full (?:access|control|rights)|all (?:verbs?|actions?|permissions?|rights)(?: on (?:all|any|every) resources?)?)(?: on everything)?(?=\W*$|,| and | in | or )"
)
_KUBERNETES: Final = re.compile(r"\b(?:cluster ?roles?|(?:kubernetes|k8s|rbac) roles?)\b")


def with_grants(text: str) -> str:
    """What grants everything, as the values that say so in roles of Kubernetes and policies of AWS."""
    if _KUBERNETES.search(text):
        return _EVERYTHING.sub("with verbs '*' and resources '*'", text)
    if re.search(r"\b(?:iam|managed|aws) polic(?:y|ies)\b", text):
        return _EVERYTHING.sub("with effect 'allow' and action '*' and resource '*'", text)
    return text


def _principal(match: re.Match[str]) -> str:
    who = next(name for name in match.groupdict().values() if name)
    if (service := _SERVICES.get(who)) is not None:
        return f"with service '{service}.amazonaws.com'"
    return f"with federated containing '{_FEDERATED[who]}'"
