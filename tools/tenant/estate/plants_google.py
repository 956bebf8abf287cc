"""Attack paths on Google Cloud."""

from __future__ import annotations

from tools.tenant.estate import data_findings, google, hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import of_family
from tools.tenant.estate.plants_shared import Kind, certain_tag, service_flaw

_WALL = "compute_firewall_service_access_from_the_internet_allowed"


def _bucket(
    cell: Cell, *, worthless: bool = False, public: bool = False, prevented: bool = False
) -> Resource:
    data_class = "" if worthless else cell.pick(("PHI", "PII", "PCI"))
    tagged = data_class if cell.chance(0.6) else ""
    found = google.bucket(cell, data_class=tagged, public=public, prevented=prevented, tidy=True)
    if tagged:
        certain_tag(cell, found, tagged)
    if data_class:
        data_findings.holds(cell, found, data_class, *(() if tagged else ("scan", "files")))
    return found


def default_account(cell: Cell, broken: str) -> None:
    """A public machine with a known hole that runs as the default account, an editor of the project."""
    project: Resource = cell.used["project"]
    net = google.network(cell)
    flaw = service_flaw(cell)
    while flaw.port == 61616 and broken:
        flaw = service_flaw(cell)
    tags = ("svc",)
    wall = google.firewall(cell, net, (flaw.port,), tags=("other",) if broken == "other tag" else tags)
    if broken == "higher priority":
        google.firewall(cell, net, (flaw.port,), tags=tags, priority=500, deny=True)
    identity = google.default_account(cell)
    member = f"serviceAccount:{identity.config['email']}"
    if not any(member in b["members"] for b in project.config["iamPolicy"]["bindings"]):
        google.bind(project, "roles/editor", member)
    machine = google.machine(
        cell,
        net,
        identity,
        tags=tags,
        public=broken != "no public address",
        status="TERMINATED" if broken == "terminated" else "RUNNING",
        scopes=google.NARROW if broken == "narrow scopes" else (google.FULL,),
        system=hosts.SYSTEMS[3],
        tidy=True,
    )
    hosts.vulnerability(cell, machine, flaw)
    if broken:
        whys = {
            "other tag": "the open rule is for machines with another tag",
            "higher priority": "a rule of higher priority denies the port",
            "no public address": "the machine has no public address",
            "terminated": "the machine is off",
            "narrow scopes": "its scopes let it write logs and metrics only",
        }
        return cell.decoy("default_account", broken, whys[broken], wall, machine)
    store = _bucket(cell)
    return cell.plant(
        "default_account",
        f"{machine.name} has {flaw.id} and runs as an editor of the project",
        [wall, machine, identity, project, store],
        (wall, _WALL, 3),
        (machine, flaw.id, 3),
        (machine, "compute_instance_default_service_account_in_use_with_full_api_access", 3),
        (project, "iam_sa_no_administrative_privileges", 3),
        (machine, "compute_instance_public_ip", 3),
    )


def bucket_for_all(cell: Cell, broken: str) -> None:
    """A bucket with regulated data that everybody may read."""
    store = _bucket(
        cell, worthless=broken == "dead end", public=broken != "condition", prevented=broken == "prevented"
    )
    if broken == "condition":
        only = {"title": "until", "expression": 'request.time < timestamp("2024-01-01T00:00:00Z")'}
        google.bind(store, "roles/storage.objectViewer", "allUsers", condition=only)
    if broken:
        whys = {
            "prevented": "public access prevention is enforced",
            "condition": "the grant ended long ago",
            "dead end": "it holds what is meant for the public",
        }
        return cell.decoy("bucket_for_all", broken, whys[broken], store)
    return cell.plant(
        "bucket_for_all",
        f"everybody may read {store.name}, which holds regulated data",
        [store],
        (store, "cloudstorage_bucket_public_access", 3),
    )


def function_identity(cell: Cell, broken: str) -> None:
    """A function with a known hole that everybody may call, whose account reads a bucket."""
    application = cell.application()
    identity = google.service_account(cell, f"{application}-fn")
    made = google.function(
        cell,
        identity,
        anyone=broken != "named caller",
        ingress="ALLOW_INTERNAL_ONLY" if broken == "internal" else "ALLOW_ALL",
        application=application,
    )
    flaw = cell.pick([v for v in of_family("service") if v.port == 8080 and v.exploited])
    hosts.vulnerability(cell, made, flaw)
    store = _bucket(cell, worthless=broken == "dead end")
    member = f"serviceAccount:{identity.config['email']}"
    ended = {"title": "until", "expression": 'request.time < timestamp("2024-01-01T00:00:00Z")'}
    google.bind(
        store, "roles/storage.objectViewer", member, condition=ended if broken == "ended grant" else None
    )
    if broken:
        whys = {
            "named caller": "only the scheduler may call it",
            "internal": "only the project's own networks reach it",
            "ended grant": "the grant to its account ended long ago",
            "dead end": "what its account reads is of no worth",
        }
        return cell.decoy("function_identity", broken, whys[broken], made, identity)
    return cell.plant(
        "function_identity",
        f"everybody may call {made.name}, which has {flaw.id} and whose account reads {store.name}",
        [made, identity, store],
        (made, "cloudfunction_function_not_publicly_accessible", 3),
        (made, flaw.id, 3),
    )


def identity_pool(cell: Cell, broken: str) -> None:
    """A workload identity pool that takes tokens of any repository, with an account that edits the project."""
    condition = 'assertion.repository_owner == "halden-outfitters"' if broken == "attribute condition" else ""
    provider, path = google.pool_provider(cell, condition=condition)
    identity = google.service_account(cell, "release")
    everyone = f"principalSet://iam.googleapis.com/{path}/*"
    one = f"principalSet://iam.googleapis.com/{path}/attribute.repository/halden-outfitters/{cell.application()}"
    google.bind(identity, "roles/iam.workloadIdentityUser", one if broken == "one repository" else everyone)
    project: Resource = cell.used["project"]
    member = f"serviceAccount:{identity.config['email']}"
    google.bind(project, "roles/logging.logWriter" if broken == "dead end" else "roles/editor", member)
    if broken:
        whys = {
            "attribute condition": "the provider takes tokens of the company's own repositories only",
            "one repository": "the account lets in one repository only",
            "dead end": "the account may write logs only",
        }
        return cell.decoy("pool_for_anybody", broken, whys[broken], provider, identity)
    store = _bucket(cell)
    return cell.plant(
        "pool_for_anybody",
        f"a build of any repository may become {identity.name}, an editor of the project",
        [provider, identity, project, store],
        (provider, "iam_workload_identity_pool_provider_attribute_condition", 3),
        (project, "iam_sa_no_administrative_privileges", 3),
    )


GOOGLE_KINDS = (
    Kind(
        "default_account",
        "GCP",
        default_account,
        ("other tag", "higher priority", "no public address", "terminated", "narrow scopes"),
    ),
    Kind("bucket_for_all", "GCP", bucket_for_all, ("prevented", "condition", "dead end")),
    Kind(
        "function_identity",
        "GCP",
        function_identity,
        ("named caller", "internal", "ended grant", "dead end"),
    ),
    Kind("pool_for_anybody", "GCP", identity_pool, ("attribute condition", "one repository", "dead end")),
)
