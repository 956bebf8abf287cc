"""AWS Lambda: who may call a function."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import SetWhere
from tools.remediation.errors import AlreadyFixed
from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target
from tools.remediation.policy import public_statements
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.source import folder_of
from tools.remediation.templates.setting import setting
from tools.remediation.workspace import Selector, Spot, Workspace


def _function(t: Target) -> str:
    return t.text("name", "FunctionName", default=t.uid.rpartition(":")[2] or t.name)


def _function_url(t: Target) -> Recipe:
    name = _function(t)
    cors = t.get("url_config.cors_config", "Cors", "FunctionUrlConfig.Cors", default={})
    origins = (cors.get("allow_origins") or cors.get("AllowOrigins")) if isinstance(cors, dict) else None
    inner = (
        [nested("cors", {"allow_origins": [str(o) for o in origins]})] if isinstance(origins, list) else []
    )
    block = resource(
        "aws_lambda_function_url",
        label_for(name),
        {"function_name": name, "authorization_type": "NONE"},
        *inner,
    )
    arguments = {"function_name": name}
    return setting(
        Selector("aws_lambda_function_url", {"function_name": name}, (name, t.uid)),
        block,
        {("authorization_type",): "AWS_IAM"},
        identity=name,
        checks=("CKV_AWS_258",),
        commands=(aws("lambda", "update-function-url-config", t.region, **arguments, auth_type="AWS_IAM"),),
        rollback=(aws("lambda", "update-function-url-config", t.region, **arguments, auth_type="NONE"),),
        breaks=(
            "Callers must sign their requests (SigV4) and have lambda:InvokeFunctionUrl; browsers cannot.",
        ),
        notes=("For a public endpoint put API Gateway or CloudFront with its own check in front.",),
    )


def _permission(t: Target) -> Recipe:
    name = _function(t)
    public = public_statements(t.policy("policy", "Policy"))
    if not public:
        raise AlreadyFixed(
            f"The live policy of {name[:80]} lets nobody in any more; read the function again."
        )
    blocks: list[NewBlock] = []
    for number, statement in enumerate(public):
        sid = str(statement.get("Sid") or f"statement-{number}")
        action = statement.get("Action")
        attributes: dict[str, Any] = {
            "statement_id": sid,
            "action": action if isinstance(action, str) else "lambda:InvokeFunction",
            "function_name": name,
            "principal": "*",
        }
        label = label_for(f"{name}_{sid}") + (f"_{number}" if number else "")
        blocks.append(resource("aws_lambda_permission", label, attributes))

    def named(space: Workspace, owner: Spot) -> list[Spot]:
        return [
            Spot(f, b.address) for f, b in space.resources("aws_lambda_permission", folder_of(owner.file))
        ]

    def risk(space: Workspace, owner: Spot) -> list[str]:
        return [
            f"{spot.address} lets anybody call the function"
            for spot in named(space, owner)
            if space.value(spot, "principal") == "*"
            and not space.value(spot, "source_arn")
            and not space.value(spot, "source_account")
            and (space.value(spot, "function_name") in (name, t.uid) or spot == owner)
        ]

    first = str(blocks[0].attributes["statement_id"])
    remove = [
        aws(
            "lambda",
            "remove-permission",
            t.region,
            function_name=name,
            statement_id=b.attributes["statement_id"],
        )
        for b in blocks
    ]
    add = [
        aws(
            "lambda",
            "add-permission",
            t.region,
            function_name=name,
            statement_id=b.attributes["statement_id"],
            action=b.attributes["action"],
            principal=who,
        )
        for b in blocks
        for who in (t.account, "*")
    ]
    return Recipe(
        owner=Selector("aws_lambda_permission", {"statement_id": first}, (f"{name}/{first}",)),
        now=tuple(blocks),
        edits=(
            SetWhere(
                "aws_lambda_permission",
                {"principal": ("*",), "function_name": (name, t.uid)},
                {("principal",): t.account},
            ),
        ),
        risk=risk,
        checks=("CKV_AWS_301", "CKV_AWS_364"),
        imports={"aws_lambda_permission": f"{name}/{first}"} if len(blocks) == 1 else {},
        commands=(*remove, *add[0::2]),
        rollback=(*remove, *add[1::2]),
        breaks=("Callers from outside the account, and services that were let in this way, are cut off.",),
        notes=(
            "Let a service in by its own principal with source_arn instead of everybody.",
            "Terraform writes the permission anew, which holds nothing; for a moment nobody has it.",
        ),
    )


TEMPLATES = (
    Template(
        "aws.lambda.public_url",
        "Ask callers of the function URL for credentials",
        ("awslambda_function_url_public",),
        _function_url,
    ),
    Template(
        "aws.lambda.public_access",
        "Let only this account call the function",
        ("awslambda_function_not_publicly_accessible",),
        _permission,
    ),
)
