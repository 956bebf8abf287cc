"""Attack paths on Azure."""

from __future__ import annotations

from tools.tenant.estate import azure, data_findings, hosts, other_findings
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import of_family
from tools.tenant.estate.plants_shared import Kind, certain_tag


def _valuable(cell: Cell, *, worthless: bool) -> tuple[str, str]:
    """What a store holds, and the tag for it; the tag is empty where only scans know."""
    if worthless:
        return "", ""
    data_class = cell.pick(("PII", "PCI", "PHI"))
    return data_class, data_class if cell.chance(0.6) else ""


def _known(cell: Cell, store: Resource, data_class: str, tagged: str) -> None:
    if tagged:
        certain_tag(cell, store, tagged)
    if data_class:
        data_findings.holds(cell, store, data_class, *(() if tagged else ("scan", "files")))


def remote_desktop(cell: Cell, broken: str) -> None:
    """An old Windows with remote desktop open to everybody, and a managed identity that may change everything."""
    application = cell.application()
    rules = [azure.rule(cell, 3389, "*", 300)]
    if broken == "higher priority":
        rules.append(azure.rule(cell, "*", "Internet", 200, "Deny"))
    guard = azure.nsg(cell, application, *rules)
    outer = None
    if broken == "subnet group":
        outer = azure.nsg(cell, application, azure.rule(cell, 443, "Internet", 100))
    net = azure.network(cell, application, nsg=outer)
    machine = azure.machine(
        cell,
        net,
        guard,
        public=broken != "no public address",
        state="deallocated" if broken == "deallocated" else "running",
        identity=True,
        system=hosts.OLD_WINDOWS,
        application=application,
        tidy=True,
    )
    hosts.vulnerability(cell, machine, "CVE-2019-0708")
    role = "Reader" if broken == "dead end" else "Contributor"
    granted = azure.assignment(cell, role, machine.config["identity"]["principalId"])
    data_class, tagged = _valuable(cell, worthless=False)
    store = azure.store(cell, data_class=tagged, tidy=True)
    _known(cell, store, data_class, tagged)
    if broken:
        whys = {
            "higher priority": "a rule of higher priority denies the internet",
            "subnet group": "the subnet's own group does not let the port in",
            "no public address": "the machine has no public address",
            "deallocated": "the machine is deallocated",
            "dead end": "its identity reads configuration only",
        }
        return cell.decoy("remote_desktop", broken, whys[broken], guard, machine, granted)
    return cell.plant(
        "remote_desktop",
        f"remote desktop of {machine.name} is open, has CVE-2019-0708, and its identity is Contributor",
        [guard, machine, granted, store],
        (guard, "network_rdp_internet_access_restricted", 3),
        (machine, "CVE-2019-0708", 3),
        (granted, "iam_subscription_contributor_assigned", 3),
    )


def anonymous_container(cell: Cell, broken: str) -> None:
    """A container with regulated data that anybody may list."""
    data_class, tagged = _valuable(cell, worthless=broken == "dead end")
    store = azure.store(
        cell,
        anonymous=broken != "account setting",
        container="Container",
        access="Disabled" if broken == "private" else "Enabled",
        default="Deny" if broken == "network rule" else "Allow",
        data_class=tagged,
        tidy=True,
    )
    _known(cell, store, data_class, tagged)
    if broken:
        whys = {
            "account setting": "the account forbids anonymous access, whatever its containers say",
            "private": "public network access is off",
            "network rule": "its network rules deny by default",
            "dead end": "it holds what is meant for the public",
        }
        return cell.decoy("anonymous_container", broken, whys[broken], store)
    return cell.plant(
        "anonymous_container",
        f"anybody may list and read a container of {store.name}",
        [store],
        (store, "storage_container_public_access", 3),
        (store, "storage_blob_public_access_level_is_disabled", 3),
        (store, "storage_default_network_access_rule_is_denied", 3),
    )


def guest_owner(cell: Cell, broken: str) -> None:
    """A guest from another directory, without second factor, who owns the subscription."""
    name, firm = cell.pick(("a.novak", "j.meyer", "s.lund")), cell.pick(("northpeak", "brightwave"))
    mail = f"{name}{cell.number(2, 99)}@{firm}.example"
    guest = azure.user(cell, mail, guest=True, enabled=broken != "disabled", mfa=False)
    scope = ""
    if broken == "narrow scope":
        scope = f"{azure.subscription(cell)}/resourceGroups/rg-{cell.account.team}-trial"
    role = "Reader" if broken == "dead end" else "Owner"
    granted = azure.assignment(cell, role, guest.config["id"], scope=scope, principal_type="User")
    other_findings.guest(cell, granted, mail, role)
    data_class, tagged = _valuable(cell, worthless=False)
    store = azure.store(cell, data_class=tagged, tidy=True)
    _known(cell, store, data_class, tagged)
    if broken:
        whys = {
            "disabled": "the guest's account is disabled",
            "narrow scope": "the role holds in one trial group only",
            "dead end": "the role reads configuration only",
        }
        return cell.decoy("guest_owner", broken, whys[broken], guest, granted)
    return cell.plant(
        "guest_owner",
        f"the guest {mail} signs in with a password alone and owns the subscription",
        [guest, granted, store],
        (guest, "entra_privileged_user_has_mfa", 3),
        (granted, other_findings.GUEST.id, 3),
        (granted, "iam_role_user_access_admin_restricted", 3),
    )


