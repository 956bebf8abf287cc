"""The ordinary part of an AWS account: nothing in it leads from the internet to what is worth having."""

from __future__ import annotations

from dataclasses import dataclass

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_data as data
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import data_findings, hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.company import person
from tools.tenant.estate.cves import of_family

_CLASSES = {
    "payments": ("PCI", "PII"),
    "shop": ("PII",),
    "data-platform": ("PII", "PCI"),
    "people": ("PII",),
    "finance": ("PCI", "PII"),
    "loyalty": ("PII",),
    "support": ("PII",),
    "marketing": ("PII",),
    "ml": ("PHI", "PII"),
    "corporate-it": ("PII",),
    "analytics": ("PII",),
}
_KNOWN_BY = (("scan",), ("files",), ("scan", "files"), ("register",), ())


@dataclass(slots=True)
class Stack:
    """The parts of one application that others build on."""

    network: net.Network
    inside: Resource


def account(cell: Cell) -> None:
    """What every account has: itself, a guardrail, people, robots, a first network."""
    own = cell.account
    production = cell.production
    config = {
        "Id": own.id,
        "Arn": f"arn:aws:organizations::411122223300:account/o-h4ld3n0utf/{own.id}",
        "Name": own.name,
        "Email": f"aws+{own.name}@halden.example",
        "Status": "ACTIVE",
        "JoinedMethod": "CREATED",
        "SummaryMap": {"AccountMFAEnabled": int(cell.chance(0.8)), "AccountAccessKeysPresent": 0},
        "PasswordPolicy": {"MinimumPasswordLength": 14 if production else 8},
        "GuardDuty": cell.chance(0.7),
        "SecurityHub": cell.chance(0.5),
        "Trails": [{"Name": "org", "IsMultiRegionTrail": production or cell.chance(0.5)}],
        "EbsEncryptionByDefault": production,
        "PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
        ),
    }
    cell.add("aws.account", f"arn:aws:iam::{own.id}:root", own.id, config, region="global")
    leave = iam.deny("organizations:LeaveOrganization")
    iam.control_policy(cell, "keep-in-organization", leave)
    cell.used["network"] = net.network(cell)
    provider = iam.oidc_provider(cell, "token.actions.githubusercontent.com")
    deploy = iam.policy(cell, "deploy", iam.allow(["cloudformation:*", "s3:*", "lambda:*"]))
    subject = {
        "token.actions.githubusercontent.com:sub": f"repo:halden-outfitters/{own.team}:ref:refs/heads/main"
    }
    audience = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    trusted = iam.trust(
        {"Federated": provider.uid},
        "sts:AssumeRoleWithWebIdentity",
        Condition={"StringEquals": {**audience, **subject}},
    )
    iam.role(cell, "pipeline", trusted, [deploy])
    iam.role(
        cell,
        "auditor",
        iam.trust(
            {"AWS": "arn:aws:iam::411122223300:root"},
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-h4ld3n0utf"}},
        ),
        ["SecurityAudit"],
    )
    for source in ("0.0.0.0/0", "0.0.0.0/0", "203.0.113.0/28"):
        _doorway(cell, cell.used["network"], cell.application(), source)
    for _ in range(cell.number(2, 4)):
        someone(cell)


def someone(cell: Cell) -> None:
    """A person or a robot with an IAM user."""
    serial = cell.used["people"] = cell.used.get("people", cell.number(0, 400)) + 1
    if cell.chance(0.55):
        rights = cell.pick(("ReadOnlyAccess", "PowerUserAccess", "ReadOnlyAccess", "AdministratorAccess"))
        mfa = rights == "AdministratorAccess" or cell.chance(0.6)
        iam.user(cell, f"{person(serial)}{serial // 440 or ''}", [rights], console=True, mfa=mfa)
        return
    rule = iam.allow(["s3:PutObject", "cloudwatch:PutMetricData"], "*")
    keys = [iam.key(cell, cell.number(5, 700), active=cell.chance(0.8))]
    if cell.chance(0.15):
        keys.append(iam.key(cell, cell.number(5, 90)))
    iam.user(cell, cell.name(f"{cell.application()}-bot"), [iam.policy(cell, "bot", rule)], keys=keys)


