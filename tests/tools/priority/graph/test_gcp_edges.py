# ruff: noqa: E501 (a case is easier to read in one line)
"""Google Cloud: what accounts and strangers reach by bindings and scopes; networks; each with what stops it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.graph.clouds import (
    NUMBER,
    PROJECT,
    binding,
    bucket,
    email,
    firewall,
    function,
    gcp,
    graph,
    labels,
    machine,
    possible,
    project,
    proved,
    service_account,
)
from tools.findings.model import AssetRecord

VIEW = "roles/storage.objectViewer"
FN, APP = f"serviceAccount:{email('fn')}", f"serviceAccount:{email('app')}"
ADMIN = f"admin:{PROJECT}"


def test_a_function_that_anyone_calls_reads_a_bucket_as_its_account() -> None:
    hook, account, data = function(), service_account("fn"), bucket("data", binding(VIEW, FN))
    path = proved(graph(hook, account, data, project(), flawed=(hook,), holding=(data,)), data)
    assert labels(path) == ["internet", "hook", "fn", "data"]
    assert path is not None
    assert "CVE-2021-44228" in path.edges[0].why
    assert VIEW in path.edges[-1].why
    assert set(path.asset_ids()) == {hook.asset_id, account.asset_id, data.asset_id}


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("only the scheduler calls it", {"caller": "serviceAccount:scheduler@x.iam.gserviceaccount.com"}),
        ("from inside only", {"ingressSettings": "ALLOW_INTERNAL_ONLY"}),
        ("behind a balancer only", {"ingressSettings": "ALLOW_INTERNAL_AND_GCLB"}),
        ("off", {"status": "OFFLINE"}),
    ],
)
def test_a_function_that_nobody_calls_is_no_entry(why: str, fields: dict[str, Any]) -> None:
    hook, data = function(**fields), bucket("data", binding(VIEW, FN))
    found = graph(hook, service_account("fn"), data, project(), flawed=(hook,), holding=(data,))
    assert possible(found, data) is None, why


def test_a_service_of_cloud_run_by_its_own_spelling() -> None:
    path = f"projects/{PROJECT}/locations/europe-west1/services/api"
    config = {
        "name": path,
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {"serviceAccount": email("fn")},
        "iamPolicy": {"bindings": [binding("roles/run.invoker", "allUsers")]},
    }
    api = gcp(f"//run.googleapis.com/{path}", config, "GOOGLE_CLOUD_RUN_SERVICE")
    data = bucket("data", binding(VIEW, FN))
    found = graph(api, service_account("fn"), data, project(), flawed=(api,), holding=(data,))
    assert labels(proved(found, data)) == ["internet", "api", "fn", "data"]
    inner = gcp(
        f"//run.googleapis.com/{path}", {**config, "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}, api.type_id
    )
    assert (
        possible(graph(inner, service_account("fn"), data, project(), flawed=(inner,), holding=(data,)), data)
        is None
    )


@pytest.mark.parametrize(
    ("why", "grants", "policy", "state"),
    [
        ("a binding on the bucket", [binding(VIEW, FN)], [], "proved"),
        ("one on the project", [], [binding(VIEW, FN)], "proved"),
        ("a role that does not read", [binding("roles/storage.objectCreator", FN)], [], "none"),
        ("somebody else's", [binding(VIEW, "serviceAccount:other@x.iam.gserviceaccount.com")], [], "none"),
        ("a grant that has ended", [binding(VIEW, FN, condition='request.time < timestamp("2024-01-01T00:00:00Z")')], [], "none"),
        ("one that has not", [binding(VIEW, FN, condition='request.time < timestamp("2030-01-01T00:00:00Z")')], [], "possible"),
        ("another condition", [binding(VIEW, FN, condition='resource.name.startsWith("x")')], [], "possible"),
        ("an owner lets itself in", [], [binding("roles/owner", FN)], "proved"),
        ("an editor may or may not", [], [binding("roles/editor", FN)], "possible"),
        ("an editor whom the bucket names", [binding("roles/storage.legacyObjectReader", f"projectEditor:{PROJECT}")], [binding("roles/editor", FN)], "proved"),
        ("editors whom it names are no viewers", [binding("roles/storage.legacyObjectReader", f"projectEditor:{PROJECT}")], [binding("roles/viewer", FN)], "possible"),
        ("a custom role that nobody collected", [binding(f"projects/{PROJECT}/roles/x", FN)], [], "possible"),
    ],
)  # fmt: skip
def test_who_reads_a_bucket(why: str, grants: list[Any], policy: list[Any], state: str) -> None:
    hook, data = function(), bucket("data", *grants)
    found = graph(hook, service_account("fn"), data, project(*policy), flawed=(hook,), holding=(data,))
    path = possible(found, data)
    known = proved(found, data)
    assert ("proved" if known else "possible" if path else "none") == state, why


def test_groups_folders_and_deny_policies() -> None:
    hook, account = function(), service_account("fn")
    data = bucket("data", binding(VIEW, "group:team@acme.example"))
    group = gcp(
        "//cloudidentity.googleapis.com/groups/1",
        {"email": "team@acme.example", "members": [email("fn")]},
        "GOOGLE_GROUP",
    )
    assert proved(graph(hook, account, data, project(), flawed=(hook,), holding=(data,)), data) is None
    assert (
        proved(graph(hook, account, data, project(), group, flawed=(hook,), holding=(data,)), data)
        is not None
    )

    folder = gcp(
        "//cloudresourcemanager.googleapis.com/folders/7",
        {"name": "folders/7", "iamPolicy": {"bindings": [binding(VIEW, FN)]}},
    )
    inside = project().model_copy(update={"config": {**project().config, "parent": "folders/7"}})
    plain = bucket()
    assert (
        proved(graph(hook, account, plain, inside, folder, flawed=(hook,), holding=(plain,)), plain)
        is not None
    )
    assert (
        possible(graph(hook, account, plain, project(), folder, flawed=(hook,), holding=(plain,)), plain)
        is None
    )

    rules = [
        {
            "denyRule": {
                "deniedPrincipals": ["principalSet://goog/public:all"],
                "deniedPermissions": ["storage.googleapis.com/objects.get"],
            }
        }
    ]
    uid = f"//iam.googleapis.com/policies/cloudresourcemanager.googleapis.com%2Fprojects%2F{NUMBER}/denypolicies/no-reading"
    deny = gcp(uid, {"rules": rules})
    own = bucket("data", binding(VIEW, FN))
    assert possible(graph(hook, account, own, project(), deny, flawed=(hook,), holding=(own,)), own) is None


def test_a_disabled_account_is_nobody() -> None:
    hook, data = function(), bucket("data", binding(VIEW, FN))
    off = service_account("fn", disabled=True)
    assert possible(graph(hook, off, data, project(), flawed=(hook,), holding=(data,)), data) is None


@pytest.mark.parametrize(
    ("why", "role", "found"),
    [
        ("makes tokens", "roles/iam.serviceAccountTokenCreator", True),
        ("makes keys", "roles/iam.serviceAccountKeyAdmin", True),
        ("attaches it, but has nothing to attach it to", "roles/iam.serviceAccountUser", False),
        ("looks at it", "roles/iam.securityReviewer", False),
    ],
)
def test_one_account_becomes_another(why: str, role: str, found: bool) -> None:
    deploy = service_account("deploy", binding(role, FN))
    data = bucket("data", binding(VIEW, f"serviceAccount:{email('deploy')}"))
    hook = function()
    path = proved(
        graph(hook, service_account("fn"), deploy, data, project(), flawed=(hook,), holding=(data,)), data
    )
    assert (path is not None) is found, why
    if path is not None:
        assert labels(path) == ["internet", "hook", "fn", "deploy", "data"]


def test_attaching_an_account_to_a_new_machine_takes_both_rights() -> None:
    deploy = service_account("deploy", binding("roles/iam.serviceAccountUser", FN))
    data = bucket("data", binding(VIEW, f"serviceAccount:{email('deploy')}"))
    hook = function()
    parts = (hook, service_account("fn"), deploy, data)
    able = project(binding("roles/compute.instanceAdmin.v1", FN))
    assert proved(graph(*parts, able, flawed=(hook,), holding=(data,)), data) is not None


def test_administrators_of_projects_and_the_organisation() -> None:
    hook, account = function(), service_account("fn")
    whole = graph(hook, account, project(binding("roles/owner", FN)), flawed=(hook,))
    assert proved(whole, ADMIN) is not None
    editor = graph(hook, account, project(binding("roles/editor", FN)), flawed=(hook,))
    assert proved(editor, ADMIN) is not None
    reader = graph(hook, account, project(binding("roles/viewer", FN)), flawed=(hook,))
    assert proved(reader, ADMIN) is None
    org = gcp(
        "//cloudresourcemanager.googleapis.com/organizations/9",
        {
            "name": "organizations/9",
            "iamPolicy": {"bindings": [binding("roles/resourcemanager.organizationAdmin", FN)]},
        },
    )
    path = proved(graph(hook, account, project(), org, flawed=(hook,)), "admin:organizations/9")
    assert path is not None
    assert path.jewel.value == 1.0


def test_grants_that_nobody_collected_make_a_possible_path() -> None:
    hook = function()
    found = graph(hook, flawed=(hook,))
    assert proved(found, ADMIN) is None
    assert possible(found, ADMIN) is not None


@pytest.mark.parametrize(
    ("why", "scopes", "state"),
    [
        ("all of the cloud", ("cloud-platform",), "proved"),
        ("logs and metrics", ("logging.write", "monitoring.write"), "none"),
        ("storage, for reading", ("devstorage.read_only", "logging.write"), "proved"),
        ("another service", ("bigquery",), "none"),
    ],
)
def test_access_scopes_limit_what_a_machine_gets(why: str, scopes: tuple[str, ...], state: str) -> None:
    vm, data = machine(scopes=scopes), bucket("data", binding(VIEW, APP))
    found = graph(
        vm, firewall("open"), service_account("app"), data, project(), flawed=(vm,), holding=(data,)
    )
    path = possible(found, data)
    assert ("none" if path is None else "proved" if path.known else "possible") == state, why


def test_scopes_for_reading_do_not_let_itself_into_a_bucket() -> None:
    vm, data = (
        machine(scopes=("devstorage.read_only",)),
        bucket("data", binding("roles/storage.legacyBucketOwner", APP)),
    )
    wide = machine()
    rest = (firewall("open"), service_account("app"), data, project())
    assert proved(graph(vm, *rest, flawed=(vm,), holding=(data,)), data) is None
    assert proved(graph(wide, *rest, flawed=(wide,), holding=(data,)), data) is not None


@pytest.mark.parametrize(
    ("why", "vm", "rules"),
    [
        ("off", machine(status="TERMINATED"), [firewall("open")]),
        ("without an address", machine(networkInterfaces=[{"network": "projects/acme-prod/global/networks/net", "networkIP": "10.1.0.4"}]), [firewall("open")]),
        ("for another tag", machine(), [firewall("open", targetTags=["db"])]),
        ("for another account", machine(), [firewall("open", targetServiceAccounts=[email("db")])]),
        ("denied before", machine(), [firewall("open"), firewall("shut", deny=True, priority=900)]),
        ("a rule that is switched off", machine(), [firewall("open", disabled=True)]),
    ],
)  # fmt: skip
def test_machines_that_nobody_reaches(why: str, vm: AssetRecord, rules: list[AssetRecord]) -> None:
    data = bucket("data", binding(VIEW, APP))
    found = graph(vm, *rules, service_account("app"), data, project(), flawed=(vm,), holding=(data,))
    assert proved(found, data) is None, why


@pytest.mark.parametrize(
    ("why", "what", "state"),
    [
        ("all users", bucket("data", binding(VIEW, "allUsers")), "proved"),
        ("everybody with an account", bucket("data", binding(VIEW, "allAuthenticatedUsers")), "proved"),
        ("prevention", bucket("data", binding(VIEW, "allUsers"), iamConfiguration={"publicAccessPrevention": "enforced"}), "none"),
        ("who may only list", bucket("data", binding("roles/storage.legacyBucketReader", "allUsers")), "none"),
        ("an access list", bucket("data", acl=[{"entity": "allUsers", "role": "READER"}]), "proved"),
        ("an access list that does not count", bucket("data", acl=[{"entity": "allUsers", "role": "READER"}], iamConfiguration={"uniformBucketLevelAccess": {"enabled": True}}), "none"),
        ("a data set", gcp(f"//bigquery.googleapis.com/projects/{PROJECT}/datasets/d", {"access": [{"role": "READER", "specialGroup": "allAuthenticatedUsers"}]}), "proved"),
        ("a data set of the project", gcp(f"//bigquery.googleapis.com/projects/{PROJECT}/datasets/d", {"access": [{"role": "READER", "specialGroup": "projectReaders"}]}), "none"),
    ],
)  # fmt: skip
def test_data_that_strangers_read(why: str, what: AssetRecord, state: str) -> None:
    found = graph(what, project(), holding=(what,))
    path = possible(found, what)
    assert ("none" if path is None else "proved" if path.known else "possible") == state, why


def test_strangers_who_may_become_an_account() -> None:
    open_ = service_account(
        "deploy", binding("roles/iam.serviceAccountTokenCreator", "allAuthenticatedUsers")
    )
    found = graph(open_, project(binding("roles/owner", f"serviceAccount:{email('deploy')}")))
    path = proved(found, ADMIN)
    assert labels(path)[:2] == ["internet", "deploy"]


def provider(condition: str = "", issuer: str = "https://token.actions.githubusercontent.com") -> AssetRecord:
    """A provider of the pool `ci`."""
    path = f"projects/{NUMBER}/locations/global/workloadIdentityPools/ci/providers/code"
    config = {
        "name": path,
        "state": "ACTIVE",
        "oidc": {"issuerUri": issuer},
        "attributeMapping": {"google.subject": "assertion.sub"},
    }
    more = {"attributeCondition": condition} if condition else {}
    return gcp(f"//iam.googleapis.com/{path}", {**config, **more}, "GOOGLE_WORKLOAD_IDENTITY_POOL_PROVIDER")


@pytest.mark.parametrize(
    ("why", "condition", "issuer", "who", "state"),
    [
        ("anybody's repository", "", "", "/*", "proved"),
        ("a condition that says nothing", "true", "", "/*", "proved"),
        ("the company's own", "assertion.repository_owner == 'acme'", "", "/*", "none"),
        ("a condition on something else", "assertion.ref == 'refs/heads/main'", "", "/*", "possible"),
        ("one repository is let in", "", "", "/attribute.repository/acme/shop", "none"),
        ("an issuer of the company's own", "", "https://login.acme.example", "/*", "none"),
    ],
)
def test_pools_that_take_tokens_of_anybody(
    why: str, condition: str, issuer: str, who: str, state: str
) -> None:
    member = (
        f"principalSet://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/ci{who}"
    )
    release = service_account("release", binding("roles/iam.workloadIdentityUser", member))
    pool = provider(condition, issuer) if issuer else provider(condition)
    found = graph(pool, release, project(binding("roles/owner", f"serviceAccount:{email('release')}")))
    path = possible(found, ADMIN)
    assert ("none" if path is None else "proved" if path.known else "possible") == state, why


def test_a_pool_may_hold_roles_of_its_own() -> None:
    member = (
        f"principalSet://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/ci/*"
    )
    data = bucket("data", binding(VIEW, member))
    assert proved(graph(provider(), data, project(), holding=(data,)), data) is not None


def lateral(*rules: AssetRecord, back: AssetRecord | None = None) -> bool:
    """Whether a taken machine gets into a flawed one beside it, which has no address of its own."""
    link = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/net"
    inner = back or machine(
        "back", "none", networkInterfaces=[{"network": link, "networkIP": "10.1.0.9"}], tags={"items": ["db"]}
    )
    front = machine("front", "none")
    open_ = firewall("open", "8080", targetTags=["web"])
    found = graph(front, inner, open_, *rules, project(), flawed=(front, inner), holding=(inner,))
    return proved(found, inner) is not None


@pytest.mark.parametrize(
    ("why", "rules", "found"),
    [
        ("nothing lets it in", [], False),
        ("a range", [firewall("in", sourceRanges=["10.1.0.0/16"], targetTags=["db"])], True),
        ("another range", [firewall("in", sourceRanges=["10.9.0.0/16"], targetTags=["db"])], False),
        ("a tag", [firewall("in", sourceRanges=[], sourceTags=["web"], targetTags=["db"])], True),
        ("another tag", [firewall("in", sourceRanges=[], sourceTags=["lb"], targetTags=["db"])], False),
        ("an account", [firewall("in", sourceRanges=[], sourceServiceAccounts=[email("none")])], True),
        ("denied before", [firewall("in", sourceRanges=["10.1.0.0/16"]), firewall("no", deny=True, priority=10, targetTags=["db"])], False),
        ("denied after", [firewall("in", sourceRanges=["10.1.0.0/16"]), firewall("no", deny=True, priority=2000)], True),
        ("out of another network", [firewall("in", network="projects/acme-prod/global/networks/other", sourceRanges=["10.1.0.0/16"])], False),
    ],
)  # fmt: skip
def test_rules_inside_a_network(why: str, rules: list[AssetRecord], found: bool) -> None:
    assert lateral(*rules) is found, why


def test_peered_networks() -> None:
    far = "projects/acme-prod/global/networks/far"
    back = machine(
        "back", "none", networkInterfaces=[{"network": far, "networkIP": "10.8.0.9"}], tags={"items": ["db"]}
    )
    into = firewall("in", network=far, sourceRanges=["10.1.0.0/16"])

    def network(state: str) -> AssetRecord:
        peering = {"network": "projects/acme-prod/global/networks/net", "state": state}
        return gcp(f"//compute.googleapis.com/{far}", {"selfLink": far, "peerings": [peering]})

    assert lateral(into, network("ACTIVE"), back=back)
    assert not lateral(into, network("INACTIVE"), back=back)
    assert not lateral(into, back=back)


def test_a_private_database_asks_its_neighbours_for_a_password() -> None:
    link = f"projects/{PROJECT}/global/networks/net"
    config = {
        "state": "RUNNABLE",
        "settings": {"ipConfiguration": {"ipv4Enabled": False, "privateNetwork": link}},
    }
    database = gcp(f"//sqladmin.googleapis.com/projects/{PROJECT}/sqlinstances/db", config)
    vm = machine(account="none")
    path = proved(
        graph(vm, firewall("open"), database, project(), flawed=(vm,), holding=(database,)), database
    )
    assert path is not None
    assert path.chance < 0.1


def test_a_balancer_leads_through_its_parts_unless_it_asks_for_a_login() -> None:
    base = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"
    vm = machine(
        networkInterfaces=[{"network": f"{base}/global/networks/net", "networkIP": "10.1.0.4"}],
        account="none",
    )

    def part(kind: str, config: dict[str, Any]) -> AssetRecord:
        return gcp(
            f"//compute.googleapis.com/projects/{PROJECT}/global/{kind}/x",
            {"selfLink": f"{base}/global/{kind}/x", **config},
        )

    front = part(
        "forwardingRules",
        {
            "loadBalancingScheme": "EXTERNAL_MANAGED",
            "IPAddress": "203.0.113.4",
            "portRange": "443-443",
            "target": f"{base}/global/targetHttpsProxies/x",
        },
    )
    proxy = part("targetHttpsProxies", {"urlMap": f"{base}/global/urlMaps/x"})
    urls = part("urlMaps", {"defaultService": f"{base}/global/backendServices/x"})
    group = part("instanceGroups", {"instances": [f"{base}/zones/z/instances/vm"]})
    backend = {"port": 8080, "backends": [{"group": f"{base}/global/instanceGroups/x"}]}
    rest = (proxy, urls, group, vm, project())
    found = graph(front, part("backendServices", backend), *rest, flawed=(vm,), holding=(vm,))
    assert labels(proved(found, vm)) == ["internet", "x", "vm"]
    guarded = graph(
        front,
        part("backendServices", {**backend, "iap": {"enabled": True}}),
        *rest,
        flawed=(vm,),
        holding=(vm,),
    )
    assert proved(guarded, vm) is None
    inner = part(
        "forwardingRules",
        {"loadBalancingScheme": "INTERNAL", "target": f"{base}/global/targetHttpsProxies/x"},
    )
    assert (
        proved(graph(inner, part("backendServices", backend), *rest, flawed=(vm,), holding=(vm,)), vm) is None
    )


def test_a_key_in_a_start_script_is_its_account() -> None:
    script = f'echo \'{{"private_key": "-----BEGIN PRIVATE KEY-----", "client_email": "{email("deploy")}"}}\''
    vm = machine(account="none", metadata={"items": [{"key": "startup-script", "value": script}]})
    deploy = service_account("deploy")
    found = graph(
        vm,
        firewall("open"),
        deploy,
        project(binding("roles/owner", f"serviceAccount:{email('deploy')}")),
        flawed=(vm,),
    )
    path = proved(found, ADMIN)
    assert labels(path)[:3] == ["internet", "vm", "deploy"]
    assert path is not None
    assert "PRIVATE" not in path.edges[1].why


def test_ssh_keys_of_the_project_open_the_machines_that_take_them() -> None:
    admin = project(binding("roles/compute.admin", FN))
    data = bucket("data", binding(VIEW, APP))
    hook, account = function(), service_account("fn")
    barred = [{"key": "block-project-ssh-keys", "value": "TRUE"}]

    def path(**fields: Any) -> list[str]:
        vm = machine(networkInterfaces=[], **fields)
        found = graph(hook, account, vm, service_account("app"), data, admin, flawed=(hook,), holding=(data,))
        return labels(proved(found, data))

    assert path() == ["internet", "hook", "fn", "vm", "app", "data"]
    assert path(status="TERMINATED") == []
    assert path(metadata={"items": barred}) != [], "an administrator of machines sets their own metadata"


def constraint(name: str, *, enforce: bool = True, at: str = f"projects/{NUMBER}") -> AssetRecord:
    """An organisation policy."""
    path = f"{at}/policies/{name}"
    return gcp(
        f"//orgpolicy.googleapis.com/{path}", {"name": path, "spec": {"rules": [{"enforce": enforce}]}}
    )


def test_organisation_policies_hold_whatever_bindings_say() -> None:
    data = bucket("data", binding(VIEW, "allUsers"))

    def open_(*more: AssetRecord) -> bool:
        return proved(graph(data, project(), *more, holding=(data,)), data) is not None

    assert open_()
    assert open_(constraint("storage.publicAccessPrevention", enforce=False))
    assert open_(constraint("storage.publicAccessPrevention", at="projects/999"))
    assert not open_(constraint("storage.publicAccessPrevention"))
    hook, keys = function(), service_account("deploy", binding("roles/iam.serviceAccountKeyAdmin", FN))
    owner = project(binding("roles/owner", f"serviceAccount:{email('deploy')}"))
    parts = (hook, service_account("fn"), keys, owner)
    assert proved(graph(*parts, flawed=(hook,)), ADMIN) is not None
    barred = constraint("iam.disableServiceAccountKeyCreation")
    assert proved(graph(*parts, barred, flawed=(hook,)), ADMIN) is None


def test_a_perimeter_keeps_strangers_out_of_the_services_that_it_names() -> None:
    data = bucket("data", binding(VIEW, "allUsers"))
    for service, found in (("storage.googleapis.com", False), ("bigquery.googleapis.com", True)):
        status = {"resources": [f"projects/{NUMBER}"], "restrictedServices": [service]}
        around = gcp(
            "//accesscontextmanager.googleapis.com/accessPolicies/1/servicePerimeters/p", {"status": status}
        )
        assert (proved(graph(data, project(), around, holding=(data,)), data) is not None) is found


def test_a_workload_is_a_detour_for_whoever_becomes_its_account_anyway() -> None:
    hook, data = function(), bucket("data", binding(VIEW, APP))
    other = function("other", "app", caller="serviceAccount:x@y.iam.gserviceaccount.com")
    editor = project(binding("roles/editor", FN))
    found = graph(
        hook,
        other,
        service_account("fn"),
        service_account("app"),
        data,
        editor,
        flawed=(hook,),
        holding=(data,),
    )
    assert labels(proved(found, data)) == ["internet", "hook", "fn", "app", "data"]
    assert found.path_of(other.asset_id) is None
    coder = project(binding("roles/cloudfunctions.admin", FN))
    mine = service_account(
        "app", binding("roles/iam.serviceAccountUser", "serviceAccount:x@y.iam.gserviceaccount.com")
    )
    found = graph(hook, other, service_account("fn"), mine, data, coder, flawed=(hook,), holding=(data,))
    path = proved(found, data)
    assert path is not None
    assert max(e.chance for e in path.edges[2:3]) < 0.4, (
        "without acting as the account it can only call the function"
    )
