"""Attack paths on AWS that begin at a machine, a function or a build, after publicly described incidents."""

from __future__ import annotations

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_data as data
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell, Possible, Resource
from tools.tenant.estate.cves import of_family
from tools.tenant.estate.plants_shared import (
    FACING,
    OLD_METADATA,
    Kind,
    foothold,
    jewel,
    regulated_database,
    service_flaw,
)

_UNREACHED = ("stopped", "network acl", "no public address", "no route")
_WHY = {
    "stopped": "the machine is stopped",
    "network acl": "its subnet's network ACL denies the port before it allows anything",
    "no public address": "the machine has no public address",
    "no route": "no route leads from the internet into its network",
    "permission boundary": "the role's permission boundary leaves out what its policy grants",
    "explicit deny": "a statement denies what another allows",
    "dead end": "what the role reads is of no worth",
    "scp deny": "a service control policy denies the role what its policy grants",
}


def _boundary(cell: Cell) -> Resource:
    return iam.policy(
        cell, "limit", iam.allow(["logs:*", "cloudwatch:PutMetricData", "ssm:UpdateInstanceInformation"])
    )


def exploited_host(cell: Cell, broken: str) -> None:
    """A service with a known hole on a public machine, the metadata service, a role, data."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rules = [read]
    if broken == "explicit deny":
        rules.append(iam.deny(read["Action"], read["Resource"]))
    rights = iam.policy(cell, "access", *rules)
    boundary = _boundary(cell) if broken == "permission boundary" else None
    role = iam.role(
        cell,
        f"{cell.application()}-node",
        iam.service_trust("ec2"),
        [rights],
        boundary=boundary,
        profile=True,
    )
    taken = foothold(cell, role, broken if broken in _UNREACHED else "")
    if broken == "scp deny":
        only = {"ArnLike": {"aws:PrincipalArn": role.uid}}
        iam.control_policy(cell, "data-guard", iam.deny(["s3:*", "dynamodb:*"], Condition=only))
    if broken:
        return cell.decoy("exploited_host", broken, _WHY[broken], taken.machine, taken.group, role, rights)
    why = f"{taken.flaw.id} on a public machine whose role reads {store.name}"
    path = [taken.group, taken.machine, role, rights, store]
    graded = [(taken.machine, OLD_METADATA, 2), (taken.machine, FACING, 2)]
    return cell.plant("exploited_host", why, path, *taken.graded, *graded)


def forged_request(cell: Cell, broken: str) -> None:
    """A proxy that asks any address on request, the old metadata service, a role, data."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "access", read)
    role = iam.role(cell, f"{cell.application()}-edge", iam.service_trust("ec2"), [rights], profile=True)
    tokens = "required" if broken == "metadata tokens" else "optional"
    unreached = broken if broken in _UNREACHED else ""
    taken = foothold(cell, role, unreached, tokens=tokens, family="forgery")
    if broken:
        why = _WHY.get(broken, "the metadata service asks for a token, which a forged request cannot get")
        return cell.decoy("forged_request", broken, why, taken.machine, taken.group, role, rights)
    why = f"a forged request ({taken.flaw.id}) reaches the metadata service, and the role reads {store.name}"
    graded = [(taken.machine, OLD_METADATA, 3), (taken.machine, FACING, 2)]
    return cell.plant(
        "forged_request", why, [taken.group, taken.machine, role, rights, store], *taken.graded, *graded
    )


