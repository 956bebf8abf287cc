"""The checks of the estate on AWS identities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.tenant.estate.checks import HIGH, MEDIUM, ON, Config, DatedRow, Row

_ESCALATIONS = ({"iam:PassRole", "lambda:CreateFunction"}, {"iam:PassRole", "ec2:RunInstances"})


def _document(config: Config) -> Any:
    return config["PolicyVersionList"][0]["Document"]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _allowed(config: Config) -> set[str]:
    return {
        action
        for statement in _document(config)["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement.get("Action", ()))
    }


def _admin(config: Config) -> bool:
    return any(
        statement["Effect"] == "Allow" and "*" in _listed(statement.get("Action", ()))
        for statement in _document(config)["Statement"]
    )


def _escalates(config: Config) -> bool:
    allowed = _allowed(config)
    return any(pair <= allowed for pair in _ESCALATIONS)


def _open_trust(config: Config) -> bool:
    return any(
        statement["Effect"] == "Allow" and statement["Principal"] in ("*", {"AWS": "*"})
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
    )


def _no_subject(config: Config) -> bool:
    return any(
        statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        and ":sub" not in str(statement.get("Condition"))
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
    )


def _foreign_trust(config: Config) -> bool:
    own = config["Arn"].split(":")[4]
    return any(
        ":iam::" in name and name.split(":")[4] != own and "Condition" not in statement
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
        for name in _listed(
            statement["Principal"].get("AWS", ()) if isinstance(statement["Principal"], dict) else ()
        )
    )


def identity_rows() -> Iterator[Row]:
    """Checks of policies, roles and users."""
    yield (
        *("aws.policy", "iam_customer_attached_policy_no_administrative_privileges", HIGH),
        *("Policy grants everything on everything", _admin, "List the actions and resources needed."),
    )
    yield (
        *("aws.policy", "iam_policy_allows_privilege_escalation", HIGH, "Policy allows privilege escalation"),
        *(_escalates, "Restrict iam:PassRole to the roles that the service needs."),
    )
    yield (
        *("aws.role", "iam_no_custom_policy_permissive_role_assumption", HIGH),
        *("Role can be assumed by any account", _open_trust, "Name the accounts and ask for an external id."),
    )
    yield (
        *("aws.role", "iam_role_cross_service_confused_deputy_prevention", MEDIUM),
        *("Role trusts another account without condition", _foreign_trust, "Ask for an external id."),
    )
    yield (
        *("aws.role", "iam_role_web_identity_subject_missing", HIGH, "Federated trust names no subject"),
        *(_no_subject, "Name the repository, branch or service account in a condition on the subject."),
    )
    yield (
        *("aws.user", "iam_user_mfa_enabled_console_access", HIGH, "Console user has no MFA"),
        *(lambda c: "LoginProfile" in c and not c["MFADevices"], ON),
    )
    yield (
        *("aws.user", "iam_user_two_active_access_key", MEDIUM, "User has two active keys"),
        *(lambda c: sum(k["Status"] == "Active" for k in c["AccessKeys"]) > 1, "Delete one of them."),
    )


def dated_rows() -> Iterator[DatedRow]:
    """Checks that ask for an age: the date that keys must not be older than goes with the configuration."""
    yield (
        *("aws.user", "iam_rotate_access_key_90_days", MEDIUM, "Access key is older than 90 days"),
        *(
            lambda c, edge: any(k["Status"] == "Active" and k["CreateDate"] < edge for k in c["AccessKeys"]),
            "Rotate the key, or use a role.",
        ),
    )
    yield (
        *("gcp.account", "iam_sa_user_managed_key_rotate_90_days", MEDIUM, "Key is older than 90 days"),
        *(
            lambda c, edge: any(
                k["keyType"] == "USER_MANAGED" and k["validAfterTime"] < edge for k in c["keys"]
            ),
            "Rotate it, or use workload identity.",
        ),
    )
