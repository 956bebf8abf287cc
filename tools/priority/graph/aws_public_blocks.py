"""What a bucket's policy still grants where block public access restricts it.

`RestrictPublicBuckets` leaves a policy that names anyone to services of AWS and to the bucket's own account: other
accounts lose it as strangers do, roles of the same estate among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.exposure_aws_shared import restricted_to_own_account
from tools.priority.policies import public_grant, statements

_OPERATOR = "StringEqualsIgnoreCase"
"""No policy has a use for it with a number, so that it clashes with no condition of the statement's own."""


def bucket_policy(estate: Estate, bucket: AssetRecord, document: Any) -> Any:
    """The document, or what block public access leaves of it."""
    if not document or not restricted_to_own_account(estate, bucket):
        return document
    if public_grant(document, bucket.account).reach == "none":
        return document
    kept = []
    for statement in statements(document):
        given = dict(statement.raw)
        if statement.text("Effect").lower() == "allow" and not _for_services(given.get("Principal")):
            condition = given.get("Condition")
            held = condition if isinstance(condition, Mapping) else {}
            given["Condition"] = {**held, _OPERATOR: {"aws:PrincipalAccount": bucket.account}}
        kept.append(given)
    return {"Version": "2012-10-17", "Statement": kept}


def _for_services(principal: Any) -> bool:
    return isinstance(principal, Mapping) and set(principal) == {"Service"}
