"""What secrets of Azure vaults are for: by what refers to them in settings, and by what their own records say.

A setting that refers to a vault opens nothing by itself; what it is for opens to whoever reads the vault. A value of a
secret is never in a record, so a secret's name, content type and tags speak for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.azure.model import scope_of
from tools.priority.reading import View, shown

_REFERENCE = re.compile(r"@Microsoft\.KeyVault\(([^)]{1,500})\)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https://([a-z0-9-]{2,24})\.vault(?:core)?\.[a-z.]+(?:/secrets/([a-z0-9-]+))?", re.IGNORECASE
)
_PAIR = re.compile(r"(VaultName|SecretName)\s*=\s*([A-Za-z0-9-]+)", re.IGNORECASE)
_HOST = re.compile(
    r"\b([a-z0-9][a-z0-9-]*)\.(database|(?:postgres|mysql|mariadb)\.database|documents|mongo\.cosmos|"
    r"(?:blob|file|table|queue|dfs)\.core)\.[a-z.]+",
    re.IGNORECASE,
)
_STORE = re.compile(r"AccountName=([a-z0-9]{3,24})", re.IGNORECASE)
_SERVICES: Final = ("azure.sql", "azure.storage", "azure.data")
_SAYS: Final = {
    "azure.sql": re.compile(r"sql|postgres|mysql|maria|database|(?:^|[^a-z])db(?:$|[^a-z])", re.IGNORECASE),
    "azure.storage": re.compile(r"storage|blob|webjobs", re.IGNORECASE),
    "azure.data": re.compile(r"cosmos|mongo", re.IGNORECASE),
}
_OF_LOGINS: Final = frozenset(
    "access account admin administrator cert conn connection connectionstring connstr cred credential credentials cs "
    "database db key key1 key2 login pass passwd password primary pw pwd sas secondary secret sql storage string token "
    "user username".split()
)
"""Words beside a name in a secret's name that leave no other meaning than a login of what is named."""
_SHORTEST = 5


class Reference(NamedTuple):
    """A secret that a setting takes from a vault; `secret` is empty where code picks it while it runs."""

    vault: str
    secret: str
    where: str


