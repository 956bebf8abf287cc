"""Credentials that lie in environments, start scripts, images and vaults, and what they open.

Values are compared with the estate's own records (a key's id, a database's address) and never kept or shown: a step
names the variable or place, not what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from tools.findings.model import AssetRecord
from tools.priority.estate import Cloud, Estate, cloud_of, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.access_keys import AccessKeys
from tools.priority.graph.holder_texts import texts_of
from tools.priority.graph.model import Edge, Parts, Relation
from tools.priority.graph.told import CONTENT, Told
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.identity import secret_names
from tools.priority.reading import View, plain, shown

_HOST = re.compile(r"\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+){2,}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{3,}")
_PASSWORD = re.compile(
    r"pass(?:word|wd)?|secret|pwd|token|connection_?string|://[^\s/:@]+:[^\s/@]+@", re.IGNORECASE
)
_KEY = re.compile(r"(?:_|\b|account|access|primary|secondary|master|shared)key\b", re.IGNORECASE)
_IDENTITIES = ("iam.", "aws.account", "azure.principal", "azure.application", "azure.user", "gcp.sa")
_KEPT = ("code.", "s3.", "gcp.bucket", "azure.storage", "policy.ecr", "container.image")
"""Kinds that only keep what is put there: who finds a credential in one uses it from where he is."""
_HOLDERS = (
    "lambda.function", "ec2.instance", "container.image", "aws.build", "ecs.task", "azure.vm", "azure.app", "gcp.vm",
    "gcp.function", "k8s.workload", "k8s.secret", "ec2.template", "azure.vmss", "azure.containerapp",
    "azure.containers", "azure.automation",
)  # fmt: skip
_DATABASES = ("rds.db", "redshift.cluster", "azure.sql", "gcp.sql", "azure.data", "policy.cache")
_VAULTED = ("policy.secret", "gcp.secret", "k8s.secret", "aws.parameter")
_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver": 1433, "oracle": 1521}


Reach = Callable[[AssetRecord, AssetRecord, int | None], tuple[bool | None, tuple[str, ...]]]
"""Whether one asset reaches a port of another (None: no record says), and the ids of the assets that let it."""


class Scanner(Protocol):
    """Looks for one more kind of credential in the texts of a holder."""

    def scan(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None: ...


class Credentials:
    """Steps by credentials over one estate.

    `reach`: how to tell, by cloud, whether one thing gets to another; `scanners`: each is shown every text once;
    `told`: what findings say.
    """

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        reach: Mapping[Cloud, Reach],
        scanners: Iterable[Scanner],
        words: GraphWords,
        parts: Parts,
        told: Iterable[Told] = (),
    ) -> None:
        self._scanners = tuple(scanners)
        self._estate = estate
        self._reader = reader
        self._reach = reach
        self._words = words
        self._parts = parts
        self._keys = AccessKeys(estate)
        self._told = tuple(told)
        self._addresses: dict[str, AssetRecord] = {}
        self._names: dict[tuple[str, str], AssetRecord] = {}
        for database in estate.of_kind(*_DATABASES):
            for address in _addresses(estate.view(database)):
                self._addresses[address.lower()] = database
            for name in (database.name, name_of(database), database.uid.rsplit("/", 1)[-1]):
                if len(name) > 4:
                    self._names.setdefault((database.account, name.lower()), database)

    def add(self) -> None:
        """All steps by credentials."""
        for holder in self._estate.of_kind(*_HOLDERS):
            texts = list(texts_of(self._estate.view(holder)))
            self._keys_in(holder, texts)
            self._databases_in(holder, texts)
            for scanner in self._scanners if texts else ():
                scanner.scan(holder, texts)
        for one in self._told:
            self._tell(one)
        for found in (self._keys.stored(), self._keys.told(self._told)):
            for place, user, why in found:
                self._key(place, user, why)
        for secret in self._estate.of_kind(*_VAULTED):
            self._opened_by(secret)
        self._managed()
        self._images()

    def _tell(self, one: Told) -> None:
        """What a finding says lies in a place. What is said of an identity is said of its own credential."""
        holder = self._estate.assets.get(one.asset_id)
        if holder is None or self._estate.kind(holder).startswith(_IDENTITIES):
            return
        texts = [(CONTENT, one.text)]
        self._databases_in(holder, texts)
        for scanner in self._scanners:
            scanner.scan(holder, texts)

    def _keys_in(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        for where, text in texts:
            for user in self._keys.of(text):
                why = f"{where} of {shown(name_of(holder))} holds an access key of {shown(name_of(user))}"
                self._key(holder, user, why)

    def _key(self, holder: AssetRecord, user: AssetRecord, why: str) -> None:
        if user.asset_id != holder.asset_id:
            self._join(holder, user, Relation.HOLDS, self._words.step["holds"], why, known=True)

    def _databases_in(self, holder: AssetRecord, texts: list[tuple[str, str]]) -> None:
        named = any(_PASSWORD.search(name) for name, _ in texts) or bool(
            secret_names(self._estate.view(holder))
        )
        keyed = any(_KEY.search(name) for name, _ in texts)
        for where, text in texts:
            said = named or _PASSWORD.search(text) is not None
            if not said and not keyed:
                continue
            for host in _HOST.findall(text):
                database = self._addresses.get(host.lower())
                if database is None or takes_no_password(self._estate.view(database)):
                    continue
                if not said and self._estate.kind(database) != "azure.data":
                    continue  # a key opens what goes by keys, and no database that asks for a password
                reached, rule = self._reached(holder, database)
                if reached is False:
                    continue
                why = (
                    f"{where} of {shown(name_of(holder))} names {shown(name_of(database))} beside a password"
                )
                self._join(
                    holder,
                    database,
                    Relation.OPENS,
                    self._words.step["opens"],
                    why,
                    rule,
                    known=bool(reached),
                )

    def _reached(self, holder: AssetRecord, database: AssetRecord) -> tuple[bool | None, tuple[str, ...]]:
        """Whether the holder gets to the database's port; an address on the internet is reached from anywhere."""
        exposure = exposure_of(self._reader, database).fact
        if exposure.grade > 0:
            return True, ()
        if self._estate.kind(holder).startswith(_KEPT):
            return (False if exposure.state == "absent" else None), ()
        port = port_of(self._estate.view(database))
        clouds = {cloud_of(holder), cloud_of(database)}
        reach = self._reach.get(cloud_of(database)) if len(clouds) == 1 else None
        if reach is None:
            return None, ()
        return reach(holder, database, port)

    def _opened_by(self, secret: AssetRecord) -> None:
        """What a secret is for, by what its record says of it: a database's name, address or id."""
        view = self._estate.view(secret)
        said = " ".join([secret.name, view.text("Description"), *secret.tags.values()])
        for word in dict.fromkeys(w.lower().strip(".") for w in _WORD.findall(said[:2_000])):
            database = self._addresses.get(word) or self._names.get((secret.account, word))
            if database is not None:
                why = f"{shown(name_of(secret))} says that it is for {shown(name_of(database))}"
                self._join(secret, database, Relation.OPENS, self._words.step["opens"], why, known=True)

    def _managed(self) -> None:
        """Databases whose login the cloud itself keeps in a secret."""
        for database in self._estate.of_kind(*_DATABASES):
            arn = self._estate.view(database).at("MasterUserSecret").text("SecretArn")
            secret = self._estate.find(database.account, arn, "policy.secret") if arn else None
            if secret is not None:
                why = f"{shown(name_of(secret))} is the login that the cloud keeps for {shown(name_of(database))}"
                self._join(secret, database, Relation.OPENS, self._words.step["opens"], why, known=True)

    def _images(self) -> None:
        """Whoever may pull from a repository has what is inside its images."""
        repositories = {}
        for repository in self._estate.of_kind("policy.ecr"):
            view = self._estate.view(repository)
            repositories[repository.account, view.text("repositoryName") or name_of(repository)] = repository
        for image in self._estate.of_kind("container.image"):
            view = self._estate.view(image)
            account = view.text("registryId") or image.account
            found = repositories.get((account, view.text("repositoryName")))
            if found is not None:
                why = f"{shown(name_of(image))} is pulled from {shown(name_of(found))}"
                self._join(found, image, Relation.READS, 0.99, why, known=True)

    def _join(
        self,
        source: AssetRecord,
        target: AssetRecord,
        relation: Relation,
        chance: float,
        why: str,
        behind: tuple[str, ...] = (),
        *,
        known: bool,
    ) -> None:
        scaled = chance if known else chance * self._words.step["unknown"]
        names = (shown(name_of(source)), shown(name_of(target)))
        self._parts.join(Edge(source.asset_id, target.asset_id, relation, scaled, why, behind, names, known))


def takes_no_password(view: View) -> bool:
    """Whether a database lets in identities of the cloud alone, so that a password or key of it is void."""
    if view.flag("disableLocalAuth") is True:
        return True
    only = view.at("administrators").flag("azureADOnlyAuthentication")
    return only is True or view.at("authConfig").text("passwordAuth").lower() == "disabled"


def port_of(view: View) -> int | None:
    """A database's port; None if no record says."""
    text = view.at("Endpoint", "endpoint").text("Port") or view.text("port", "Port", "DbInstancePort")
    if text.isdigit() and text != "0":
        return int(text)
    engine = plain(view.text("Engine", "engine"))
    return next((port for name, port in _PORTS.items() if engine.startswith(name)), None)


def _addresses(view: View) -> Iterator[str]:
    endpoint = view.at("Endpoint", "endpoint")
    for found in (
        endpoint.text("Address"),
        view.text("Endpoint", "ReaderEndpoint", "fullyQualifiedDomainName", "connectionName"),
        *_HOST.findall(view.text("documentEndpoint")),
    ):
        if found:
            yield found
    for address in view.each("ipAddresses"):
        if address.text("ipAddress"):
            yield address.text("ipAddress")
