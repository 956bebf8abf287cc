"""Attack paths on AWS that begin at a function, a build, a balancer or a database."""

from __future__ import annotations

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_data as data
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.cves import of_family
from tools.tenant.estate.plants_aws_hosts import WHY, boundary_of
from tools.tenant.estate.plants_shared import (
    OLD_METADATA,
    jewel,
    regulated_database,
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


def build_runner(cell: Cell, broken: str) -> None:
    """A build that runs what anybody proposes, with a role that may change production."""
    admin = iam.policy(cell, "release", iam.allow("*"))
    narrow = iam.policy(cell, "release", iam.allow(["logs:CreateLogStream", "logs:PutLogEvents"]))
    rights = narrow if broken == "dead end" else admin
    boundary = boundary_of(cell) if broken == "permission boundary" else None
    role = iam.role(
        cell, f"{cell.application()}-ci", iam.service_trust("codebuild"), [rights], boundary=boundary
    )
    project = compute.build(cell, role, anyone=True, filtered=broken == "actor filter")
    if broken:
        why = WHY.get(broken, "only pull requests of two known people are built")
        return cell.decoy("build_runner", broken, why, project, role, rights)
    store, _ = jewel(cell)
    return cell.plant(
        "build_runner",
        f"anybody's pull request runs in {project.name}, whose role administers the account",
        [project, role, rights, store],
        (project, "codebuild_project_webhook_filters_use_anchored_patterns", 3),
        (rights, "iam_customer_attached_policy_no_administrative_privileges", 3),
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
