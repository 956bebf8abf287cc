"""The password policy of the account, and key rotation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tools.remediation.edits import SetOn
from tools.remediation.errors import NoFixAvailable
from tools.remediation.hcl.write import resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template, weaknesses_of
from tools.remediation.shell import aws
from tools.remediation.templates.common import read
from tools.remediation.templates.policies import key_block, key_id, key_selector
from tools.remediation.templates.setting import setting
from tools.remediation.workspace import Selector, Spot, Workspace

_PASSWORD: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "minimum_password_length": (("length", "MinimumPasswordLength"), 14, "CKV_AWS_10"),
    "require_symbols": (("symbols", "RequireSymbols"), True, "CKV_AWS_14"),
    "require_numbers": (("numbers", "RequireNumbers"), True, "CKV_AWS_12"),
    "require_uppercase_characters": (("uppercase", "RequireUppercaseCharacters"), True, "CKV_AWS_15"),
    "require_lowercase_characters": (("lowercase", "RequireLowercaseCharacters"), True, "CKV_AWS_11"),
    "password_reuse_prevention": (("reuse_prevention", "PasswordReusePrevention"), 24, "CKV_AWS_13"),
    "max_password_age": (("max_age", "MaxPasswordAge"), 90, "CKV_AWS_9"),
}
_ALSO = {
    "allow_users_to_change_password": ("allow_change", "AllowUsersToChangePassword"),
    "hard_expiry": ("hard_expiry", "HardExpiry"),
}


def _password_now(t: Target) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for name, (paths, wanted, _) in _PASSWORD.items():
        held[name] = bool(t.flag(*paths, default=False)) if wanted is True else t.number(*paths)
    held |= {name: bool(t.flag(*paths, default=False)) for name, paths in _ALSO.items()}
    return {name: value for name, value in held.items() if value != 0 or isinstance(value, bool)}


def _update_password(values: dict[str, Any]) -> str:
    options: dict[str, Any] = {}
    for name, value in values.items():
        options[name if value is not False else f"no_{name}"] = True if isinstance(value, bool) else value
    return aws("iam", "update-account-password-policy", **options)


def _password(attribute: str) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        _, wanted, check = _PASSWORD[attribute]
        held = _password_now(t)

        def risk(space: Workspace, owner: Spot) -> list[str]:
            value = read(space, owner, attribute)
            if wanted is True:
                good = value is True
            elif attribute == "max_password_age":
                good = isinstance(value, int) and 0 < value <= wanted
            else:
                good = isinstance(value, int) and value >= wanted
            return [] if good else [f"{attribute} is {'not written' if value is None else value}"]

        return Recipe(
            owner=Selector("aws_iam_account_password_policy"),
            now=(resource("aws_iam_account_password_policy", "this", held),),
            edits=(SetOn({(attribute,): wanted}),),
            risk=risk,
            checks=(check,),
            commands=(_update_password({**held, attribute: wanted}),),
            rollback=(_update_password(held),),
            breaks=("People are asked for a new password when the old one no longer meets the policy.",)
            if attribute == "max_password_age"
            else (),
            notes=(
                "The policy is written as a whole: the other settings are given as they are now. Each has a "
                "finding of "
                "its own where it is too weak.",
            ),
            solo=True,
        )

    return build


def _whole_password_policy(t: Target) -> Recipe:
    """For rules that ask for a strong policy as a whole: each setting that is too weak."""
    held = _password_now(t)
    single = {name: _password(name)(t) for name in _PASSWORD}
    weak = [name for name, recipe in single.items() if weaknesses_of(recipe)]
    changes: dict[tuple[str, ...], Any] = {(name,): _PASSWORD[name][1] for name in weak}

    def risk(space: Workspace, owner: Spot) -> list[str]:
        return [reason for recipe in single.values() for reason in recipe.risk(space, owner)]

    first = single["minimum_password_length"]
    wanted = {name: _PASSWORD[name][1] for name in weak}
    return replace(
        first,
        edits=(SetOn(changes),),
        risk=risk,
        checks=tuple(_PASSWORD[name][2] for name in weak),
        commands=(_update_password({**held, **wanted}),),
        breaks=("Passwords older than 90 days must be changed at the next login.",),
    )


def _rotation(t: Target) -> Recipe:
    if t.text("spec", "KeySpec", default="SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        raise NoFixAvailable("Only symmetric keys rotate by themselves: make a new key and move over to it.")
    if t.text("origin", "Origin", default="AWS_KMS") != "AWS_KMS":
        raise NoFixAvailable(
            "A key with imported material cannot rotate by itself: import new material by hand."
        )
    policy = t.policy("policy", "Policy")
    return setting(
        key_selector(t),
        key_block(t, policy),
        {("enable_key_rotation",): True},
        identity=key_id(t),
        checks=("CKV_AWS_7",),
        commands=(aws("kms", "enable-key-rotation", t.region, key_id=key_id(t)),),
        rollback=(aws("kms", "disable-key-rotation", t.region, key_id=key_id(t)),),
        notes=("Old material is kept, so that everything stays readable; nothing is encrypted anew.",),
    )


_RULE = "iam_password_policy_"


TEMPLATES = (
    Template(
        "aws.kms.rotation_disabled", "Rotate the key every year", ("kms_cmk_rotation_enabled",), _rotation
    ),
    Template("aws.iam.weak_password_policy", "Ask for strong passwords", (), _whole_password_policy),
    *(
        Template("aws.iam.weak_password_policy", title, (_RULE + rule,), _password(attribute))
        for title, rule, attribute in (
            ("Ask for 14 characters", "minimum_length_14", "minimum_password_length"),
            ("Ask for a symbol in passwords", "symbol", "require_symbols"),
            ("Ask for a digit in passwords", "number", "require_numbers"),
            ("Ask for an upper-case letter in passwords", "uppercase", "require_uppercase_characters"),
            ("Ask for a lower-case letter in passwords", "lowercase", "require_lowercase_characters"),
            ("Refuse the last 24 passwords", "reuse_24", "password_reuse_prevention"),
            (
                "Let passwords expire after 90 days",
                "expires_passwords_within_90_days_or_less",
                "max_password_age",
            ),
        )
    ),
)