def app_vault(cell: Cell, broken: str) -> None:
    """A public app with a known hole, whose identity reads a vault with a database's login."""
    application = cell.application()
    flaw = cell.pick([v for v in of_family("service") if v.port == 8080 and v.exploited])
    made = azure.app(
        cell,
        state="Stopped" if broken == "stopped" else "Running",
        restricted=broken == "restricted",
        access="Disabled" if broken == "private app" else "Enabled",
        application=application,
        tidy=True,
    )
    hosts.vulnerability(cell, made, flaw)
    who = made.config["identity"]["principalId"]
    by_role = broken == "metadata role"
    rights = [] if broken == "no rights" else ["get", "list"]
    box = azure.vault(
        cell,
        policies=[] if by_role else [(who, rights)],
        roles=by_role,
        access="Disabled" if broken == "private vault" else "Enabled",
        application=application,
        secrets=("sql-login",),
    )
    if by_role:
        azure.assignment(cell, "Key Vault Reader", who, scope=box.uid)
    data_class, tagged = _valuable(cell, worthless=False)
    server, store = azure.sql(
        cell, rules=[(azure.ZERO, azure.ZERO)], application=application, data_class=tagged, tidy=True
    )
    made.config["properties"]["siteConfig"]["appSettings"] = [
        {"name": "SQL_SERVER", "value": server.config["properties"]["fullyQualifiedDomainName"]},
        {"name": "SQL_LOGIN", "value": f"@Microsoft.KeyVault(SecretUri={box.config['secrets'][0]['id']})"},
    ]
    _known(cell, store, data_class, tagged)
    if broken:
        whys = {
            "stopped": "the app is stopped",
            "restricted": "only an office's addresses reach the app",
            "private app": "public network access to the app is off",
            "metadata role": "its role reads names of secrets, not their values",
            "no rights": "its access policy grants nothing on secrets",
            "private vault": "public network access to the vault is off and the app is not in its network",
        }
        return cell.decoy("app_vault", broken, whys[broken], made, box)
    return cell.plant(
        "app_vault",
        f"{made.name} has {flaw.id}, and its identity reads {box.name}",
        [made, box, store],
        (made, flaw.id, 3),
        (box, "keyvault_access_only_through_private_endpoints", 2),
    )


def sql_everywhere(cell: Cell, broken: str) -> None:
    """A database server whose firewall lets in every address."""
    data_class, tagged = _valuable(cell, worthless=broken == "dead end")
    last = azure.ZERO if broken == "azure only" else "255.255.255.255"
    access = "Disabled" if broken == "private" else "Enabled"
    server, store = azure.sql(
        cell,
        rules=[(azure.ZERO, last)],
        access=access,
        data_class=tagged,
        tidy=True,
    )
    _known(cell, store, data_class, tagged)
    if broken:
        whys = {
            "azure only": "its rule lets in services of Azure, not every address",
            "private": "public network access is off",
            "dead end": "it holds nothing of note",
        }
        return cell.decoy("sql_everywhere", broken, whys[broken], server, store)
    return cell.plant(
        "sql_everywhere",
        f"every address reaches {server.name}, which takes passwords and holds regulated data",
        [server, store],
        (server, "sqlserver_unrestricted_inbound_access", 3),
    )


AZURE_KINDS = (
    Kind(
        "remote_desktop",
        "AZURE",
        remote_desktop,
        ("higher priority", "subnet group", "no public address", "deallocated", "dead end"),
    ),
    Kind(
        "anonymous_container",
        "AZURE",
        anonymous_container,
        ("account setting", "private", "network rule", "dead end"),
    ),
    Kind("guest_owner", "AZURE", guest_owner, ("disabled", "narrow scope", "dead end")),
    Kind(
        "app_vault",
        "AZURE",
        app_vault,
        ("stopped", "restricted", "private app", "metadata role", "no rights", "private vault"),
    ),
    Kind("sql_everywhere", "AZURE", sql_everywhere, ("azure only", "private", "dead end")),
)
