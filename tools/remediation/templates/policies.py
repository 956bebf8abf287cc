"""Resource policies that let anybody in: KMS, SNS, SQS, ECR; and an identity policy that allows
everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.remediation.edits import AddBlock, Companion
from tools.remediation.errors import AlreadyFixed
from tools.remediation.hcl.values import Encoded, Raw, Unknown
from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target
from tools.remediation.policy import (
    Statement,
    is_admin,
    narrow_to,
    public_statements,
    statements,
    transformed,
)
from tools.remediation.policy_edit import EditPolicy
from tools.remediation.recipe import Recipe, Risk, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read_policy
from tools.remediation.workspace import Selector, Spot, Workspace


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one service's policies are written."""

    owner: str
    identity: str
    companion: str
    link: str
    owner_attribute: str
    check: str
    put: Callable[[Target, dict[str, Any]], str]
    pin: bool = False


def _queue_url(t: Target) -> str:
    suffix = ".cn" if t.partition == "aws-cn" else ""
    return f"https://sqs.{t.region}.amazonaws.com{suffix}/{t.account}/{_short(t)}"


def _short(t: Target) -> str:
    return t.uid.rpartition("repository/" if ":ecr:" in t.uid else ":")[2] or t.name


_SNS = _Kind(
    "aws_sns_topic",
    "name",
    "aws_sns_topic_policy",
    "arn",
    "arn",
    "CKV_AWS_169",
    lambda t, p: aws(
        "sns", "set-topic-attributes", t.region, topic_arn=t.uid, attribute_name="Policy", attribute_value=p
    ),
    pin=True,
)
_SQS = _Kind(
    "aws_sqs_queue",
    "name",
    "aws_sqs_queue_policy",
    "queue_url",
    "id",
    "CKV_AWS_168",
    lambda t, p: aws(
        "sqs", "set-queue-attributes", t.region, queue_url=_queue_url(t), attributes={"Policy": _text(p)}
    ),
)
_ECR = _Kind(
    "aws_ecr_repository",
    "name",
    "aws_ecr_repository_policy",
    "repository",
    "name",
    "CKV_AWS_32",
    lambda t, p: aws("ecr", "set-repository-policy", t.region, repository_name=_short(t), policy_text=p),
)


def _text(policy: dict[str, Any]) -> str:
    import json

    return json.dumps(policy, separators=(",", ":"))


def _public_risk(find: Callable[[Workspace, Spot], Spot | None]) -> Risk:
    def risk(space: Workspace, owner: Spot) -> list[str]:
        policy = read_policy(space, find(space, owner), "policy")
        if policy is None:
            policy = read_policy(space, owner, "policy")
        if isinstance(policy, Unknown):
            return ["the policy cannot be read from the Terraform text"]
        return [
            f"statement {statement.get('Sid', number)} lets anybody in"
            for number, statement in enumerate(public_statements(policy), 1)
        ]

    return risk


def _public_policy(t: Target) -> dict[str, Any]:
    policy = t.policy("policy", "Policy", "Attributes.Policy", "policyText")
    if not policy or not public_statements(policy):
        raise AlreadyFixed(
            f"The live policy of {t.name[:120]} lets nobody in who should not be; read the resource again: "
            "the finding may be fixed already."
        )
    return policy


def _narrow(kind: _Kind) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        policy = _public_policy(t)
        name = _short(t)
        label = label_for(name)
        narrower = narrow_to(t.root, pin=kind.pin)
        attributes: dict[str, Any] = {kind.identity: name}
        if t.tags:
            attributes["tags"] = t.tags
        owner = resource(kind.owner, label, attributes)
        link = {kind.link: Raw(f"{kind.owner}.{label}.{kind.owner_attribute}"), "policy": Encoded(policy)}
        names = {name, t.uid, _queue_url(t) if kind is _SQS else name}
        companion = Companion(kind.companion, kind.link, tuple(names), kind.owner_attribute)
        return Recipe(
            owner=Selector(kind.owner, {kind.identity: name}, (name, t.uid, _queue_url(t)), t.tags),
            now=(owner, resource(kind.companion, label, link)),
            edits=(EditPolicy("policy", narrower, companion=companion),),
            risk=_public_risk(companion.find),
            checks=(kind.check,),
            literals={"arn": t.uid, "name": name, "id": _queue_url(t) if kind is _SQS else name},
            commands=(kind.put(t, transformed(policy, narrower)),),
            rollback=(kind.put(t, policy),),
            breaks=(
                "Callers from other accounts, and without credentials, are cut off: name those that should "
                "stay.",
            ),
            notes=("Only the principal of the public statements changes, to this account; the rest stays.",),
        )

    return build


def key_block(t: Target, policy: dict[str, Any] | None) -> NewBlock:
    """A KMS key as it is."""
    attributes: dict[str, Any] = {}
    if described := t.text("description", "Description"):
        attributes["description"] = described
    attributes["enable_key_rotation"] = bool(t.flag("rotation_enabled", "KeyRotationEnabled", default=False))
    if policy:
        attributes["policy"] = Encoded(policy)
    if t.tags:
        attributes["tags"] = t.tags
    return resource("aws_kms_key", label_for(key_id(t)), attributes, guard())


