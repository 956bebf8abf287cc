"""From the internet into Azure by what is open or given: containers, apps, guests, logins without a second factor.

An app that asks for a login, admits an office only, or is stopped is no entry, nor is a guest without a role.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.entra import asked_for_more, enabled, guest, lax_tenant, password_alone
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.flaws import weakest
from tools.priority.graph.model import INTERNET, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.azure.model import scope_of
from tools.priority.iam.kubernetes.cloud import FederatedCredential
from tools.priority.reading import View, openness, shown

_PUBLIC = {"blob", "container"}
_MICROSOFT = {"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
_RUNNING = {"", "running", "succeeded", "online", "ready"}


class AzureGrants:
    """Entries by grant of one estate, and what lies inside what."""

    def __init__(
        self,
        estate: Estate,
        iam: AzureIam,
        gates: AzureGates,
        enriched: Enrichments,
        steps: Steps,
    ) -> None:
        self._estate = estate
        self._iam = iam
        self._gates = gates
        self._enriched = enriched
        self._steps = steps

    def add(self) -> None:
        """All entries, and the copies and parts that lead on."""
        self._containers()
        for app in self._estate.of_kind("azure.app", "azure.containerapp", "azure.containers"):
            self._app(app)
        self._people()
        self._federated()
        self._servers()
        self._copies()

    def _enter(
        self,
        asset: AssetRecord,
        relation: Relation,
        chance: float,
        why: str,
        *,
        known: bool = True,
        behind: tuple[AssetRecord, ...] = (),
    ) -> None:
        self._steps.join(
            INTERNET, asset.asset_id, relation, chance, why, behind, known=known, names=(name_of(asset),)
        )

    def _containers(self) -> None:
        apart: dict[str, list[AssetRecord]] = {}
        for one in self._estate.of_kind("azure.storage.container"):
            account = scope_of(one.uid).partition("/blobservices/")[0]
            apart.setdefault(account, []).append(one)
        for store in self._estate.of_kind("azure.storage"):
            view = self._estate.view(store)
            allowed = view.flag("allowBlobPublicAccess", "allow_blob_public_access")
            open_ = self._gates.open_to_all(store)
            if allowed is False or open_ is False:
                continue
            records = apart.get(scope_of(store.uid), ())
            own = [one for one in records if _public(self._estate.view(one))]
            inline = list(view.each("containers", "blob_containers"))
            public = [c for c in inline if _public(c)]
            if not public and not own and (inline or records or not allowed):
                continue  # its containers are recorded and none is public, or nothing speaks for it
            of, known = shown(name_of(store)), allowed is True and open_ is True
            chance = self._steps.words.entry["public_data"]
            if public:
                text = f"anyone can read {shown(public[0].text('name'))} of {of}"
                self._enter(store, Relation.READS, chance, text, known=known)
            elif not own:
                text = "anonymous access is allowed; its containers were not collected"
                self._enter(store, Relation.READS, chance, text, known=False)
            for one in own:
                # Each is a way of its own: to close one of them does not close the others.
                text = f"anyone can read {shown(name_of(one))} of {of}"
                self._enter(store, Relation.READS, chance, text, known=known, behind=(one,))
                self._enter(one, Relation.READS, chance, text, known=known, behind=(store,))

    def _app(self, app: AssetRecord) -> None:
        view = self._estate.view(app)
        if not self._answers(app, view):
            return
        flaw = weakest(self._enriched.flaws.get(app.asset_id, ()), self._steps.words)
        entry = self._steps.words.entry
        where = "a public web endpoint"
        if _asks_for_login(view):
            self._enter(app, Relation.SIGNS_IN, entry["web"] / 2, f"{where} that asks for a login")
        elif flaw is not None:
            self._enter(app, Relation.EXPLOITS, entry[flaw.name], f"{where}; {flaw.why}")
        elif _anonymous_function(view):
            self._enter(
                app, Relation.INVOKES, entry["public_function"], f"{where}; anyone may run its functions"
            )
        else:
            self._enter(app, Relation.REACHES, entry["web"], f"{where}; no known flaw in what answers")

    def _answers(self, app: AssetRecord, view: View) -> bool:
        """Whether an app runs and any address reaches it."""
        if view.flag("enabled") is False or view.text("state", "runningStatus").lower() not in _RUNNING:
            return False
        if self._estate.kind(app) == "azure.containers":
            return view.at("ipAddress").text("type").lower() == "public"
        if self._estate.kind(app) == "azure.containerapp":
            ingress = view.at("configuration").at("ingress") or view.at("ingress")
            ranges = [r.text("ipAddressRange") for r in ingress.each("ipSecurityRestrictions") if _allows(r)]
            return ingress.flag("external") is True and (not ranges or any(openness(r) > 0 for r in ranges))
        if str(view.get("publicNetworkAccess")).lower() == "disabled":
            return False
        return _admits_anyone(view.at("siteConfig") or view)

    def _people(self) -> None:
        """Guests, people who sign in with a password alone, and applications of others, if they hold a role."""
        entry = self._steps.words.entry
        homes = {
            self._estate.view(s).text("tenantId").lower() for s in self._estate.of_kind("azure.subscription")
        }
        for key, who in self._iam.people.items():
            view, kind = self._estate.view(who), self._estate.kind(who)
            if not enabled(view) or not self._iam.engine.assignments(key):
                continue
            name = shown(name_of(who))
            if kind == "azure.user":
                if asked_for_more(self._estate, who):
                    continue
                stranger = guest(view)
                if password_alone(view):
                    why = f"{'the guest ' if stranger else ''}{name} signs in with a password alone"
                    # The other directory may lose the guest's login as well as its own people may.
                    chance = entry["console_no_mfa"]
                    chance += (1.0 - chance) * entry["guest"] if stranger else 0.0
                    self._enter(who, Relation.SIGNS_IN, chance, why, behind=lax_tenant(self._estate))
                elif stranger:
                    why = f"{name} is a guest from another directory"
                    self._enter(who, Relation.SIGNS_IN, entry["guest"], why)
            elif kind == "azure.principal":
                owner = view.text("appOwnerOrganizationId").lower()
                if owner and owner not in _MICROSOFT and homes - {""} and owner not in homes:
                    why = f"{name} is an application of another organisation"
                    self._enter(who, Relation.ASSUMES, entry["foreign_trust"], why)

    def _federated(self) -> None:
        """Identities and applications that trust tokens of a shared issuer by a pattern that strangers fit."""
        for holder, credential in self.credentials():
            pattern = credential.at("claimsMatchingExpression").text("value")
            subject = credential.text("subject")
            if _fits_strangers(pattern, subject):
                issuer = credential.text("issuer").removeprefix("https://")
                why = f"any user of {shown(issuer)} may become {shown(name_of(holder))}"
                self._enter(holder, Relation.ASSUMES, self._steps.words.entry["federated_trust"], why)

    def credentials(self) -> Iterator[tuple[AssetRecord, View]]:
        """Federated credentials with the identity or application that they are for."""
        for holder in self._estate.of_kind("azure.identity", "azure.application", "azure.principal"):
            view = self._estate.view(holder)
            for one in view.each("federatedIdentityCredentials", "federatedCredentials"):
                yield holder, one
        for asset in self._estate.of_kind("azure.federated"):
            parent = self._iam.by_scope.get(
                scope_of(asset.uid).partition("/federatedidentitycredentials/")[0]
            )
            if parent is not None:
                yield parent, self._estate.view(asset)

    def trusted(self) -> Iterator[FederatedCredential]:
        """Federated credentials as the engine of clusters takes them."""
        for holder, one in self.credentials():
            view = self._estate.view(holder)
            client = view.text("clientId", "appId")
            who = view.text("principalId") or self._iam.clients.get(client.lower(), "")
            if who:
                yield FederatedCredential(client, who.lower(), one.text("issuer"), one.text("subject"))

    def _servers(self) -> None:
        """Databases on their servers; and servers that let in whatever runs in Azure, a stranger's machine too."""
        step, entry = self._steps.words.step, self._steps.words.entry
        for database in self._estate.of_kind("azure.sql.db"):
            server = self._iam.by_scope.get(scope_of(database.uid).partition("/databases/")[0])
            if server is not None and self._estate.view(database).text("status").lower() not in {
                "paused",
                "offline",
            }:
                why = f"{shown(name_of(database))} is on {shown(name_of(server))}"
                self._steps.join(server.asset_id, database.asset_id, Relation.READS, step["reads"], why)
        for server in self._estate.of_kind("azure.sql"):
            if self._gates.open_to_all(server) is False and self._gates.lets_in_azure(server):
                chance = entry["database_login"] * step["login_inside"]
                why = "its firewall lets in whatever runs in Azure, also of strangers; a password is needed"
                self._enter(server, Relation.SIGNS_IN, chance, why)

    def _copies(self) -> None:
        """Snapshots and disks lead to what they are copies of; a download address that is out may be known."""
        for asset in self._estate.of_kind("azure.snapshot", "azure.disk"):
            view = self._estate.view(asset)
            source = view.at("creationData").text("sourceResourceId", "sourceUri")
            found = self._iam.by_scope.get(scope_of(source)) if source else None
            if found is not None and self._estate.kind(found) in {"azure.disk", "azure.snapshot"}:
                why = f"{shown(name_of(asset))} is a copy of {shown(name_of(found))}"
                self._steps.join(
                    asset.asset_id, found.asset_id, Relation.COPIES, self._steps.words.step["reads"], why
                )
            closed = view.text("networkAccessPolicy").lower() not in {"", "allowall"}
            if view.text("diskState").lower() == "activesas" and not closed:
                why = "a download address for it is out, and any address may use it"
                self._enter(
                    asset, Relation.COPIES, self._steps.words.entry["foreign_trust"], why, known=False
                )
        for machine in self._estate.of_kind("azure.vm"):
            profile = self._estate.view(machine).at("storageProfile")
            for disk in [profile.at("osDisk"), *profile.each("dataDisks")]:
                reference = disk.at("managedDisk").text("id")
                found = self._iam.by_scope.get(scope_of(reference)) if reference else None
                if found is not None:
                    why = f"{shown(name_of(found))} is a disk of {shown(name_of(machine))}"
                    reads = self._steps.words.step["reads"]
                    self._steps.join(machine.asset_id, found.asset_id, Relation.READS, reads, why)