def function_secret(cell: Cell, broken: str) -> None:
    """A function that anybody may call, with a database's password among its variables."""
    base = net.network(cell)
    application = cell.application()
    caller = net.group(cell, base, f"{application}-fn")
    source = () if broken == "other group" else (caller.config["GroupId"],)
    rule = net.permission(5432, *(("10.255.0.0/24",) if not source else ()), groups=source)
    guard = net.group(cell, base, f"{application}-db", rule)
    store = regulated_database(cell, base, guard, worthless=broken == "dead end")
    logs = iam.policy(cell, "logs", iam.allow(["logs:CreateLogStream", "logs:PutLogEvents"]))
    role = iam.role(cell, f"{application}-fn", iam.service_trust("lambda"), [logs])
    made = compute.function(
        cell,
        role,
        net=base,
        groups=[caller],
        variables={
            "DB_HOST": store.config["Endpoint"]["Address"],
            "DB_USER": store.config["MasterUsername"],
            "DB_PASSWORD": f"{cell.hexes(18)}",
        },
        url="AWS_IAM" if broken == "login" else "NONE",
        concurrency=0 if broken == "switched off" else None,
        application=application,
        tidy=True,
    )
    if broken:
        whys = {
            "login": "its address asks for a signed request",
            "switched off": "no run of it is allowed (reserved concurrency 0)",
            "other group": "the database lets another network in, not the function's group",
            "dead end": "the database holds nothing of note",
        }
        return cell.decoy("function_secret", broken, whys[broken], made, guard, store)
    why = f"anybody may call {made.name}, and its variables open {store.name}"
    return cell.plant(
        "function_secret",
        why,
        [made, store],
        (made, "awslambda_function_url_public", 3),
        (made, "awslambda_function_no_secrets_in_variables", 3),
    )