def stack(cell: Cell) -> None:
    """One application: balancer, machines, database, bucket, function, secret and key."""
    application = cell.application()
    base: net.Network = cell.used["network"] if cell.chance(0.88) else net.network(cell)
    roll = cell.random.random()
    if roll < 0.45:
        _web(cell, base, application)
    elif roll < 0.75:
        _inside(cell, base, application)
    else:
        _serverless(cell, base, application)
    if cell.chance(0.3):
        _loose(cell, base, application)
    if cell.chance(0.4):
        someone(cell)
    if cell.chance(0.25):
        _plumbing(cell, application)


def _plumbing(cell: Cell, application: str) -> None:
    """Roles for partners, releases and set-up, as they should be."""
    log = iam.policy(cell, "logs", iam.allow(["logs:CreateLogStream", "logs:PutLogEvents"]))
    partner = {"AWS": f"arn:aws:iam::{cell.number(10**11, 10**12 - 1)}:root"}
    named = {"StringEquals": {"sts:ExternalId": cell.hexes(24)}}
    provider = iam.oidc_provider(cell, "token.actions.githubusercontent.com")
    subject = {
        "StringEquals": {
            f"{provider.name}:aud": "sts.amazonaws.com",
            f"{provider.name}:sub": f"repo:halden-outfitters/{application}:ref:refs/heads/main",
        }
    }
    federated = {"Federated": provider.uid}
    roll = cell.random.random()
    if roll < 0.4:
        iam.role(cell, f"{application}-partner", iam.trust(partner, Condition=named), [log])
    elif roll < 0.7:
        trusted = iam.trust(federated, "sts:AssumeRoleWithWebIdentity", Condition=subject)
        iam.role(cell, f"{application}-release", trusted, [iam.policy(cell, "release", iam.allow("*"))])
    else:
        iam.role(cell, f"{application}-setup", iam.service_trust("lambda"), [log])


def store(cell: Cell, application: str) -> Resource:
    """A bucket; in production it may hold what is worth having, and nobody outside gets to it."""
    classes = _CLASSES.get(cell.account.team, ("PII",))
    if cell.production and cell.chance(0.3):
        data_class = cell.pick(classes)
        tagged = cell.chance(0.6)
        found = data.bucket(
            cell, application=application, data_class=data_class if tagged else "", blocked=True
        )
        known = cell.pick(_KNOWN_BY[:4]) if not tagged else cell.pick(_KNOWN_BY)
        data_findings.holds(cell, found, data_class, *known)
        return found
    found = data.bucket(cell, application=application)
    if cell.chance(0.3):
        data_findings.files_of(cell, found, "", cell.number(1, 3))
    return found


def _database(cell: Cell, base: net.Network, application: str, source: Resource) -> Resource:
    engine = cell.pick(("postgres", "postgres", "mysql"))
    port = 5432 if engine == "postgres" else 3306
    group = net.group(
        cell, base, f"{application}-db", net.permission(port, groups=(source.config["GroupId"],))
    )
    classes = _CLASSES.get(cell.account.team, ("PII",))
    data_class = cell.pick(classes) if cell.production and cell.chance(0.4) else ""
    tagged = data_class if cell.chance(0.6) else ""
    found = data.database(cell, base, group, application=application, data_class=tagged, engine=engine)
    if data_class:
        data_findings.holds(cell, found, data_class, *(cell.pick(_KNOWN_BY[:4]) if not tagged else ()))
    if cell.chance(0.4):
        shared = ("411122223333",) if cell.chance(0.2) else ()
        data.database_snapshot(cell, found, shared=shared)
    return found


def _rights(cell: Cell, application: str, bucket: Resource, *more: dict[str, object]) -> Resource:
    read = iam.allow(["s3:GetObject", "s3:PutObject"], f"{bucket.uid}/*")
    log = iam.allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*")
    return iam.policy(cell, f"{application}-access", read, log, *more)


def _web(cell: Cell, base: net.Network, application: str) -> None:
    front = net.group(cell, base, f"{application}-front", net.permission(443, net.ANYWHERE))
    inner = net.permission(8080, groups=(front.config["GroupId"],))
    more = [net.permission(22, "10.0.0.0/8")] if cell.chance(0.4) else []
    inside = net.group(cell, base, f"{application}-app", inner, *more)
    bucket = data.bucket(cell, application=application)
    secret = data.secret(cell, application)
    rights = _rights(cell, application, bucket, iam.allow("secretsmanager:GetSecretValue", secret.uid))
    role = iam.role(
        cell, f"{application}-web", iam.service_trust("ec2"), [rights], application=application, profile=True
    )
    machines = [
        compute.instance(cell, base, [inside], role=role, application=application)
        for _ in range(cell.number(1, 3))
    ]
    targets = [one.config["InstanceId"] for one in machines]
    public = cell.chance(0.7)
    net.balancer(cell, base, application, [front], targets, 8080, public=public)
    scan(cell, machines, reached=public)
    _database(cell, base, application, inside)
    if cell.chance(0.5):
        data.key(cell)


