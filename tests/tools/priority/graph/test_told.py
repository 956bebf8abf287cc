"""Credentials that findings tell of: in repositories of code, buckets, images, settings; and what makes them void."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, NOW, arn, asset, bucket, finding, snapshot
from tests.tools.priority.graph.clouds import (
    PII,
    PROJECT,
    SUB,
    assignment,
    azure,
    binding,
    email,
    gcp,
    project,
    service_account,
    store,
)
from tools.findings.model import AssetRecord, Finding
from tools.priority.context import Context, build_context
from tools.priority.enrich.model import DataHeld, Enrichments
from tools.priority.graph.model import AttackPath, Part
from tools.priority.graph.spent import without_spent
from tools.priority.graph.told import told_by

KEY = "AKIAIOSFODNN7EXAMPLE"
CLIENT = "11111111-2222-4333-8444-555555555555"
KEY_ID = "0123456789abcdef0123456789abcdef01234567"


def repo(visibility: str | None = "public", **config: Any) -> AssetRecord:
    """A repository of code as its host describes it."""
    told = {"full_name": "acme/demo", **({"visibility": visibility} if visibility else {}), **config}
    return asset(
        "https://github.com/acme/demo", told, provider="GITHUB", type_id="GITHUB_REPOSITORY", name="acme/demo"
    )


def secret(on: AssetRecord, text: str, rule: str = "secret_token_in_repository") -> Finding:
    return finding(rule, on, description=text, category="SECRETS")


def whole(*assets: AssetRecord, told: Finding, holding: tuple[AssetRecord, ...] = ()) -> Context:
    enriched = Enrichments(data={a.asset_id: PII for a in holding})
    return build_context(snapshot((told,), assets), enriched=enriched)


def way(found: Context, target: AssetRecord | str) -> AttackPath | None:
    key = target if isinstance(target, str) else target.asset_id
    known = found.graph.known
    return known.path_to(found.graph.place[key]) if key in found.graph.place else None


# --- signed addresses and keys of stores -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "text", "properties", "found"),
    [
        (
            "still valid",
            "https://store1.blob.core.windows.net/?sp=rl&se=2051-10-06T00:00:00Z&sig=***",
            {},
            True,
        ),
        ("without an end", "https://store1.dfs.core.windows.net/x?sv=2021&sig=***", {}, True),
        ("run out", "https://store1.blob.core.windows.net/?sp=rl&se=2024-03-01&sig=***", {}, False),
        (
            "keys refused",
            "https://store1.blob.core.windows.net/?sig=***",
            {"allowSharedKeyAccess": False},
            False,
        ),
        (
            "keys refused, but signed by a login of the directory",
            "https://store1.blob.core.windows.net/?skoid=1&sig=***",
            {"allowSharedKeyAccess": False},
            True,
        ),
        (
            "closed",
            "https://store1.blob.core.windows.net/?sig=***",
            {"publicNetworkAccess": "Disabled"},
            False,
        ),
        ("a key", "AccountName=store1;AccountKey=***;EndpointSuffix=core.windows.net", {}, True),
        ("another's", "https://otherstore.blob.core.windows.net/?sig=***", {}, False),
    ],
)
def test_a_signed_address_in_public_code(
    why: str, text: str, properties: dict[str, Any], found: bool
) -> None:
    target = store(**properties)
    said = secret(repo(), f"notebook.ipynb holds {text}")
    path = way(whole(repo(), target, told=said, holding=(target,)), target)
    assert (path is not None) is found, why
    if path is not None:
        assert [node.label for node in path.nodes] == ["internet", "acme/demo", "store1"]
        assert "***" not in path.edges[1].why


@pytest.mark.parametrize(
    ("visibility", "config", "known"),
    [
        ("public", {}, True),
        ("private", {}, False),
        ("internal", {}, False),
        (None, {"private": False}, True),
        (None, {"private": True}, False),
        (None, {"is_private": False}, True),
        (None, {"project": {"visibility": "public"}}, True),
        (None, {}, False),
    ],
)
def test_only_what_anyone_reads_gives_a_secret_away(
    visibility: str | None, config: dict[str, Any], known: bool
) -> None:
    code, target = repo(visibility, **config), store()
    said = secret(code, "load.py holds https://store1.blob.core.windows.net/?sig=***")
    found = whole(code, target, told=said, holding=(target,))
    assert (way(found, target) is not None) is known
    unsaid = visibility is None and not config
    assert (found.graph.path_of(target.asset_id) is not None) is (known or unsaid)


def test_the_finding_about_the_secret_and_the_one_about_the_keys_have_that_path() -> None:
    code, target = repo(), store()
    said = secret(code, "load.py holds https://store1.blob.core.windows.net/?sig=***")
    graph = whole(code, target, told=said, holding=(target,)).graph
    told, keyed = graph.path_by(code.asset_id, Part.TOLD), graph.path_by(target.asset_id, Part.BY_KEY)
    assert told is not None
    assert keyed is not None
    assert told.jewel.key == keyed.jewel.key == target.asset_id


# --- logins of applications ------------------------------------------------------------------------------------


def application(*ends: str, **more: Any) -> list[AssetRecord]:
    """An application with its principal; `ends` are when its secrets run out."""
    secrets = [{"keyId": "k", "endDateTime": f"{end}T00:00:00Z"} for end in ends]
    config = {"id": "app-object", "appId": CLIENT, "displayName": "sp-ledger", "passwordCredentials": secrets}
    principal = {"id": "sp-object", "appId": CLIENT, "displayName": "sp-ledger", **more}
    given = {"provider": "AZURE", "account": SUB, "name": "sp-ledger"}
    return [
        asset("/applications/app-object", config, type_id="AZURE_ACTIVE_DIRECTORY_APPLICATION", **given),
        asset(
            "/principals/sp-object", principal, type_id="AZURE_ACTIVE_DIRECTORY_SERVICE_PRINCIPAL", **given
        ),
    ]


@pytest.mark.parametrize(
    ("why", "text", "parts", "found"),
    [
        ("by name", "app.json holds a client secret of sp-ledger, valid until 2027", ("2027-02-01",), True),
        ("by id", f"app.json: clientId {CLIENT}, client_secret ***", ("2027-02-01",), True),
        ("one of two is alive", "holds a client secret of sp-ledger", ("2024-01-01", "2027-02-01"), True),
        ("all have run out", "holds a client secret of sp-ledger", ("2024-01-01",), False),
        ("it has none any more", "holds a client secret of sp-ledger", (), False),
        ("no secret is told", "mentions sp-ledger in its notes", ("2027-02-01",), False),
        ("another application", "holds a client secret of sp-billing", ("2027-02-01",), False),
    ],
)
def test_a_secret_of_an_application(why: str, text: str, parts: tuple[str, ...], found: bool) -> None:
    code = repo()
    estate = [code, *application(*parts), assignment("Owner", "sp-object")]
    path = way(whole(*estate, told=secret(code, text)), f"admin:{SUB}")
    assert (path is not None) is found, why


def test_an_application_that_may_not_sign_in_has_no_secret() -> None:
    code = repo()
    estate = [code, *application("2027-02-01", accountEnabled=False), assignment("Owner", "sp-object")]
    assert way(whole(*estate, told=secret(code, "a client secret of sp-ledger")), f"admin:{SUB}") is None


# --- databases -------------------------------------------------------------------------------------------------


def server(**properties: Any) -> AssetRecord:
    """A database server that any address reaches."""
    rules = [{"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}]
    usual = {
        "fullyQualifiedDomainName": "sql-one.database.windows.net",
        "publicNetworkAccess": "Enabled",
        "firewallRules": [{"name": "all", "properties": rules[0]}],
    }
    return azure("Microsoft.Sql/servers/sql-one", {**usual, **properties})


@pytest.mark.parametrize(
    ("why", "properties", "found"),
    [
        ("passwords are taken", {"administrators": {"azureADOnlyAuthentication": False}}, True),
        ("only logins of the directory", {"administrators": {"azureADOnlyAuthentication": True}}, False),
        ("closed", {"publicNetworkAccess": "Disabled"}, False),
    ],
)
def test_a_connection_string_in_public_code(why: str, properties: dict[str, Any], found: bool) -> None:
    code, target = repo(), server(**properties)
    text = "perf.json holds Server=sql-one.database.windows.net;User ID=sa;Password=***"
    path = way(whole(code, target, told=secret(code, text), holding=(target,)), target)
    by_password = path is not None and path.edges[-1].source == code.asset_id
    assert by_password is found, why


def test_an_image_that_anyone_pulls_tells_a_database_its_password() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]}
    images = asset(
        arn("ecr", "repository/api"), {"repositoryName": "api", "policyText": {"Statement": [statement]}}
    )
    database = asset(
        arn("rds", "db:portal"),
        {
            "PubliclyAccessible": True,
            "Endpoint": {"Address": "portal.x.us-east-1.rds.amazonaws.com", "Port": 5432},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1"}],
        },
    )
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    group = asset(arn("ec2", "security-group/sg-0a1"), {"GroupId": "sg-0a1", "IpPermissions": [rule]})
    text = "Image api contains 1 secret: env DATABASE_URL=postgresql://rw:***@portal.x.us-east-1.rds.amazonaws.com/p"
    said = secret(images, text, "ecr_repository_image_no_secrets")
    path = way(whole(images, database, group, told=said, holding=(database,)), database)
    assert path is not None
    assert [node.label for node in path.nodes] == ["internet", "api", "portal"]


def cosmos(**properties: Any) -> AssetRecord:
    """A document database that goes by keys."""
    usual = {
        "documentEndpoint": "https://cosmos-one.documents.azure.com:443/",
        "publicNetworkAccess": "Enabled",
    }
    return azure("Microsoft.DocumentDB/databaseAccounts/cosmos-one", {**usual, "ipRules": [], **properties})


@pytest.mark.parametrize(("refused", "found"), [(False, True), (True, False)])
def test_a_key_in_settings_opens_the_database_beside_it(refused: bool, found: bool) -> None:
    settings = [
        {"name": "COSMOS_URI", "value": "https://cosmos-one.documents.azure.com:443/"},
        {"name": "COSMOS_KEY", "value": "Zk9x=="},
    ]
    site = azure(
        "Microsoft.Web/sites/shop",
        {"state": "Running", "enabled": True, "siteConfig": {"appSettings": settings}},
    )
    target = cosmos(disableLocalAuth=refused)
    path = way(whole(site, target, told=secret(site, "COSMOS_KEY holds a key"), holding=(target,)), target)
    assert (path is not None) is found


# --- keys of service accounts ----------------------------------------------------------------------------------


def sa_key(**fields: Any) -> AssetRecord:
    name = f"projects/{PROJECT}/serviceAccounts/{email('etl')}/keys/{KEY_ID}"
    config = {"name": name, "keyType": "USER_MANAGED", "validBeforeTime": "9999-12-31T23:59:59Z", **fields}
    return gcp(f"//iam.googleapis.com/{name}", config, "GOOGLE_CLOUD_IAM_SERVICE_ACCOUNT_KEY", name=KEY_ID)


@pytest.mark.parametrize(
    ("why", "account", "key", "found"),
    [
        ("it works", {}, {}, True),
        ("the account is off", {"disabled": True}, {}, False),
        ("the key is off", {}, {"disabled": True}, False),
        ("the key has run out", {}, {"validBeforeTime": "2025-01-01T00:00:00Z"}, False),
    ],
)
def test_a_key_of_a_service_account_in_public_code(
    why: str, account: dict[str, Any], key: dict[str, Any], found: bool
) -> None:
    code, record = repo(), sa_key(**key)
    owner = project(binding("roles/owner", f"serviceAccount:{email('etl')}"))
    said = secret(code, f"key.json holds a private key of {email('etl')} (key {KEY_ID[:12]}...)")
    context = whole(code, service_account("etl", **account), record, owner, told=said)
    path = context.graph.path_by(record.asset_id, Part.BY_KEY)
    assert (path is not None) is found, why
    if path is not None:
        assert [node.label for node in path.nodes][:3] == ["internet", "acme/demo", "etl"]


# --- credentials that open nothing any more --------------------------------------------------------------------


def _user(status: str) -> AssetRecord:
    keys = [{"AccessKeyId": KEY, "Status": status}]
    return asset(f"arn:aws:iam::{ACCOUNT}:user/deploy", {"UserName": "deploy", "AccessKeys": keys})


@pytest.mark.parametrize(
    ("status", "text", "spent"),
    [
        ("Inactive", f"state.backup holds access key {KEY}", True),
        ("Active", f"state.backup holds access key {KEY}", False),
        ("Inactive", f"holds {KEY} and AKIAIOSFODNN7OTHER00", False),
        ("Inactive", "holds a password", False),
    ],
)
def test_a_store_of_spent_credentials_holds_nothing(status: str, text: str, spent: bool) -> None:
    place = bucket("old", public=True)
    said = secret(place, text, "secret_access_key_in_object")
    held = DataHeld("credentials", 0.95, 1, "classified files", NOW)
    context = build_context(
        snapshot((said,), (place, _user(status))), enriched=Enrichments(data={place.asset_id: held})
    )
    assert (context.enriched.data[place.asset_id].grade == 0.0) is spent
    assert (context.graph.path_of(place.asset_id) is None) is spent


def test_other_data_stays_beside_a_spent_credential() -> None:
    place = bucket("old", public=True)
    told = told_by(secret(place, f"holds access key {KEY}"))
    assert told is not None
    context = build_context(snapshot((), (place, _user("Inactive"))))
    assert without_spent({place.asset_id: PII}, context.estate, (told,)) == {place.asset_id: PII}