def start_script_key(cell: Cell, broken: str) -> None:
    """A machine that can be taken, with a user's key in its start script."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "sync", read)
    boundary = _boundary(cell) if broken == "permission boundary" else None
    known = iam.key(cell, cell.number(120, 600), active=broken != "inactive key")
    robot = iam.user(cell, cell.name(f"{cell.application()}-sync"), [rights], keys=[known], boundary=boundary)
    script = cell.script(
        f"export AWS_ACCESS_KEY_ID={known['AccessKeyId']}",
        f"export AWS_SECRET_ACCESS_KEY={cell.hexes(40)}",
        "/opt/sync/run --every 15m",
    )
    taken = foothold(cell, None, broken if broken in _UNREACHED else "", tokens="required", script=script)
    if broken:
        why = _WHY.get(broken, "the key is switched off")
        return cell.decoy("start_script_key", broken, why, taken.machine, taken.group, robot, rights)
    graded = [
        (taken.machine, "ec2_instance_secrets_user_data", 3),
        (robot, "iam_rotate_access_key_90_days", 2),
    ]
    why = f"the start script of a machine with {taken.flaw.id} holds a key that reads {store.name}"
    path = [taken.group, taken.machine, robot, rights, store]
    return cell.plant("start_script_key", why, path, *taken.graded, *graded)


def build_runner(cell: Cell, broken: str) -> None:
    """A build that runs what anybody proposes, with a role that may change production."""
    admin = iam.policy(cell, "release", iam.allow("*"))
    narrow = iam.policy(cell, "release", iam.allow(["logs:CreateLogStream", "logs:PutLogEvents"]))
    rights = narrow if broken == "dead end" else admin
    boundary = _boundary(cell) if broken == "permission boundary" else None
    role = iam.role(
        cell, f"{cell.application()}-ci", iam.service_trust("codebuild"), [rights], boundary=boundary
    )
    project = compute.build(cell, role, anyone=True, filtered=broken == "actor filter")
    if broken:
        why = _WHY.get(broken, "only pull requests of two known people are built")
        return cell.decoy("build_runner", broken, why, project, role, rights)
    store, _ = jewel(cell)
    return cell.plant(
        "build_runner",
        f"anybody's pull request runs in {project.name}, whose role administers the account",
        [project, role, rights, store],
        (project, "codebuild_project_webhook_filters_use_anchored_patterns", 3),
        (rights, "iam_customer_attached_policy_no_administrative_privileges", 3),
    )


def peered_store(cell: Cell, broken: str) -> None:
    """A foothold in one network, a data service without login in the next."""
    taken = foothold(cell, None, broken if broken in _UNREACHED else "", tokens="required")
    inner = net.network(cell, internet=False)
    flaw = service_flaw(cell, "store")
    sources = ("10.254.0.0/24",) if broken == "other source" else (taken.network.cidr,)
    guard = net.group(cell, inner, f"{cell.application()}-data", net.permission(flaw.port, *sources))
    link = net.peering(cell, taken.network, inner, routed=broken != "not routed")
    machine = compute.instance(cell, inner, [guard], system=hosts.SYSTEMS[3], tidy=True, tokens="required")
    hosts.vulnerability(cell, machine, flaw)
    if broken != "dead end":
        from tools.tenant.estate import data_findings
        from tools.tenant.estate.plants_shared import certain_tag

        data_class = cell.pick(("PII", "PCI"))
        certain_tag(cell, machine, data_class)
        data_findings.holds(cell, machine, data_class, "scan")
    if broken:
        whys = {
            "other source": "the store's group lets another network in",
            "not routed": "the networks are peered, but no route leads across",
            "dead end": "the store holds nothing of note",
        }
        why = whys.get(broken) or _WHY[broken]
        return cell.decoy("peered_store", broken, why, taken.machine, taken.group, guard, machine)
    return cell.plant(
        "peered_store",
        f"from a machine with {taken.flaw.id} a peered network's store with {flaw.id} can be reached",
        [taken.group, taken.machine, link, guard, machine],
        *taken.graded,
        (machine, flaw.id, 3),
    )


def balanced_secret(cell: Cell, broken: str) -> None:
    """A public balancer in front of a service with a known hole, whose role reads a database's secret."""
    base = net.network(cell)
    application = cell.application()
    flaw = cell.pick([v for v in of_family("service") if v.port == 8080 and v.exploited])
    front = net.group(cell, base, f"{application}-front", net.permission(443, net.ANYWHERE))
    inside = net.group(
        cell, base, f"{application}-app", net.permission(8080, groups=(front.config["GroupId"],))
    )
    guard = net.group(
        cell, base, f"{application}-db", net.permission(5432, groups=(inside.config["GroupId"],))
    )
    store = regulated_database(cell, base, guard, worthless=broken == "dead end")
    key = data.key(cell)
    policy = None
    if broken == "resource policy":
        allowed = {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{cell.account.id}:role/vault-reader"}}
        policy = iam.document(
            iam.deny("secretsmanager:GetSecretValue", Principal={"AWS": ["*"]}, Condition=allowed)
        )
    secret = data.secret(cell, application, policy=policy, rotated=False)
    secret.config["KmsKeyId"] = key.uid
    managed = {"SecretArn": secret.uid, "SecretStatus": "active", "KmsKeyId": key.uid}
    store.config["MasterUserSecret"] = managed
    rights = iam.policy(
        cell,
        "secrets",
        iam.allow("secretsmanager:GetSecretValue", secret.uid),
        iam.allow("kms:Decrypt", key.uid),
    )
    role = iam.role(cell, f"{application}-app", iam.service_trust("ec2"), [rights], profile=True)
    machine = compute.instance(
        cell,
        base,
        [inside],
        role=role,
        application=application,
        tokens="optional",
        tidy=True,
        system=hosts.SYSTEMS[0],
    )
    hosts.vulnerability(cell, machine, flaw)
    targets = [] if broken == "no target" else [machine.config["InstanceId"]]
    face = net.balancer(cell, base, application, [front], targets, 8080, public=broken != "internal balancer")
    if broken:
        whys = {
            "resource policy": "the secret's own policy denies everybody but one role",
            "no target": "the balancer has no target",
            "internal balancer": "the balancer is an internal one",
        }
        return cell.decoy("balanced_secret", broken, whys[broken], face, machine, role, secret)
    return cell.plant(
        "balanced_secret",
        f"the balancer {face.name} leads to {flaw.id}, and the role there reads the login of {store.name}",
        [face, machine, role, rights, secret, store],
        (face, "elbv2_internet_facing", 2),
        (machine, flaw.id, 3),
        (machine, OLD_METADATA, 2),
    )


def open_function(cell: Cell, broken: str) -> None:
    """A function whose policy lets every account call it, with a role that reads a store."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "access", read)
    role = iam.role(cell, f"{cell.application()}-fn", iam.service_trust("lambda"), [rights])
    statement: dict[str, object] = {
        "Sid": "Call",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:InvokeFunction",
    }
    if broken == "source condition":
        statement["Condition"] = {"StringEquals": {"AWS:SourceAccount": cell.account.id}}
    if broken == "organization condition":
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": "o-h4ld3n0utf"}}
    made = compute.function(
        cell,
        role,
        policy=iam.document(statement),
        concurrency=0 if broken == "switched off" else None,
        tidy=True,
    )
    if broken:
        whys = {
            "source condition": "only calls of this account are let in",
            "organization condition": "only the company's own accounts are let in",
            "switched off": "no run of it is allowed (reserved concurrency 0)",
            "dead end": "what the role reads is of no worth",
        }
        return cell.decoy("open_function", broken, whys[broken], made, role, rights)
    return cell.plant(
        "open_function",
        f"every account may call {made.name}, whose role reads {store.name}",
        [made, role, rights, store],
        (made, "awslambda_function_not_publicly_accessible", 3),
    )


def public_database(cell: Cell, broken: str) -> None:
    """A database on the internet behind a group that lets everybody in."""
    base = net.network(cell, internet=broken != "no route")
    source = "10.0.0.0/8" if broken == "closed group" else net.ANYWHERE
    guard = net.group(cell, base, f"{cell.application()}-db", net.permission(5432, source))
    shown = broken != "not public"
    subnets = base.private if broken == "not public" else base.public
    store = regulated_database(
        cell, base, guard, public=shown, encrypted=False, subnets=subnets, worthless=broken == "dead end"
    )
    if broken:
        whys = {
            "no route": "no route leads from the internet into its subnets",
            "closed group": "its group lets private addresses in only",
            "not public": "it has no public address, and stands in private subnets",
            "dead end": "it holds nothing of note",
        }
        return cell.decoy("public_database", broken, whys[broken], guard, store)
    return cell.plant(
        "public_database",
        f"{store.name} can be reached from everywhere and holds regulated data in the clear",
        [guard, store],
        (store, "rds_instance_no_public_access", 3),
        (guard, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432", 3),
    )


def uncollected_group(cell: Cell) -> None:
    """A machine with a known hole and a public address, whose security group could not be read."""
    store, read = jewel(cell)
    rights = iam.policy(cell, "access", read)
    role = iam.role(cell, f"{cell.application()}-node", iam.service_trust("ec2"), [rights], profile=True)
    taken = foothold(cell, role)
    taken.group.collected = False
    path = [taken.machine, role, rights, store]
    why = f"{taken.flaw.id} on a public machine; whether its group lets anybody in was not collected"
    cell.possible.append(Possible("uncollected_group", why, path, [taken.group]))


AWS_KINDS = (
    Kind(
        "exploited_host",
        "AWS",
        exploited_host,
        (*_UNREACHED, "permission boundary", "explicit deny", "scp deny", "dead end"),
    ),
    Kind("forged_request", "AWS", forged_request, ("metadata tokens", "stopped", "dead end")),
    Kind("function_secret", "AWS", function_secret, ("login", "switched off", "other group", "dead end")),
    Kind("start_script_key", "AWS", start_script_key, ("inactive key", "stopped", "permission boundary")),
    Kind("build_runner", "AWS", build_runner, ("actor filter", "dead end", "permission boundary")),
    Kind("peered_store", "AWS", peered_store, ("other source", "not routed", "network acl", "dead end")),
    Kind(
        "balanced_secret",
        "AWS",
        balanced_secret,
        ("resource policy", "no target", "internal balancer"),
    ),
    Kind(
        "open_function",
        "AWS",
        open_function,
        ("source condition", "organization condition", "switched off", "dead end"),
    ),
    Kind("public_database", "AWS", public_database, ("no route", "closed group", "not public", "dead end")),
)
