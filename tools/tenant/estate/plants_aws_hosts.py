"""Attack paths on AWS that begin at a machine, after publicly described incidents."""

from __future__ import annotations

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell, Possible, Resource
from tools.tenant.estate.plants_shared import (
    FACING,
    OLD_METADATA,
    foothold,
    jewel,
    service_flaw,
)

UNREACHED = ("stopped", "network acl", "no public address", "no route")
WHY = {
    "stopped": "the machine is stopped",
    "network acl": "its subnet's network ACL denies the port before it allows anything",
    "no public address": "the machine has no public address",
    "no route": "no route leads from the internet into its network",
    "permission boundary": "the role's permission boundary leaves out what its policy grants",
    "explicit deny": "a statement denies what another allows",
    "dead end": "what the role reads is of no worth",
    "scp deny": "a service control policy denies the role what its policy grants",
}


def boundary_of(cell: Cell) -> Resource:
    """A permission boundary that leaves out all that matters here."""
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
    boundary = boundary_of(cell) if broken == "permission boundary" else None
    role = iam.role(
        cell,
        f"{cell.application()}-node",
        iam.service_trust("ec2"),
        [rights],
        boundary=boundary,
        profile=True,
    )
    taken = foothold(cell, role, broken if broken in UNREACHED else "")
    if broken == "scp deny":
        only = {"ArnLike": {"aws:PrincipalArn": role.uid}}
        iam.control_policy(cell, "data-guard", iam.deny(["s3:*", "dynamodb:*"], Condition=only))
    if broken:
        return cell.decoy("exploited_host", broken, WHY[broken], taken.machine, taken.group, role, rights)
    why = f"{taken.flaw.id} on a public machine whose role reads {store.name}"
    path = [taken.group, taken.machine, role, rights, store]
    graded = [(taken.machine, OLD_METADATA, 2), (taken.machine, FACING, 3)]
    return cell.plant("exploited_host", why, path, *taken.graded, *graded)


def forged_request(cell: Cell, broken: str) -> None:
    """A proxy that asks any address on request, the old metadata service, a role, data."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "access", read)
    role = iam.role(cell, f"{cell.application()}-edge", iam.service_trust("ec2"), [rights], profile=True)
    tokens = "required" if broken == "metadata tokens" else "optional"
    unreached = broken if broken in UNREACHED else ""
    taken = foothold(cell, role, unreached, tokens=tokens, family="forgery")
    if broken:
        why = WHY.get(broken, "the metadata service asks for a token, which a forged request cannot get")
        return cell.decoy("forged_request", broken, why, taken.machine, taken.group, role, rights)
    why = f"a forged request ({taken.flaw.id}) reaches the metadata service, and the role reads {store.name}"
    graded = [(taken.machine, OLD_METADATA, 3), (taken.machine, FACING, 3)]
    return cell.plant(
        "forged_request", why, [taken.group, taken.machine, role, rights, store], *taken.graded, *graded
    )


def start_script_key(cell: Cell, broken: str) -> None:
    """A machine that can be taken, with a user's key in its start script."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "sync", read)
    boundary = boundary_of(cell) if broken == "permission boundary" else None
    known = iam.key(cell, cell.number(120, 600), active=broken != "inactive key")
    robot = iam.user(cell, cell.name(f"{cell.application()}-sync"), [rights], keys=[known], boundary=boundary)
    script = cell.script(
        f"export AWS_ACCESS_KEY_ID={known['AccessKeyId']}",
        f"export AWS_SECRET_ACCESS_KEY={cell.hexes(40)}",
        "/opt/sync/run --every 15m",
    )
    taken = foothold(cell, None, broken if broken in UNREACHED else "", tokens="required", script=script)
    if broken:
        why = WHY.get(broken, "the key is switched off")
        return cell.decoy("start_script_key", broken, why, taken.machine, taken.group, robot, rights)
    graded = [
        (taken.machine, "ec2_instance_secrets_user_data", 3),
        (robot, "iam_rotate_access_key_90_days", 2),
    ]
    why = f"the start script of a machine with {taken.flaw.id} holds a key that reads {store.name}"
    path = [taken.group, taken.machine, robot, rights, store]
    return cell.plant("start_script_key", why, path, *taken.graded, *graded)


def peered_store(cell: Cell, broken: str) -> None:
    """A foothold in one network, a data service without login in the next."""
    taken = foothold(cell, None, broken if broken in UNREACHED else "", tokens="required")
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
        why = whys.get(broken) or WHY[broken]
        return cell.decoy("peered_store", broken, why, taken.machine, taken.group, guard, machine)
    return cell.plant(
        "peered_store",
        f"from a machine with {taken.flaw.id} a peered network's store with {flaw.id} can be reached",
        [taken.group, taken.machine, link, guard, machine],
        *taken.graded,
        (machine, flaw.id, 3),
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
