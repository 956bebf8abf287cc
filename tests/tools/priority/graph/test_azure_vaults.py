"""What secrets of Azure vaults open, on records as Resource Manager and the vaults' own lists give them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.graph.clouds import GROUP, SUB, app, azure, graph, possible, store
from tools.findings.model import AssetRecord
from tools.priority.graph.azure_vaults import Reference, references
from tools.priority.graph.model import AttackPath

OPEN = [{"properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"}}]


def vault(*secrets: dict[str, Any]) -> AssetRecord:
    """A vault whose secrets the app `web` reads."""
    policy = {"objectId": "id-web", "permissions": {"secrets": ["get"]}}
    properties = {"accessPolicies": [policy], "networkAcls": {"defaultAction": "Allow"}}
    return azure("Microsoft.KeyVault/vaults/kv-one", properties, secrets=list(secrets))


def listed(name: str, **more: Any) -> dict[str, Any]:
    """A secret as a list of them has it."""
    return {"id": f"https://kv-one.vault.azure.net/secrets/{name}", "attributes": {"enabled": True}, **more}


def server(name: str = "sql-orders", rules: Any = OPEN, **more: Any) -> AssetRecord:
    """A database server that lets in what runs in Azure."""
    return azure(
        f"Microsoft.Sql/servers/{name}", {"publicNetworkAccess": "Enabled", **more}, firewallRules=rules
    )


def settings(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"siteConfig": {"appSettings": [{"name": n, "value": v} for n, v in pairs]}}


def reached(target: AssetRecord, web: AssetRecord, *others: AssetRecord) -> AttackPath | None:
    """The path to the target by way of the vault, proved or not."""
    path = possible(graph(web, target, *others, flawed=(web,), holding=(target,)), target)
    return path if path is not None and any(n.label == "kv-one" for n in path.nodes) else None


def refer(rest: str) -> str:
    return f"@Microsoft.KeyVault({rest})"


LOGIN = refer("SecretUri=https://kv-one.vault.azure.net/secrets/login/")


@pytest.mark.parametrize(
    ("text", "vault", "secret"),
    [
        (LOGIN, "kv-one", "login"),
        (refer("SecretUri=https://Kv-One.vault.azure.net/secrets/Login/9f8e"), "kv-one", "login"),
        (refer("VaultName=kv-one;SecretName=login"), "kv-one", "login"),
        (refer("SecretName=login; VaultName=kv-one; SecretVersion=1"), "kv-one", "login"),
        (refer("SecretUri=https://kv-one.vault.usgovcloudapi.net/secrets/login"), "kv-one", "login"),
        ("https://kv-one.vault.azure.net/", "kv-one", ""),
    ],
)
def test_references_in_every_spelling(text: str, vault: str, secret: str) -> None:
    assert list(references("setting X", text)) == [Reference(vault, secret, "setting X")]


@pytest.mark.parametrize(
    "text", ["", "@Microsoft.KeyVault()", "https://vault.example.com/secrets/x", "kv-one"]
)
def test_what_refers_to_no_vault(text: str) -> None:
    assert list(references("setting X", text)) == []


@pytest.mark.parametrize(
    ("why", "beside", "proved"),
    [
        ("a server's address", ("SQL_HOST", "sql-orders.database.windows.net"), True),
        (
            "a whole connection string",
            ("DB", "Server=tcp:sql-orders.database.windows.net,1433;Database=o"),
            True,
        ),
        ("another server", ("SQL_HOST", "sql-other.database.windows.net"), None),
    ],
)
def test_a_server_beside_a_reference(why: str, beside: tuple[str, str], proved: bool | None) -> None:
    path = reached(server(), app(**settings(beside, ("LOGIN", LOGIN))), vault())
    assert (None if path is None else path.known) is proved, why


@pytest.mark.parametrize(("keys", "found"), [(True, True), (False, False)])
def test_a_store_beside_a_reference_opens_if_it_takes_keys(keys: bool, found: bool) -> None:
    web = app(**settings(("BLOBS", "https://store1.blob.core.windows.net/in"), ("BLOB_KEY", LOGIN)))
    path = reached(store(allowSharedKeyAccess=keys), web, vault())
    assert (path is not None) is found
    assert path is None or path.known


@pytest.mark.parametrize(
    ("why", "secret", "proved"),
    [
        ("its name and words of logins", listed("sql-orders-admin-password"), True),
        ("its name alone", listed("sql-orders"), True),
        ("its name among others", listed("billing-sql-orders-report"), False),
        ("its address as content type", listed("a", contentType="sql-orders.database.windows.net"), True),
        ("its address as a tag", listed("a", tags={"for": "sql-orders.database.windows.net"}), True),
        ("a name without it", listed("sql-other-password"), None),
        ("a part of its name", listed("orders-password"), None),
    ],
)
def test_a_secret_named_for_a_server(why: str, secret: dict[str, Any], proved: bool | None) -> None:
    everyone = [{"properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}}]
    for secrets, records in (
        ([secret], []),
        ([], [azure(f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-one/secrets/{secret['id'].rsplit('/', 1)[-1]}",
                    {"contentType": secret.get("contentType", "")}, tags=secret.get("tags", {}))]),
    ):  # fmt: skip
        path = reached(server(rules=everyone), app(), vault(*secrets), *records)
        assert (None if path is None else path.known) is proved, why


@pytest.mark.parametrize(
    ("why", "target"),
    [
        ("its network is closed", server(publicNetworkAccess="Disabled")),
        ("it takes logins of the directory only", server(administrators={"azureADOnlyAuthentication": True})),
    ],
)
def test_a_login_that_opens_nothing(why: str, target: AssetRecord) -> None:
    web = app(**settings(("HOST", "sql-orders.database.windows.net"), ("LOGIN", LOGIN)))
    assert reached(target, web, vault(listed("sql-orders-password"))) is None, why


@pytest.mark.parametrize(
    ("why", "setting", "others", "found"),
    [
        ("the one server near", "SQL_CONNECTION", (), True),
        ("nothing says that it is for a database", "LOGIN", (), False),
        ("one of two", "SQL_CONNECTION", (server("sql-second"),), False),
        (
            "the other is of another group",
            "SQL_CONNECTION",
            (
                azure(
                    f"/subscriptions/{SUB}/resourceGroups/rg-two/providers/Microsoft.Sql/servers/sql-second"
                ),
            ),
            True,
        ),
    ],
)
def test_a_reference_that_says_what_sort_of_thing_it_is_for(
    why: str, setting: str, others: tuple[AssetRecord, ...], found: bool
) -> None:
    path = reached(server(), app(**settings((setting, LOGIN))), vault(), *others)
    assert (path is not None) is found, why
    assert path is None or not path.known