def key_selector(t: Target) -> Selector:
    described = {"description": t.text("description", "Description")}
    return Selector("aws_kms_key", {}, (key_id(t), t.uid), t.tags, described)


def key_id(t: Target) -> str:
    return t.text("id", "KeyId", default=t.uid.rpartition("/")[2] or t.name)


def _open_key(t: Target) -> Recipe:
    policy = _public_policy(t)
    arguments = {"key_id": key_id(t), "policy_name": "default"}
    return Recipe(
        owner=key_selector(t),
        now=(key_block(t, policy),),
        edits=(EditPolicy("policy", narrow_to(t.root)),),
        risk=_public_risk(lambda space, owner: owner),
        checks=("CKV_AWS_33",),
        imports={"aws_kms_key": key_id(t)},
        commands=(
            aws(
                "kms", "put-key-policy", t.region, **arguments, policy=transformed(policy, narrow_to(t.root))
            ),
        ),
        rollback=(aws("kms", "put-key-policy", t.region, **arguments, policy=policy),),
        breaks=(
            "Other accounts that encrypt or decrypt with this key are cut off: name those that should stay.",
        ),
        notes=("Identities of this account then need the key's actions in their own policies.",),
    )


def _admin(t: Target) -> Recipe:
    policy = t.policy("document", "PolicyVersion.Document", "Document", "PolicyDocument")
    if not policy or not any(is_admin(statement) for statement in statements(policy)):
        raise AlreadyFixed(
            f"The live document of {t.name[:120]} does not allow every action; read the policy again: "
            "the finding may be fixed already."
        )
    name = t.text("name", "PolicyName", default=t.uid.rpartition("/")[2] or t.name)
    variable = f"{label_for(name)}_actions"

    def fewer(statement: Statement) -> Statement:
        return {**statement, "Action": Raw(f"var.{variable}")} if is_admin(statement) else statement

    def risk(space: Workspace, owner: Spot) -> list[str]:
        held = read_policy(space, owner, "policy")
        if isinstance(held, Unknown):
            return ["the policy cannot be read from the Terraform text"]
        return ["a statement allows every action on everything" for s in statements(held) if is_admin(s)]

    check = nested(
        "validation",
        {
            "condition": Raw(f'alltrue([for action in var.{variable} : !contains(["*", "*:*"], action)])'),
            "error_message": "Name the actions; a lone wildcard is what this replaces.",
        },
    )
    declared = NewBlock(
        "variable",
        (variable,),
        {"description": "Actions that are really used", "type": Raw("list(string)")},
        (check,),
    )
    attributes: dict[str, Any] = {"name": name, "policy": Encoded(policy)}
    if t.tags:
        attributes["tags"] = t.tags
    return Recipe(
        owner=Selector("aws_iam_policy", {"name": name}, (t.uid,), t.tags),
        now=(resource("aws_iam_policy", label_for(name), attributes, guard("description")),),
        edits=(AddBlock(declared), EditPolicy("policy", fewer)),
        risk=risk,
        checks=("CKV_AWS_62", "CKV_AWS_63"),
        imports={"aws_iam_policy": t.uid},
        commands=(
            aws("iam", "generate-service-last-accessed-details", arn=t.uid),
            aws(
                "iam",
                "create-policy-version",
                policy_arn=t.uid,
                policy_document="file://narrowed.json",
                set_as_default=True,
            ),
        ),
        rollback=(
            aws(
                "iam",
                "set-default-policy-version",
                policy_arn=t.uid,
                version_id=t.text("version_id", "DefaultVersionId", default="v1"),
            ),
        ),
        breaks=(
            "Everyone who has this policy loses what is not named: look at what was used (first command).",
        ),
        notes=(
            f"Which actions are needed cannot be known from the policy: give them as var.{variable}. "
            "Terraform asks for it, and refuses a lone wildcard.",
        ),
    )


TEMPLATES = (
    Template(
        "aws.sns.public_access",
        "Take everybody out of the topic's policy",
        ("sns_topics_not_publicly_accessible",),
        _narrow(_SNS),
    ),
    Template(
        "aws.sqs.public_access",
        "Take everybody out of the queue's policy",
        ("sqs_queues_not_publicly_accessible",),
        _narrow(_SQS),
    ),
    Template(
        "aws.ecr.public_access",
        "Take everybody out of the repository's policy",
        ("ecr_repositories_not_publicly_accessible",),
        _narrow(_ECR),
    ),
    Template(
        "aws.kms.public_access",
        "Take everybody out of the key's policy",
        ("kms_key_not_publicly_accessible",),
        _open_key,
    ),
    Template(
        "aws.iam.admin_policy",
        "Name the actions that the policy allows",
        (
            "iam_customer_attached_policy_no_administrative_privileges",
            "iam_customer_unattached_policy_no_administrative_privileges",
        ),
        _admin,
    ),
)