class AzureVaults:
    """Steps from vaults to what their secrets open. Settings are scanned first, then `add` reads the vaults."""

    def __init__(self, estate: Estate, gates: AzureGates, steps: Steps) -> None:
        self._estate = estate
        self._gates = gates
        self._steps = steps
        self._vaults = {_last(a): a for a in estate.of_kind("azure.vault")}
        # Names are unique in all of Azure, within a kind of service.
        self._services = {kind: {_last(a): a for a in estate.of_kind(kind)} for kind in _SERVICES}
        self._takers: dict[str, list[AssetRecord]] = {}

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        """What stands beside references to a vault in the settings of one holder."""
        found = [one for where, text in texts for one in references(where, text) if one.vault in self._vaults]
        if not found:
            return
        named = list({s.asset_id: s for _, text in texts for s in self._named(text)}.values())
        for vault in dict.fromkeys(one.vault for one in found):
            self._takers.setdefault(vault, []).append(holder)
            refers = any(one.secret for one in found if one.vault == vault)
            for service in named:
                self._opens(self._vaults[vault], service, [holder], "takes the login of", sure=refers)
        for one in found:
            self._only_one(one, holder, named)

    def add(self) -> None:
        """What the records of secrets say that they are for."""
        for key, vault in sorted(self._vaults.items()):
            takers = self._takers.get(key, [])
            for name, said in self._secrets(vault):
                for service, sure in self._meant(name, said):
                    self._opens(vault, service, takers, "is named for", sure=sure, secret=name)

    # --- what is named -----------------------------------------------------------------------------------------

    def _named(self, text: str) -> Iterator[AssetRecord]:
        """Services whose address or account a text names."""
        found = [(name, _kind_of(domain)) for name, domain in _HOST.findall(text)]
        found += [(name, "azure.storage") for name in _STORE.findall(text)]
        for name, kind in found:
            service = self._services[kind].get(name.lower())
            if service is not None:
                yield service

    def _meant(self, name: str, said: str) -> Iterator[tuple[AssetRecord, bool]]:
        """Services that a secret's name or its other words mean, and whether nothing else can be meant."""
        for service in self._named(said):
            yield service, True
        words = [w for w in name.lower().split("-") if w][:12]
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                part = "-".join(words[first:last])
                rest = {*words[:first], *words[last:]}
                for named in self._services.values() if len(part) >= _SHORTEST else ():
                    if part in named:
                        yield named[part], rest <= _OF_LOGINS

    def _only_one(self, one: Reference, holder: AssetRecord, named: Iterable[AssetRecord]) -> None:
        """A reference that says what sort of thing it is for, where only one of that sort is near."""
        known = {self._estate.kind(service) for service in named}
        group = _group(holder)
        for kind, says in _SAYS.items():
            if kind in known or not one.secret or not says.search(f"{one.where} {one.secret}"):
                continue
            near = [s for s in self._services[kind].values() if group and _group(s) == group]
            if len(near) == 1:
                self._opens(
                    self._vaults[one.vault], near[0], [holder], "probably takes the login of", sure=False
                )

    def _secrets(self, vault: AssetRecord) -> Iterator[tuple[str, str]]:
        """Name and other words of each secret: listed with the vault, or with a record of its own."""
        for view in self._estate.view(vault).each("secrets"):
            yield _name(view), _words(view)
        for record in self._estate.index("secrets of vaults", self._records).get(scope_of(vault.uid), ()):
            view = self._estate.view(record)
            yield _name(view) or _last(record), " ".join([_words(view), *record.tags.values()])

    def _records(self) -> dict[str, list[AssetRecord]]:
        found: dict[str, list[AssetRecord]] = {}
        for record in self._estate.of_kind("azure.vault.secret"):
            found.setdefault(scope_of(record.uid).partition("/secrets/")[0], []).append(record)
        return found

    # --- steps -------------------------------------------------------------------------------------------------

    def _opens(
        self,
        vault: AssetRecord,
        service: AssetRecord,
        takers: list[AssetRecord],
        how: str,
        *,
        sure: bool,
        secret: str = "",
    ) -> None:
        view = self._estate.view(service)
        if self._estate.kind(service) == "azure.storage" and view.flag("allowSharedKeyAccess") is False:
            return
        if view.at("administrators").flag("azureADOnlyAuthentication"):
            return
        open_ = self._gates.lets_in(service, takers)
        if open_ is False:
            return
        what, holds = shown(name_of(service)), shown(name_of(vault))
        if secret:
            why = f"the secret {shown(secret)} of {holds} {how} {what}"
        else:
            why = f"{shown(name_of(takers[0]))} {how} {what} from {holds}"
        self._steps.join(
            vault.asset_id,
            service.asset_id,
            Relation.OPENS,
            self._steps.words.step["opens" if sure else "opens_guess"],
            why,
            takers[:1],
            known=sure and bool(open_),
            names=(name_of(vault), name_of(service), *([secret] if secret else [])),
        )


def references(where: str, text: str) -> Iterator[Reference]:
    """Secrets that a setting refers to, and vaults whose address it gives to the code."""
    for inner in _REFERENCE.findall(text):
        found = _ADDRESS.search(inner)
        if found:
            yield Reference(found[1].lower(), (found[2] or "").lower(), where)
            continue
        pairs = {name.lower(): value.lower() for name, value in _PAIR.findall(inner)}
        if "vaultname" in pairs:
            yield Reference(pairs["vaultname"], pairs.get("secretname", ""), where)
    for vault, secret in _ADDRESS.findall(_REFERENCE.sub("", text)):
        yield Reference(vault.lower(), secret.lower(), where)


def _kind_of(domain: str) -> str:
    low = domain.lower()
    if "database" in low:
        return "azure.sql"
    return "azure.storage" if low.endswith("core") else "azure.data"


def _name(view: View) -> str:
    """A secret's name; what lists secrets gives an address (`https://kv.vault.azure.net/secrets/name/version`)."""
    address = view.text("id")
    if "/secrets/" in address:
        return address.partition("/secrets/")[2].partition("/")[0]
    return view.text("name").rsplit("/", 1)[-1]


def _words(view: View) -> str:
    tags = view.get("tags")
    values = [str(v) for v in tags.values()] if isinstance(tags, dict) else []
    return " ".join([view.text("contentType", "content_type"), *values])


def _last(asset: AssetRecord) -> str:
    return asset.uid.rsplit("/", 1)[-1].lower()


def _group(asset: AssetRecord) -> str:
    scope = scope_of(asset.uid)
    return scope.partition("/providers/")[0] if "/resourcegroups/" in scope else ""
