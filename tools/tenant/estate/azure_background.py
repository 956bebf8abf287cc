"""The ordinary part of an Azure subscription: nothing in it leads from the internet to what is worth having."""

from __future__ import annotations

from tools.tenant.estate import azure, data_findings, hosts, other_findings
from tools.tenant.estate.aws_background import _CLASSES as CLASSES
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.company import TENANT, person
from tools.tenant.estate.cves import calm


def account(cell: Cell) -> None:
    """What every subscription has."""
    uid = azure.subscription(cell)
    config = {
        "id": uid,
        "subscriptionId": cell.account.id,
        "displayName": cell.account.name,
        "state": "Enabled",
        "tenantId": TENANT,
    }
    cell.add("azure.subscription", uid, cell.account.name, config, region="global")
    cell.used["network"] = azure.network(cell)
    for serial in range(cell.number(2, 4)):
        owner = serial == 0
        found = azure.user(
            cell, f"{person(cell.number(0, 400))}@halden.example", mfa=owner or cell.chance(0.7)
        )
        role = "Owner" if owner else cell.pick(("Reader", "Reader", "Contributor"))
        azure.assignment(cell, role, found.config["id"], principal_type="User")
    for _ in range(cell.number(0, 2)):
        mail = f"{person(cell.number(0, 400))}@{cell.pick(('northpeak', 'brightwave', 'tallpine'))}.example"
        visitor = azure.user(cell, mail, guest=True)
        scope = f"{uid}/resourceGroups/rg-{cell.account.team}-shared"
        granted = azure.assignment(cell, "Reader", visitor.config["id"], scope=scope, principal_type="User")
        other_findings.guest(cell, granted, mail, "Reader")


def stack(cell: Cell) -> None:
    """One application: machines, stores, databases, a vault, an app."""
    application = cell.application()
    guard = azure.nsg(
        cell,
        application,
        azure.rule(cell, 443, "Internet", 100),
        azure.rule(cell, "*", "VirtualNetwork", 200),
    )
    net = cell.used["network"] if cell.chance(0.85) else azure.network(cell, application)
    roll = cell.random.random()
    if roll < 0.55:
        _machines(cell, application, net, guard)
    else:
        _apps(cell, application)
    keep(cell, application)
    if cell.chance(0.4):
        _database(cell, application)
    if cell.chance(0.25):
        opened = azure.nsg(cell, application, azure.rule(cell, cell.pick((22, 3389, 80)), "*", 110))
        if cell.chance(0.35):
            one = azure.machine(
                cell, azure.network(cell, application), opened, public=True, application=application
            )
            scan(cell, [one], reached=True)


def _machines(cell: Cell, application: str, net: azure.Network, guard: Resource) -> None:
    state = "deallocated" if cell.chance(0.15) else "running"
    found = [
        azure.machine(cell, net, guard, application=application, state=state, identity=cell.chance(0.4))
        for _ in range(cell.number(1, 4))
    ]
    scan(cell, found)
    for one in found:
        if "identity" in one.config:
            azure.assignment(cell, "Reader", one.config["identity"]["principalId"])


def _apps(cell: Cell, application: str) -> None:
    for _ in range(cell.number(1, 2)):
        settings = [("STAGE", cell.account.environment)]
        if cell.chance(0.25):
            settings.append(("API_SECRET", cell.hexes(32)))
        made = azure.app(cell, settings=settings, restricted=cell.chance(0.3), application=application)
        for one in cell.random.sample(calm("java", "node", "python"), cell.number(1, 4)):
            hosts.vulnerability(cell, made, one)
        azure.vault(
            cell,
            policies=[(made.config["identity"]["principalId"], ["get", "list"])],
            default=cell.pick(("Allow", "Deny")),
            roles=cell.chance(0.4),
            application=application,
            secrets=("login",),
        )


def keep(cell: Cell, application: str) -> Resource:
    """A storage account; what is in it is not for everybody, or everybody's anyway."""
    if cell.chance(0.12):
        found = azure.store(cell, anonymous=True, container="Blob", application=application)
        data_findings.files_of(cell, found, "", 2)
        return found
    valuable = cell.production and cell.chance(0.35)
    data_class = cell.pick(CLASSES.get(cell.account.team, ("PII",))) if valuable else ""
    tagged = data_class if cell.chance(0.6) else ""
    found = azure.store(cell, anonymous=cell.chance(0.15), application=application, data_class=tagged)
    if data_class:
        data_findings.holds(cell, found, data_class, *(() if tagged else ("scan",)))
    return found


def _database(cell: Cell, application: str) -> None:
    valuable = cell.production and cell.chance(0.4)
    data_class = cell.pick(CLASSES.get(cell.account.team, ("PII",))) if valuable else ""
    rules = [(azure.ZERO, azure.ZERO)] if cell.chance(0.5) else [("203.0.113.4", "203.0.113.6")]
    _, found = azure.sql(cell, rules=rules, application=application, data_class=data_class)
    if data_class and cell.chance(0.4):
        data_findings.holds(cell, found, data_class, "scan")


def scan(cell: Cell, machines: list[Resource], *, reached: bool = False) -> None:
    """Scan machines that were just made."""
    for one in machines:
        hosts.scanned(cell, one, cell.used["systems"][one.id], reached=reached)
