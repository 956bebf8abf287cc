"""Exposure of AWS identities: roles that strangers may assume, users whose login works from any address."""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.estate import name_of
from tools.priority.exposure import Exposure, Handler, Reader
from tools.priority.policies import foreign_accounts, public_grant
from tools.priority.reading import View


def _role(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    document = view.get("assume_role_policy", "AssumeRolePolicyDocument")
    grant = public_grant(document, asset.account)
    name = name_of(asset)
    if grant.reach == "public":
        return reader.open(f"any AWS account may assume {name}", "public_control", name)
    if grant.reach == "uncertain":
        return reader.maybe(
            f"its trust names anyone under {', '.join(grant.conditions)}", "public_control", name
        )
    if document is None:
        return reader.maybe("its trust policy was not collected", "public_control", estimate=-0.6)
    known = reader.estate.index("accounts", lambda: {a.account for a in reader.estate.assets.values()})
    others = [number for number in foreign_accounts(document, asset.account) if number not in known]
    if others:
        return reader.open(
            f"account {others[0]} may assume {name} without an external id",
            "foreign_account",
            name,
            others[0],
        )
    return reader.none("only named principals may assume it")


def _user(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A console password or an access key works from any address: a door that asks for a login."""
    name = name_of(asset)
    console = view.flag("console_access", "password_enabled")
    if view.get("LoginProfile"):
        console = True
    devices = view.get("mfa_devices", "MFADevices")
    mfa = view.flag("mfa_active") or bool(devices)
    if console and not mfa:
        return reader.open(
            "signs in to the console from any address with a password alone", "console_no_mfa", name
        )
    if any(view.flag(k) for k in ("access_key_1_active", "access_key_2_active")) or view.get(
        "AccessKeys", "access_keys", "AccessKeyMetadata"
    ):
        return reader.open("has an access key, which works from any address", "access_key", name)
    if console is None and not view.has("access_key_1_active"):
        return reader.none("no record of its sign-in")
    return reader.none("signs in with a second factor" if console else "no password and no key")


IDENTITY_HANDLERS: dict[str, Handler] = {"iam.role": _role, "iam.user": _user}