def _inside(cell: Cell, base: net.Network, application: str) -> None:
    ports = cell.pick((8080, 9000, 8443, 5000))
    rules = [net.permission(ports, "10.0.0.0/8")]
    if cell.chance(0.5):
        rules.append(net.permission(22, "10.0.0.0/8"))
    group = net.group(cell, base, f"{application}-svc", *rules)
    bucket = store(cell, application)
    rights = _rights(cell, application, bucket)
    role = iam.role(
        cell, f"{application}-svc", iam.service_trust("ec2"), [rights], application=application, profile=True
    )
    state = "stopped" if cell.chance(0.15) else "running"
    machines = [
        compute.instance(cell, base, [group], role=role, application=application, state=state)
        for _ in range(cell.number(1, 4))
    ]
    scan(cell, machines)
    _database(cell, base, application, group)
    if cell.chance(0.5):
        disks = [one for one in cell.resources[-40:] if one.kind == "aws.volume"]
        copy = data.snapshot(cell, cell.pick(disks))
        if cell.chance(0.4):
            data.image(cell, copy)
    if cell.chance(0.4):
        data.key(cell)


def _serverless(cell: Cell, base: net.Network, application: str) -> None:
    bucket = store(cell, application)
    table = data.table(cell, application)
    rights = _rights(
        cell, application, bucket, iam.allow(["dynamodb:GetItem", "dynamodb:PutItem"], table.uid)
    )
    role = iam.role(cell, f"{application}-fn", iam.service_trust("lambda"), [rights], application=application)
    group = net.group(cell, base, f"{application}-fn")
    gateway = f"arn:aws:execute-api:{cell.region}:{cell.account.id}:{cell.hexes(10)}/*/GET/items"
    called = iam.document(
        {
            "Sid": "Gateway",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Condition": {"ArnLike": {"AWS:SourceArn": gateway}},
        }
    )
    for _ in range(cell.number(1, 3)):
        variables = {"STAGE": cell.account.environment, "TABLE": table.name}
        if cell.chance(0.2):
            variables["API_TOKEN"] = f"tok_{cell.hexes(24)}"
        made = compute.function(
            cell,
            role,
            net=base if cell.chance(0.5) else None,
            groups=[group],
            variables=variables,
            policy=called if cell.chance(0.5) else None,
            url="AWS_IAM" if cell.chance(0.2) else "",
            application=application,
        )
        for one in cell.random.sample(of_family("java", "node", "python", "go"), cell.number(1, 5)):
            hosts.vulnerability(cell, made, one)
    data.secret(cell, application)


def _loose(cell: Cell, base: net.Network, application: str) -> None:
    """What is open and harmless, and what nobody uses any more."""
    roll = cell.random.random()
    if roll < 0.3:
        _doorway(cell, base, application, "0.0.0.0/0" if cell.chance(0.4) else "203.0.113.0/28")
    elif roll < 0.6:
        net.group(cell, base, f"{application}-old", net.permission(0, net.ANYWHERE, last=65535))
    elif roll < 0.8:
        site = data.bucket(cell, stem="site", public=True, blocked=False, application=application)
        data_findings.files_of(cell, site, "", 2)
    else:
        role = iam.role(
            cell,
            f"{application}-build",
            iam.service_trust("codebuild"),
            [_rights(cell, application, store(cell, application))],
        )
        compute.build(cell, role, application=application)
        compute.repository(cell, application=application)


def _doorway(cell: Cell, base: net.Network, application: str, source: str) -> None:
    """A machine that people log in to from outside: open, with a key, and with nothing behind it."""
    group = net.group(cell, base, f"{application}-admin", net.permission(22, source))
    machine = compute.instance(cell, base, [group], public=True, application=application)
    scan(cell, [machine], reached=True)


def scan(cell: Cell, machines: list[Resource], *, reached: bool = False) -> None:
    """Scan machines that were just made."""
    for machine in machines:
        hosts.scanned(cell, machine, cell.used["systems"][machine.id], reached=reached)
