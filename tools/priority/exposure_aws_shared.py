"""Exposure of AWS resources by grant: resource policies, access lists, sharing, trust, endpoints."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Exposure, Handler, Reader
from tools.priority.policies import Grant, foreign_accounts, public_grant
from tools.priority.reading import View, ids, items

_ANYONE = ("allusers", "authenticatedusers")


def _bucket(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = name_of(asset)
    block = _block(view)
    account_block = _account_block(reader.estate, asset.account)
    grant = public_grant(_policy_text(view), asset.account)
    acl = _acl_permissions(view)
    disabled = _owner_enforced(view)
    limited = restricted_to_own_account(reader.estate, asset)
    ignored = block.get("ignorepublicacls", False) or account_block.get("ignorepublicacls", False) or disabled
    live_acl = [] if ignored else acl
    live_policy = Grant("none") if limited else grant
    if live_policy.reach == "public" or live_acl:
        return _public_bucket(reader, name, live_policy, live_acl)
    if live_policy.reach == "uncertain":
        why = ", ".join(live_policy.conditions) or "a condition"
        return reader.maybe(f"its policy names anyone, under {why}", "public_read", name)
    if grant.reach != "none" or acl:
        held = (
            "block public access holds it back"
            if limited or not disabled
            else "its access lists are disabled"
        )
        return reader.closed(f"a public grant exists, but {held}", name, compensating=held)
    if not any(
        view.has(n) for n in ("policy", "BucketPolicy", "PolicyStatus", "acl_grantees", "Grants", "Acl")
    ):
        if len(block) == 4 and all(block.values()):
            return reader.closed("block public access is on in full", name)
        return reader.maybe("its policy and access lists were not collected", "public_read")
    status = view.at("PolicyStatus").flag("IsPublic")
    if status:
        return reader.open("its policy status says public", "public_read", name)
    return shared_with_accounts(reader, asset, _policy_text(view)) or reader.closed(
        "no grant to anyone outside", name
    )


def shared_with_accounts(reader: Reader, asset: AssetRecord, document: Any) -> Exposure | None:
    """A grant to another account: whether that account is ours is known only if the estate has it."""
    known = reader.estate.index("accounts", lambda: {a.account for a in reader.estate.assets.values()})
    others = [number for number in foreign_accounts(document, asset.account) if number not in known]
    if not others:
        return None
    text = f"account {others[0]} may use it by its policy; whether that account is ours is not known"
    return reader.maybe(text, "foreign_account", name_of(asset), others[0])


def _public_bucket(reader: Reader, name: str, grant: Grant, acl: list[str]) -> Exposure:
    public = grant.reach == "public"
    write = public and grant.allows("s3:putobject", "s3:deleteobject", "s3:putbucketpolicy")
    read = public and grant.allows("s3:getobject")
    listing = public and grant.allows("s3:listbucket")
    write = write or any(p in {"WRITE", "FULL_CONTROL", "WRITE_ACP"} for p in acl)
    listing = listing or any(p in {"READ", "FULL_CONTROL"} for p in acl)
    able = [word for word, yes in (("read", read), ("list", listing), ("write", write)) if yes] or ["use"]
    via = " and ".join(word for word, yes in (("policy", public), ("access list", bool(acl))) if yes)
    verbs = able[0] if len(able) == 1 else ", ".join(able[:-1]) + " and " + able[-1]
    level = "public_write" if write else "public_read" if read else "public_list"
    return reader.open(f"anyone can {verbs} {name} by its {via}", level, name)


def _block(view: View) -> dict[str, bool]:
    block = view.at("public_access_block", "PublicAccessBlockConfiguration", "PublicAccessBlock")
    block = block.at("PublicAccessBlockConfiguration") or block
    found = {
        name: block.flag(name)
        for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    }
    return {name.lower(): value for name, value in found.items() if value is not None}


def restricted_to_own_account(estate: Estate, bucket: AssetRecord) -> bool:
    """Whether block public access leaves a policy that names anyone to the bucket's own account."""
    blocks = (_block(estate.view(bucket)), _account_block(estate, bucket.account))
    return any(block.get("restrictpublicbuckets", False) for block in blocks)


