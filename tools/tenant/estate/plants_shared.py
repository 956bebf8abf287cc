"""What plants on AWS are made of: footholds that can be taken, and what is worth having."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_data as data
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import data_findings, hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import Vulnerability, of_family

Graded = tuple[Resource, str, int]
ANY_PORT = "ec2_securitygroup_allow_ingress_from_internet_to_any_port"
OLD_METADATA = "ec2_instance_imdsv2_enabled"
FACING = "ec2_instance_internet_facing_with_instance_profile"
_WELL_KNOWN = (22, 80, 443, 3389)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of attack path.

    `draw(cell, broken)` draws one: with `broken` empty the path is there, else it is a decoy that is stopped in
    that way, one of `breaks`.
    """

    name: str
    provider: str
    draw: Callable[[Cell, str], None]
    breaks: tuple[str, ...]


@dataclass(slots=True)
class Foothold:
    """A machine that can be taken from the internet (or not, in a decoy), with its network."""

    machine: Resource
    group: Resource
    network: net.Network
    flaw: Vulnerability

    @property
    def graded(self) -> list[Graded]:
        """What made it possible."""
        return [(self.machine, self.flaw.id, 3), (self.group, ANY_PORT, 3)]


def service_flaw(cell: Cell, *families: str) -> Vulnerability:
    """A flaw that is exploited in the wild, in a service that listens on an unusual port."""
    found = [v for v in of_family(*(families or ("service",))) if v.exploited and v.port not in _WELL_KNOWN]
    return cell.pick([one for one in found if one.port])


def foothold(
    cell: Cell,
    role: Resource | None,
    broken: str = "",
    *,
    tokens: str = "optional",
    script: str = "",
    family: str = "service",
) -> Foothold:
    """A public machine with such a service. `broken`: stopped, network acl, no public address, no route."""
    base = net.network(cell, internet=broken != "no route")
    flaw = service_flaw(cell, family)
    group = net.group(cell, base, f"{cell.application()}-svc", net.permission(flaw.port, net.ANYWHERE))
    subnet = base.public[0]
    if broken == "network acl":
        entries = [
            net.entry(80, "allow", cidr="10.0.0.0/8"),
            net.entry(90, "deny", flaw.port, flaw.port),
            net.entry(100, "allow"),
        ]
        subnet = net.guarded(cell, base, entries)
    machine = compute.instance(
        cell,
        base,
        [group],
        role=role,
        subnet=base.private[0] if broken == "no public address" else subnet,
        public=broken != "no public address",
        state="stopped" if broken == "stopped" else "running",
        tokens=tokens,
        script=script,
        system=hosts.SYSTEMS[cell.number(0, 1)],
        tidy=True,
    )
    hosts.vulnerability(cell, machine, flaw)
    return Foothold(machine, group, base, flaw)


def jewel(cell: Cell, *, worthless: bool = False) -> tuple[Resource, dict[str, Any]]:
    """A store worth having, and the statement that reads it; a worthless one holds nothing of note."""
    from tools.tenant.estate import aws_identity as iam

    data_class = cell.pick(("PII", "PCI", "PII", "PHI"))
    known = cell.pick((("tag",), ("tag", "scan"), ("scan",), ("files", "scan"), ("register",)))
    application = cell.application()
    tagged = data_class if "tag" in known and not worthless else ""
    if cell.chance(0.7):
        found = data.bucket(cell, data_class=tagged, blocked=True, application=application, tidy=True)
        read = iam.allow(["s3:GetObject", "s3:ListBucket"], [found.uid, f"{found.uid}/*"])
    else:
        found = data.table(cell, application, data_class=tagged, tidy=True)
        read = iam.allow(["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query"], found.uid)
    if tagged:
        certain_tag(cell, found, data_class)
    if not worthless:
        data_findings.holds(cell, found, data_class, *(one for one in known if one != "tag"))
    elif found.kind == "aws.bucket":
        data_findings.files_of(cell, found, "", 3)
    return found, read


def certain_tag(cell: Cell, store: Resource, data_class: str) -> None:
    """Make sure that the tag which says what a store holds is there."""
    if not any(value.upper() == data_class for value in store.tags.values()):
        store.tags["DataClass"] = data_class
    store.data_class = data_class


def regulated_database(
    cell: Cell,
    base: net.Network,
    group: Resource,
    *,
    worthless: bool = False,
    public: bool = False,
    encrypted: bool | None = None,
    subnets: list[net.Subnet] | None = None,
    engine: str = "postgres",
) -> Resource:
    """A database that holds what is worth having."""
    data_class = "" if worthless else cell.pick(("PCI", "PII", "PHI"))
    found = data.database(
        cell,
        base,
        group,
        public=public,
        encrypted=encrypted,
        subnets=subnets,
        data_class=data_class,
        engine=engine,
        tidy=True,
    )
    if data_class:
        certain_tag(cell, found, data_class)
        if cell.chance(0.5):
            data_findings.found_by_scan(cell, found, data_class)
    return found
