# ruff: noqa: E501 (a case is easier to read in one line)
"""AWS policy cases with known answers. Each says why, in our own words, after AWS's published rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.tools.priority.iam.building import (
    BUCKET,
    FOREIGN,
    HERE,
    KEY,
    OBJECT,
    ROLE,
    THERE,
    USER,
    allow,
    deny,
    guarded,
    identity,
    policy,
    trusting,
)
from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.identity import Principal, foreign, service
from tools.priority.iam.aws.model import PolicyKind
from tools.priority.iam.aws.organization import Caps, Organization
from tools.priority.iam.aws.parse import parse_policy
from tools.priority.iam.aws.resource import Resource, everything


@dataclass(frozen=True)
class Case:
    """One request with its expected verdict ("part": allowed for part of a set) and the reason."""

    why: str
    expect: str
    who: Principal
    action: str
    what: Resource
    context: Context = EMPTY
    organization: Organization | None = field(default=None)


GET = "s3:GetObject"
PLAIN = guarded(OBJECT)
ANY = everything(HERE)
SELF = {"AWS": ROLE}
ROOT = {"AWS": f"arn:aws:iam::{HERE}:root"}
PARTNER = {"AWS": FOREIGN}
TRUST_ROLE = f"arn:aws:iam::{HERE}:role/target"
ASSUME = "sts:AssumeRole"


def scp(*levels: list[dict[str, object]], **more: object) -> Organization:
    """An organisation in which the account has one policy at each level."""
    caps = tuple((policy(*level, kind=PolicyKind.SCP, name=f"scp {i}"),) for i, level in enumerate(levels))
    return Organization("o-ours", {HERE: Caps(caps, **more)})  # type: ignore[arg-type]


def rcp(*statements: dict[str, object]) -> Organization:
    """An organisation with one resource control policy and no service control policies."""
    own = policy(*statements, kind=PolicyKind.RCP, name="rcp")
    return Organization("o-ours", {HERE: Caps((), ((own,),))})


def bounded(
    *boundary: dict[str, object], arn: str = ROLE, holds: tuple[dict[str, object], ...] = ()
) -> Principal:
    """An identity under a boundary."""
    return identity(*holds, arn=arn, boundary=policy(*boundary, kind=PolicyKind.BOUNDARY, name="boundary"))


def session(*statements: dict[str, object]) -> tuple[object, ...]:
    return (policy(*statements, kind=PolicyKind.SESSION, name="session"),)


def when(operator: str, key: str, *values: object) -> dict[str, object]:
    return {"when": {operator: {key: list(values)}}}


def c(**values: str) -> Context:
    return Context.of({key.replace("__", ":"): value for key, value in values.items()})


CASES: tuple[Case, ...] = (
    # Identity policies
    Case("nothing allows it, so it is denied", "deny", identity(), GET, PLAIN),
    Case("the role's own policy allows exactly this", "allow", identity(allow(GET, OBJECT)), GET, PLAIN),
    Case("the policy is about another object", "deny", identity(allow(GET, f"{BUCKET}/b.csv")), GET, PLAIN),
    Case("the bucket's ARN does not cover its objects", "deny", identity(allow(GET, BUCKET)), GET, PLAIN),
    Case("another action of the same service", "deny", identity(allow("s3:PutObject", "*")), GET, PLAIN),
    Case("action names have no case", "allow", identity(allow("S3:getobject", "*")), GET, PLAIN),
    Case("resource names have case", "deny", identity(allow(GET, OBJECT.upper())), GET, PLAIN),
    Case("a star in the action", "allow", identity(allow("s3:Get*", "*")), GET, PLAIN),
    Case("a star for everything", "allow", identity(allow("*", "*")), GET, PLAIN),
    Case("a question mark is one character", "allow", identity(allow("s3:GetObjec?", "*")), GET, PLAIN),
    Case("a question mark is not none", "deny", identity(allow("s3:GetObject?", "*")), GET, PLAIN),
    Case("a star inside the resource", "allow", identity(allow(GET, "arn:aws:s3:::da*/*.csv")), GET, PLAIN),
    Case("a prefix of the bucket's name is another bucket", "deny", identity(allow(GET, "arn:aws:s3:::dat/*")), GET, PLAIN),
    Case("parts of an ARN may be wild", "allow", identity(allow("kms:Encrypt", "arn:aws:kms:*:*:key/*")), "kms:Encrypt", guarded(KEY, allow("kms:*", who=ROOT))),
    Case("a star that would have to cross a colon is not settled", "unknown", identity(allow("sqs:SendMessage", "arn:aws:sqs:*:queue")), "sqs:SendMessage", guarded(f"arn:aws:sqs:eu-west-1:{HERE}:queue")),
    Case("lists of actions and resources are alternatives", "allow", identity(allow(["s3:PutObject", GET], [BUCKET, OBJECT])), GET, PLAIN),
    Case("NotAction allows all but its list", "allow", identity(allow(None, "*", not_action="iam:*")), GET, PLAIN),
    Case("NotAction leaves its list out", "deny", identity(allow(None, "*", not_action=["iam:*", "s3:Get*"])), GET, PLAIN),
    Case("NotAction in an allow is no deny: another statement may allow", "allow", identity(allow(None, "*", not_action="s3:*"), allow(GET, "*")), GET, PLAIN),
    Case("NotResource allows all but its list", "allow", identity(allow(GET, None, not_resource=f"{BUCKET}/secret/*")), GET, PLAIN),
    Case("NotResource leaves its list out", "deny", identity(allow(GET, None, not_resource=f"{BUCKET}/*")), GET, PLAIN),
    Case("an action without resources needs a star", "deny", identity(allow("ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*")), "ec2:DescribeInstances", ANY),
    Case("an action without resources with a star", "allow", identity(allow("ec2:Describe*")), "ec2:DescribeInstances", ANY),
    # Explicit denies
    Case("a deny beats an allow", "deny", identity(allow("*"), deny(GET, "*")), GET, PLAIN),
    Case("a deny for another object does not matter", "allow", identity(allow("*"), deny(GET, f"{BUCKET}/secret/*")), GET, PLAIN),
    Case("a deny with NotAction denies all but its list", "deny", identity(allow("*"), deny(None, "*", not_action="ec2:*")), GET, PLAIN),
    Case("a deny with NotResource spares its list", "allow", identity(allow("*"), deny("s3:*", None, not_resource=f"{BUCKET}/*")), GET, PLAIN),
    Case("a deny in the bucket's policy beats the role's allow", "deny", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", who="*"))),
    Case("a deny for the whole account hits its roles", "deny", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", who=ROOT))),
    Case("a deny for another account does not", "allow", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", who=PARTNER))),
    Case("a deny that hangs on an unknown key leaves it open", "unknown", identity(allow("*"), deny("*", **when("StringEquals", "aws:RequestTag/team", "x"))), GET, PLAIN),
    Case("a deny that hangs on an unknown key does not open anything", "deny", identity(deny("*", **when("Bool", "aws:MultiFactorAuthPresent", "false"))), GET, PLAIN),
    Case("plain HTTP is denied; callers use TLS", "allow", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", who="*", **when("Bool", "aws:SecureTransport", "false")))),
    # Conditions
    Case("a condition that is met", "allow", identity(allow("*", **when("StringEquals", "aws:PrincipalAccount", HERE))), GET, PLAIN),
    Case("a condition that is not met", "deny", identity(allow("*", **when("StringEquals", "aws:PrincipalAccount", THERE))), GET, PLAIN),
    Case("the values of a key are alternatives", "allow", identity(allow("*", **when("StringEquals", "aws:PrincipalAccount", THERE, HERE))), GET, PLAIN),
    Case("several keys must all hold", "deny", identity(allow("*", when={"StringEquals": {"aws:PrincipalAccount": HERE, "aws:PrincipalType": "User"}})), GET, PLAIN),
    Case("several operators must all hold", "deny", identity(allow("*", when={"StringEquals": {"aws:PrincipalAccount": HERE}, "StringLike": {"aws:PrincipalArn": "*:user/*"}})), GET, PLAIN),
    Case("a key whose value nobody knows", "unknown", identity(allow("*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))), GET, PLAIN),
    Case("the address is inside", "allow", identity(allow("*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))), GET, PLAIN, c(aws__SourceIp="192.0.2.9")),
    Case("the address is outside", "deny", identity(allow("*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))), GET, PLAIN, c(aws__SourceIp="198.51.100.9")),
    Case("NotIpAddress with an address inside", "deny", identity(allow("*", **when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"))), GET, PLAIN, c(aws__SourceIp="192.0.2.9")),
    Case("an absent key fails a positive operator", "deny", identity(allow("*", **when("StringEquals", "aws:SourceVpce", "vpce-1"))), GET, PLAIN, Context.of(absent=["aws:SourceVpce"])),
    Case("an absent key satisfies a negated operator", "allow", identity(allow("*", **when("StringNotEquals", "aws:SourceVpce", "vpce-1"))), GET, PLAIN, Context.of(absent=["aws:SourceVpce"])),
    Case("IfExists is satisfied by an absent key", "allow", identity(allow("*", **when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))), GET, PLAIN, Context.of(absent=["aws:SourceVpce"])),
    Case("IfExists with a wrong value is not", "deny", identity(allow("*", **when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))), GET, PLAIN, c(aws__SourceVpce="vpce-2")),
    Case("Null true wants the key absent", "deny", identity(allow("*", **when("Null", "aws:TokenIssueTime", "true"))), GET, PLAIN, c(aws__TokenIssueTime="2026-01-01T00:00:00Z")),
    Case("Null of an unknown key", "unknown", identity(allow("*", **when("Null", "aws:TokenIssueTime", "true"))), GET, PLAIN),
    Case("ForAnyValue: one of the request's values is enough", "allow", identity(allow("*", **when("ForAnyValue:StringEquals", "aws:TagKeys", "team"))), GET, PLAIN, Context.of({"aws:TagKeys": ["team", "cost"]})),
    Case("ForAllValues: all of them must be listed", "deny", identity(allow("*", **when("ForAllValues:StringEquals", "aws:TagKeys", "team"))), GET, PLAIN, Context.of({"aws:TagKeys": ["team", "cost"]})),
    Case("ForAllValues is satisfied by none", "allow", identity(allow("*", **when("ForAllValues:StringEquals", "aws:TagKeys", "team"))), GET, PLAIN, Context.of(absent=["aws:TagKeys"])),
    Case("ForAnyValue is not satisfied by none", "deny", identity(allow("*", **when("ForAnyValue:StringEquals", "aws:TagKeys", "team"))), GET, PLAIN, Context.of(absent=["aws:TagKeys"])),
    Case("StringEquals has case", "deny", identity(allow("*", **when("StringEquals", "aws:PrincipalTag/Team", "Blue"))), GET, PLAIN, Context.of({"aws:PrincipalTag/Team": "blue"})),
    Case("StringEqualsIgnoreCase has none", "allow", identity(allow("*", **when("StringEqualsIgnoreCase", "aws:PrincipalTag/Team", "Blue"))), GET, PLAIN, Context.of({"aws:PrincipalTag/Team": "blue"})),
    Case("StringEquals takes a star literally", "deny", identity(allow("*", **when("StringEquals", "aws:PrincipalArn", "arn:*"))), GET, PLAIN),
    Case("StringLike takes wildcards", "allow", identity(allow("*", **when("StringLike", "aws:PrincipalArn", "arn:*:role/a??"))), GET, PLAIN),
    Case("ArnLike compares part by part", "allow", identity(allow("*", **when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{HERE}:role/*"))), GET, PLAIN),
    Case("ArnNotLike of a match", "deny", identity(allow("*", **when("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{HERE}:role/*"))), GET, PLAIN),
    Case("numbers compare as numbers", "allow", identity(allow("*", **when("NumericLessThan", "aws:MultiFactorAuthAge", "1000"))), GET, PLAIN, Context.of({"aws:MultiFactorAuthAge": "900"})),
    Case("a number that is none is not judged", "unknown", identity(allow("*", **when("NumericLessThan", "aws:MultiFactorAuthAge", "soon"))), GET, PLAIN, Context.of({"aws:MultiFactorAuthAge": "900"})),
    Case("a grant that ended", "deny", identity(allow("*", **when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"))), GET, PLAIN, Context.of({"aws:CurrentTime": "2026-11-25T00:00:00Z"})),
    Case("dates as seconds since 1970", "allow", identity(allow("*", **when("DateGreaterThan", "aws:CurrentTime", "1577836800"))), GET, PLAIN, Context.of({"aws:CurrentTime": "2026-11-25T00:00:00Z"})),
    Case("an operator that does not exist may mean anything", "unknown", identity(allow("*", **when("StringResembles", "aws:PrincipalAccount", HERE))), GET, PLAIN),
    Case("a role's missing tag may come with its session", "unknown", identity(allow("*", **when("StringEquals", "aws:PrincipalTag/t", "x")), tags={}), GET, PLAIN),
    Case("a user's missing tag is absent", "deny", identity(allow("*", **when("StringEquals", "aws:PrincipalTag/t", "x")), arn=USER, tags={}), GET, PLAIN),
    Case("the resource's tag fits the condition", "allow", identity(allow("ec2:StartInstances", **when("StringEquals", "aws:ResourceTag/env", "dev"))), "ec2:StartInstances", guarded(f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-1", tags={"env": "dev"})),
    Case("the resource's tag was not collected", "unknown", identity(allow("ec2:StartInstances", **when("StringEquals", "aws:ResourceTag/env", "dev"))), "ec2:StartInstances", guarded(f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-1")),
    Case("the region follows from the resource", "deny", identity(allow("*"), deny("*", **when("StringNotEquals", "aws:RequestedRegion", "us-east-1"))), "ec2:StartInstances", guarded(f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-1")),
    Case("a grant through S3 only is none for direct calls", "deny", identity(allow("kms:Decrypt", **when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))), "kms:Decrypt", guarded(KEY, allow("kms:*", who=ROOT))),
    # Policy variables
    Case("the user's own folder", "allow", identity(allow(GET, f"{BUCKET}/${{aws:username}}/*"), arn=USER), GET, guarded(f"{BUCKET}/ann/x")),
    Case("another user's folder", "deny", identity(allow(GET, f"{BUCKET}/${{aws:username}}/*"), arn=USER), GET, guarded(f"{BUCKET}/bob/x")),
    Case("a role has no user name, so nothing matches", "deny", identity(allow(GET, f"{BUCKET}/${{aws:username}}/*")), GET, guarded(f"{BUCKET}/ann/x")),
    Case("a variable whose value nobody knows", "unknown", identity(allow(GET, f"{BUCKET}/${{aws:SourceVpc}}/*")), GET, guarded(f"{BUCKET}/ann/x")),
    Case("a literal star", "deny", identity(allow(GET, f"{BUCKET}/${{*}}")), GET, PLAIN),
    Case("a variable's default", "allow", identity(allow(GET, f"{BUCKET}/${{aws:username, 'shared'}}/*")), GET, guarded(f"{BUCKET}/shared/x")),
    # Boundaries and sessions
    Case("both the policy and the boundary allow", "allow", bounded(allow("s3:*"), holds=(allow("*"),)), GET, PLAIN),
    Case("the boundary does not allow it", "deny", bounded(allow("ec2:*"), holds=(allow("*"),)), GET, PLAIN),
    Case("a boundary grants nothing by itself", "deny", bounded(allow("*")), GET, PLAIN),
    Case("a deny in the boundary", "deny", bounded(allow("*"), deny("s3:*"), holds=(allow("*"),)), GET, PLAIN),
    Case("the boundary was not collected", "unknown", identity(allow("*"), boundary_missing=True), GET, PLAIN),
    Case("a session's policy narrows the role", "deny", identity(allow("*"), session=session(allow("ec2:*"))), GET, PLAIN),
    Case("a session's policy that allows it", "allow", identity(allow("*"), session=session(allow("s3:*"))), GET, PLAIN),
    Case("a session's policy grants nothing by itself", "deny", identity(session=session(allow("*"))), GET, PLAIN),
    # Resource policies in the same account
    Case("the bucket's policy names the role: enough by itself", "allow", identity(), GET, guarded(OBJECT, allow(GET, who=SELF))),
    Case("the bucket's policy names the account: the role needs its own grant", "deny", identity(), GET, guarded(OBJECT, allow(GET, who=ROOT))),
    Case("an account number means its root", "deny", identity(), GET, guarded(OBJECT, allow(GET, who={"AWS": HERE}))),
    Case("a bucket open to all is open to the role", "allow", identity(), GET, guarded(OBJECT, allow(GET, who="*"))),
    Case("a role named by the bucket stays within its boundary", "deny", bounded(allow("ec2:*")), GET, guarded(OBJECT, allow(GET, who=SELF))),
    Case("a user named by the bucket does not", "allow", bounded(allow("ec2:*"), arn=USER), GET, guarded(OBJECT, allow(GET, who={"AWS": USER}))),
    Case("for a user met as anyone that is not documented", "unknown", bounded(allow("ec2:*"), arn=USER), GET, guarded(OBJECT, allow(GET, who="*"))),
    Case("a deny in the boundary counts for the named user", "deny", bounded(allow("*"), deny(GET), arn=USER), GET, guarded(OBJECT, allow(GET, who={"AWS": USER}))),
    Case("a session named by the bucket: whether it is this one is not known", "unknown", identity(), GET, guarded(OBJECT, allow(GET, who={"AWS": f"arn:aws:sts::{HERE}:assumed-role/app/x"}))),
    Case("a service is not a role", "deny", identity(), GET, guarded(OBJECT, allow(GET, who={"Service": "lambda.amazonaws.com"}))),
    Case("the service itself is named", "allow", service("cloudtrail.amazonaws.com"), "s3:PutObject", guarded(OBJECT, allow("s3:PutObject", who={"Service": "cloudtrail.amazonaws.com"}))),
    Case("the service is named for another source", "deny", service("sns.amazonaws.com"), "sqs:SendMessage", guarded(f"arn:aws:sqs:eu-west-1:{HERE}:q", allow("sqs:SendMessage", who={"Service": "sns.amazonaws.com"}, **when("ArnEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:1:a"))), c(aws__SourceArn="arn:aws:sns:eu-west-1:1:b")),
    Case("an ARN of the source is not carried by a role's own calls", "deny", identity(), "sqs:SendMessage", guarded(f"arn:aws:sqs:eu-west-1:{HERE}:q", allow("sqs:SendMessage", who="*", **when("ArnEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:1:a")))),
    Case("a wildcard inside a principal is nothing that AWS takes", "unknown", identity(), GET, guarded(OBJECT, allow(GET, who={"AWS": f"arn:aws:iam::{HERE}:role/a*"}))),
    Case("a canonical user cannot be tied to an account here", "deny", identity(), GET, guarded(OBJECT, allow(GET, who={"CanonicalUser": "abc"}))),
    Case("the bucket's policy was not collected, the role's own suffices", "allow", identity(allow("*")), GET, guarded(OBJECT, policy_known=False)),
    Case("the bucket's policy was not collected and might name the role", "unknown", identity(), GET, guarded(OBJECT, policy_known=False)),
    Case("NotPrincipal in a deny spares a user listed with the account", "allow", identity(allow("*"), arn=USER), GET, guarded(OBJECT, deny("s3:*", not_who={"AWS": [USER, HERE]}))),
    Case("NotPrincipal in a deny hits those not listed", "deny", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", not_who={"AWS": [USER, THERE]}))),
    Case("a role listed without its session may be denied after all", "unknown", identity(allow("*")), GET, guarded(OBJECT, deny("s3:*", not_who={"AWS": [ROLE]}))),
    Case("NotPrincipal in an allow leaves the listed out", "deny", identity(), GET, guarded(OBJECT, allow(GET, not_who=SELF))),
    # Across accounts
    Case("both sides allow", "allow", identity(allow("*"), arn=FOREIGN), GET, guarded(OBJECT, allow(GET, who=PARTNER))),
    Case("only the bucket allows", "deny", identity(arn=FOREIGN), GET, guarded(OBJECT, allow(GET, who=PARTNER))),
    Case("only the role allows", "deny", identity(allow("*"), arn=FOREIGN), GET, PLAIN),
    Case("the bucket trusts the account, the role is allowed at home", "allow", identity(allow("*"), arn=FOREIGN), GET, guarded(OBJECT, allow(GET, who={"AWS": THERE}))),
    Case("a resource that cannot have a policy", "deny", identity(allow("*"), arn=FOREIGN), "ec2:StartInstances", guarded(f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-1")),
    Case("a foreign identity whose own policies nobody collected", "unknown", foreign(FOREIGN), GET, guarded(OBJECT, allow(GET, who=PARTNER))),
    Case("a foreign identity that is not trusted at all", "deny", foreign(FOREIGN), GET, guarded(OBJECT, allow(GET, who=SELF))),
    # KMS
    Case("a key's policy that delegates to the account lets policies decide", "allow", identity(allow("kms:Decrypt")), "kms:Decrypt", guarded(KEY, allow("kms:*", who=ROOT))),
    Case("delegation alone grants nothing", "deny", identity(), "kms:Decrypt", guarded(KEY, allow("kms:*", who=ROOT))),
    Case("without delegation a role's own policy is worth nothing", "deny", identity(allow("*")), "kms:Decrypt", guarded(KEY, allow("kms:*", who={"AWS": USER}))),
    Case("a key's policy that names the role", "allow", identity(), "kms:Decrypt", guarded(KEY, allow("kms:Decrypt", who=SELF))),
    Case("a key always has a policy; here it was not collected", "unknown", identity(allow("*")), "kms:Decrypt", guarded(KEY)),
    Case("across accounts the key and the role must allow", "allow", identity(allow("kms:*"), arn=FOREIGN), "kms:Decrypt", guarded(KEY, allow("kms:Decrypt", who={"AWS": THERE}))),
    Case("AWS's own keys work through their service only", "deny", identity(allow("*")), "kms:Decrypt", guarded(KEY, allow("kms:Decrypt", who="*", when={"StringEquals": {"kms:CallerAccount": HERE, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}))),
    Case("even root needs the key's policy", "deny", identity(arn=f"arn:aws:iam::{HERE}:root"), "kms:Decrypt", guarded(KEY, allow("kms:*", who=SELF))),
    # Assuming roles
    Case("a trust that names the role is enough in its account", "allow", identity(), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who=SELF))),
    Case("a trust in the account needs the caller's grant too", "deny", identity(), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who=ROOT))),
    Case("a trust in the account with the caller's grant", "allow", identity(allow(ASSUME, TRUST_ROLE)), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who=ROOT))),
    Case("without trust the caller's grant is worth nothing", "deny", identity(allow("*")), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who={"Service": "ec2.amazonaws.com"}))),
    Case("a partner's account with an external id that we do not know", "unknown", identity(allow(ASSUME), arn=FOREIGN), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who={"AWS": THERE}, **when("StringEquals", "sts:ExternalId", "s3cret")))),
    Case("the external id is known", "allow", identity(allow(ASSUME), arn=FOREIGN), ASSUME, trusting(TRUST_ROLE, allow(ASSUME, None, who={"AWS": THERE}, **when("StringEquals", "sts:ExternalId", "s3cret"))), c(sts__ExternalId="s3cret")),
    Case("a role may assume itself only if it trusts itself", "deny", identity(allow("*")), ASSUME, trusting(ROLE, allow(ASSUME, None, who={"Service": "ec2.amazonaws.com"}))),
    Case("managing a role is not assuming it: its trust does not matter", "allow", identity(allow("iam:*")), "iam:PutRolePolicy", trusting(TRUST_ROLE, allow(ASSUME, None, who={"Service": "ec2.amazonaws.com"}))),
    Case("passing a role to a service other than allowed", "deny", identity(allow("iam:PassRole", **when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com"))), "iam:PassRole", trusting(TRUST_ROLE, allow(ASSUME, None, who=ROOT)), c(iam__PassedToService="lambda.amazonaws.com")),
    # Organisations
    Case("the organisation's policies allow it", "allow", identity(allow("*")), GET, PLAIN, organization=scp([allow("*")], [allow("*")])),
    Case("one level does not allow it", "deny", identity(allow("*")), GET, PLAIN, organization=scp([allow("*")], [allow("ec2:*")])),
    Case("a level's deny", "deny", identity(allow("*")), GET, PLAIN, organization=scp([allow("*"), deny("s3:*")])),
    Case("the organisation's policies bind the root user too", "deny", identity(arn=f"arn:aws:iam::{HERE}:root"), GET, PLAIN, organization=scp([allow("*"), deny("s3:*")])),
    Case("they do not bind the management account", "allow", identity(allow("*")), GET, PLAIN, organization=scp([allow("*"), deny("s3:*")], management=True)),
    Case("they do not bind service-linked roles", "allow", identity(allow("*"), arn=f"arn:aws:iam::{HERE}:role/aws-service-role/x.amazonaws.com/R"), GET, PLAIN, organization=scp([allow("*"), deny("s3:*")])),
    Case("they bind callers, not those who call from elsewhere", "allow", identity(allow("*"), arn=FOREIGN), GET, guarded(OBJECT, allow(GET, who=PARTNER)), organization=scp([allow("*"), deny("s3:*")])),
    Case("they grant nothing", "deny", identity(), GET, PLAIN, organization=scp([allow("*")])),
    Case("a grant by the bucket is capped as well", "deny", identity(), GET, guarded(OBJECT, allow(GET, who=SELF)), organization=scp([allow("ec2:*")])),
    Case("not collected, and asked to be strict about it", "unknown", identity(allow("*")), GET, PLAIN, organization=Organization(strict=True)),
    Case("a resource control policy keeps foreigners out", "deny", identity(allow("*"), arn=FOREIGN), GET, guarded(OBJECT, allow(GET, who=PARTNER)), organization=rcp(deny("s3:*", who="*", **when("StringNotEquals", "aws:PrincipalAccount", HERE)))),
    Case("a resource control policy lets our own in", "allow", identity(allow("*")), GET, PLAIN, organization=rcp(deny("s3:*", who="*", **when("StringNotEquals", "aws:PrincipalAccount", HERE)))),
    # Sets of resources
    Case("all objects of the bucket", "allow", identity(allow(GET, f"{BUCKET}/*")), GET, guarded(f"{BUCKET}/*")),
    Case("some objects of the bucket", "part", identity(allow(GET, f"{BUCKET}/public/*")), GET, guarded(f"{BUCKET}/*")),
    Case("all objects but some", "part", identity(allow(GET, f"{BUCKET}/*"), deny(GET, f"{BUCKET}/secret/*")), GET, guarded(f"{BUCKET}/*")),
    Case("what is allowed is denied again", "deny", identity(allow(GET, f"{BUCKET}/public/*"), deny(GET, f"{BUCKET}/pub*")), GET, guarded(f"{BUCKET}/*")),
    Case("only what a deny spares", "part", identity(allow(GET), deny(GET, None, not_resource=f"{BUCKET}/public/*")), GET, guarded(f"{BUCKET}/*")),
    Case("objects of another bucket", "deny", identity(allow(GET, "arn:aws:s3:::other/*")), GET, guarded(f"{BUCKET}/*")),
    # What was not collected or does not parse
    Case("an attached policy was not collected: it may allow", "unknown", identity(missing=("arn:x",)), GET, PLAIN),
    Case("an attached policy was not collected: it may deny", "unknown", identity(allow("*"), missing=("arn:x",)), GET, PLAIN),
    Case("AWS's own policies do not deny", "allow", identity(allow("*"), missing_managed=("arn:aws:iam::aws:policy/X",)), GET, PLAIN),
    Case("a document that is no JSON may say anything", "unknown", Principal(ROLE, HERE, "role", (parse_policy("{oops", "p"),)), GET, PLAIN),
    Case("a statement without effect may deny", "unknown", Principal(ROLE, HERE, "role", (parse_policy({"Statement": [{"Action": "*", "Resource": "*"}]}), policy(allow("*")))), GET, PLAIN),
    Case("a statement that does not parse elsewhere does not matter", "allow", Principal(ROLE, HERE, "role", (parse_policy({"Statement": [{"Effect": "Deny", "Action": "ec2:*"}]}), policy(allow("*")))), GET, PLAIN),
    Case("an endpoint's policy that allows nothing of the kind", "deny", identity(allow("*"), endpoints=(policy(allow("s3:PutObject", who="*"), kind=PolicyKind.ENDPOINT),)), GET, PLAIN),
    Case("an endpoint's policy that allows it", "allow", identity(allow("*"), endpoints=(policy(allow("s3:*", who="*"), kind=PolicyKind.ENDPOINT),)), GET, PLAIN),
)  # fmt: skip

# A resource's own policy against strangers.
Mappings = Mapping[str, object]
PUBLIC: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("anyone without a condition", "allow", allow(GET, f"{BUCKET}/*", who="*")),
    ("anyone, written as an AWS principal", "allow", allow(GET, f"{BUCKET}/*", who={"AWS": "*"})),
    ("a named account is not everybody", "deny", allow(GET, f"{BUCKET}/*", who={"AWS": THERE})),
    ("only through our endpoint", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("StringEquals", "aws:SourceVpce", "vpce-1"))),
    ("any but one endpoint", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("StringNotEquals", "aws:SourceVpce", "vpce-1"))),
    ("only our organisation", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("StringEquals", "aws:PrincipalOrgID", "o-ours"))),
    ("any organisation: strangers have one too", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("StringLike", "aws:PrincipalOrgID", "o-*"))),
    ("only one account's identities", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("StringEquals", "aws:PrincipalAccount", HERE))),
    ("only for a service's source", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("ArnLike", "aws:SourceArn", "arn:aws:cloudfront::1:*"))),
    ("only for a service's account", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("StringEquals", "aws:SourceAccount", HERE))),
    ("a few addresses", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))),
    ("every address", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))),
    ("half of all addresses", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("IpAddress", "aws:SourceIp", "0.0.0.0/1"))),
    ("private addresses", "deny", allow(GET, f"{BUCKET}/*", who="*", **when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))),
    ("all but a few addresses", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"))),
    ("TLS is no restriction", "allow", allow(GET, f"{BUCKET}/*", who="*", **when("Bool", "aws:SecureTransport", "true"))),
    ("a secret referer is nothing we can judge", "unknown", allow(GET, f"{BUCKET}/*", who="*", **when("StringLike", "aws:Referer", "https://x/*"))),
    ("everyone but one is everyone", "allow", allow(GET, f"{BUCKET}/*", not_who={"AWS": ROLE})),
    ("a service is not everybody", "deny", allow(GET, f"{BUCKET}/*", who={"Service": "cloudtrail.amazonaws.com"})),
)  # fmt: skip