def _account_block(estate: Estate, account: str) -> dict[str, bool]:
    holder = estate.index("account blocks", lambda: _account_blocks(estate)).get(account)
    return _block(estate.view(holder)) if holder is not None else {}


def _account_blocks(estate: Estate) -> dict[str, AssetRecord]:
    """What blocks public access for a whole account, by account; the first where there are several."""
    found: dict[str, AssetRecord] = {}
    for asset in estate.assets.values():
        if estate.kind(asset) != "s3.bucket" and estate.view(asset).has(
            "public_access_block", "PublicAccessBlockConfiguration"
        ):
            found.setdefault(asset.account, asset)
    return found


def _acl_permissions(view: View) -> list[str]:
    found = []
    grants = [*view.each("acl_grantees"), *view.each("Grants")]
    grants += view.at("Acl", "AccessControlList").each("Grants", "grantList")
    for grant in grants:
        uri = (grant.text("URI") or grant.at("Grantee").text("URI")).lower()
        if uri.endswith(_ANYONE):
            found.append(grant.text("permission", "Permission").upper())
    return found


def _owner_enforced(view: View) -> bool:
    value = view.get("ownership", "OwnershipControls", "ObjectOwnership")
    if isinstance(value, dict):
        return any(
            rule.text("ObjectOwnership") == "BucketOwnerEnforced" for rule in View(value).each("Rules")
        )
    return any(str(v) == "BucketOwnerEnforced" for v in items(value))


def _policy_text(view: View) -> Any:
    found = view.get(
        "policy",
        "BucketPolicy",
        "PolicyText",
        "ResourcePolicy",
        "policyDocument",
        "RepositoryPolicy",
        "AccessPolicies",
        "access_policy",
    )
    if found is None:
        found = view.at("Attributes").get("Policy")
    if isinstance(found, dict) and "Statement" not in found:
        inner = View(found).get("Policy", "PolicyText", "Options")
        found = inner if inner is not None else found
    return found