def _public(container: View) -> bool:
    return container.text("publicAccess", "public_access").lower() in _PUBLIC


def _allows(restriction: View) -> bool:
    return restriction.text("action").lower() != "deny"


def _admits_anyone(site: View) -> bool:
    """Whether access restrictions let any address in: none, or an open one before all is denied."""
    rules = sorted(site.each("ipSecurityRestrictions", "ip_security_restrictions"), key=_order)
    for rule in rules:
        source = rule.text("ipAddress", "ip_address")
        if source and openness("*" if source.lower() == "any" else source) >= 1:
            return _allows(rule)
    # Once anything is allowed by a rule, what no rule names is denied.
    default = site.text("ipSecurityRestrictionsDefaultAction").lower()
    return default == "allow" if default else not any(_allows(r) for r in rules)


def _order(rule: View) -> int:
    text = rule.text("priority")
    return int(text) if text.isdigit() else 2**31


def _asks_for_login(view: View) -> bool:
    """Whether the platform itself asks for a login before any code of the app runs."""
    auth = view.at("siteAuthSettingsV2", "authSettingsV2", "authsettingsV2")
    if auth.at("globalValidation").flag("requireAuthentication"):
        return auth.at("platform").flag("enabled") is not False
    old = view.at("siteAuthSettings", "authSettings")
    action = old.text("unauthenticatedClientAction").lower()
    return bool(old.flag("enabled")) and action == "redirecttologinpage"


def _anonymous_function(view: View) -> bool:
    for function in view.each("functions"):
        bindings = (
            function.at("config").each("bindings") if function.has("config") else function.each("bindings")
        )
        for binding in bindings:
            if (
                binding.text("type").lower() == "httptrigger"
                and binding.text("authLevel").lower() == "anonymous"
            ):
                return True
    return False


def _fits_strangers(pattern: str, subject: str) -> bool:
    low = pattern.lower()
    if "matches" in low:
        wanted = low.rpartition("matches")[2].strip().strip("'\"")
        return wanted.startswith(("*", "repo:*", "project_path:*", "organization:*"))
    return subject.startswith(("*", "repo:*"))
