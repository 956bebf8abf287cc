"""Exposure of Azure's managed services: their networks' rules, and what stores let anyone read."""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.estate import name_of
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.iam.azure.model import scope_of
from tools.priority.reading import View, openness


def _network_rules(reader: Reader, asset: AssetRecord, view: View) -> tuple[bool | None, str]:
    """Whether the public endpoint of a managed service admits any address, and how we know."""
    access = (
        view.flag("publicNetworkAccess", "public_network_access")
        if not view.has("network")
        else view.at("network").flag("publicNetworkAccess")
    )
    if access is False:
        return False, "public network access is off"
    acls = view.at("networkAcls", "network_rule_set", "networkRuleSet")
    default = acls.text("defaultAction", "default_action").lower()
    if default == "deny":
        return False, "its firewall denies by default"
    rules = view.get("firewallRules", "firewall_rules")
    if isinstance(rules, list):
        for rule in (View(r) for r in rules):
            first, last = (
                rule.text("startIpAddress", "start_ip_address"),
                rule.text("endIpAddress", "end_ip_address"),
            )
            if first == "0.0.0.0" and last == "255.255.255.255":  # noqa: S104
                return True, "a firewall rule admits every address"
            if first == last == "0.0.0.0":  # noqa: S104
                return None, "a firewall rule admits everything in Azure, other customers' too"
        return False, "its firewall rules admit named addresses only"
    if default == "allow" or (access is True and not default):
        return (
            (True, "its firewall allows by default")
            if default == "allow"
            else (None, "public network access is on")
        )
    return None, "its network rules were not collected"


WEB_SITE = "$web"
"""The container that Azure serves as a static web site."""


def _storage(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = asset.name or asset.uid
    admits, why = _network_rules(reader, asset, view)
    if admits is False:
        return reader.closed(why, name)
    anonymous = view.flag("allowBlobPublicAccess", "allow_blob_public_access")
    apart = reader.estate.index("containers by account", lambda: _containers(reader))
    listed = [(c.text("name"), c) for c in view.each("containers", "blob_containers")]
    listed += [(name_of(c), reader.estate.view(c)) for c in apart.get(scope_of(asset.uid), ())]
    public = [which or "a container" for which, container in listed if _anonymous(container)]
    if anonymous and public and all(which == WEB_SITE for which in public):
        return reader.open(
            f"{WEB_SITE} of {name} is a web site, public by purpose", "by_purpose", name, WEB_SITE
        )
    if anonymous and public:
        return reader.open(f"anyone can read {public[0]} of {name}", "public_read", name, public[0])
    likely = 0.55 * reader.levels["public_read"]
    if anonymous and not listed:
        text = "anonymous access is allowed; its containers were not collected"
        return reader.maybe(text, "public_read", name, estimate=likely)
    if anonymous is None and public:
        text = "a container allows anonymous access; whether the account does was not collected"
        return reader.maybe(text, "public_read", name, estimate=likely)
    if anonymous is not None:
        return (
            reader.open("public endpoint that asks for a key", "login_endpoint", name)
            if admits
            else reader.closed("no anonymous access", name)
        )
    return reader.maybe(why, "public_read", name)


def _anonymous(container: View) -> bool:
    return container.text("publicAccess", "public_access").lower() in {"blob", "container"}


def _containers(reader: Reader) -> dict[str, list[AssetRecord]]:
    """Containers with a record of their own, by the scope of their account."""
    found: dict[str, list[AssetRecord]] = {}
    for one in reader.estate.of_kind("azure.storage.container"):
        found.setdefault(scope_of(one.uid).partition("/blobservices/")[0], []).append(one)
    return found


def _container(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A container is open as far as its account lets it be."""
    name = asset.name or asset.uid
    if not _anonymous(view):
        return reader.closed("no anonymous access", name)
    stores = reader.estate.index("storage by scope", lambda: _stores(reader))
    store = stores.get(scope_of(asset.uid).partition("/blobservices/")[0])
    if store is None:
        return reader.maybe(
            "it allows anonymous access; its account was not collected", "public_read", name,
            estimate=0.55 * reader.levels["public_read"],
        )  # fmt: skip
    if name == WEB_SITE:
        return reader.open(f"a web site of {store.name}, public by purpose", "by_purpose", name, store.name)
    of = exposure_of(reader, store)
    if reader.estate.view(store).flag("allowBlobPublicAccess", "allow_blob_public_access") is False:
        return reader.closed(f"{store.name} forbids anonymous access", name, store.name)
    if of.fact.state == "known" and of.fact.grade > 0:
        return reader.open(f"anyone can read {name} of {store.name}", "public_read", name, store.name)
    return of


def _stores(reader: Reader) -> dict[str, AssetRecord]:
    return {scope_of(store.uid): store for store in reader.estate.of_kind("azure.storage")}


def _managed(level: str) -> Handler:
    def read(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
        admits, why = _network_rules(reader, asset, view)
        if admits:
            return reader.open(why, level, asset.name)
        return reader.closed(why, asset.name) if admits is False else reader.maybe(why, level, asset.name)

    return read


def _aks(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    profile = view.at("apiServerAccessProfile")
    if profile.flag("enablePrivateCluster") or view.flag("private_fqdn", "enablePrivateCluster"):
        return reader.closed("its API server is private", asset.name)
    ranges = profile.texts("authorizedIPRanges")
    if ranges and not any(openness(r) > 0 for r in ranges):
        return reader.closed("its API server admits named ranges only", asset.name)
    return reader.open("its public API endpoint admits any address", "management", asset.name)


def _app(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if (
        view.flag("publicNetworkAccess") is False
        or view.flag("enabled") is False
        or view.text("state").lower() == "stopped"
    ):
        return reader.closed("stopped or without public access", asset.name)
    rules = list((view.at("siteConfig") or view).each("ipSecurityRestrictions", "ip_security_restrictions"))
    allowed = [r.text("ipAddress") for r in rules if r.text("action").lower() != "deny"]
    if allowed and not any(openness(a) > 0 for a in allowed):
        return reader.closed("its access restrictions admit named addresses only", asset.name)
    return reader.open("a public web endpoint", "web", asset.name)


SERVICE_HANDLERS: dict[str, Handler] = {
    "azure.storage": _storage,
    "azure.storage.container": _container,
    "azure.sql": _managed("database"),
    "azure.vault": _managed("login_endpoint"),
    "azure.data": _managed("login_endpoint"),
    "azure.aks": _aks,
    "azure.app": _app,
}