def _by_policy(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """Queues, topics, keys, repositories, secrets, tables: what their resource policy grants to anyone."""
    document = _policy_text(view)
    grant = public_grant(document, asset.account)
    name = name_of(asset)
    if grant.reach == "public":
        if all(
            a.split(":")[-1].startswith(("describe", "list", "get")) and a.split(":")[-1] != "*"
            for a in grant.actions
        ):
            return reader.open(f"its policy grants {_few(grant)} to anyone", "public_read", name)
        everything = any(a == "*" or a.endswith(":*") for a in grant.actions)
        level = "public_control" if everything else "public_invoke"
        return reader.open(f"its policy grants {_few(grant)} to anyone", level, name)
    if grant.reach == "uncertain":
        return reader.maybe(
            f"its policy grants {_few(grant)} to anyone under {', '.join(grant.conditions)}",
            "public_invoke",
            name,
        )
    if document is None and not any(
        view.has(n) for n in ("policy", "access_policy", "ResourcePolicy", "PolicyText", "Attributes")
    ):
        return reader.maybe("its policy was not collected", "public_invoke", estimate=-0.5)
    return shared_with_accounts(reader, asset, document) or reader.closed(
        "its policy grants nothing to outsiders", name
    )


def _few(grant: Grant) -> str:
    shown = list(grant.actions[:3])
    return ", ".join(shown) + (f" and {len(grant.actions) - 3} more" if len(grant.actions) > 3 else "")


def _function(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    grant = public_grant(_policy_text(view), asset.account)
    url = view.at("url_config", "FunctionUrlConfig", "FunctionUrl")
    no_login = "none" in url.text("auth_type", "AuthType").lower()
    name = name_of(asset)
    if grant.reach == "public" or no_login:
        how = " and ".join(
            w
            for w, yes in (("its policy", grant.reach == "public"), ("a URL without login", no_login))
            if yes
        )
        # A policy for every action lets a stranger put code of his own there.
        changes = any(fnmatchcase("lambda:updatefunctioncode", action) for action in grant.actions)
        if grant.reach == "public" and changes:
            return reader.open(f"anyone can invoke and change {name} by {how}", "public_control", name)
        return reader.open(f"anyone can invoke {name} by {how}", "public_invoke", name)
    if grant.reach == "uncertain":
        return reader.maybe(
            f"its policy names anyone under {', '.join(grant.conditions)}", "public_invoke", name
        )
    if not view.has("policy", "Policy", "url_config"):
        return reader.maybe("its policy was not collected", "public_invoke", estimate=-0.5)
    return reader.closed("only named callers may invoke it", name)


def _snapshot(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = name_of(asset)
    shared = view.flag("public", "Public")
    if shared is None:
        groups = ids(items(view.get("CreateVolumePermissions", "LaunchPermissions")), "Group")
        for attribute in [*view.each("DBSnapshotAttributes"), *view.each("DBClusterSnapshotAttributes")]:
            groups += attribute.texts("AttributeValues")
        if groups or view.has("CreateVolumePermissions", "LaunchPermissions", "DBSnapshotAttributes"):
            shared = "all" in [g.lower() for g in groups]
    if shared:
        return reader.open(f"{name} is shared with every AWS account", "public_copy", name)
    if shared is None:
        return reader.maybe("no record says with whom it is shared", "public_copy", estimate=-0.6)
    return reader.closed("not shared publicly", name)


def _domain(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = name_of(asset)
    inside = view.text("vpc_id") or view.at("VPCOptions").text("VPCId") or view.get("vpc_endpoints")
    if inside:
        return reader.closed("inside a VPC", name)
    grant = public_grant(_policy_text(view), asset.account)
    if grant.reach == "public" and login_of_its_own(view):
        text = "public endpoint, whose policy lets anyone in as far as its own login"
        return reader.open(text, "database", name)
    if grant.reach == "public":
        return reader.open("public endpoint, and its policy lets anyone in", "public_control", name)
    if grant.reach == "uncertain" or _policy_text(view) is None:
        return reader.maybe(
            "public endpoint; no record says whom its policy lets in", "public_control", name, estimate=0.1
        )
    return reader.closed("public endpoint, but its policy names its callers", name)


def login_of_its_own(view: View) -> bool:
    """Whether a search domain asks for a login itself, whatever its policy says; Cognito guards its dashboards only."""
    own = view.at("AdvancedSecurityOptions")
    return bool(own.flag("Enabled")) and not own.flag("AnonymousAuthEnabled")


def _gateway(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    kinds = [t.upper() for t in view.at("endpointConfiguration").texts("types")]
    if view.flag("public_endpoint") is False or (kinds and "PRIVATE" in kinds):
        return reader.closed("private endpoint", asset.name)
    if view.flag("authorizer"):
        return reader.open("public API that asks for a login", "web", asset.name)
    if view.has("stages") and not view.get("stages"):
        return reader.closed("public API, but no stage of it is deployed", asset.name)
    return reader.open("public API without an authorizer", "web_no_login", asset.name)


def _distribution(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    return reader.open("a content distribution, public by purpose", "by_purpose", asset.name)


def _policy_document(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    return reader.none("a policy has no address; what it grants counts under blast radius")


SHARED_HANDLERS: dict[str, Handler] = {
    "s3.bucket": _bucket,
    "lambda.function": _function,
    "ec2.snapshot": _snapshot,
    "rds.snapshot": _snapshot,
    "ec2.image": _snapshot,
    "iam.policy": _policy_document,
    "iam.group": _policy_document,
    "es.domain": _domain,
    "apigw": _gateway,
    "cloudfront": _distribution,
    "policy.*": _by_policy,
}
