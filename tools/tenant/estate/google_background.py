"""The ordinary part of a Google Cloud project: nothing in it leads from the internet to what is worth having."""

from __future__ import annotations

from tools.tenant.estate import data_findings, google, hosts
from tools.tenant.estate.aws_background import _CLASSES as CLASSES
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import of_family


def account(cell: Cell) -> None:
    """What every project has."""
    google.project(cell)
    net = cell.used["network"] = google.network(cell, "default")
    google.firewall(cell, net, (80, 443), tags=("web",))
    google.firewall(cell, net, (22,), sources=("35.235.240.0/20",))
    google.key(cell)


def stack(cell: Cell) -> None:
    """One application: machines or functions, a bucket, perhaps a database."""
    application = cell.application()
    identity = google.service_account(
        cell, application, keys=[cell.number(5, 500)] if cell.chance(0.3) else ()
    )
    store = keep(cell, application)
    google.bind(store, "roles/storage.objectUser", f"serviceAccount:{identity.config['email']}")
    net: str = cell.used["network"] if cell.chance(0.85) else google.network(cell)
    roll = cell.random.random()
    if roll < 0.6:
        tags = ("web",) if cell.chance(0.4) else ("internal",)
        if tags == ("internal",):
            google.firewall(cell, net, (8080, 22), sources=("10.0.0.0/8",), tags=tags)
        public = tags == ("web",) and cell.chance(0.5)
        machines = [
            google.machine(
                cell,
                net,
                identity,
                tags=tags,
                public=public,
                application=application,
                status="TERMINATED" if cell.chance(0.1) else "RUNNING",
                scopes=(google.FULL,) if cell.chance(0.5) else google.NARROW,
            )
            for _ in range(cell.number(1, 4))
        ]
        scan(cell, machines, reached=public)
    else:
        for _ in range(cell.number(1, 3)):
            made = google.function(cell, identity, application=application)
            for one in cell.random.sample(of_family("node", "python", "go"), cell.number(1, 4)):
                hosts.vulnerability(cell, made, one)
    if cell.chance(0.4):
        _database(cell, application)
    if cell.chance(0.25):
        data_class = cell.pick(CLASSES.get(cell.account.team, ("PII",))) if cell.production else ""
        google.dataset(cell, application=application, data_class=data_class)
    if cell.chance(0.2):
        google.firewall(cell, net, (22,), tags=(f"{application}-old",))
    if cell.chance(0.3):
        google.key(cell)


def keep(cell: Cell, application: str) -> Resource:
    """A bucket; a public one holds what is meant for the public."""
    if cell.chance(0.1):
        found = google.bucket(cell, public=True, stem="site", application=application)
        data_findings.files_of(cell, found, "", 2)
        return found
    valuable = cell.production and cell.chance(0.35)
    data_class = cell.pick(CLASSES.get(cell.account.team, ("PII",))) if valuable else ""
    tagged = data_class if cell.chance(0.6) else ""
    found = google.bucket(cell, application=application, data_class=tagged)
    if data_class:
        data_findings.holds(cell, found, data_class, *(() if tagged else ("scan",)))
    return found


def _database(cell: Cell, application: str) -> None:
    data_class = (
        cell.pick(CLASSES.get(cell.account.team, ("PII",))) if cell.production and cell.chance(0.4) else ""
    )
    networks = ("203.0.113.0/28",) if cell.chance(0.5) else ()
    found = google.database(
        cell, networks=networks, public=cell.chance(0.5), application=application, data_class=data_class
    )
    if data_class and cell.chance(0.4):
        data_findings.holds(cell, found, data_class, "scan")


def scan(cell: Cell, machines: list[Resource], *, reached: bool = False) -> None:
    """Scan machines that were just made."""
    for one in machines:
        hosts.scanned(cell, one, cell.used["systems"][one.id], reached=reached)
